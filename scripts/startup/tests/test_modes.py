"""The three ways to start, and what each tells its server."""

from __future__ import annotations

import pytest

from admin_system.env import Env, name_of
from scripts.startup.main import parse
from scripts.startup.modes import MODES, settings_of


@pytest.mark.parametrize(
    ("words", "mode", "port"),
    [
        ([], "all", 8000),
        (["--all", "--port", "9000"], "all", 9000),
        (["--django"], "django", 8000),
        (["--gpu"], "gpu", 8001),
        (["--django", "--engine", "http://127.0.0.1:8001"], "django", 8000),
    ],
)
def test_each_way_has_its_port(words: list[str], mode: str, port: int) -> None:
    chosen = parse(words)
    assert (chosen.mode, chosen.port) == (mode, port)


def test_an_engine_needs_a_site(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--gpu", "--engine", "http://127.0.0.1:8001"])
    assert "--django" in capsys.readouterr().err


@pytest.mark.parametrize("mode", MODES)
def test_what_a_server_is_told_are_settings(mode: str) -> None:
    told = settings_of(mode, model=True, engine=True, dev=True)
    assert set(told) <= {name_of(field) for field in Env.model_fields}
    assert told["QWEN_VL_MODEL"] == "engine"
    assert told["QWEN_VL_LOAD_MODEL"] == "true"
