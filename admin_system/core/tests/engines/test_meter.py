"""What engines say of their work."""

from __future__ import annotations

import pytest

from admin_system.core.engines.meter import Meter


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_speed_is_that_of_the_last_minute_of_work() -> None:
    clock = Clock()
    meter = Meter(clock)
    assert meter.tokens_per_second is None
    for _ in range(10):
        meter.add(1, 0.1)
    clock.now += 30  # time without work does not slow it
    meter.add(10, 0.5)
    assert meter.tokens_per_second == pytest.approx(20 / 1.5)
    clock.now += 40
    assert meter.tokens_per_second == pytest.approx(20)
    clock.now += 40
    assert meter.tokens_per_second is None
    assert meter.total == 20
