"""Speaks to whoever started the service, in Chinese, in English or in both."""

from __future__ import annotations

import locale
import os
import sys
from functools import lru_cache


class StartFailed(Exception):
    """The service cannot be started; says why and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Chinese or English where the computer says which, otherwise both, Chinese first."""
    chosen = os.environ.get("QWEN_VL_LANGUAGE") or _locale_name()
    chosen = chosen.lower()
    if chosen.startswith(("zh", "chinese")):
        return ("zh",)
    return ("en",) if chosen.startswith("en") else ("zh", "en")


def _locale_name() -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name]
    return locale.getlocale()[0] or ""


def accept_any_character() -> None:
    """Writes UTF-8 lines as they come; what a terminal cannot show becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace", line_buffering=True)


def say(zh: str, en: str) -> None:
    """Prints a line, or a line in each language."""
    clear_progress()
    for language in languages():
        print(zh if language == "zh" else en, flush=True)


def say_pair(zh: str, en: str, value: str) -> None:
    """Prints a value on one line with its name in each language."""
    clear_progress()
    print("  " + " · ".join(zh if language == "zh" else en for language in languages()), value)


_shown = ""


def show_progress(zh: str, en: str) -> None:
    """Rewrites one line of a terminal; elsewhere prints only what has changed."""
    global _shown
    text = " · ".join(zh if language == "zh" else en for language in languages())
    if text == _shown:
        return
    if sys.stdout.isatty():
        print("\r\x1b[2K  " + text, end="", flush=True)
    else:
        print("  " + text, flush=True)
    _shown = text


def clear_progress() -> None:
    """Frees the line that `show_progress` writes on."""
    global _shown
    if _shown and sys.stdout.isatty():
        print("\r\x1b[2K", end="", flush=True)
    _shown = ""
