"""A model is chosen by its name or by its folder."""

from __future__ import annotations

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.models import ModelConfig
from admin_system.core.registration import choose_model

pytestmark = pytest.mark.django_db


def current() -> str:
    return ModelConfig.objects.get(is_current=True).name


def test_a_known_name_becomes_the_current_model() -> None:
    choose_model("qwen-vl-chat")
    assert current() == "qwen-vl-chat"


def test_a_folder_becomes_a_configuration_once(tmp_path: Path) -> None:
    folder = tmp_path / "我的 Qwen3-VL (试用)"
    shutil.copytree(MINIATURE, folder)
    first = choose_model(str(folder))
    choose_model("builtin-demo")
    again = choose_model(str(folder))
    assert (first.pk, first.name, first.family) == (again.pk, "Qwen3-VL", "qwen3_vl")
    assert current() == "Qwen3-VL"


def test_two_folders_of_one_name_are_told_apart(tmp_path: Path) -> None:
    names = []
    for place in ("a", "b"):
        shutil.copytree(MINIATURE, tmp_path / place / "model")
        names.append(choose_model(str(tmp_path / place / "model")).name)
    assert names == ["model", "model-2"]


def test_the_shipped_folder_stays_the_demonstration_model() -> None:
    assert choose_model(str(MINIATURE)).demo


def test_a_wrong_folder_changes_nothing_and_is_told(tmp_path: Path) -> None:
    before = current()
    with pytest.raises(CommandError, match=r"config\.json"):
        call_command("use_model", str(tmp_path))
    assert current() == before


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(CommandError, match="builtin-demo"):
        call_command("use_model", "no-such-model")


def test_the_command_says_what_it_chose() -> None:
    said = StringIO()
    call_command("use_model", "builtin-demo", stdout=said)
    assert said.getvalue().startswith("builtin-demo")
