"""Whatever bytes a text, a table or a page has: it is read, whole and in order, or refused."""

from __future__ import annotations

import csv
from io import StringIO

from hypothesis import example, given, settings
from hypothesis import strategies as st

from admin_system.knowledge_base.errors import DocumentError
from admin_system.knowledge_base.question_sets import bare
from admin_system.knowledge_base.readers import read_document
from admin_system.knowledge_base.readers.reading import Reading
from admin_system.knowledge_base.tests import files

FEW = settings(max_examples=30, deadline=None)
NAMES = ("a.txt", "a.md", "a.csv", "a.html")
SCRAPS = st.sampled_from(
    [
        *(
            "水车",
            "Gull",
            ",",
            ";",
            "\t",
            "|",
            '"',
            "\r\n",
            "\r",
            "\n\n",
            "\x00",
            "\u2028",
            "\ufeff",
        ),
        *(
            "# ",
            "```\n",
            "> ",
            "- ",
            "| a | b |\n|---|---|\n",
            "<td colspan='9'>",
            "<td colspan=²>",
        ),
        *(
            "<table><tr>",
            "</table>",
            "<pre>",
            "<script>",
            "&#xd800;",
            "&#0;",
            "<b",
            "-->",
            "<td colspan=²>",
        ),
    ]
)
DATA = st.binary(max_size=40) | st.lists(SCRAPS, max_size=14).map(
    lambda scraps: "".join(scraps).encode()
)
CELLS = st.text(st.sampled_from("ab水？,;|\"' \n"), min_size=1, max_size=6).map(str.strip)
PAIRS = st.lists(st.tuples(CELLS.filter(bare), CELLS.filter(bare)), min_size=1, max_size=4)


def check(reading: Reading) -> None:
    """Offsets go up, and lead to the texts of the blocks."""
    reading.text.encode()
    end = 0
    for block in reading.blocks:
        assert end <= block.start <= block.end <= len(reading.text)
        assert reading.text[block.start : block.end] == block.text
        end = block.end


@settings(max_examples=70, deadline=None)
@given(DATA, st.sampled_from(NAMES), st.booleans())
@example(b"<table><tr><td colspan='\xc2\xb2'>a<td>b</table>", "a.html", False)
@example(b"<table><tr><td colspan='" + b"9" * 5_000 + b"'>a<td>b</table>", "a.html", False)
@example(b'a,"' + b"b" * 2**20 + b'c"', "a.csv", False)
def test_bytes_are_read_or_refused(data: bytes, name: str, questions: bool) -> None:
    try:
        reading = read_document(data, name, questions=questions and name == "a.csv")
    except DocumentError as fault:
        broke_down = fault.__cause__ is not None and not isinstance(fault.__cause__, csv.Error)
    else:
        broke_down = False
        check(reading)
    assert not broke_down  # a reader that stumbles is told apart in the log alone


@FEW
@given(PAIRS, st.sampled_from(",;\t|"), st.booleans())
@example([("a", "a,\n,")], ";", False)  # cut at commas two of three rows have two cells, too
def test_questions_of_a_table_lose_no_letter(
    pairs: list[tuple[str, str]], separator: str, bom: bool
) -> None:
    file = StringIO()
    csv.writer(file, delimiter=separator).writerows([("question", "answer"), *pairs])
    data = ("\ufeff" if bom else "").encode() + file.getvalue().encode()
    found = read_document(data, "a.csv", questions=True)
    check(found)
    assert [bare(block.text) for block in found.blocks] == [bare(a) + bare(b) for a, b in pairs]


@settings(max_examples=8, deadline=None)
@given(PAIRS)
def test_a_workbook_is_read_as_the_same_table(pairs: list[tuple[str, str]]) -> None:
    book = files.xlsx({"问答": [("question", "answer"), *pairs]})
    found = read_document(book, "a.xlsx", questions=True)
    assert [bare(block.text) for block in found.blocks] == [bare(a) + bare(b) for a, b in pairs]
