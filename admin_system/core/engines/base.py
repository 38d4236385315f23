"""What every engine promises: echo, local and remote pass the same contract test."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, ClassVar

from admin_system.core.engines.admission import Admission
from admin_system.core.engines.meter import Meter
from admin_system.core.errors import BadRequest
from admin_system.core.types import (
    Box,
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    EngineStats,
    LoadProgress,
    ModelInfo,
    PixelBudget,
)

if TYPE_CHECKING:
    from admin_system.core.families.base import Family

Report = Callable[[LoadProgress], None]
"""Called with the progress of a load, from whatever thread loads."""


class Engine(ABC):
    """One loaded model and the way it is run.

    `load` and `unload` block and are called by the model service alone, never at the same time.
    `submit` is called on any event loop; its answer comes back on that loop.
    """

    honours: ClassVar[frozenset[str]] = frozenset()
    """Those of `ChatRequest.wishes` that it grants; the others are refused by their name."""

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec
        self.slots = self.slots_of(spec)
        """Requests that are answered at a time; further ones wait."""
        self.on_failure: Callable[[], None] | None = None
        """Called, from whatever thread, when a loaded model cannot go on by itself."""
        self._admission = Admission(self.slots, spec.max_waiting)
        self._meter = Meter()

    @staticmethod
    def slots_of(spec: EngineSpec) -> int:
        return spec.max_batch

    @abstractmethod
    def load(self, report: Report) -> ModelInfo:
        """Makes the model ready to answer. Raises LoadError; nothing is left behind then."""

    @abstractmethod
    def unload(self) -> None:
        """Ends what still runs with EngineFault and gives all memory back; may be repeated."""

    def close(self) -> None:
        """As `unload`, at the end of the process; what serves others elsewhere goes on."""
        self.unload()

    @abstractmethod
    def submit(self, request: ChatRequest) -> AsyncGenerator[Delta | End]:
        """Answers with Delta, Delta, … and one End.

        Closing the generator, or cancelling the task that reads it, ends the generation before
        its next token; the place is free when `aclose` returns or at most one step later.
        Raises BadRequest, QueueFull, UpstreamError or EngineFault, also after the first Delta.
        """

    def refuse_wishes(self, request: ChatRequest) -> None:
        """Nothing is dropped in silence. Raises BadRequest."""
        for name in sorted(request.wishes - self.honours):
            raise BadRequest("field_not_honoured", param=name)

    def position(self, request_id: str) -> int | None:
        """Of a request in the queue, from 1; None where it does not wait. From any thread."""
        return self._admission.position(request_id)

    def stats(self) -> EngineStats:
        """Cheap, and callable from any thread."""
        return EngineStats(
            running=self._admission.running,
            waiting=self._admission.waiting,
            slots=self.slots,
            tokens_per_second=self._meter.tokens_per_second,
            generated_tokens=self._meter.total,
        )

    @property
    @abstractmethod
    def family(self) -> Family:
        """How the model is spoken to; known after `load`."""

    @property
    def pixel_budget(self) -> PixelBudget:
        """At how many pixels the model sees a picture; known after `load`."""
        return self.family.pixel_budget(self.spec)

    def find_boxes(self, text: str, request: ChatRequest) -> tuple[Box, ...]:
        """Boxes of an answer in pixels of the request's pictures as sent."""
        return self.family.find_boxes(text, request.picture_parts, self.pixel_budget)
