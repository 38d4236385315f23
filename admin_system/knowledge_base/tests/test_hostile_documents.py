"""Documents made to break a reader are read or refused by the process that may be ended."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from admin_system.core.tests.hostile_pictures import make_pictures
from admin_system.knowledge_base.errors import DocumentError
from admin_system.knowledge_base.readers import read_document
from admin_system.knowledge_base.readers.archives import Refused, unpack
from admin_system.knowledge_base.readers.isolation import read_isolated, unpack_isolated
from admin_system.knowledge_base.readers.limits import DEFAULT_LIMITS, Limits
from admin_system.knowledge_base.tests import files

LIMITS = Limits(seconds=20.0, memory_bytes=512 * 2**20)
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%b">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><x>&a9;</x>"
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
DTD = b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><x/>'


def make_pdf(*objects: bytes) -> bytes:
    """The first object is the catalogue; without a table of places, which readers make anew."""
    body = b"".join(b"%d 0 obj%b\nendobj\n" % (n, one) for n, one in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF"


CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
OWN_CHILD = make_pdf(CATALOGUE, b"<</Type/Pages/Count 1/Kids[2 0 R]>>")
MILLION = make_pdf(
    CATALOGUE,
    b"<</Type/Pages/Count 1000000/Kids[" + b"3 0 R " * 1_000_000 + b"]>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
)
DEEP_PAGES = make_pdf(
    CATALOGUE,
    *(b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (n + 3) for n in range(20_000)),
    b"<</Type/Page/MediaBox[0 0 9 9]>>",
)
DEEP_LIST = make_pdf(CATALOGUE, b"[" * 200_000 + b"]" * 200_000)


def nest(levels: int) -> bytes:
    data = files.zipped({"zeros.txt": bytes(15 * 2**20)})
    for _ in range(levels):
        data = files.zipped({"a.zip": data, "b.zip": data})
    return data


@pytest.mark.parametrize("part", ["word/document.xml", "[Content_Types].xml", "_rels/.rels"])
@pytest.mark.parametrize("xml", [LAUGHS, OUTSIDE, DTD], ids=["laughs", "outside", "type"])
def test_an_office_file_names_no_entities(tmp_path: Path, part: str, xml: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(files.replace_member(files.docx(), part, xml))
    with pytest.raises(DocumentError) as caught:
        read_isolated(path, "a.docx", LIMITS)
    assert caught.value.code in ("document_xml_entities", "document_unknown_format")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", OWN_CHILD, "document_damaged"),
        ("a.pdf", MILLION, "document_too_many_pages"),
        ("a.pdf", DEEP_PAGES, "document_damaged"),
        ("a.pdf", DEEP_LIST, "document_damaged"),
        ("a.html", b"<a>" * 60_000, "document_nothing_to_read"),
    ],
    ids=["its own child", "a million pages", "deep pages", "a deep list", "deep HTML"],
)
def test_depth_and_number_end_in_a_reason(
    tmp_path: Path, name: str, data: bytes, code: str
) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    with pytest.raises(DocumentError, match=code):
        read_isolated(path, name, LIMITS)


def test_an_archive_in_an_archive_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(nest(9))
    found = list(unpack_isolated(path, LIMITS))
    assert [(type(one), one.name) for one in found] == [(Refused, "a.zip"), (Refused, "b.zip")]


def test_ten_thousand_entries_are_too_many() -> None:
    packed = files.zipped({f"{number}.txt": b"text" for number in range(10_000)})
    with pytest.raises(DocumentError, match="document_too_many_members"):
        unpack(packed, DEFAULT_LIMITS)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("//host/share/a.txt", "host/share/a.txt"),
        ("\\\\host\\share\\a.txt", "host/share/a.txt"),
        ("///etc/a.txt", "etc/a.txt"),
        ("a/./..//../b.txt", "a/b.txt"),
        (".\x01./a.txt", "a.txt"),
        ("a\r\nb\x7f\x1b[2J.txt", "ab[2J.txt"),
        ("a\u202etxt.exe.txt", "atxt.exe.txt"),
        ("a\u2066\u200f.txt", "a.txt"),
        ("CON.txt", "CON.txt"),
    ],
)
def test_a_name_in_an_archive_is_relative_and_seen(written: str, name: str) -> None:
    assert [one.name for one in unpack(files.zipped({written: b"text"}), DEFAULT_LIMITS)] == [name]


def test_a_link_in_an_archive_is_not_followed() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    (member,) = unpack(out.getvalue(), DEFAULT_LIMITS)
    assert not isinstance(member, Refused)
    assert member.data == b"/etc/passwd"


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # of damaged fields
def test_pictures_made_to_break_a_reader_are_documents_or_refused() -> None:
    for name, (data, outcome) in make_pictures().items():
        if outcome.startswith("picture_"):
            with pytest.raises(DocumentError):
                read_document(data, "a.png")
        else:
            assert read_document(data, "a.png").format == "picture", name
