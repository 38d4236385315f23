"""A folder and its topic kept alike by the hashes of files: what is unchanged costs nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from admin_system.env import get_env
from admin_system.knowledge_base import storage
from admin_system.knowledge_base.errors import (
    BadName,
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
)
from admin_system.knowledge_base.models import Document, Topic
from admin_system.knowledge_base.readers.archives import Member, Refused, is_hidden
from admin_system.knowledge_base.readers.formats import find_format
from admin_system.knowledge_base.readers.isolation import unpack_isolated
from admin_system.knowledge_base.readers.limits import DEFAULT_LIMITS
from admin_system.knowledge_base.services.adding import NewDocument, add_document
from admin_system.knowledge_base.services.removing import remove_document
from admin_system.knowledge_base.services.topics import get_or_create_topic
from admin_system.knowledge_base.services.uploading import is_archive

HEAD = 8_192
"""Bytes of a file that tell whether it is of a kind that is read."""


@dataclass(slots=True)
class Synchronised:
    """What was done, by the names of files below the folder."""

    topic: Topic
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """Of files that are no more; their documents were left as they are."""
    left_out: list[Refused] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the folder, or one in an archive there, which is named before it."""

    name: str
    sha256: str
    blocks: Iterable[bytes]
    """Read when it is to be added."""


def topic_folders() -> list[Path]:
    """Of the knowledge base's own `documents/`: each is the topic that it is named for."""
    folder = get_env().knowledge_dir / "documents"
    return sorted(path for path in folder.glob("*") if path.is_dir() and not is_hidden(path.name))


def synchronise_folder(
    folder: Path, topic_name: str, *, remove_vanished: bool = True, owner: str = "local"
) -> Synchronised:
    """Adds, replaces and renames documents so that they are the folder's files, and removes those
    whose files are no more. Others of the topic are left alone.

    A folder without any file removes nothing: most likely it is a disk that is not there. Raises
    NotADirectoryError, BadName.
    """
    folder = folder.expanduser().resolve()
    if not folder.is_dir():
        raise NotADirectoryError(str(folder))
    done = Synchronised(get_or_create_topic(topic_name))
    rows = Document.objects.filter(topic=done.topic, source=str(folder))
    rows = rows.exclude(state=Document.State.DELETING)
    there = {row.name: row for row in rows}
    new: list[Found] = []
    names: set[str] = set()
    for found in read_folder(folder, done.left_out):
        names.add(found.name)
        if found.name not in there:
            new.append(found)
        elif there[found.name].sha256 == found.sha256:
            done.unchanged.append(found.name)
        elif _add(found, done, folder, owner):
            done.changed.append(found.name)
    vanished = {name: row for name, row in there.items() if name not in names}
    for found in new:
        if remove_vanished and (former := _take_moved(found, vanished)) is not None:
            _rename(former, found.name)
            done.renamed.append(found.name)
        elif _add(found, done, folder, owner):
            done.added.append(found.name)
    for name, row in vanished.items():
        if remove_vanished and (names or done.left_out):
            remove_document(row)
            done.removed.append(name)
        else:
            done.kept.append(name)
    return done


def read_folder(folder: Path, left_out: list[Refused]) -> Iterator[Found]:
    """The files that become documents, sorted by name; `left_out` gets the others with reasons."""
    for path, name in _walk(folder):
        try:
            _check(path, folder)
            if is_archive(name):
                yield from _open(path, name, left_out)
            else:
                yield Found(name, storage.hash_of(path), storage.read_blocks(path))
        except (DocumentError, BadName) as error:
            left_out.append(Refused.of(name, error))
        except OSError:
            left_out.append(Refused(name, "document_unreadable_file", {}))


def _walk(folder: Path) -> Iterator[tuple[Path, str]]:
    """Without hidden files and folders; links to other folders are not followed."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        for file in sorted(files):
            if not is_hidden(file):
                path = Path(parent) / file
                yield path, path.relative_to(folder).as_posix()


def _check(path: Path, folder: Path) -> None:
    """Raises DocumentError for what could not be read anyway, and for a link out of the folder."""
    if not path.resolve().is_relative_to(folder):
        raise DocumentError("document_link_outside")
    if path.stat().st_size > DEFAULT_LIMITS.file_bytes:
        limit = DEFAULT_LIMITS.file_bytes // storage.MEBIBYTE
        raise DocumentTooLarge("document_too_many_bytes", limit=limit)
    with path.open("rb") as file:
        head = file.read(HEAD)
    try:
        find_format(head, path.name)
    except DamagedDocument:
        if len(head) < HEAD:
            raise  # that was all of it


def _open(path: Path, name: str, left_out: list[Refused]) -> Iterator[Found]:
    for member in unpack_isolated(path):
        inside = f"{name}/{member.name}"
        if isinstance(member, Member):
            sha256 = storage.hash_of_bytes(member.data)
            yield Found(inside, sha256, [member.data])
        else:
            left_out.append(Refused(inside, member.code, member.values))


def _add(found: Found, done: Synchronised, folder: Path, owner: str) -> bool:
    try:
        new = NewDocument(done.topic, found.name, source=str(folder), owner=owner)
        add_document(new, found.blocks)
    except (DocumentError, BadName) as error:
        done.left_out.append(Refused.of(found.name, error))
        return False
    return True


def _take_moved(found: Found, vanished: dict[str, Document]) -> Document | None:
    """The document of the same bytes and ending whose file is no more, taken out of them."""
    for name, row in vanished.items():
        if row.sha256 == found.sha256 and Path(name).suffix == Path(found.name).suffix:
            return vanished.pop(name)
    return None


def _rename(row: Document, name: str) -> None:
    """Nothing is read anew; a title that somebody gave stays."""
    given = row.title != Path(row.name).name
    title = row.title if given else Path(name).name
    Document.objects.filter(pk=row.pk).update(name=name, title=title)
