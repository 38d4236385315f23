"""Lists in pages: a cursor says after which entry the next page begins."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime

from admin_system.api.limits import MAX_PAGE_SIZE
from admin_system.core.errors import BadRequest

LARGEST = 2**63 - 1
"""Beyond it the database has no numbers."""


def check_limit(limit: int) -> int:
    """Raises BadRequest."""
    if limit < 1:
        raise BadRequest("field_under_minimum", param="limit", given=limit, limit=1)
    if limit > MAX_PAGE_SIZE:
        raise BadRequest("field_over_maximum", param="limit", given=limit, limit=MAX_PAGE_SIZE)
    return limit


def write_cursor(*place: str | int) -> str:
    """Of the last entry of a page: the values by which the list is ordered."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def read_cursor(cursor: str, *kinds: type) -> list[str | int]:
    """The values, of these kinds. Raises BadRequest."""
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor))
        if [type(value) for value in place] != list(kinds):
            raise ValueError(cursor)
        if any(isinstance(value, int) and abs(value) > LARGEST for value in place):
            raise ValueError(cursor)
        text = "".join(str(value) for value in place)
        if "\0" in text:  # PostgreSQL takes none
            raise ValueError(cursor)
        text.encode()  # nor does any database take half a character
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise BadRequest("cursor_unknown", param="cursor") from None
    found: list[str | int] = place
    return found


def read_place(cursor: str) -> tuple[datetime, str]:
    """Of a list in the order of time: when its last entry was, and its id. Raises BadRequest."""
    moment, last = read_cursor(cursor, str, str)
    try:
        found = datetime.fromisoformat(str(moment))
        if found.tzinfo is None:
            raise ValueError(moment)
        return found.astimezone(UTC), str(last)
    except (ValueError, OverflowError):
        raise BadRequest("cursor_unknown", param="cursor") from None
