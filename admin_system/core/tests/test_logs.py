"""The log as it is read from its end: filtered, paged, followed, and without keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from admin_system.core.logs import BLOCK, find_log, list_logs, read_page

LINE = "2026-11-25 10:00:{:02},000 {} admin_system.core.service: {}\n"
TRACE = 'Traceback (most recent call last):\n  File "x.py"\nValueError: 缺件\n'


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "django.log"
    text = LINE.format(1, "INFO", "加载 qwen") + LINE.format(2, "ERROR", "it failed") + TRACE
    path.write_text(text + LINE.format(3, "WARNING", "slow"), encoding="utf-8")
    return path


def texts(path: Path, **asked: object) -> list[str]:
    found = read_page(path, **{"limit": 10, **asked})  # type: ignore[arg-type]
    return [entry.text for entry in found.entries]


def test_entries_come_newest_first_with_all_their_lines(log: Path) -> None:
    newest, failed, first = read_page(log, limit=10).entries
    assert (newest.text, newest.level, newest.at) == ("slow", "WARNING", "2026-11-25 10:00:03,000")
    assert failed.text == "it failed\n" + TRACE.rstrip("\n")
    assert (first.text, first.logger) == ("加载 qwen", "admin_system.core.service")


def test_level_and_words_choose(log: Path) -> None:
    assert [text.splitlines()[0] for text in texts(log, level="WARNING")] == ["slow", "it failed"]
    assert len(texts(log, words="缺件 VALUEERROR")) == 1
    assert len(texts(log, words="core.service failed")) == 1
    assert texts(log, words="缺件 slow") == []


def test_pages_go_back_and_followers_go_on(log: Path) -> None:
    page = read_page(log, limit=2)
    assert page.before is not None
    assert texts(log, before=page.before) == ["加载 qwen"]
    assert texts(log, after=page.end) == []
    with log.open("a", encoding="utf-8") as file:
        file.write(LINE.format(4, "INFO", "ready"))
    assert texts(log, after=page.end) == ["ready"]
    log.write_text(LINE.format(5, "INFO", "begun anew"), encoding="utf-8")
    assert texts(log, after=page.end) == ["begun anew"]


def test_a_long_log_is_read_whole_across_blocks(tmp_path: Path) -> None:
    path = tmp_path / "django.log"
    count = 4 * BLOCK // 80
    rows = [LINE.format(n % 60, "INFO", f"number {n} 数") for n in range(count)]
    path.write_text("".join(rows), encoding="utf-8")
    seen: list[str] = []
    before = None
    while before is not None or not seen:
        page = read_page(path, limit=1000, before=before)
        seen += [entry.text for entry in page.entries]
        before = page.before
    assert seen == [f"number {n} 数" for n in reversed(range(count))]
    assert texts(path, words=f"{count - 1} 数") == [f"number {count - 1} 数"]


def test_only_logs_of_the_folder_are_found(log: Path) -> None:
    folder = log.parent
    (folder / "django.log.1").write_text("old")
    (folder / "secret_key").write_text("x")
    (folder / "charts").mkdir()
    (folder / "link.log").symlink_to(folder / "secret_key")
    assert {file.name for file in list_logs(folder)} == {"django.log", "django.log.1"}
    for name in ("../django.log", "secret_key", "link.log", "", "/etc/passwd", "..\\django.log"):
        assert find_log(folder, name) is None
    assert list_logs(folder / "nowhere") == []


def test_keys_are_left_out(log: Path) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write(LINE.format(9, "INFO", "key qvl_abcdefghij0123 came with Bearer sk-12345678"))
    assert texts(log, limit=1) == ["key … came with Bearer …"]
