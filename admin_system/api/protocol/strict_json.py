"""Bytes -> JSON, read strictly: what two readers could take differently is refused."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any, NoReturn

from admin_system.core.errors import BadRequest

DEEPEST = 200
"""Levels of lists and objects in each other; what works with a value goes down them one by one."""


def read_object(data: bytes | str, *, example: str) -> dict[str, Any]:
    """`example` is shown where the body is no object at all.

    Raises BadRequest as `read_value`.
    """
    value = read_value(data)
    if not isinstance(value, dict):
        raise BadRequest("body_not_an_object", example=example)
    return value


def read_value(data: bytes | str) -> Any:
    """Raises BadRequest with line and column, also for repeated fields, NaN, infinities and halves
    of characters, and where it is deeper than anything honest."""
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
        value = json.loads(
            text,
            object_pairs_hook=read_pairs,
            parse_constant=refuse_number,
            parse_float=read_float,
            parse_int=read_integer,
        )
    except UnicodeDecodeError as error:
        raise BadRequest("body_not_utf8", position=error.start) from None
    except json.JSONDecodeError as error:
        raise BadRequest("json_malformed", line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise BadRequest("json_too_deep") from None
    refuse_depth(value)
    if "\\ud" in text or "\\uD" in text:
        refuse_half_characters(value)
    return value


def read_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise BadRequest("json_duplicate_field", param=twice[:100], field=twice[:100])
    return fields


def read_float(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else refuse_number(text)


def read_integer(text: str) -> int:
    """Python itself refuses to read integers of thousands of digits."""
    return int(text) if len(text) <= 100 else refuse_number(text)


def refuse_number(text: str) -> NoReturn:
    raise BadRequest("json_not_a_number", given=text[:40])


def refuse_depth(value: Any) -> None:
    level: list[Any] = [value] if isinstance(value, dict | list) else []
    depth = 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise BadRequest("json_too_deep")
        level = [
            item
            for holder in level
            for item in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(item, dict | list)
        ]


def refuse_half_characters(value: Any) -> None:
    r"""A lone surrogate (`\ud83d`) is half an emoji: no UTF-8 answer could repeat it."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, str):
            try:
                item.encode("utf-8")
            except UnicodeEncodeError:
                raise BadRequest("json_half_character") from None
