"""One answer on its way: the row it is written in, its tokens, its text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from admin_system.core.engines.local.job import Job
from admin_system.core.engines.local.logprobs import find_logprobs
from admin_system.core.engines.local.network import Part
from admin_system.core.engines.local.repetition import goes_in_circles
from admin_system.core.engines.local.sampler import Sampler
from admin_system.core.engines.local.text import Decoder, TextStream
from admin_system.core.engines.stops import StopFilter
from admin_system.core.engines.tool_stream import Piece, ToolStream
from admin_system.core.types import Delta, End, FinishReason, TokenLogprob, Usage


class Answer:
    """Belongs to the engine's thread."""

    def __init__(
        self,
        job: Job,
        row: int,
        decoder: Decoder,
        end_ids: frozenset[int],
        put: Callable[[Delta], None] | None = None,
    ) -> None:
        """`put` takes what is for the reader; None hands it over at once."""
        self.job = job
        self._hand_over = put or job.put
        self.row = row
        self.tokens: list[int] = job.prompt.ids[0].tolist()
        """The prompt's, then the answer's."""
        self.read = 0
        """How many of them the row holds."""
        self.cached = 0
        """How many of them it held from the beginning."""
        self.sampler = Sampler(job.choice, job.prompt.ids, job.grammar)
        self._end_ids = end_ids
        self._decoder = decoder
        self._text = TextStream(decoder)
        self._tools: ToolStream | None = None
        if job.tools is not None and job.tool_format is not None:
            self._tools = ToolStream(job.tool_format, job.tools.tools, parallel=job.tools.parallel)
        self._logprobs: list[TokenLogprob] = []
        """Of tokens whose text has not come out yet."""
        self._stops = StopFilter(job.stop)

    @property
    def prompt_tokens(self) -> int:
        return self.job.prompt.tokens

    @property
    def unread(self) -> int:
        return len(self.tokens) - self.read

    @property
    def reads_prompt(self) -> bool:
        return self.read < self.prompt_tokens

    def keys(self) -> list[int]:
        """Of the tokens that the row holds, as `RowTable` compares them."""
        said = self.tokens[self.prompt_tokens : self.read]
        return [*self.job.keys[: self.read], *said]

    def next_part(self, most: int) -> Part:
        """The next tokens to be read, at most so many."""
        ids = self.tokens[self.read : self.read + most]
        return Part(self.row, self.read, ids, wanted=len(ids) == self.unread)

    def choose(self, logits: Any, likeliest: int) -> End | None:
        """Takes the next token from the logits (V,) behind the last one, of which `likeliest` is
        the argmax; the End, if it is the last."""
        token = likeliest if self.sampler.takes_likeliest else self.sampler.pick(logits)
        self.tokens.append(token)
        count = len(self.tokens) - self.prompt_tokens
        ended = token in self._end_ids
        if not ended:
            if self.job.logprobs is not None:
                told = find_logprobs(logits, token, self.job.logprobs, self._decoder)
                self._logprobs.append(told)
            self._tell(self._stops.push(self._text.push(token)))
        called = self._tools is not None and self._tools.stopped
        stopped = ended or called or self._stops.stopped
        cut = count == self.job.max_tokens or goes_in_circles(self.tokens[self.prompt_tokens :])
        if not (stopped or cut):
            return None
        self._tell(self._stops.flush())
        for piece in self._tools.flush() if self._tools is not None else ():
            self._put(piece)
        reason: FinishReason = "stop" if stopped else "length"
        if reason == "stop" and self._tools is not None and self._tools.calls:
            reason = "tool_calls"
        usage = Usage(self.prompt_tokens, count, self.cached)
        return End(reason, usage, number=self.job.number)

    def _tell(self, text: str) -> None:
        if self._tools is not None:
            for piece in self._tools.push(text):
                self._put(piece)
        elif text:
            self._put(text)

    def _put(self, piece: Piece) -> None:
        if isinstance(piece, str):
            self._hand_over(Delta(piece, self.job.number, tuple(self._logprobs)))
            self._logprobs.clear()
        else:
            self._hand_over(Delta("", self.job.number, tool_call=piece))
