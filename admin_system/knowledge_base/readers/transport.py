"""Readings, archive members and errors as plain bytes between two processes.

A result is a line of JSON and then the raw bytes that it names by their lengths. Nothing is
pickled: what a broken file has taken over in the reading process cannot reach this one.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, BinaryIO

from admin_system.knowledge_base.errors import DOCUMENT_ERRORS, DocumentError
from admin_system.knowledge_base.readers.archives import Member
from admin_system.knowledge_base.readers.reading import Block, FoundPicture, Notice, Reading

Result = Reading | tuple[Member, ...] | DocumentError


def write_result(out: BinaryIO, result: Result) -> None:
    blobs: list[bytes] = []
    if isinstance(result, Reading):
        head = {"reading": asdict(result)}
        for picture in head["reading"]["pictures"]:
            blobs.append(picture.pop("data"))
    elif isinstance(result, DocumentError):
        head = {
            "error": {"kind": type(result).__name__, "code": result.code, "values": result.values}
        }
    else:
        blobs = [member.data for member in result]
        head = {"members": {"names": [member.name for member in result]}}
    line = json.dumps({**head, "lengths": [len(blob) for blob in blobs]}, default=str)
    out.write(line.encode("ascii") + b"\n")
    for blob in blobs:
        out.write(blob)


def read_result(source: BinaryIO) -> Reading | tuple[Member, ...]:
    """Raises the DocumentError that was written; ValueError or KeyError where it broke off."""
    head = json.loads(source.readline())
    blobs = [source.read(length) for length in head["lengths"]]
    if [len(blob) for blob in blobs] != head["lengths"]:
        raise ValueError("the result breaks off")
    if "error" in head:
        error = head["error"]
        raise DOCUMENT_ERRORS[error["kind"]](error["code"], **error["values"])
    if "members" in head:
        return tuple(map(Member, head["members"]["names"], blobs))
    return _to_reading(head["reading"], blobs)


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
