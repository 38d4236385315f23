"""What cannot be read is refused with a reason, before it can do harm."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from admin_system.knowledge_base.errors import DocumentError
from admin_system.knowledge_base.readers import read_document
from admin_system.knowledge_base.readers.archives import unpack
from admin_system.knowledge_base.readers.limits import DEFAULT_LIMITS, Limits
from admin_system.knowledge_base.tests import files, pdfs
from admin_system.messages import sentence

ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'

BROKEN_XML = files.replace_member(files.docx(), "word/document.xml", b"<w")


def bomb() -> bytes:
    data = files.docx()
    out = BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/zeros.bin", bytes(40 * 2**20))
    return out.getvalue()


def office_with_password() -> bytes:
    """The container that Office puts around an encrypted file ([MS-OFFCRYPTO], 2.3.4)."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")


def zip_with_password() -> bytes:
    data = bytearray(files.zipped({"a.txt": b"text"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.txt", b"", "document_empty"),
        ("a.pdf", b"", "document_empty"),
        ("a.txt", b" \r\n", "document_empty"),
        ("a.docx", bytes(2000), "document_empty"),
        ("a.pdf", cut(pdfs.table()), "document_truncated"),
        ("a.pdf", b"%PDF-1.7\nnothing\n%%EOF", "document_damaged"),
        ("a.docx", cut(files.docx()), "document_truncated"),
        ("a.pptx", cut(files.pptx()), "document_truncated"),
        ("a.xlsx", cut(files.xlsx({"a": files.ROWS})), "document_truncated"),
        ("a.epub", cut(files.epub()), "document_truncated"),
        ("a.png", cut(files.picture()), "document_truncated"),
        ("a.docx", BROKEN_XML, "document_damaged"),
        ("a.pdf", pdfs.LOCKED, "document_password"),
        ("a.docx", office_with_password(), "document_password"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "document_old_office"),
        ("a.docx", bomb(), "document_zip_bomb"),
        (
            "a.docx",
            files.replace_member(files.docx(), "word/document.xml", ENTITIES),
            "document_xml_entities",
        ),
        (
            "a.xlsx",
            files.replace_member(
                files.xlsx({"a": files.ROWS}), "xl/workbook.xml", ENTITIES.decode().encode("utf-16")
            ),
            "document_xml_entities",
        ),
        ("a.xml", ENTITIES, "document_xml_entities"),
        ("a.pdf", b"\x9a\x02\xf1\x03" * 200, "document_damaged"),
        ("a.png", b"\x9a\x02\xf1\x03" * 200, "document_damaged"),
        ("a.exe", b"MZ\x90\0\x03" + b"\x01\x02\x03\x04" * 50, "document_unknown_format"),
        ("a.zip", files.zipped({"a.txt": b"text"}), "document_is_archive"),
        ("a.html", b"<html><body><script>1</script></body></html>", "document_nothing_to_read"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_its_reason(name: str, data: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_document(data, name)
    assert caught.value.code == code
    for language in ("zh", "en"):
        assert "{" not in sentence(code, language, **caught.value.values)


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(file_bytes=100), "document_too_many_bytes"),
        (Limits(pages=2), "document_too_many_pages"),
        (Limits(characters=10), "document_too_much_text"),
    ],
)
def test_a_document_beyond_a_limit_is_refused(limits: Limits, code: str) -> None:
    data = pdfs.pages([[files.CHINESE[:30]]] * 3)
    with pytest.raises(DocumentError, match=code):
        read_document(data, "a.pdf", limits)


def test_pictures_beyond_the_limit_are_counted_and_told() -> None:
    reading = read_document(pdfs.scan(), "a.pdf", Limits(pictures=1))
    assert len(reading.pictures) == 1
    (notice,) = reading.notices
    assert notice.values == {"left_out": 1, "limit": 1}
    assert "1" in sentence(notice.code, "en", **notice.values)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "big5"])
def test_names_in_an_archive_are_read_in_the_encoding_of_their_author(encoding: str) -> None:
    names = {"gbk": "水车.docx"[:2] + ".txt", "big5": "水車.txt", "utf-8": "资料/水车.txt"}
    packed = files.zipped({names[encoding]: b"text", "b" * 4 + ".txt": b"more"}, encoding)
    assert [one.name for one in unpack(packed, DEFAULT_LIMITS)] == [names[encoding], "bbbb.txt"]


def test_names_in_an_archive_never_lead_out_of_it() -> None:
    packed = files.zipped(
        {"../../etc/a.txt": b"1", "/b.txt": b"2", "C:\\c\\d.txt": b"3", "__MACOSX/._a": b"4"}
    )
    assert [one.name for one in unpack(packed, DEFAULT_LIMITS)] == ["etc/a.txt", "b.txt", "c/d.txt"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zip_with_password(), "document_password"),
        (files.zipped({"zeros": bytes(30 * 2**20)}), "document_zip_bomb"),
        (files.zipped({".hidden": b"1"}), "document_nothing_to_read"),
    ],
)
def test_an_archive_that_cannot_be_unpacked_says_why(data: bytes, code: str) -> None:
    with pytest.raises(DocumentError, match=code):
        unpack(data, DEFAULT_LIMITS)
