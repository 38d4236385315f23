"""English questions and answers about scenes."""

import random

from english_talk import TALK
from languages import SLOT, Language, Subject, is_digit
from world import Shape

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
PLACES = (
    ("upper left", "top", "upper right"),
    ("left", "center", "right"),
    ("lower left", "bottom", "lower right"),
)


class English(Language):
    """English, answers in American spelling of centre."""

    code = "en"
    unknown = (
        "I do not see any shape that I know. "
        "I am only a demo model and know only simple coloured shapes and digits."
    )
    beyond = (
        "I am only a demo model and cannot answer that. "
        "Please switch to a full model in the admin site."
    )
    no_picture = "Please upload an image first."
    questions = {
        "describe": (
            "Describe this image.",
            "Describe the picture",
            "What is in the image?",
            "What do you see?",
            "what is in this picture",
            "Please describe the image in detail.",
            "Which shapes are in the image?",
            "Analyze this image",
            "What is this?",
            "Tell me what is in the picture.",
            "What can you see in this photo?",
            "What shapes do you see?",
        ),
        "count": (
            "How many {} are there?",
            "Count the {}.",
            "how many {} are in the image",
            "How many {} can you see?",
            "number of {}?",
            "How many {} does the image have?",
            "Tell me the number of {}.",
        ),
        "colour": (
            "What color is the {}?",
            "What colour is the {}?",
            "which color is the {}",
            "Tell me the color of the {}.",
            "What is the color of the {}?",
        ),
        "shape": (
            "What shape is {}?",
            "What is the {} shape?",
            "which shape is {}",
            "What {} thing is in the image?",
            "Which shape is {}?",
        ),
        "position": (
            "Where is the {}?",
            "where is the {} located",
            "What is the position of the {}?",
            "In which part of the image is the {}?",
            "Where can I find the {}?",
        ),
        "exist": (
            "Is there a {}?",
            "Is there a {} in the image?",
            "Can you see a {}?",
            "do you see a {}",
            "Does the image contain a {}?",
        ),
        "detect": (
            "Find the {}",
            "find {}",
            "Box the {}",
            "Draw a box around the {}",
            "Locate the {}.",
            "Detect the {}",
            "Where is the {}? Give the bounding box.",
            "Mark the {}",
            "Give the bounding box of the {}",
            "Detect the {} in the image and return the bounding box.",
            "Show me where the {} is with a box.",
            "Draw a bounding box around the {}.",
            "Locate the {} and give its coordinates",
        ),
        "detect_all": (
            "Find all shapes",
            "Detect all shapes.",
            "Box every shape",
            "Locate all objects",
            "Draw boxes around all shapes",
        ),
        "totals": (
            "How many shapes are in each picture?",
            "Compare the two pictures.",
            "What is different between the images?",
        ),
        "more": ("Which picture has more shapes?", "Which image shows more shapes?"),
        "holder": ("Which picture has a {}?", "Which image shows a {}?"),
        "describe_first": ("Describe the first picture.", "What is in the first image?"),
        "describe_second": ("Describe the second picture.", "What is in the second image?"),
    }
    talk = TALK

    def kind(self, kind: str, source: random.Random | None = None) -> str:
        """Name of a kind."""
        return f"digit{SLOT} {kind}" if is_digit(kind) else kind

    def colour(self, colour: str) -> str:
        """Name of a colour."""
        return colour

    def name(self, subject: Subject, source: random.Random | None = None) -> str:
        """What is asked about, in the singular."""
        colour = f"{SLOT}{subject.colour}{SLOT} " if subject.colour else ""
        if subject.kind is None:
            return f"{colour}shape"
        kind = self.kind(subject.kind)
        return f"{colour}{kind}{SLOT}" if colour else f"{SLOT}{kind}{SLOT}"

    def names(self, subject: Subject) -> str:
        """What is asked about, in the plural."""
        name = self.name(subject)
        if subject.kind is not None and is_digit(subject.kind):
            return name
        plural = "es" if subject.kind == "cross" else "s"
        return name.removesuffix(SLOT) + plural + (SLOT if name.endswith(SLOT) else "")

    def ask(self, source: random.Random, task: str, name: str = "") -> str:
        """A question for a task; 'a' becomes 'an' where it must."""
        question = super().ask(source, task, name)
        return question.replace(" a " + name, " " + with_article(name)) if name else question

    def place(self, shape: Shape) -> str:
        """Which ninth of the picture a shape lies in."""
        return f"{SLOT}{PLACES[shape.row][shape.column]}{SLOT}"

    def describe(self, shapes: tuple[Shape, ...]) -> str:
        """A whole picture in one sentence."""
        if not shapes:
            return self.unknown
        parts = [
            f"{SLOT}a {'big' if shape.big else 'small'} "
            f"{self.name(Subject(shape.colour, shape.kind))} at the {self.place(shape)}"
            for shape in shapes
        ]
        return f"{amount(len(shapes))} shape{'s' * (len(shapes) > 1)}: " + ", ".join(parts) + "."

    def count(self, subject: Subject, number: int) -> str:
        """How many there are."""
        name = self.name(subject) if number == 1 else self.names(subject)
        return f"{amount(number)} {name}."

    def colours(self, kind: str, colours: list[str]) -> str:
        """The colours of all shapes of a kind."""
        found = " and ".join(f"{SLOT}{colour}{SLOT}" for colour in colours)
        return f"The {self.name(Subject(kind=kind))} is {found}."

    def kinds(self, colour: str, kinds: list[str]) -> str:
        """The kinds of all shapes of a colour."""
        found = " and ".join(f"{SLOT}{with_article(self.kind(kind))}{SLOT}" for kind in kinds)
        return f"The {self.name(Subject(colour))} is {found}."

    def positions(self, subject: Subject, places: list[str]) -> str:
        """Where a shape lies."""
        return f"The {self.name(subject)} is at the {' and the '.join(places)}."

    def presence(self, subject: Subject, found: bool) -> str:
        """Yes or no."""
        name = self.name(subject)
        if found:
            return f"Yes, there is {with_article(name)}."
        return f"No, there is no {name} in the image."

    def absence(self, subject: Subject) -> str:
        """That there is no such shape."""
        return f"There is no {self.name(subject)} in the image."

    def totals(self, first: int, second: int) -> str:
        """How many shapes each of two pictures has."""
        return (
            f"The first picture has {SLOT}{NUMBERS[first]}{SLOT} and "
            f"the second picture has {SLOT}{NUMBERS[second]}{SLOT}."
        )

    def more(self, first: int, second: int) -> str:
        """Which of two pictures has more shapes."""
        if first == second:
            return "Both pictures have the same number of shapes."
        return f"The {'first' if first > second else 'second'} picture has more shapes."

    def holder(self, subject: Subject, first: bool, second: bool) -> str:
        """Which of two pictures shows a shape."""
        name = with_article(self.name(subject))
        if first and second:
            return f"Both pictures have {name}."
        if not first and not second:
            return f"Neither picture has {name}."
        return f"The {'first' if first else 'second'} picture has {name}."


def amount(number: int) -> str:
    """The opening of a sentence that counts."""
    return f"There {'is' if number == 1 else 'are'} {SLOT}{NUMBERS[number]}{SLOT}"


def with_article(name: str) -> str:
    """A name with 'a' or 'an' before it."""
    return ("an " if name.strip(SLOT)[0] in "aeiou" else "a ") + name
