"""An engine without a model, for trying clients: it says what it was told, the same every time."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator

from admin_system.core.engines.base import Engine, Report
from admin_system.core.engines.stops import StopFilter
from admin_system.core.errors import ContextTooLong, EngineFault
from admin_system.core.families import get_family
from admin_system.core.families.base import Family
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    LoadProgress,
    ModelInfo,
    Usage,
)

CONTEXT_LENGTH = 8192
PAUSE = 0.002
"""Seconds between two pieces, so that a stream can be watched and stopped."""
PICTURE_TOKENS = 16
SLOTS = 4
PIECE = re.compile(r"\s?[A-Za-z0-9_]+|\s|.", re.DOTALL)
"""A word with the space in front, or one character: what counts as a token here."""
DETECTION = re.compile(r"框出|\b[Ff]ind (?:the )?")
MIDDLE = "<box>(250,250),(750,750)</box>"


class EchoEngine(Engine):
    """Answers with the sizes of the pictures and the last question; told to find something
    (框出…, find the …), with a box over the middle of the last picture. Sampling changes nothing.
    """

    @staticmethod
    def slots_of(spec: EngineSpec) -> int:
        return SLOTS

    def __init__(self, spec: EngineSpec) -> None:
        super().__init__(spec)
        self._family = get_family(spec.family or "qwen3_vl")
        self._run: object | None = None
        """A new one for each load: what runs on an older one ends."""

    def load(self, report: Report) -> ModelInfo:
        report(LoadProgress("stage_preparing", 1.0))
        self._run = object()
        return ModelInfo(
            family=self._family.name,
            quantization="none",
            precision="none",
            device="cpu",
            context_length=self.context_length,
            parameters=0,
        )

    def unload(self) -> None:
        self._run = None

    @property
    def family(self) -> Family:
        return self._family

    @property
    def context_length(self) -> int:
        return self.spec.context_length or CONTEXT_LENGTH

    async def submit(self, request: ChatRequest) -> AsyncGenerator[Delta | End]:
        if self._run is None:
            raise EngineFault("engine_stopped")
        self.refuse_wishes(request)
        prompt_tokens = count_prompt_tokens(request)
        if prompt_tokens + 1 > self.context_length:
            raise ContextTooLong(prompt_tokens, self.context_length)
        sampling = request.sampling
        limit = sampling.max_tokens or self.spec.defaults.max_tokens or CONTEXT_LENGTH
        limit = min(limit, self.context_length - prompt_tokens)
        run = self._run
        with self._admission.enter(request.id) as place:
            await place.start()
            stops = StopFilter(sampling.stop)
            tokens = PIECE.findall(compose_answer(request))
            done = 0
            for token in tokens[:limit]:
                started = time.monotonic()
                await asyncio.sleep(PAUSE)
                if run is not self._run:
                    raise EngineFault("engine_stopped")
                self._meter.add(1, time.monotonic() - started)
                done += 1
                if text := stops.push(token):
                    yield Delta(text)
                if stops.stopped:
                    break
            if text := stops.flush():
                yield Delta(text)
        cut = done < len(tokens) and not stops.stopped
        yield End("length" if cut else "stop", Usage(prompt_tokens, done))


def count_prompt_tokens(request: ChatRequest) -> int:
    """Words and characters of all turns, and 16 for each picture."""
    words = sum(len(PIECE.findall(message.text)) for message in request.messages)
    return words + PICTURE_TOKENS * len(request.pictures)


def compose_answer(request: ChatRequest) -> str:
    said = next((turn.text for turn in reversed(request.messages) if turn.role == "user"), "")
    asked = said.strip()
    if request.pictures and (match := DETECTION.search(asked)):
        label = asked[match.end() :].splitlines()[0].strip(" .。") if asked[match.end() :] else ""
        return f"<ref>{label or 'object'}</ref>{MIDDLE}"
    sizes = ", ".join(f"{picture.width}x{picture.height}" for picture in request.pictures)
    return f"[{sizes}] {asked}" if sizes else asked
