"""How the miniature's world is put into words: names, phrases and fixed answers of a language."""

import random
from dataclasses import dataclass

from shapes import DIGITS
from world import Shape

SLOT = "\x1f"
"""Marks the borders of names inside sentences, so that the tokenizer learns no merge across them;
taken out before anything is encoded."""

COURTESY_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about: shapes of a colour, of a kind, of both, or all."""

    colour: str | None = None
    kind: str | None = None

    def matches(self, shape: Shape) -> bool:
        """Whether a shape is meant."""
        return self.colour in (None, shape.colour) and self.kind in (None, shape.kind)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and the only right answer."""

    task: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Talk:
    """Sentences around the pictures; {} takes a topic, # a number."""

    system_prompts: tuple[str, ...]
    small_talk: tuple[tuple[tuple[str, ...], str], ...]
    """Openings and the answer to them."""
    openers: tuple[str, ...]
    closers: tuple[str, ...]
    """What people put before and after a greeting."""
    courtesies: tuple[tuple[str, str], ...]
    """What people put before and after a question about a picture."""
    foreign: tuple[str, ...]
    """Questions outside the miniature's world."""
    topics: tuple[str, ...]
    passages: tuple[str, ...]
    """Sentences of documents that a knowledge base may bring along."""
    fences: tuple[tuple[str, str], ...]
    """What stands before and after such passages."""


class Language:
    """Base of the two languages; sentences with {} take names in."""

    code: str
    unknown: str
    """Answer to a picture without any known shape."""
    beyond: str
    """Answer to every question outside the miniature's world."""
    no_picture: str
    questions: dict[str, tuple[str, ...]]
    """Ways to ask for each task."""
    talk: Talk
    """What is said around the pictures."""

    def ask(self, source: random.Random, task: str, name: str = "") -> str:
        """A question for a task, now and then with courtesies."""
        question = source.choice(self.questions[task]).replace("{}", name)
        if source.random() < COURTESY_SHARE:
            before, after = source.choice(self.talk.courtesies)
            question = before + question + after
        return question

    def kind(self, kind: str, source: random.Random | None = None) -> str:
        """Name of a kind; with a source, now and then another name for it."""
        raise NotImplementedError

    def colour(self, colour: str) -> str:
        """Name of a colour."""
        raise NotImplementedError

    def name(self, subject: Subject, source: random.Random | None = None) -> str:
        """What is asked about, in the singular."""
        raise NotImplementedError

    def place(self, shape: Shape) -> str:
        """Which ninth of the picture a shape lies in."""
        raise NotImplementedError

    def describe(self, shapes: tuple[Shape, ...]) -> str:
        """A whole picture in one sentence."""
        raise NotImplementedError

    def count(self, subject: Subject, number: int) -> str:
        """How many there are."""
        raise NotImplementedError

    def colours(self, kind: str, colours: list[str]) -> str:
        """The colours of all shapes of a kind."""
        raise NotImplementedError

    def kinds(self, colour: str, kinds: list[str]) -> str:
        """The kinds of all shapes of a colour."""
        raise NotImplementedError

    def positions(self, subject: Subject, places: list[str]) -> str:
        """Where a shape lies."""
        raise NotImplementedError

    def presence(self, subject: Subject, found: bool) -> str:
        """Yes or no."""
        raise NotImplementedError

    def absence(self, subject: Subject) -> str:
        """That there is no such shape."""
        raise NotImplementedError

    def totals(self, first: int, second: int) -> str:
        """How many shapes each of two pictures has."""
        raise NotImplementedError

    def more(self, first: int, second: int) -> str:
        """Which of two pictures has more shapes."""
        raise NotImplementedError

    def holder(self, subject: Subject, first: bool, second: bool) -> str:
        """Which of two pictures shows a shape."""
        raise NotImplementedError


def is_digit(kind: str) -> bool:
    """Whether a kind is a digit."""
    return kind in DIGITS


def listed(text: str) -> tuple[str, ...]:
    """Phrases written one after another with | between them, over several lines."""
    return tuple(" ".join(phrase.split()) for phrase in text.split("|"))
