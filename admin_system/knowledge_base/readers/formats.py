"""What kind of file some bytes are: by their content, never by the name alone."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import PurePosixPath

from admin_system.knowledge_base.errors import (
    DamagedDocument,
    EmptyDocument,
    LockedDocument,
    UnknownFormat,
)

EXTENSIONS: dict[str, tuple[str, ...]] = {
    "pdf": ("pdf",),
    "docx": ("docx", "docm", "dotx"),
    "pptx": ("pptx", "pptm", "ppsx"),
    "xlsx": ("xlsx", "xlsm"),
    "epub": ("epub",),
    "zip": ("zip",),
    "picture": ("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif"),
    "csv": ("csv", "tsv"),
    "html": ("html", "htm", "xhtml"),
    "markdown": ("md", "markdown"),
    "txt": ("txt", "text", "log"),
}
"""Each kind that is read, with the endings of names that promise it, the usual one first."""
TEXT_KINDS = ("csv", "html", "markdown", "txt")
"""Content cannot tell these apart with certainty: among them the name decides."""
OLD_OFFICE = ("doc", "xls", "ppt")
READABLE = "PDF, DOCX, PPTX, XLSX, CSV, HTML, Markdown, TXT, EPUB, JPEG, PNG, ZIP"

PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*")
"""No text begins so, though long descriptions in plain letters may follow."""
PICTURE_WORDS = (b"GIF87a", b"GIF89a", b"BM")
"""A text may begin so."""
HEIF_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def find_format(data: bytes, file_name: str) -> str:
    """A key of EXTENSIONS.

    Raises EmptyDocument, UnknownFormat (also where the name promises another kind), LockedDocument
    (an Office file with a password), DamagedDocument (also where nothing of what the name promises
    is found in it).
    """
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise EmptyDocument("document_empty")
    extension = PurePosixPath(file_name.replace("\\", "/")).suffix.lower().removeprefix(".")
    promised = next((kind for kind, endings in EXTENSIONS.items() if extension in endings), None)
    found = _find_by_content(data)
    if found == "unknown":
        if promised is None or promised in TEXT_KINDS:
            raise UnknownFormat("document_unknown_format", readable=READABLE)
        raise DamagedDocument("document_damaged", format=extension.upper())
    if found == "text":
        if promised is None or promised in TEXT_KINDS:
            return promised or _guess_text_kind(data)
        found = _guess_text_kind(data)
    if promised is not None and promised != found:
        if promised not in TEXT_KINDS and data[:4096].strip(b"\0") == b"":
            raise DamagedDocument("document_damaged", format=promised.upper())
        raise UnknownFormat(
            "document_wrong_extension",
            extension=extension,
            format="TXT" if found == "txt" else found.upper(),
            right=EXTENSIONS[found][0],
        )
    return found


def _find_by_content(data: bytes) -> str:
    """A key of EXTENSIONS that is no text, `text`, or `unknown`."""
    start = data[:1024]
    if start.lstrip().startswith(b"%PDF-") or (b"%PDF-" in start and not _is_text(data)):
        return "pdf"
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _find_zipped(data)
    if data.startswith(PICTURE_STARTS):
        return "picture"
    if data.startswith(PICTURE_WORDS) and not _is_text(data):
        return "picture"
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        return "picture"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "picture"
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise LockedDocument("document_password")
        raise UnknownFormat("document_old_office")
    if _is_text(data):
        return "text"
    return "unknown"


def _find_zipped(data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise DamagedDocument("document_truncated") from error
    if "[Content_Types].xml" in names:
        for start, kind in (("word/", "docx"), ("ppt/", "pptx"), ("xl/", "xlsx")):
            if any(name.startswith(start) for name in names):
                return kind
    if "META-INF/container.xml" in names:
        return "epub"
    if "META-INF/manifest.xml" in names and "content.xml" in names:
        raise UnknownFormat("document_open_document")
    return "zip"


def _is_text(data: bytes) -> bool:
    """No control characters but those of lines; UTF-16 by its mark or its many zeros."""
    start = data[:8192]
    if start.startswith((*UTF16_MARKS, b"\0\0\xfe\xff")):
        return True
    zeros = start.count(0)
    if zeros and max(start[::2].count(0), start[1::2].count(0)) == zeros >= len(start) / 10:
        return True
    controls = sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1a\x1b" for byte in start)
    return controls <= max(1, len(start) / 100)  # of compressed bytes a tenth


def _guess_text_kind(data: bytes) -> str:
    start = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    is_page = start.startswith((b"<!doctype html", b"<html")) or (
        start.startswith(b"<?xml") and b"<html" in start
    )
    return "html" if is_page else "txt"
