"""The start command speaks the language of the computer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripts.startup.console import languages, say


@pytest.fixture(autouse=True)
def forget_the_choice() -> Iterator[None]:
    languages.cache_clear()
    yield
    languages.cache_clear()


@pytest.mark.parametrize(
    ("locale", "said"),
    [("zh_CN.UTF-8", "你好\n"), ("en_GB.UTF-8", "hello\n"), ("C.UTF-8", "你好\nhello\n")],
)
def test_the_computers_language_is_spoken(
    locale: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    say("你好", "hello")
    assert capsys.readouterr().out == said


def test_the_sites_own_language_comes_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("QWEN_VL_LANGUAGE", "en")
    say("你好", "hello")
    assert capsys.readouterr().out == "hello\n"
