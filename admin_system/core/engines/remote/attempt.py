"""One try of one request at one upstream."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time

import httpx

from admin_system.core.engines.channel import Channel
from admin_system.core.engines.meter import Meter
from admin_system.core.engines.remote.bounded import read_start
from admin_system.core.engines.remote.events import Event, read_events, read_refusal
from admin_system.core.engines.remote.lines import read_lines
from admin_system.core.engines.remote.pool import Member
from admin_system.core.engines.remote.relay import Relay
from admin_system.core.engines.remote.upstream import authorization
from admin_system.core.engines.remote.wire import encode_request
from admin_system.core.errors import UpstreamError
from admin_system.core.types import ChatRequest, End, EngineSpec
from admin_system.core.upstreams import ASKER_HEADER

logger = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(connect=10.0, read=600.0, write=60.0, pool=10.0)
LONGEST_REFUSAL = 64 * 1024
"""Bytes; of its words a few hundred are told."""
BUSY = 429
SET_UP_WRONGLY = (401, 403, 404)
"""The key, or the model's name: a matter of this upstream, not of the request."""


class Attempt:
    def __init__(
        self,
        request: ChatRequest,
        spec: EngineSpec,
        member: Member,
        certificates: ssl.SSLContext | None,
        meter: Meter,
    ) -> None:
        self._request = request
        self._spec = spec
        self._member = member
        self._certificates = certificates
        self._meter = meter
        self.begun = False
        """A piece of the answer has come: from now on it is this upstream's or nobody's."""

    async def run(self, channel: Channel) -> End:
        """Puts the pieces into the channel. Raises UpstreamError."""
        try:
            return await self._relay(channel)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise self._fault("upstream_unreachable", error) from error
        except httpx.TimeoutException as error:
            fault = self._fault("upstream_too_slow", error)
            fault.status, fault.values = 504, {"seconds": int(TIMEOUT.read or 0)}
            raise fault from error
        except httpx.HTTPError as error:
            raise self._fault("upstream_interrupted", error) from error

    def _fault(self, code: str, error: httpx.HTTPError) -> UpstreamError:
        logger.warning("request %s: %s: %s", self._request.id, code, error)
        return UpstreamError(code)

    async def _relay(self, channel: Channel) -> End:
        address = self._member.address
        body = await asyncio.to_thread(
            encode_request, self._request, self._spec, self._member.model
        )
        url = f"{address.url.rstrip('/')}/chat/completions"
        async with (
            # Of this request alone: a pool of connections belongs to one event loop.
            httpx.AsyncClient(
                timeout=TIMEOUT,
                headers=self._headers(),
                verify=self._certificates or True,
            ) as client,
            client.stream("POST", url, json=body) as response,
        ):
            if not response.is_success:
                retry_after = response.headers.get("retry-after")
                said = await read_start(response.aiter_bytes(), LONGEST_REFUSAL)
                raise read_refusal(response.status_code, retry_after, said)
            return await self._pass_on(response, channel)

    def _headers(self) -> dict[str, str]:
        """A process of ours is fair between our callers and keeps what they said apart."""
        headers = authorization(self._member.address)
        if self._spec.upstream_is_ours:
            headers[ASKER_HEADER] = self._request.asker
        return headers

    async def _pass_on(self, response: httpx.Response, channel: Channel) -> End:
        relay = Relay(self._request)
        since = time.monotonic()
        event = Event()
        async for event in read_events(read_lines(response.aiter_bytes())):
            self.begun = True
            for delta in relay.take(event):
                now = time.monotonic()
                self._meter.add(1, now - since)
                since = now
                channel.put(delta)
        if not (event.last or relay.finished):
            raise UpstreamError("upstream_interrupted")
        for delta in relay.flush():
            channel.put(delta)
        return relay.end()


def is_its_fault(error: UpstreamError) -> bool:
    """The upstream failed; another request might fail there as well."""
    if error.code == "upstream_dropped_field":
        return False
    status = error.status
    return status is None or status == 200 or status >= 500 or status in SET_UP_WRONGLY


def may_go_elsewhere(error: UpstreamError) -> bool:
    """Before a piece has come. Who was silent for minutes is not waited for a second time."""
    if error.code in ("upstream_too_slow", "upstream_dropped_field"):
        return False
    return error.status == BUSY or is_its_fault(error)
