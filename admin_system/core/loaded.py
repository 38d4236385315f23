"""A model that answers, and how many use it."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from admin_system.core.engines.base import Engine, Report
from admin_system.core.families.base import Family
from admin_system.core.open_requests import OpenRequests
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    Ending,
    EngineSpec,
    LoadProgress,
    ModelInfo,
    TokenLogprob,
    ToolCall,
)
from admin_system.core.verification import verify

Create = Callable[[EngineSpec], Engine]


@dataclass(slots=True, eq=False)
class LoadedModel:
    """`users` and `broken` are changed under the lock of the model service only."""

    engine: Engine
    info: ModelInfo
    loaded_at: float
    """Seconds since the epoch."""
    users: int = 0
    broken: bool = False
    """Its engine has said that it cannot go on."""
    requests: OpenRequests = field(default_factory=OpenRequests)
    """Where its own are listed."""

    @property
    def spec(self) -> EngineSpec:
        return self.engine.spec

    @property
    def demo(self) -> bool:
        """The demonstration model answers, here or at the upstream."""
        return self.spec.demo or self.info.demo

    @property
    def family(self) -> Family:
        return self.engine.family

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta | End]:
        """As Engine.submit, with text and boxes filled into the End.

        Where it is stopped through `requests`, an End `cancelled` with what had come.
        """
        heard = [Heard() for _ in range(request.sampling.n)]
        async with (
            aclosing(self.engine.submit(request)) as answer,
            aclosing(self.requests.watch(request, self.spec.name, answer)) as watched,
        ):
            async for piece in watched:
                if isinstance(piece, Delta):
                    heard[piece.choice].add(piece)
                    yield piece
                else:
                    first, *others = (
                        self._complete(ending, one, request)
                        for ending, one in zip(piece.endings, heard, strict=True)
                    )
                    yield replace(
                        piece,
                        text=first.text,
                        boxes=first.boxes,
                        logprobs=first.logprobs,
                        tool_calls=first.tool_calls,
                        others=tuple(others),
                    )

    def _complete(self, ending: Ending, heard: Heard, request: ChatRequest) -> Ending:
        text = "".join(heard.pieces)
        boxes = self.engine.find_boxes(text, request)
        return replace(
            ending,
            text=text,
            boxes=boxes,
            logprobs=tuple(heard.logprobs),
            tool_calls=tuple(heard.calls),
        )


@dataclass(slots=True)
class Heard:
    """What has come of one answer."""

    pieces: list[str] = field(default_factory=list)
    logprobs: list[TokenLogprob] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)

    def add(self, delta: Delta) -> None:
        self.pieces.append(delta.text)
        self.logprobs += delta.logprobs
        if (piece := delta.tool_call) is None:
            return
        if piece.index == len(self.calls):
            self.calls.append(ToolCall(piece.id, piece.name, ""))
        known = self.calls[piece.index]
        self.calls[piece.index] = replace(known, arguments=known.arguments + piece.arguments)


def load_model(
    spec: EngineSpec, create: Create, report: Report, requests: OpenRequests | None = None
) -> LoadedModel:
    """Blocks until the model has answered once; gives its memory back when it does not.

    Its requests are listed in `requests`. `report` may raise to end the load. Raises CoreError,
    and what `report` raises.
    """
    engine = create(spec)
    try:
        info = engine.load(report)
        report(LoadProgress("stage_verifying", 1.0))
        verify(engine)
        report(LoadProgress("stage_verifying", 1.0))
    except BaseException:
        engine.unload()
        raise
    return LoadedModel(
        engine,
        info,
        loaded_at=time.time(),
        requests=OpenRequests() if requests is None else requests,
    )
