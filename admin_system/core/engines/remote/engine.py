"""An engine elsewhere: one OpenAI-compatible service, or another process of this product."""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import suppress

import httpx

from admin_system.core.engines.base import Engine, Report
from admin_system.core.engines.channel import Channel
from admin_system.core.engines.remote.upstream import Upstream, authorization
from admin_system.core.engines.remote.wire import encode_request, read_events, read_refusal
from admin_system.core.engines.stops import StopFilter
from admin_system.core.errors import CoreError, EngineFault, UpstreamError
from admin_system.core.families import DEFAULT_FAMILY, get_family
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

logger = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(connect=10.0, read=600.0, write=60.0, pool=10.0)
SLOTS = 64
"""Requests in flight; the upstream has a queue of its own."""


class RemoteEngine(Engine):
    """The family is the configuration's, else what the upstream tells (`family` of its model card),
    else the newest one. Boxes in pixels of the shown picture (Qwen2.5-VL) are right only if the
    configuration's pixel budget is the upstream's.
    """

    honours = frozenset(
        {
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
        return SLOTS

    def __init__(self, spec: EngineSpec) -> None:
        super().__init__(spec)
        self._upstream = Upstream(spec)
        self._family = get_family(spec.family or DEFAULT_FAMILY)
        self._model = ""
        self._certificates: ssl.SSLContext | None = None
        self._lock = threading.Lock()
        self._open: set[Channel] = set()

    def load(self, report: Report) -> ModelInfo:
        report(LoadProgress("stage_upstream", 0.0))
        model = self._upstream.load(report)
        family = self.spec.family or model.family or DEFAULT_FAMILY
        self._family = get_family(family, writes_tags=model.demo)
        self._certificates = ssl.create_default_context()
        self._model = model.name
        return ModelInfo(
            family=self._family.name,
            quantization="unknown",
            precision="unknown",
            device="remote",
            context_length=model.context_length or self.spec.context_length,
            demo=model.demo,
        )

    def unload(self) -> None:
        loaded, self._model = self._model, ""
        with self._lock:
            for channel in self._open:
                channel.put(EngineFault("engine_stopped"))
        if loaded:
            self._upstream.unload()

    @property
    def family(self) -> Family:
        return self._family

    async def submit(self, request: ChatRequest) -> AsyncGenerator[Delta | End]:
        if not self._model:
            raise EngineFault("engine_stopped")
        self.refuse_wishes(request)
        with self._admission.enter() as place:
            await place.start()
            channel = Channel()
            with self._lock:
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
        try:
            await self._relay(request, channel)
        except CoreError as error:
            channel.put(error)
        except httpx.TimeoutException:
            logger.warning("request %s: the upstream is silent", request.id)
            channel.put(
                UpstreamError("upstream_too_slow", status=504, seconds=int(TIMEOUT.read or 0))
            )
        except httpx.ConnectError as error:
            logger.warning("request %s: the upstream cannot be reached: %s", request.id, error)
            channel.put(UpstreamError("upstream_unreachable"))
        except httpx.HTTPError as error:
            logger.warning("request %s: the upstream broke off: %s", request.id, error)
            channel.put(UpstreamError("upstream_interrupted"))
        except Exception:
            logger.exception("request %s failed", request.id)
            channel.put(EngineFault("generation_failed", request=request.id))

    async def _relay(self, request: ChatRequest, channel: Channel) -> None:
        body = await asyncio.to_thread(encode_request, request, self.spec, self._model)
        url = f"{self.spec.upstream_url.rstrip('/')}/chat/completions"
        async with (
            # Of this request alone: a pool of connections belongs to one event loop.
            httpx.AsyncClient(
                timeout=TIMEOUT,
                headers=authorization(self.spec),
                verify=self._certificates or True,
            ) as client,
            client.stream("POST", url, json=body) as response,
        ):
            if not response.is_success:
                retry_after = response.headers.get("retry-after")
                raise read_refusal(response.status_code, retry_after, await response.aread())
            channel.put(await self._pass_on(response, request, channel))

    async def _pass_on(
        self, response: httpx.Response, request: ChatRequest, channel: Channel
    ) -> End:
        stops = StopFilter(request.sampling.stop)
        pieces = 0
        reason: str | None = None
        usage: Usage | None = None
        since = time.monotonic()
        async for event in read_events(response.aiter_lines()):
            reason, usage = event.finish_reason or reason, event.usage or usage
            if event.text:
                pieces += 1
                now = time.monotonic()
                self._meter.add(1, now - since)
                since = now
                if text := stops.push(event.text):
                    channel.put(Delta(text))
            if stops.stopped:
                reason = "stop"
        if text := stops.flush():
            channel.put(Delta(text))
        if usage is None:
            logger.warning("request %s: the upstream counts no tokens", request.id)
            usage = Usage(0, pieces)
        return End("length" if reason == "length" else "stop", usage)
