"""What an OpenAI-compatible service answers: the chunks of its stream, and its refusals."""

from __future__ import annotations

import json
import math
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from admin_system.core.engines.remote.lines import mend
from admin_system.core.errors import UpstreamError
from admin_system.core.types import Likelihood, TokenLogprob, ToolCallDelta, Usage

LONGEST_REASON = 300
LONGEST_PARAM = 100
SECONDS = re.compile(r"[0-9]{1,6}")
MOST_TOKENS = 2**40
NEVER = -9999.0
"""Stands for the logarithm of 0, which JSON cannot write."""
STATUSES = {
    "invalid_request_error": 400,
    "rate_limit_error": 429,
    "server_error": 500,
    "timeout_error": 504,
}
"""Of the types of errors that a stream may hold, as answers without a stream would have them."""
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)
"""What reading an answer of another shape ends in."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Of one of the answers, as far as a chunk says anything of it."""

    choice: int = 0
    text: str = ""
    logprobs: tuple[TokenLogprob, ...] = ()
    tool_calls: tuple[ToolCallDelta, ...] = ()
    finish_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One chunk of a stream."""

    pieces: tuple[Piece, ...] = ()
    usage: Usage | None = None
    last: bool = False
    """The service says that nothing follows; not every one does."""


async def read_events(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    """Until `[DONE]` or the end; comments and empty chunks are passed over. Raises UpstreamError.

    Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
    """
    async for line in lines:
        field, _, value = line.partition(":")
        if field != "data":
            continue
        value = value.strip()
        if value == "[DONE]":
            yield Event(last=True)
            return
        if value:
            yield read_chunk(value)


def read_chunk(text: str) -> Event:
    """Raises UpstreamError, also where the chunk is an error itself."""
    try:
        chunk = json.loads(text)
        if chunk.get("error") or chunk.get("object") == "error":
            raise refusal(find_status(chunk), None, chunk)
        pieces = tuple(read_piece(choice) for choice in chunk.get("choices") or ())
        return Event(pieces, read_usage(chunk.get("usage")))
    except UNREADABLE as error:
        raise UpstreamError("upstream_bad_answer") from error


def read_piece(choice: dict[str, Any]) -> Piece:
    delta = choice.get("delta") or {}
    text = read_text(delta.get("content"))
    likelihoods = (choice.get("logprobs") or {}).get("content") or ()
    return Piece(
        int(choice.get("index") or 0),
        text,
        tuple(map(read_logprob, likelihoods)),
        tuple(map(read_call, delta.get("tool_calls") or ())),
        read_text(choice.get("finish_reason")) or None,
    )


def read_text(value: object) -> str:
    """Empty for null; halves of characters stay. Raises TypeError."""
    if not isinstance(value or "", str):
        raise TypeError(f"{type(value).__name__} is no text")
    return str(value or "")


def read_logprob(token: dict[str, Any]) -> TokenLogprob:
    top = token.get("top_logprobs") or ()
    return TokenLogprob(read_likelihood(token), tuple(map(read_likelihood, top)))


def read_likelihood(token: dict[str, Any]) -> Likelihood:
    told = token.get("bytes")
    text = mend(str(token["token"]))
    # A number alone would be a length, and as much memory.
    data = text.encode() if told is None else bytes(iter(told))
    logprob = float(token["logprob"])
    return Likelihood(text, logprob if math.isfinite(logprob) else NEVER, data)


def read_call(call: dict[str, Any]) -> ToolCallDelta:
    function = call.get("function") or {}
    return ToolCallDelta(
        int(call.get("index") or 0),
        mend(read_text(call.get("id"))),
        mend(read_text(function.get("name"))),
        mend(read_text(function.get("arguments"))),
    )


def read_usage(usage: dict[str, Any] | None) -> Usage | None:
    if not usage:
        return None
    details = usage.get("prompt_tokens_details") or {}
    cached = details.get("cached_tokens") or 0
    return Usage(*map(read_count, (usage["prompt_tokens"], usage["completion_tokens"], cached)))


def read_count(value: object) -> int:
    """Raises ValueError."""
    if not isinstance(value, int) or not 0 <= value <= MOST_TOKENS:
        raise ValueError(f"{value!r:.20} counts no tokens")
    return int(value)


def read_reason(body: object) -> str:
    """The message of an error in OpenAI's shape, or where vLLM or FastAPI put it."""
    if not isinstance(body, dict):
        return "?"
    error = body.get("error") or body
    if isinstance(error, dict):
        error = error.get("message") or error.get("detail")
    return mend(str(error or "?")[:LONGEST_REASON])


def find_status(chunk: dict[str, Any]) -> int:
    """Of an error inside a stream: as OpenAI words its type, or vLLM its code; 200 where it tells
    nothing but that it is one."""
    error = chunk.get("error")
    told = error if isinstance(error, dict) else chunk
    code = told.get("code")
    if isinstance(code, int) and 400 <= code < 600:
        return code
    return STATUSES.get(str(told.get("type")), 200)


def read_refusal(status: int, retry_after: str | None, body: bytes) -> UpstreamError:
    """An answer of 400 or more as our error, with the upstream's own words."""
    told: object
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = {"error": body.decode("utf-8", "replace").strip()}
    return refusal(status, retry_after, told)


def refusal(status: int, retry_after: str | None, body: object) -> UpstreamError:
    seconds = int(retry_after) if retry_after and SECONDS.fullmatch(retry_after) else None
    error = UpstreamError(
        "upstream_refused", status=status, retry_after=seconds, reason=read_reason(body)
    )
    error.values["status"] = status  # a value of the sentence as well
    told = body.get("error") if isinstance(body, dict) else None
    if isinstance(told, dict):
        code, param = told.get("code"), told.get("param")
        error.told = code if isinstance(code, str) else ""
        error.param = mend(param[:LONGEST_PARAM]) if isinstance(param, str) else None
    return error
