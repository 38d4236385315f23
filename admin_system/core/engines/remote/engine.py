"""An engine elsewhere: OpenAI-compatible services, or other processes of this product."""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace

from admin_system.core.engines.base import Engine, Report
from admin_system.core.engines.channel import Channel
from admin_system.core.engines.remote.affinity import find_thread
from admin_system.core.engines.remote.attempt import Attempt, is_its_fault, may_go_elsewhere
from admin_system.core.engines.remote.health import HealthCheck
from admin_system.core.engines.remote.pool import Member, Pool
from admin_system.core.engines.remote.upstream import Upstream, UpstreamModel
from admin_system.core.errors import CoreError, EngineFault, LoadError, UpstreamError
from admin_system.core.families import DEFAULT_FAMILY, get_family
from admin_system.core.families.base import Family
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    EngineStats,
    LoadProgress,
    ModelInfo,
    PixelBudget,
)
from admin_system.core.upstreams import without_user

logger = logging.getLogger(__name__)

SLOTS = 64
"""Requests in flight for each upstream; it has a queue of its own."""


class RemoteEngine(Engine):
    """The family is the configuration's, else what the upstream tells (`family` of its model card),
    else the newest one. Boxes in pixels of the shown picture (Qwen2.5-VL) are right only if the
    configuration's pixel budget is the upstream's; a process of ours tells its own.
    """

    honours = frozenset(
        {
            "n",
            "logprobs",
            "tools",
            "min_p",
            "repetition_penalty",
            "presence_penalty",
            "frequency_penalty",
            "logit_bias",
            "response_format",
        }
    )

    @staticmethod
    def slots_of(spec: EngineSpec) -> int:
        return SLOTS * len(spec.upstreams)

    def __init__(self, spec: EngineSpec) -> None:
        super().__init__(spec)
        self._pool = Pool(spec.upstreams)
        self._health = HealthCheck(self._pool, ours=spec.upstream_is_ours)
        self._family = get_family(spec.family or DEFAULT_FAMILY)
        self._pixels: PixelBudget | None = None
        self._loaded = False
        self._certificates: ssl.SSLContext | None = None
        self._lock = threading.Lock()
        self._open: set[Channel] = set()

    def load(self, report: Report) -> ModelInfo:
        """One upstream that can answer is enough; the others come in when they can."""
        report(LoadProgress("stage_upstream", 0.0))
        models = self._load_upstreams(report)
        demo = any(model.demo for model in models)
        told = next((model.family for model in models if model.family), "")
        self._family = get_family(self.spec.family or told or DEFAULT_FAMILY, writes_tags=demo)
        self._pixels = next((model.pixels for model in models if model.pixels), None)
        self._certificates = ssl.create_default_context()
        self._loaded = True
        self._health.start()
        lengths = [model.context_length for model in models if model.context_length]
        return ModelInfo(
            family=self._family.name,
            quantization="unknown",
            precision="unknown",
            device="remote",
            context_length=min(lengths, default=self.spec.context_length),
            demo=demo,
            pixels=self._pixels,
        )

    def _load_upstreams(self, report: Report) -> list[UpstreamModel]:
        """Raises the first LoadError where none can answer."""
        models: list[UpstreamModel] = []
        faults: list[LoadError] = []
        for member in self._pool.members:
            try:
                model = self._upstream_of(member).load(report)
            except LoadError as error:
                shown = without_user(member.address.url)
                logger.warning("upstream %s is left out: %s", shown, error.code)
                self._pool.blame(member, error.code, at_once=True)
                faults.append(error)
            else:
                self._pool.welcome(member, model.name)
                models.append(model)
        if not models:
            raise faults[0]
        return models

    def unload(self) -> None:
        loaded = self._loaded
        self.close()
        if loaded:
            for member in self._pool.members:
                if member.model:
                    self._upstream_of(member).unload()

    def close(self) -> None:
        self._health.stop()
        self._loaded = False
        with self._lock:
            for channel in self._open:
                channel.put(EngineFault("engine_stopped"))

    def _upstream_of(self, member: Member) -> Upstream:
        ours, follows = self.spec.upstream_is_ours, self.spec.upstream_follows
        return Upstream(member.address, ours=ours, follows=follows)

    def stats(self) -> EngineStats:
        return replace(super().stats(), upstreams=self._pool.states())

    @property
    def family(self) -> Family:
        return self._family

    @property
    def pixel_budget(self) -> PixelBudget:
        return self._pixels or super().pixel_budget

    async def submit(self, request: ChatRequest) -> AsyncGenerator[Delta | End]:
        if not self._loaded:
            raise EngineFault("engine_stopped")
        self.refuse_wishes(request)
        with self._admission.enter(request.id) as place:
            await place.start()
            channel = Channel()
            with self._lock:
                if not self._loaded:  # since it came
                    raise EngineFault("engine_stopped")
                self._open.add(channel)
            reader = asyncio.create_task(self._read(request, channel))
            try:
                while True:
                    item = await channel.get()
                    yield item
                    if isinstance(item, End):
                        return
            finally:
                with self._lock:
                    self._open.discard(channel)
                reader.cancel()  # closes the connection, which ends the generation upstream
                with suppress(asyncio.CancelledError):
                    await reader

    async def _read(self, request: ChatRequest, channel: Channel) -> None:
        """Puts the answer into the channel, or the one error that ended it."""
        thread, tried = find_thread(request), list[Member]()
        told: CoreError | None = None
        while (member := self._pool.enter(thread, tried)) is not None:
            tried.append(member)
            attempt = Attempt(request, self.spec, member, self._certificates, self._meter)
            try:
                channel.put(await attempt.run(channel))
            except UpstreamError as error:
                # The words of a service say more than that another one cannot be reached.
                told = error if told is None or error.status is not None else told
                if is_its_fault(error):
                    self._pool.blame(member, error.code)
                if attempt.begun or not may_go_elsewhere(error):
                    break
                logger.info("request %s: %s, trying elsewhere", request.id, error.code)
            except Exception:
                logger.exception("request %s failed", request.id)
                told = EngineFault("generation_failed", request=request.id)
                break
            else:
                self._pool.praise(member)
                return
            finally:
                self._pool.leave(member)
        channel.put(told or UpstreamError("upstream_unreachable"))
