"""Question sets that are kept here: taken from a file, or gathered question by question."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError

from admin_system.knowledge_base.errors import EntryNotFound, NameTaken
from admin_system.knowledge_base.models import Passage, SavedQuestionSet
from admin_system.knowledge_base.question_sets import QuestionSet, parse_question_set
from admin_system.knowledge_base.services.naming import check_name
from admin_system.knowledge_base.writing import writing

LONGEST_NAME = 200


def save_question_set(name: str, content: Any, *, owner: str = "local") -> SavedQuestionSet:
    """`content` as `parse_question_set` reads it; an empty list begins a set to be gathered.

    Raises BadName, NameTaken, QuestionSetUnreadable.
    """
    name = check_name(name.strip(), LONGEST_NAME)
    found = QuestionSet(name, (), ()) if content == [] else parse_question_set(name, content)
    row = SavedQuestionSet(name=name, owner=owner)
    fill(row, found)
    try:
        with writing():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise NameTaken("question_set_name_taken", name=name) from error
    return row


@writing()
def add_question(saved: SavedQuestionSet, question: str, passage: Passage) -> SavedQuestionSet:
    """The passage's text is what should be found; a question that is there already is answered by
    it from now on. Raises EntryNotFound."""
    row = get_question_set(saved.pk)
    paragraphs = list(row.paragraphs)
    if passage.text not in paragraphs:
        paragraphs.append(passage.text)
    others = [pair for pair in row.questions if pair[0] != question]
    questions = (*others, (question, paragraphs.index(passage.text)))
    fill(row, QuestionSet(row.name, tuple(paragraphs), tuple((one, at) for one, at in questions)))
    row.save()
    return row


def get_question_set(number: int) -> SavedQuestionSet:
    """Raises EntryNotFound."""
    row = SavedQuestionSet.objects.filter(pk=number).first()
    if row is None:
        raise EntryNotFound("question_set_not_found", id=number)
    return row


def to_question_set(number: int) -> QuestionSet:
    """To be asked. Raises EntryNotFound."""
    row = get_question_set(number)
    questions = tuple((question, place) for question, place in row.questions)
    return QuestionSet(row.name, tuple(row.paragraphs), questions)


def fill(row: SavedQuestionSet, found: QuestionSet) -> None:
    row.paragraphs, row.questions = list(found.paragraphs), [list(pair) for pair in found.questions]
    row.paragraph_count, row.question_count = len(found.paragraphs), len(found.questions)
