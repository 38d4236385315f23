"""Readings, archive members and errors as plain bytes between two processes.

A result is a line of JSON and then the raw bytes that it names by their lengths. Nothing is
pickled: what a broken file has taken over in the reading process cannot reach this one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, BinaryIO

from admin_system.knowledge_base.errors import DOCUMENT_ERRORS, DocumentError
from admin_system.knowledge_base.readers.archives import Member, Refused
from admin_system.knowledge_base.readers.reading import Block, FoundPicture, Notice, Reading

Result = Reading | tuple[Member | Refused, ...] | DocumentError


def write_result(out: BinaryIO, result: Result) -> None:
    blobs: list[bytes] = []
    head: dict[str, Any]
    if isinstance(result, Reading):
        head = {"reading": asdict(result)}
        for picture in head["reading"]["pictures"]:
            blobs.append(picture.pop("data"))
    elif isinstance(result, DocumentError):
        head = {
            "error": {"kind": type(result).__name__, "code": result.code, "values": result.values}
        }
    else:
        blobs = [member.data if isinstance(member, Member) else b"" for member in result]
        head = {
            "members": [
                {"name": member.name} if isinstance(member, Member) else asdict(member)
                for member in result
            ]
        }
    line = json.dumps({**head, "lengths": [len(blob) for blob in blobs]}, default=str)
    out.write(line.encode("ascii") + b"\n")
    for blob in blobs:
        out.write(blob)


def read_result(source: BinaryIO) -> Reading:
    """Raises the DocumentError that was written; ValueError or KeyError where it broke off."""
    head = _read_head(source)
    return _to_reading(head["reading"], [_read_blob(source, size) for size in head["lengths"]])


def read_members(source: BinaryIO) -> Iterator[Member | Refused]:
    """One after the other, so that a large archive is never in memory here. Raises likewise."""
    head = _read_head(source)
    for member, size in zip(head["members"], head["lengths"], strict=True):
        blob = _read_blob(source, size)
        yield Refused(**member) if "code" in member else Member(member["name"], blob)


def _read_head(source: BinaryIO) -> dict[str, Any]:
    head: dict[str, Any] = json.loads(source.readline())
    if "error" in head:
        error = head["error"]
        raise DOCUMENT_ERRORS[error["kind"]](error["code"], **error["values"])
    return head


def _read_blob(source: BinaryIO, size: int) -> bytes:
    blob = source.read(size)
    if len(blob) != size:
        raise ValueError("the result breaks off")
    return blob


def _to_reading(fields: dict[str, Any], blobs: list[bytes]) -> Reading:
    pictures = [
        FoundPicture(data=blob, **picture)
        for blob, picture in zip(blobs, fields.pop("pictures"), strict=True)
    ]
    return Reading(
        blocks=tuple(Block(**block) for block in fields.pop("blocks")),
        pictures=tuple(pictures),
        notices=tuple(Notice(**notice) for notice in fields.pop("notices")),
        **fields,
    )
