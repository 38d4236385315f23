"""The step loop: admits requests between two tokens, reads prompts in chunks, writes all answers.

As in Orca (https://www.usenix.org/conference/osdi22/presentation/yu), with prompts in chunks beside
the running answers as in Sarathi-Serve (https://arxiv.org/abs/2403.02310).
"""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from admin_system.core.engines.channel import Courier
from admin_system.core.engines.local.answer import Answer
from admin_system.core.engines.local.budget import Budget, share
from admin_system.core.engines.local.faults import NO_MEMORY, NoNumbers, fault_of
from admin_system.core.engines.local.job import Job
from admin_system.core.engines.local.network import Network, Part
from admin_system.core.engines.local.row_table import RowTable
from admin_system.core.engines.local.text import Decoder
from admin_system.core.engines.local.waiting_room import WaitingRoom
from admin_system.core.engines.meter import Meter
from admin_system.core.errors import EngineFault
from admin_system.core.types import CacheStats, DecodeStats, End

logger = logging.getLogger(__name__)


class Loop:
    """Belongs to the engine's thread, which calls `step` while there is something to do."""

    def __init__(
        self,
        network: Network,
        rows: RowTable,
        decoder: Decoder,
        end_ids: frozenset[int],
        meter: Meter,
        budget: Budget,
        relieve: Callable[[], None],
        row_bytes: int = 0,
    ) -> None:
        """`relieve` gives back memory that is not needed, for another try; `row_bytes` are
        those of all rows."""
        self.waiting = WaitingRoom()
        self._courier = Courier()
        self._network = network
        self._decoder = decoder
        self._end_ids = end_ids
        self._meter = meter
        self._budget = budget
        self._relieve = relieve
        self._bytes = row_bytes
        self._rows = rows
        self.prompt_tokens = self.cached_tokens = 0
        """Of all requests so far, and those that were not computed again."""
        self._running: list[Answer] = []
        """As they were admitted."""
        self._looked = 0.0
        """Seconds of this pass that went into looking at pictures, however few tokens are read."""

    @property
    def busy(self) -> bool:
        return bool(self._running or len(self.waiting))

    def cache_stats(self) -> CacheStats:
        """From any thread."""
        features = self._network.features
        looked = features.hits + features.misses
        return CacheStats(
            prefix_hit_rate=self.cached_tokens / self.prompt_tokens if self.prompt_tokens else None,
            picture_hit_rate=features.hits / looked if looked else None,
            prefix_tokens=self.prompt_tokens,
            prefix_hits=self.cached_tokens,
            pictures=looked,
            picture_hits=features.hits,
            prefix_bytes=self._bytes,
            picture_bytes=features.bytes,
        )

    def decode_stats(self) -> DecodeStats:
        """From any thread."""
        return self._network.decode_stats()

    def step(self) -> None:
        """One pass: the next token of every answer, and some tokens of prompts."""
        began = time.monotonic()
        self._looked = 0.0
        self._drop_abandoned()
        self._admit()
        if parts := self._plan():
            answers = {answer.row: answer for answer in self._running}
            of_prompts = sum(len(part.ids) for part in parts if answers[part.row].reads_prompt)
            tokens = self._read(parts, answers)
            seconds = time.monotonic() - began
            self._budget.learn(of_prompts, seconds - self._looked)
            self._meter.add(tokens, seconds)
        self._deliver()

    def _deliver(self) -> None:
        dead = self._courier.deliver()
        if dead:
            for answer in self._running:
                if answer.job.channel in dead:
                    answer.job.gone.set()

    def end_all(self, fault: EngineFault) -> None:
        """The rows are not used any more; also from the watchdog's thread."""
        self._courier.deliver()
        running, self._running = self._running, []
        for answer in running:
            answer.job.place.end()
            answer.job.put(fault)
        for job in self.waiting.remove(lambda _: True):
            job.place.end()
            job.put(fault)

    def _drop_abandoned(self) -> None:
        for job in self.waiting.remove(lambda job: job.gone.is_set()):
            job.place.end()
        for answer in [one for one in self._running if one.job.gone.is_set()]:
            self._end(answer, None)

    def _admit(self) -> None:
        while self._rows.has_free and len(self.waiting):
            job = self.waiting.take(self._rows_of_owners())
            if job.place.begin():
                self._begin(job)
            else:
                job.place.end()
        self.waiting.settle(self._rows_of_owners())

    def _begin(self, job: Job) -> None:
        seat = self._rows.take(job.owner, job.keys)
        put = partial(self._courier.put, job.channel)
        answer = Answer(job, seat.row, self._decoder, self._end_ids, put)
        self._running.append(answer)
        try:
            if seat.source != seat.row:
                self._network.copy(seat.source, seat.row, seat.shared)
            answer.cached = answer.read = self._network.begin(seat.row, job.prompt, seat.shared)
            self._rows.keep(seat.row, answer.read)
        except Exception as error:
            self._end(answer, fault_of(error, job.id))
        self.prompt_tokens += job.prompt.tokens
        self.cached_tokens += answer.cached

    def _rows_of_owners(self) -> Counter[str]:
        return Counter(answer.job.owner for answer in self._running)

    def _plan(self) -> list[Part]:
        """Answers in the order of their rows, then prompts."""
        writing = sorted(
            (answer for answer in self._running if not answer.reads_prompt),
            key=lambda answer: answer.row,
        )
        parts = [answer.next_part(1) for answer in writing]
        reading = [answer for answer in self._running if answer.reads_prompt]
        if not self._network.in_chunks:
            return parts + [answer.next_part(answer.unread) for answer in reading[:1]]
        shares = share(self._budget.tokens, [answer.unread for answer in reading])
        for answer, count in zip(reading, shares, strict=True):
            if count:
                parts.append(answer.next_part(count))
        return parts

    def _read(self, parts: Sequence[Part], answers: dict[int, Answer]) -> int:
        """Returns how many tokens were written."""
        sound = [part for part in parts if self._see(part, answers[part.row])]
        if not sound:
            return 0
        try:
            logits = self._network.run(sound)
        except Exception as error:
            fault_of(error, None)
        else:
            return self._take(sound, logits, answers)
        # behind the handler, whose traceback holds the tensors of the pass
        self._make_room()
        return sum(self._read_alone(part, answers) for part in sound)

    def _make_room(self) -> None:
        self._network.make_room()
        self._relieve()

    def _see(self, part: Part, answer: Answer) -> bool:
        """Whether the pictures under a part could be looked at."""
        if not answer.reads_prompt:
            return True
        fault = self._look(part, answer)
        if fault is not None and fault.code == NO_MEMORY:
            fault = self._look(part, answer)
        if fault is not None:
            self._end(answer, fault)
        return fault is None

    def _look(self, part: Part, answer: Answer) -> EngineFault | None:
        began = time.monotonic()
        try:
            self._network.see(part.row, part.start, part.end)
        except Exception as error:
            fault = fault_of(error, answer.job.id)
        else:
            return None
        finally:
            self._looked += time.monotonic() - began
        self._make_room()
        return fault

    def _read_alone(self, part: Part, answers: dict[int, Answer]) -> int:
        """After a pass that failed: where a part fails again, its answer alone ends."""
        answer = answers[part.row]
        try:
            logits = self._network.run([part])
        except Exception as error:
            fault = fault_of(error, answer.job.id)
        else:
            return self._take([part], logits, answers)
        self._make_room()
        self._end(answer, fault)
        return 0

    def _take(self, parts: Sequence[Part], logits: Any, answers: dict[int, Answer]) -> int:
        """What a pass gave: the rows hold its parts, and `logits` (wanted, V) the next tokens."""
        for part in parts:
            answers[part.row].read = part.end
        wanted = [answers[part.row] for part in parts if part.wanted]
        if not wanted:
            return 0
        places = logits.argmax(-1, keepdim=True)  # of what is no number, where there is any
        highest = logits.gather(-1, places)[:, 0].tolist()
        likeliest = places[:, 0].tolist()
        for answer, scores, token, high in zip(wanted, logits, likeliest, highest, strict=True):
            try:
                if not math.isfinite(high):
                    raise NoNumbers
                if answer.read == answer.prompt_tokens:  # others may begin with the same prompt
                    self._rows.hold(answer.row, answer.job.owner, answer.keys())
                end = answer.choose(scores, token)
            except Exception as error:
                self._end(answer, fault_of(error, answer.job.id))
                if isinstance(error, NoNumbers):  # who knows which of its tokens began it
                    self._rows.forget(answer.job.owner)
                continue
            if end is not None:
                self._end(answer, end)
        return len(wanted)

    def _end(self, answer: Answer, last: End | EngineFault | None) -> None:
        """`last` is told to the reader; None where nobody reads."""
        self._running.remove(answer)
        self._network.end(answer.row)
        self._rows.hold(answer.row, answer.job.owner, answer.keys())
        self._rows.release(answer.row)
        answer.job.place.end()
        if last is not None:
            self._courier.put(answer.job.channel, last)
