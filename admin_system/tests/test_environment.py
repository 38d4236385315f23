"""What a deployer writes wrong is said with its name, and what others write is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from admin_system.env import Env, SettingsFault


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / ".env"
    monkeypatch.setitem(Env.model_config, "env_file", path)
    return path


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"QWEN_VL_ACCES=keys", "QWEN_VL_ACCESS"),
        (b"QWEN_VL_MAX_WAITING=many", "QWEN_VL_MAX_WAITING"),
        (b"QWEN_VL_ALLOWED_HOSTS=a.example.com", "JSON"),
        ("QWEN_VL_ACCESS=keys".encode("utf-16"), "UTF-8"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(file: Path, line: bytes, told: str) -> None:
    file.write_bytes(line)
    with pytest.raises(SettingsFault, match=told):
        Env()


def test_lines_of_other_programs_and_the_mark_of_notepad_pass(file: Path) -> None:
    file.write_text("\ufeffQWEN_VL_ACCESS=keys\nPGUSER=somebody\n", encoding="utf-8")
    assert Env().access == "keys"
