"""Random questions about a scene with their only right answers, in Chinese and English."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from chinese import Chinese
from colours import NAMES
from english import English
from languages import Exchange, Language, Subject
from shapes import KINDS, SHAPES
from talk import Talker
from world import Shape

LANGUAGES: tuple[Language, ...] = (Chinese(), English())
Shapes = tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Asker(Talker):
    """Draws questions in one language."""

    def describe(self, shapes: Shapes) -> Exchange:
        """What is in the picture."""
        question = self.language.ask(self.source, "describe")
        return Exchange("describe", question, self.language.describe(shapes))

    def count(self, shapes: Shapes) -> Exchange:
        """How many shapes there are, of all, of a colour or of a kind."""
        choice = self.source.random()
        if choice < 0.35 or (not shapes and choice < 0.5):
            subject = Subject()
        elif choice < 0.7:
            subject = Subject(colour=self.some_colour(shapes, 0.75))
        else:
            subject = Subject(kind=self.some_kind(shapes, 0.75))
        language = self.language
        name = language.names(subject) if isinstance(language, English) else language.name(subject)
        number = sum(subject.matches(shape) for shape in shapes)
        question = language.ask(self.source, "count", name)
        return Exchange("count", question, language.count(subject, number))

    def colour(self, shapes: Shapes) -> Exchange:
        """Which colour a kind of shape has."""
        language, kind = self.language, self.some_kind(shapes, 0.8)
        subject = Subject(kind=kind)
        found = distinct([shape.colour for shape in shapes if subject.matches(shape)])
        answer = language.colours(kind, found) if found else language.absence(subject)
        question = language.ask(self.source, "colour", language.name(subject, self.source))
        return Exchange("colour", question, answer)

    def shape(self, shapes: Shapes) -> Exchange:
        """Which kind of shape has a colour."""
        language, colour = self.language, self.some_colour(shapes, 0.8)
        subject = Subject(colour=colour)
        found = distinct([shape.kind for shape in shapes if subject.matches(shape)])
        answer = language.kinds(colour, found) if found else language.absence(subject)
        question = language.ask(self.source, "shape", language.colour(colour))
        return Exchange("shape", question, answer)

    def position(self, shapes: Shapes) -> Exchange:
        """Where a shape lies."""
        language, subject = self.language, self.some_subject(shapes, 0.25)
        found = distinct([language.place(shape) for shape in shapes if subject.matches(shape)])
        answer = language.positions(subject, found) if found else language.absence(subject)
        question = language.ask(self.source, "position", language.name(subject, self.source))
        return Exchange("position", question, answer)

    def exist(self, shapes: Shapes) -> Exchange:
        """Whether there is such a shape."""
        language, subject = self.language, self.some_subject(shapes, 0.5)
        question = language.ask(self.source, "exist", language.name(subject, self.source))
        found = any(subject.matches(shape) for shape in shapes)
        return Exchange("exist", question, language.presence(subject, found))

    def detect(self, shapes: Shapes) -> Exchange:
        """Boxes around one shape, a kind, a colour, or all."""
        choice, language = self.source.random(), self.language
        if choice < 0.62:
            subject = self.some_subject(shapes, 0.25)
        elif choice < 0.74:
            subject = Subject(kind=self.some_kind(shapes, 0.85))
        elif choice < 0.86:
            subject = Subject(colour=self.some_colour(shapes, 0.85))
        else:
            subject = Subject()
        found = [shape for shape in shapes if subject.matches(shape)]
        question = self.detection_question(subject)
        if not found:
            return Exchange("detect", question, language.absence(subject))
        if subject.kind is None:
            named = [Subject(shape.colour, shape.kind) for shape in found]
            answer = "".join(
                tag(language.name(name)) + box_text(shape)
                for name, shape in zip(named, found, strict=True)
            )
        else:
            answer = tag(language.name(subject)) + "".join(map(box_text, found))
        return Exchange("detect", question, answer)

    def detection_question(self, subject: Subject) -> str:
        """Ask for boxes."""
        language, source = self.language, self.source
        if subject != Subject():
            return language.ask(source, "detect", language.name(subject, source))
        if "detect_all" in language.questions:
            return language.ask(source, "detect_all")
        return language.ask(source, "detect", "所有图形")

    def compare(self, first: Shapes, second: Shapes) -> Exchange:
        """A question about two pictures."""
        language, source = self.language, self.source
        task = source.choice(("totals", "more", "holder", "describe_first", "describe_second"))
        if task == "totals":
            answer = language.totals(len(first), len(second))
        elif task == "more":
            answer = language.more(len(first), len(second))
        elif task == "holder":
            subject = self.some_subject(source.choice((first, second)), 0.15)
            answer = language.holder(
                subject, any(map(subject.matches, first)), any(map(subject.matches, second))
            )
            return Exchange(task, language.ask(source, task, language.name(subject)), answer)
        else:
            answer = language.describe(first if task == "describe_first" else second)
        return Exchange(task, language.ask(source, task), answer)

    def without_picture(self) -> Exchange:
        """A question about a picture that was not sent."""
        task = choose_task(self.source)
        return Exchange("no_picture", task(self, ()).question, self.language.no_picture)

    def some_subject(self, shapes: Shapes, absent: float) -> Subject:
        """A colour and kind from the scene, or by the given share one that is not there.

        Of the absent ones many are near misses: right colour or right kind.
        """
        source = self.source
        if shapes and source.random() > absent:
            shape = source.choice(shapes)
            return Subject(shape.colour, shape.kind)
        present = {(shape.colour, shape.kind) for shape in shapes}
        while True:
            colour, kind = source.choice(NAMES), source.choice(SHAPES)
            if source.random() < 0.06:
                kind = source.choice(KINDS)
            if shapes and source.random() < 0.6:
                near = source.choice(shapes)
                if source.random() < 0.5:
                    colour = near.colour
                else:
                    kind = near.kind
            if (colour, kind) not in present:
                return Subject(colour, kind)

    def some_colour(self, shapes: Shapes, present: float) -> str:
        """A colour, by the given share one from the scene."""
        if shapes and self.source.random() < present:
            return self.source.choice(shapes).colour
        return self.source.choice(NAMES)

    def some_kind(self, shapes: Shapes, present: float) -> str:
        """A kind, by the given share one from the scene."""
        if shapes and self.source.random() < present:
            return self.source.choice(shapes).kind
        return self.source.choice(SHAPES)


PictureTask = Callable[[Asker, Shapes], Exchange]
TASKS: tuple[tuple[PictureTask, float], ...] = (
    (Asker.describe, 0.2),
    (Asker.count, 0.14),
    (Asker.colour, 0.1),
    (Asker.shape, 0.1),
    (Asker.position, 0.1),
    (Asker.exist, 0.1),
    (Asker.detect, 0.35),
)
"""What is asked about a picture, and how often."""


def choose_task(source: random.Random) -> PictureTask:
    """A task by weight."""
    return source.choices([task for task, _ in TASKS], [weight for _, weight in TASKS])[0]


def choose_asker(source: random.Random) -> Asker:
    """Either language."""
    return Asker(source, source.choice(LANGUAGES))


def picture_exchange(source: random.Random, shapes: Shapes) -> Exchange:
    """One question with a picture in view, now and then not about it."""
    asker, choice = choose_asker(source), source.random()
    if choice < 0.03:
        return asker.greet()
    exchange = asker.foreign() if choice < 0.09 else choose_task(source)(asker, shapes)
    return asker.with_passages(exchange) if source.random() < 0.06 else exchange


def text_exchange(source: random.Random) -> Exchange:
    """One question without a picture."""
    asker, choice = choose_asker(source), source.random()
    if choice < 0.35:
        return asker.greet()
    exchange = asker.foreign() if choice < 0.75 else asker.without_picture()
    return asker.with_passages(exchange) if source.random() < 0.15 else exchange


def pair_exchange(source: random.Random, first: Shapes, second: Shapes) -> Exchange:
    """One question about two pictures."""
    return choose_asker(source).compare(first, second)


def tag(name: str) -> str:
    """A label in Qwen-VL's grounding markup."""
    return f"<ref>{name}</ref>"


def box_text(shape: Shape) -> str:
    """A box in Qwen-VL's grounding markup, 0..1000 of the picture's sides, in tens."""
    left, top, right, bottom = (nearest_ten(side) for side in shape.box)
    return f"<box>({left},{top}),({right},{bottom})</box>"


def nearest_ten(fraction: float) -> int:
    """A fraction as thousandths, rounded to tens."""
    return min(1000, max(0, round(fraction * 100) * 10))


def distinct(names: list[str]) -> list[str]:
    """Each name once, in order."""
    return list(dict.fromkeys(names))
