"""`manage.py quantize_model` writes a folder, or says in both languages why not."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from admin_system.core.checkpoints.tensors import read_names
from admin_system.core.tests.golden import QWEN_VL

PLAIN = QWEN_VL / "ckpt-fp16"


def test_the_command_writes_a_folder_and_says_what_it_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "int4"
    call_command("quantize_model", str(PLAIN), str(target), "--group-size", "64")
    assert "10 layers in four bits" in capsys.readouterr().out
    names = read_names(target)
    assert len([name for name in names if name.endswith(".qweight")]) == 10
    assert (target / "quantize_config.json").is_file()


@pytest.mark.parametrize(("language", "word"), [("en", "already"), ("zh-hans", "已经")])
def test_the_command_refuses_in_both_languages(tmp_path: Path, language: str, word: str) -> None:
    with translation.override(language):
        with pytest.raises(CommandError, match=word):
            call_command("quantize_model", str(PLAIN), str(tmp_path))
        with pytest.raises(CommandError, match=word):
            call_command("quantize_model", str(QWEN_VL / "ckpt-int4"), str(tmp_path / "new"))
