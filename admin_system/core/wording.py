"""How a question is put: the text of a prompt template, checked, and its variables filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from string import Formatter
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from admin_system.core.errors import BadTemplate
from admin_system.core.types import ChatRequest, Language, Message, PicturePart, TextPart
from admin_system.env import get_env

Kind = Literal["chat", "analysis", "detection", "knowledge"]
KINDS: tuple[Kind, ...] = get_args(Kind)
VARIABLES: dict[Kind, tuple[str, ...]] = {
    "chat": ("question", "date"),
    "analysis": ("question", "date"),
    "detection": ("labels", "question", "date"),
    "knowledge": ("question", "sources", "nothing", "date"),
}
NEEDED: dict[Kind, tuple[str, ...]] = {
    "chat": (),
    "analysis": (),
    "detection": (),
    "knowledge": ("question", "sources"),
}
LONGEST = 20_000
"""Characters of a template."""
END_MARKS = " \t\n。.！!"


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of a template; `{{` and `}}` in it stand for braces."""

    kind: Kind
    language: Language
    text: str

    def __post_init__(self) -> None:
        """Raises BadTemplate."""
        check_text(self.kind, self.text)

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(find_variables(self.text))

    def fill(self, **values: str) -> str:
        """With what each variable stands for; braces in a value mean nothing."""
        known = {"date": today(), **values}
        return "".join(
            before + (known.get(name, "") if name is not None else "")
            for before, name, _, _ in Formatter().parse(self.text)
        )


def check_text(kind: Kind, text: str) -> None:
    """Raises BadTemplate."""
    if not text.strip():
        raise BadTemplate("template_empty")
    if len(text) > LONGEST:
        raise BadTemplate("template_too_long", given=len(text), limit=LONGEST)
    found = find_variables(text)
    known = VARIABLES[kind]
    allowed = " ".join(f"{{{name}}}" for name in known)
    for name in found:
        if name not in known:
            raise BadTemplate("template_unknown_variable", name=name[:40], allowed=allowed)
    for name in NEEDED[kind]:
        if name not in found:
            raise BadTemplate("template_lacks_variable", name=name)


def find_variables(text: str) -> list[str]:
    """In their order. Raises BadTemplate where braces do not pair."""
    found = []
    try:
        for _, name, form, conversion in Formatter().parse(text):
            if name is not None:  # `{a:b}` and `{a!r}` are no variables of ours
                found.append(f"{name}{'!' if conversion else ''}{':' if form else ''}")
    except ValueError:
        raise BadTemplate("template_braces") from None
    return found


def today() -> str:
    """YYYY-MM-DD, where the site stands."""
    return datetime.now(ZoneInfo(get_env().time_zone)).date().isoformat()


def word_chat(request: ChatRequest, wording: Wording) -> ChatRequest:
    """With `{question}` the last question is put so; without it the text is the system's, before
    what the caller lets the system say. Raises BadTemplate where nobody asks."""
    turns = list(request.messages)
    if "question" not in wording.variables:
        if turns[0].role in ("system", "developer"):
            said = turns.pop(0).text
            turns.insert(0, Message.of_text("system", f"{wording.fill()}\n\n{said}"))
        else:
            turns.insert(0, Message.of_text("system", wording.fill()))
        return replace(request, messages=tuple(turns))
    asked = [place for place, turn in enumerate(turns) if turn.role == "user"]
    if not asked:
        raise BadTemplate("template_asks_nothing")
    last = turns[asked[-1]]
    pictures = tuple(part for part in last.parts if isinstance(part, PicturePart))
    text = TextPart(wording.fill(question=last.text))
    turns[asked[-1]] = Message(last.role, (*pictures, text))
    return replace(request, messages=tuple(turns))


def word_analysis(wording: Wording, query: str) -> str:
    """What has no place in the text follows it."""
    return join(wording.fill(question=query), {"question": query}, wording.variables)


def word_detection(wording: Wording, query: str, labels: Sequence[str]) -> str:
    """`{labels}` are the names to find; where there are none, the question, or everything."""
    zh = wording.language == "zh"
    names = ("、" if zh else ", ").join(labels)
    used = wording.variables
    stands_in = not names and "labels" in used
    wanted = names or query.strip(END_MARKS) or ("所有物体" if zh else "all objects")
    given = {"labels": names, "question": "" if stands_in else query}
    return join(wording.fill(labels=wanted, question=query), given, used)


def join(filled: str, given: Mapping[str, str], used: frozenset[str]) -> str:
    left = [value for name, value in given.items() if name not in used and value.strip()]
    return "\n".join([filled, *left])
