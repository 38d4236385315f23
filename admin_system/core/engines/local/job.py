"""One request on its way between its event loop and the engine's thread."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from admin_system.core.engines.admission import Place
from admin_system.core.engines.channel import Channel, Item
from admin_system.core.engines.local.choice import Choice
from admin_system.core.engines.local.grammar import Grammar
from admin_system.core.engines.local.prompt import Prompt
from admin_system.core.families.tool_formats import ToolFormat
from admin_system.core.types import ToolWish


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """Made on the event loop that reads it; the engine's thread writes into it."""

    id: str
    """Of the request."""
    owner: str
    prompt: Prompt
    keys: list[int]
    """Of the prompt, as `RowTable` compares them."""
    choice: Choice
    max_tokens: int
    stop: tuple[str, ...]
    place: Place
    number: int = 0
    """Which of the answers to its request."""
    logprobs: int | None = None
    grammar: Grammar | None = None
    tools: ToolWish | None = None
    tool_format: ToolFormat | None = None
    channel: Channel = field(default_factory=Channel)
    gone: threading.Event = field(default_factory=threading.Event)
    """Set when nobody reads the answer any more."""

    def put(self, item: Item) -> None:
        if not self.channel.put(item):
            self.gone.set()
