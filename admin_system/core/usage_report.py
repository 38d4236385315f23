"""Usage added up for reports: by day, by model, or by whoever asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import Sum

from admin_system.core.models import UsageRecord
from admin_system.core.owners import name_owners
from admin_system.core.usage import Taken

Group = Literal["day", "model", "caller"]
COLUMNS: dict[Group, str] = {"day": "day", "model": "model", "caller": "owner"}
COUNTS = tuple(Taken.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in the site's time zone, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError(f"a period from {self.first} to {self.last} has no day")


@dataclass(frozen=True, slots=True)
class Line:
    """One day, model or caller."""

    what: str
    """The day as 2026-11-25, the model's name, or the owner."""
    name: str | None
    """Of a caller, where it has one."""
    taken: Taken


def report_usage(period: Period, group: Group, owner: str | None = None) -> list[Line]:
    """Days ascend; models and callers begin with the most tokens. `owner` None is everybody.

    What was taken in the last seconds may be missing.
    """
    column = COLUMNS[group]
    rows = UsageRecord.objects.filter(day__gte=period.first, day__lte=period.last)
    if owner is not None:
        rows = rows.filter(owner=owner)
    sums = {f"sum_{name}": Sum(name) for name in COUNTS}
    found = rows.order_by().values(column).annotate(**sums)
    names = name_owners(one["owner"] for one in found) if group == "caller" else {}
    lines = [
        Line(
            str(one[column]),
            names.get(one[column]),
            Taken(*(one[f"sum_{name}"] for name in COUNTS)),
        )
        for one in found
    ]
    if group == "day":
        return sorted(lines, key=lambda line: line.what)
    return sorted(lines, key=lambda line: (-line.taken.tokens, line.what))


def add_up(lines: Iterable[Line]) -> Taken:
    return sum((line.taken for line in lines), Taken())


def encode_taken(taken: Taken) -> dict[str, Any]:
    return {**asdict(taken), "total_tokens": taken.tokens}
