"""A service that asks nobody for a key says so when it starts."""

from __future__ import annotations

import pytest

from admin_system.env import get_env
from scripts.startup.preparation import warn_of_the_open_door


@pytest.mark.parametrize(("access", "told"), [("open", True), ("loopback", False), ("keys", False)])
def test_an_open_door_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], access: str, told: bool
) -> None:
    monkeypatch.setattr(get_env(), "access", access)
    warn_of_the_open_door()
    assert ("QWEN_VL_ACCESS=open" in capsys.readouterr().out) is told
