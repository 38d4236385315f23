"""`manage.py check_model` tells what a model is and whether it works, and fails with a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.engines.local import placement
from admin_system.core.models import ModelConfig
from admin_system.core.tests.checkpoints.broken import BREAKS, change_json, trap_of
from admin_system.core.tests.golden import QWEN_VL
from admin_system.core.tests.published.folder import write_checkpoint
from admin_system.env import BASE_DIR, get_env
from admin_system.messages import MESSAGES

INT4 = QWEN_VL / "ckpt-int4"


def run(*arguments: str, language: str = "en") -> str:
    out = StringIO()
    with translation.override(language):
        call_command("check_model", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def run_json(*arguments: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run(*arguments, "--json"))
    return told


def fault(*arguments: str, language: str = "en") -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments, language=language)
    assert caught.value.returncode == 1
    return str(caught.value)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Family: qwen3_vl", "red circle")), ("zh-hans", ("模型系列：qwen3_vl", "红色圆形"))],
)
def test_a_good_model_is_described_and_answers(language: str, words: tuple[str, ...]) -> None:
    told = run(str(MINIATURE), language=language)
    english, chinese = MESSAGES["check_complete"]
    assert told.strip().endswith(english if language == "en" else chinese)
    for word in (*words, str(MINIATURE), "float16", "float32", "2,048"):
        assert word in told


def test_programs_get_the_same_as_fields() -> None:
    told = run_json(str(MINIATURE))
    assert told["ok"]
    stored = (told["family"], told["quantization"], told["stored"])
    assert stored == ("qwen3_vl", "gptq-int4", "float16")
    assert told["bytes"] == (MINIATURE / "model.safetensors").stat().st_size
    assert told["parameters"] > 1_000_000
    assert told["fits"]
    assert told["memory"][0]["needed"] < told["memory"][0]["free"]
    assert 0 < told["pixels"]["min_pixels"] <= told["pixels"]["max_pixels"]
    assert "red circle" in told["trial"]["answer"]
    assert told["trial"]["tokens"] > 0
    assert told["trial"]["warnings"] == []


def test_a_quantized_model_has_its_layers_checked() -> None:
    told = run(str(INT4))
    assert "gptq-int4" in told
    assert MESSAGES["check_layers_passed"][0] in told


def test_eight_bits_have_no_layers_to_check(tmp_path: Path) -> None:
    write_checkpoint("qwen3_vl", "fp8", tmp_path / "model")
    told = run(str(tmp_path / "model"))
    assert "fp8" in told
    assert MESSAGES["check_layers_passed"][0] not in told


def test_a_quick_check_loads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from admin_system.core import checkup

    monkeypatch.setattr(checkup, "load_model", None)
    told = run_json(str(INT4), "--quick")
    assert (told["ok"], told["quantization"], told["trial"]) == (True, "gptq-int4", None)


@pytest.mark.django_db
def test_a_model_is_known_by_the_name_of_its_configuration_too() -> None:
    ModelConfig.objects.create(name="mine", path=str(MINIATURE))
    ModelConfig.objects.create(name="repeats", kind=ModelConfig.Kind.ECHO)
    told = run_json("mine", "--quick")
    assert (told["ok"], told["model"], told["path"]) == (True, "mine", str(MINIATURE))
    assert "mine" in fault("nobody")
    assert "repeats" in fault("repeats")


@pytest.mark.parametrize("code", BREAKS)
def test_each_broken_folder_has_its_own_sentence(tmp_path: Path, code: str) -> None:
    folder = tmp_path / "bad"
    BREAKS[code](folder)
    english, chinese = (text.split("{")[0] for text in MESSAGES[code])
    assert fault(str(folder)).startswith(english)
    assert fault(str(folder), language="zh-hans").startswith(chinese)
    assert not trap_of(folder).exists(), "code in the folder was executed"


def test_too_little_memory_is_told_before_the_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "free_memory", lambda device: 1_000_000)
    assert fault(str(MINIATURE)).startswith("Not enough memory")


def test_a_model_that_a_server_holds_is_only_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its memory is the server's too, so that too little is no fault."""
    monkeypatch.setattr(placement, "free_memory", lambda device: 1_000_000)
    with a_server_holding_the_model() as pid:
        assert f"process {pid}" in run(str(MINIATURE))
        told = run_json(str(MINIATURE))
    assert (told["ok"], told["trial"], told["note"]["code"]) == (True, None, "check_quick_only")


@contextmanager
def a_server_holding_the_model() -> Iterator[int]:
    program = (
        "import sys; from pathlib import Path; from admin_system.core.ownership import ModelLock\n"
        "lock = ModelLock(Path(sys.argv[1])); lock.acquire()\n"
        "print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(get_env().data_dir / "model.lock")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process.pid
        process.kill()


def test_no_traceback_reaches_the_terminal_whatever_stands_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    BREAKS["checkpoint_truncated"](folder)
    change_json(folder / "config.json", text_config=[], vision_config=7)
    settings = {
        "QWEN_VL_LANGUAGE": "zh-hans",
        "QWEN_VL_DATA_DIR": str(tmp_path / "data"),
        "QWEN_VL_LOG_DIR": str(tmp_path / "logs"),
        "DJANGO_SETTINGS_MODULE": "admin_system.settings",
        "PYTHONIOENCODING": "utf-8",
    }
    for path in (folder, tmp_path / "no such folder"):
        done = subprocess.run(
            [sys.executable, "manage.py", "check_model", str(path)],
            cwd=BASE_DIR,
            env=os.environ | settings,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        assert done.returncode == 1
        assert "Traceback" not in done.stdout + done.stderr
        assert "。" in done.stderr
