"""What may be done to the work on a document, and in which of its states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from admin_system.knowledge_base import jobs
from admin_system.knowledge_base.errors import DeedImpossible
from admin_system.knowledge_base.models import Document

State = Document.State
DeedName = Literal["retry", "pause", "resume", "cancel"]


@dataclass(frozen=True, slots=True)
class Deed:
    do: Callable[[Document], bool]
    """False where the document's state has become one that does not allow it."""
    states: tuple[str, ...]
    """Those that allow it."""


DEEDS: dict[DeedName, Deed] = {
    "retry": Deed(jobs.retry, (State.FAILED, State.WAITING, State.PAUSED, State.CANCELLED)),
    "pause": Deed(jobs.pause, (*Document.WORKING, State.WAITING)),
    "resume": Deed(jobs.retry, (State.PAUSED,)),
    "cancel": Deed(jobs.cancel, (*Document.WORKING, State.WAITING, State.PAUSED)),
}


def do_deed(document: Document, name: DeedName) -> None:
    """A job that runs hears of it at its next look, within seconds. Raises DeedImpossible."""
    deed = DEEDS[name]
    if document.state not in deed.states or not deed.do(document):
        raise DeedImpossible(
            "document_deed_impossible",
            state=document.state,
            deed=name,
            allowed=", ".join(deed.states),
        )
