"""The lines of a stream, whatever pieces it comes in, and the characters that pieces cut in two."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from admin_system.core.errors import UpstreamError

ENDS = re.compile(rb"[\r\n]")
LONGEST_LINE = 8 * 2**20
"""Bytes; no honest chunk of a stream comes near."""


async def read_lines(blocks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Without their ends; between CR and LF stands one more empty line, which means nothing here.
    No other character ends a line: U+2028 and its like may stand in a text.

    Broken UTF-8 becomes U+FFFD. Raises UpstreamError for a line without end.
    Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
    """
    begun: list[bytes] = []
    size, encoding = 0, "utf-8-sig"
    async for block in blocks:
        *whole, rest = ENDS.split(block)
        for line in whole:
            yield b"".join((*begun, line)).decode(encoding, "replace")
            begun, size, encoding = [], 0, "utf-8"
        begun.append(rest)
        size += len(rest)
        if size > LONGEST_LINE:
            raise UpstreamError("upstream_bad_answer")
    if size:
        yield b"".join(begun).decode(encoding, "replace")


class HalfCharacters:
    r"""Joins halves that come apart (`\ud83d`, then `\ude00`: one emoji in two escapes)."""

    def __init__(self) -> None:
        self._half = ""

    def push(self, text: str) -> str:
        """What is whole by now."""
        text = self._half + text
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return mend(text.removesuffix(self._half))

    def flush(self) -> str:
        """U+FFFD where the other half never came."""
        half, self._half = self._half, ""
        return mend(half)


def mend(text: str) -> str:
    """Pairs of halves as the characters that they are, U+FFFD for those that are alone: no UTF-8
    answer could hold them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
