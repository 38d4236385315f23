"""Takes the calls of tools out of an answer while it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from admin_system.core.families.tool_formats import CLOSE, OPEN, ToolFormat
from admin_system.core.tools import Tool, ToolCallDelta, new_call_id

Piece = str | ToolCallDelta
HEAD = re.compile(r'\s*\{\s*"name"\s*:\s*"([^"\\]*)"\s*,\s*"arguments"\s*:\s*(?=\{)')
"""What begins a call in JSON, up to its arguments."""


class ToolStream:
    def __init__(self, form: ToolFormat, tools: Sequence[Tool], *, parallel: bool) -> None:
        self._form = form
        self._tools = tools
        self._parallel = parallel
        self._held = ""
        self._inside = False
        self._arguments: ArgumentScanner | None = None
        """Of a call whose name is out already."""
        self.calls = 0

    @property
    def stopped(self) -> bool:
        """One call is all that was allowed."""
        return self.calls > 0 and not self._parallel

    def push(self, text: str) -> Iterator[Piece]:
        """What may be told now: text outside of calls, pieces of calls."""
        self._held += text
        while not self.stopped:
            if self._inside:
                end = self._form.find_end(self._held)
                body = self._held if end is None else self._held[:end]
                yield from self._tell_arguments(body)
                if end is None:
                    return
                yield from self._finish(body)
                self._inside, self._held = False, self._held[end + len(CLOSE) :]
                continue
            before, opened, rest = self._held.partition(OPEN)
            keep = 0 if opened else _possible_start(before)
            said, self._held = before[: len(before) - keep], before[len(before) - keep :]
            if said.strip() or (said and not self.calls):
                yield said
            if not opened:
                return
            self._inside, self._held = True, rest

    def flush(self) -> Iterator[Piece]:
        """What was held back, once nothing more comes; a call that was cut off counts if whole."""
        while self._inside and self._arguments is None and CLOSE in self._held:
            body, _, self._held = self._held.partition(CLOSE)  # a value in it never ended
            self._inside = False
            yield from self._finish(body)
            yield from self.push("")
        held, self._held = self._held, ""
        if self._inside:
            yield from self._finish(held)
        elif held.strip() and not self.stopped:
            yield held

    def _tell_arguments(self, body: str) -> Iterator[Piece]:
        """As soon as they come, where calls are JSON."""
        if self._arguments is None and (head := HEAD.match(body)):
            yield ToolCallDelta(self.calls, new_call_id(), head[1])
            self._arguments = ArgumentScanner(head.end())
        if self._arguments is not None and (new := self._arguments.read(body)):
            yield ToolCallDelta(self.calls, arguments=new)

    def _finish(self, body: str) -> Iterator[Piece]:
        if self._arguments is not None:
            self._arguments = None
            self.calls += 1
        elif (call := self._form.read(body, self._tools)) is not None:
            yield ToolCallDelta(self.calls, new_call_id(), call[0])
            yield ToolCallDelta(self.calls, arguments=call[1])
            self.calls += 1
        else:  # not a call after all: nothing of an answer is lost
            yield OPEN + body


class ArgumentScanner:
    """Finds the end of a JSON object in a growing text."""

    def __init__(self, start: int) -> None:
        self._place = start
        self._depth = 0
        self._quoted = self._escaped = self._done = False

    def read(self, text: str) -> str:
        """The characters of the object that were not read yet."""
        start = self._place
        while self._place < len(text) and not self._done:
            letter = text[self._place]
            self._place += 1
            if self._escaped:
                self._escaped = False
            elif self._quoted:
                self._escaped, self._quoted = letter == "\\", letter != '"'
            elif letter == '"':
                self._quoted = True
            elif letter in "{[":
                self._depth += 1
            elif letter in "}]":
                self._depth -= 1
                self._done = self._depth == 0
        return text[start : self._place]


def _possible_start(text: str) -> int:
    """Length of the longest end of `text` with which a call could begin."""
    lengths = range(min(len(OPEN) - 1, len(text)), 0, -1)
    return next((length for length in lengths if text.endswith(OPEN[:length])), 0)
