"""The answers to one request on their way from an upstream: what is handed on, and how they end."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace

from admin_system.core.engines.remote.events import Event, Piece
from admin_system.core.engines.remote.lines import HalfCharacters
from admin_system.core.engines.stops import StopFilter
from admin_system.core.errors import UpstreamError
from admin_system.core.tools import ToolCallDelta, new_call_id
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    Ending,
    FinishReason,
    TokenLogprob,
    Usage,
)

logger = logging.getLogger(__name__)

LONGEST_ANSWER = 8 * 2**20
"""Characters, with the arguments of calls; no context has room for so many."""


class Relay:
    """Of all answers that were asked for."""

    def __init__(self, request: ChatRequest) -> None:
        self._request = request
        self._answers = [RelayedAnswer(request, number) for number in range(request.sampling.n)]
        self._usage: Usage | None = None

    def take(self, event: Event) -> Iterator[Delta]:
        """Raises UpstreamError where it speaks of an answer that nobody asked for."""
        self._usage = event.usage or self._usage
        for piece in event.pieces:
            if not 0 <= piece.choice < len(self._answers):
                raise UpstreamError("upstream_bad_answer")
            yield from self._answers[piece.choice].take(piece)

    @property
    def finished(self) -> bool:
        """Every answer has said why it ended."""
        return all(answer.finished for answer in self._answers)

    def flush(self) -> Iterator[Delta]:
        """What was held back, once nothing more comes. Raises UpstreamError where a field was
        dropped in silence."""
        for answer in self._answers:
            yield from answer.flush()
        for field in filter(self._was_dropped, ("n", "logprobs", "tool_choice", "response_format")):
            raise UpstreamError("upstream_dropped_field", field=field)

    def _was_dropped(self, field: str) -> bool:
        request, answers = self._request, self._answers
        if field == "n":
            return not all(answer.began for answer in answers)
        if field == "logprobs" and request.sampling.logprobs is not None:
            return any(answer.text and not answer.has_logprobs for answer in answers)
        ended = [answer for answer in answers if answer.reason != "length"]
        if field == "tool_choice" and request.tools is not None:
            return request.tools.choice == "required" and any(not one.called for one in ended)
        if field == "response_format" and request.format is not None:
            cut = bool(request.sampling.stop)  # an upstream cuts before a stop string by itself
            return not cut and any(one.text and not is_json(one.text) for one in ended)
        return False

    def end(self) -> End:
        usage = self._usage
        if usage is None:
            logger.warning("request %s: the upstream counts no tokens", self._request.id)
            usage = Usage(0, sum(answer.pieces for answer in self._answers))
        first, *others = self._answers
        return End(first.reason, usage, others=tuple(Ending(answer.reason) for answer in others))


class RelayedAnswer:
    """Most services honour `stop` themselves; here it holds for all."""

    def __init__(self, request: ChatRequest, number: int) -> None:
        self._number = number
        self._halves = HalfCharacters()
        self._stops = StopFilter(request.sampling.stop)
        self._logprobs: list[TokenLogprob] = []
        """Of tokens whose text is held back."""
        self._reason: str | None = None
        self._calls = CallNumbers()
        self.began = False
        self.has_logprobs = False
        self.text = ""
        """As the upstream wrote it."""
        self.pieces = 0
        self._length = 0

    @property
    def called(self) -> bool:
        return self._calls.count > 0

    @property
    def stopped(self) -> bool:
        """At a stop string."""
        return self._stops.stopped

    @property
    def finished(self) -> bool:
        return self._reason is not None

    @property
    def reason(self) -> FinishReason:
        if self.stopped:
            return "stop"
        if self._reason == "length":
            return "length"
        return "tool_calls" if self.called else "stop"

    def take(self, piece: Piece) -> Iterator[Delta]:
        """Raises UpstreamError where the answer has no end."""
        self._length += len(piece.text) + sum(len(call.arguments) for call in piece.tool_calls)
        if self._length > LONGEST_ANSWER:
            raise UpstreamError("upstream_bad_answer")
        self.began = True
        self._reason = piece.finish_reason or self._reason
        self.has_logprobs = self.has_logprobs or bool(piece.logprobs)
        if not self.stopped:
            self._logprobs += piece.logprobs
        if piece.text:
            self.pieces += 1
            yield from self._add(self._halves.push(piece.text))
        for call in piece.tool_calls:
            yield Delta("", self._number, tool_call=self._calls.number(call))

    def flush(self) -> Iterator[Delta]:
        yield from self._add(self._halves.flush())
        yield from self._tell(self._stops.flush())

    def _add(self, text: str) -> Iterator[Delta]:
        self.text += text
        yield from self._tell(self._stops.push(text))

    def _tell(self, text: str) -> Iterator[Delta]:
        if text:
            yield Delta(text, self._number, tuple(self._logprobs))
            self._logprobs.clear()


class CallNumbers:
    """Counts the calls of an answer from 0, whatever numbers its upstream gives them: some give
    all of them 0, and tell a new one by its id alone."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[int, str]] = {}
        """The upstream's number -> ours, and the id of the call."""
        self.count = 0

    def number(self, piece: ToolCallDelta) -> ToolCallDelta:
        known = self._known.get(piece.index)
        if known is not None and piece.id in ("", known[1]):
            return replace(piece, index=known[0], id="", name="")
        begun = replace(piece, index=self.count, id=piece.id or new_call_id())
        self._known[piece.index] = begun.index, piece.id
        self.count += 1
        return begun


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
