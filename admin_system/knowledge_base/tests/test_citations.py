"""`[n]` in an answer: read while it is written, mapped to sources, invented ones taken out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_system.knowledge_base.answers.citations import CitationReader, strip_citations
from admin_system.knowledge_base.answers.sources import Source
from admin_system.knowledge_base.models import Passage

SOURCES = tuple(
    Source((passage,), passage, passage.text)
    for passage in (Passage(pk=number, text=f"text {number}") for number in (1, 2, 3))
)


def read(*pieces: str) -> tuple[str, list[tuple[int, str]]]:
    """The answer, and for each citation its number and what stands between its indexes."""
    reader = CitationReader(SOURCES)
    text = "".join(map(reader.push, pieces)) + reader.flush()
    return text, [(one.number, text[one.start_index : one.end_index]) for one in reader.citations]


@pytest.mark.parametrize(
    ("written", "text", "numbers"),
    [
        ("每周一次[1]。", "每周一次[1]。", [1]),
        ("Weekly [1], by crew [2].", "Weekly [1], by crew [2].", [1, 2]),
        ("每周【1】由夜班［3］", "每周[1]由夜班[3]", [1, 3]),
        ("Both [1, 3] and all [1-3].", "Both [1][3] and all [1][2][3].", [1, 3, 1, 2, 3]),
        ("Invented [4] and [0], half so [2,9].", "Invented and, half so [2].", [2]),
        ("In [2019] and a [link] and [", "In [2019] and a [link] and [", []),
        ("`rows[1]` and ```\nx[2]\n``` then [3]", "`rows[1]` and ```\nx[2]\n``` then [3]", [3]),
    ],
)
def test_numbers_are_mapped_and_invented_ones_go(
    written: str, text: str, numbers: list[int]
) -> None:
    assert read(written) == (text, [(number, f"[{number}]") for number in numbers])


@given(st.lists(st.sampled_from([*"[]【】 ,-`a。1249\n", "[1]", "[12", "``", "[1, 2]"])), st.data())
def test_it_does_not_matter_how_an_answer_is_cut(parts: list[str], data: st.DataObject) -> None:
    whole = "".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True)]
    assert read(*pieces) == read(whole)
    text, found = read(whole)
    assert all(cited == f"[{number}]" for number, cited in found)
    if "`" not in whole:
        assert text.replace("【", "[").count("[4]") == 0


def test_numbers_of_earlier_answers_are_not_shown_again() -> None:
    assert strip_citations("每周一次[1]，夜班 [2]。") == "每周一次，夜班。"


@pytest.mark.parametrize("begin", ["a", "a["])
@pytest.mark.parametrize("run", [" ", "`", "[", "1-999,", "[1-999,", "[1-999]", "[1 "])
@pytest.mark.parametrize("end", ["b", "1]"])
def test_a_turn_of_a_million_signs_is_read(begin: str, run: str, end: str) -> None:
    """In its length, not its square: it stops everybody else meanwhile."""
    assert strip_citations(begin + run * (1_000_000 // len(run)) + end).startswith("a")
