"""The ratios that a benchmark tells, and what they should be."""

from __future__ import annotations

from collections.abc import Iterable

MARK = "ratio:"


def tell_ratio(name: str, value: float, goal: str = "") -> None:
    """A line that `all.py` collects; `goal` begins with >= or <=."""
    print(f"{MARK} {name} | {value:.3f} | {goal}", flush=True)


def find_ratios(lines: Iterable[str]) -> list[tuple[str, float, str]]:
    """What `tell_ratio` was told."""
    told = [line.removeprefix(MARK).split("|") for line in lines if line.startswith(MARK)]
    return [(name.strip(), float(value), goal.strip()) for name, value, goal in told]


def is_met(value: float, goal: str) -> bool:
    sign, _, bound = goal.partition(" ")
    return not goal or (value >= float(bound) if sign == ">=" else value <= float(bound))
