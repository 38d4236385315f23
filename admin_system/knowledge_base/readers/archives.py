"""Opens zipped files with care: size and ratio before unpacking, entities, names, passwords."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from admin_system.core.errors import CoreError
from admin_system.knowledge_base.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    KnowledgeError,
    LockedDocument,
    UnknownFormat,
    UnsafeDocument,
)
from admin_system.knowledge_base.readers.encodings import decode_chinese
from admin_system.knowledge_base.readers.formats import find_format
from admin_system.knowledge_base.readers.limits import Limits

SMALL = 20 * 2**20
"""Bytes. What unpacks to no more is harmless at any ratio; a table of zeros packs 1000:1."""
ENCRYPTED = 0x1
NAME_IS_UTF8 = 0x800
UNICODE_PATH = 0x7075
"""Extra field of Info-ZIP with the name in UTF-8 (APPNOTE.TXT, section 4.6.9)."""
NO_DOCUMENTS = ("__MACOSX", "Thumbs.db", "desktop.ini")
UNSEEN = dict.fromkeys((*range(32), *range(127, 160), 0x200E, 0x200F, *range(0x202A, 0x202F)))
UNSEEN |= dict.fromkeys((0x2028, 0x2029, *range(0x2066, 0x206A)))
"""Controls, ends of lines and turns of the writing direction, which make a name look like another
(Unicode Technical Report 36); none stays in a name."""
ARCHIVE_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    ValueError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive."""

    name: str
    """Relative, with `/`, without `..`; as its author wrote it."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that would not be read, whether from an archive or a folder."""

    name: str
    code: str
    """Of `messages`, with its values: why."""
    values: Mapping[str, object]

    @classmethod
    def of(cls, name: str, error: KnowledgeError | CoreError) -> Refused:
        return cls(name, error.code, error.values)


def open_archive(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """What zipfile unpacks never exceeds the sizes in the directory, so they are what is checked.

    Raises DamagedDocument, LockedDocument, DocumentTooLarge, UnsafeDocument.
    """
    archive = _open_directory(data, limits)
    if any(info.flag_bits & ENCRYPTED for info in archive.infolist()):
        raise LockedDocument("document_password")
    return archive


def _open_directory(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """Only its list of files has been read and found to keep to the limits."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except ARCHIVE_FAULTS as error:
        raise DamagedDocument("document_truncated") from error
    infos = archive.infolist()
    if len(infos) > limits.members:
        raise DocumentTooLarge("document_too_many_members", limit=limits.members)
    expanded = sum(info.file_size for info in infos)
    if expanded > limits.expanded_bytes or expanded > max(SMALL, limits.expansion * len(data)):
        raise UnsafeDocument("document_zip_bomb", megabytes=expanded // 2**20)
    return archive


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Raises DamagedDocument."""
    try:
        return archive.read(name)
    except (*ARCHIVE_FAULTS, KeyError, RuntimeError) as error:
        raise DamagedDocument("document_truncated") from error


def check_office_xml(data: bytes, limits: Limits) -> None:
    """Office files have no document type declaration; one that has could name entities.

    Raises UnsafeDocument, and what `open_archive` raises.
    """
    with open_archive(data, limits) as archive:
        for name in archive.namelist():
            if name.lower().endswith((".xml", ".rels", ".vml")):
                refuse_entities(read_member(archive, name), (b"<!doctype", b"<!entity"))


def refuse_entities(xml: bytes, signs: tuple[bytes, ...] = (b"<!entity",)) -> None:
    """Raises UnsafeDocument. UTF-16 is looked through as well."""
    plain = xml.replace(b"\0", b"").lower() if b"\0" in xml[:200] else xml.lower()
    if any(sign in plain for sign in signs):
        raise UnsafeDocument("document_xml_entities")


def unpack(data: bytes, limits: Limits) -> tuple[Member | Refused, ...]:
    """The files in an archive, without folders, hidden files and what systems leave behind.

    One that cannot become a document is named with the reason. Raises EmptyDocument where there is
    no file, LockedDocument where none can be opened, DamagedDocument for what is no archive, and
    what `open_archive` raises.
    """
    find_format(data, "archive.zip")
    with _open_directory(data, limits) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir() and is_shown(info)]
        if not infos:
            raise EmptyDocument("document_nothing_to_read")
        if all(info.flag_bits & ENCRYPTED for info in infos):
            raise LockedDocument("document_password")
        members: dict[str, Member | Refused] = {}
        for info in infos:
            name = _untaken(name_of(info), members)
            try:
                members[name] = Member(name, _read_file(archive, info, name, limits))
            except DocumentError as error:
                members[name] = Refused.of(name, error)
    return tuple(members.values())


def is_shown(info: zipfile.ZipInfo) -> bool:
    parts = name_of(info).split("/")
    return parts != [""] and not any(is_hidden(part) for part in parts)


def is_hidden(part: str) -> bool:
    """A file or folder of this name is no document: systems and programs leave it behind."""
    return part.startswith((".", "~$")) or part in NO_DOCUMENTS


def _untaken(name: str, taken: Mapping[str, object]) -> str:
    """Two names may become one when they are made relative."""
    path, number = PurePosixPath(name), 1
    while name in taken:
        number += 1
        name = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
    return name


def _read_file(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, limits: Limits) -> bytes:
    """Raises DocumentError: also for what no reader reads, and for an archive in the archive."""
    if info.flag_bits & ENCRYPTED:
        raise LockedDocument("document_password")
    if info.file_size > limits.file_bytes:
        raise DocumentTooLarge("document_too_many_bytes", limit=limits.file_bytes // 2**20)
    try:
        data = archive.read(info)
    except (*ARCHIVE_FAULTS, RuntimeError) as error:
        raise DamagedDocument("document_truncated") from error
    if find_format(data, name) == "zip":
        raise UnknownFormat("document_archive_inside")
    return data


def name_of(info: zipfile.ZipInfo) -> str:
    """A member's name, decoded as its author's computer wrote it and made relative.

    Windows in Chinese writes GBK without saying so; zipfile then reads code page 437.
    """
    name = _unicode_path(info.extra) or info.orig_filename
    if name == info.orig_filename and not info.flag_bits & NAME_IS_UTF8:
        name = _decode_name(name)
    plain = name.split("\0")[0].translate(UNSEEN).replace("\\", "/")
    parts = [part for part in plain.split("/") if part not in ("", "..", ".")]
    return "/".join(part for part in parts if ":" not in part)


def _decode_name(name: str) -> str:
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return decode_chinese(raw) or name


def _unicode_path(extra: bytes) -> str:
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if kind == UNICODE_PATH:
            return extra[9 : 4 + size].decode("utf-8", "replace")
        extra = extra[4 + size :]
    return ""
