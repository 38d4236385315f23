"""The conversation that a WebSocket keeps for its short form `{"message": …}`."""

from __future__ import annotations

from dataclasses import dataclass, field

from admin_system.api.limits import MAX_PICTURES, REMEMBERED_TURNS
from admin_system.core.types import Message


@dataclass(slots=True)
class ConnectionMemory:
    """Used on the event loop only. Lives as long as its connection."""

    turns: list[Message] = field(default_factory=list)
    """Question, answer, question, answer …"""

    def ask(self, question: Message) -> tuple[Message, ...]:
        """The conversation so far with a new question at its end."""
        return (*self.turns, question)

    def keep(self, question: Message, answer: str) -> None:
        """Remembers a turn that was answered, also in part; the oldest ones are let go."""
        self.turns += [question, Message.of_text("assistant", answer)]
        while len(self.turns) > REMEMBERED_TURNS or self.count_pictures() > MAX_PICTURES - 1:
            del self.turns[:2]

    def count_pictures(self) -> int:
        return sum(len(turn.pictures) for turn in self.turns)
