"""Questions with the paragraph that answers each: what the search is measured with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from admin_system.knowledge_base.errors import QuestionSetUnreadable
from admin_system.vector_search.folding import fold

SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class QuestionSet:
    name: str
    paragraphs: tuple[str, ...]
    questions: tuple[tuple[str, int], ...]
    """With the place of the paragraph that answers, the only one that counts as right."""


def read_question_set(path: Path) -> QuestionSet:
    """JSON in SQuAD's layout, or a list of `{"passage", "question" or "questions"}`; paragraphs
    that occur twice are one. Raises QuestionSetUnreadable."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise QuestionSetUnreadable("question_set_unreadable", file=path.name) from error
    return parse_question_set(path.stem, content)


def parse_question_set(name: str, content: Any) -> QuestionSet:
    """As `read_question_set`, of the JSON that was read. Raises QuestionSetUnreadable."""
    try:
        pairs = list(read_pairs(content))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuestionSetUnreadable("question_set_unreadable", file=name) from error
    paragraphs: dict[str, int] = {}
    questions: list[tuple[str, int]] = []
    for paragraph, asked in pairs:
        place = paragraphs.setdefault(paragraph, len(paragraphs))
        questions += [(question, place) for question in asked]
    if not questions:
        raise QuestionSetUnreadable("question_set_unreadable", file=name)
    return QuestionSet(name, tuple(paragraphs), tuple(questions))


def read_pairs(content: Any) -> Iterator[tuple[str, list[str]]]:
    """Each paragraph with its questions."""
    if isinstance(content, list):
        for row in content:
            asked = row["questions"] if "questions" in row else [row["question"]]
            yield str(row["passage"]), [str(question) for question in asked]
        return
    for article in content["data"]:
        for paragraph in article["paragraphs"]:
            asked = [str(one["question"]) for one in paragraph["qas"]]
            yield str(paragraph["context"]), asked


def bare(text: str) -> str:
    """Letters and digits only: what reading and splitting leave as it is."""
    return SIGNS.sub("", fold(text))


def is_part(passage: str, paragraph: str) -> bool:
    """Whether a passage is taken from a paragraph, or holds it; both bare."""
    return bool(passage) and (passage in paragraph or paragraph in passage)
