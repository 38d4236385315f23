"""`manage.py download_model` leaves a model that can be loaded, or says why not."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.models import ModelConfig
from admin_system.core.tests.checkpoints.conftest import RunningSite
from admin_system.core.tests.checkpoints.model_site import PRIVATE, PUBLIC
from admin_system.env import get_env

pytestmark = pytest.mark.django_db


def run(site: RunningSite, *arguments: str, language: str = "en") -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    with translation.override(language):
        call_command("download_model", *arguments, "--endpoint", site.url, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize("source", ["hub", "modelscope"])
def test_a_downloaded_model_has_a_configuration_with_its_name(
    model_site: RunningSite, tmp_path: Path, source: str
) -> None:
    folder = tmp_path / "miniature"
    out, err = run(model_site, PUBLIC, "--to", str(folder), "--source", source)
    row = ModelConfig.objects.get(path=str(folder))
    assert (row.name, row.family, row.is_current) == ("miniature", "qwen3_vl", False)
    assert str(folder) in out
    assert "use_model miniature" in out
    assert " 100%" in err
    count = ModelConfig.objects.count()
    run(model_site, PUBLIC, "--to", str(folder), "--source", source)
    assert ModelConfig.objects.count() == count


def test_a_model_goes_into_the_data_folder_and_needs_no_configuration(
    model_site: RunningSite,
) -> None:
    count = ModelConfig.objects.count()
    out, _ = run(model_site, PUBLIC, "--no-register", language="zh-hans")
    folder = get_env().data_dir.absolute() / "models" / "miniature"
    assert str(folder) in out
    assert "校验" in out
    weights = folder / "model.safetensors"
    assert weights.read_bytes() == (MINIATURE / "model.safetensors").read_bytes()
    assert ModelConfig.objects.count() == count


@pytest.mark.parametrize(("language", "words"), [("en", "access token"), ("zh-hans", "访问令牌")])
def test_a_failure_is_said_in_both_languages(
    model_site: RunningSite, tmp_path: Path, language: str, words: str
) -> None:
    for source, variable in (("hub", "HF_TOKEN"), ("modelscope", "MODELSCOPE_API_TOKEN")):
        with pytest.raises(CommandError) as caught:
            run(
                model_site,
                PRIVATE,
                "--to",
                str(tmp_path / "x"),
                "--source",
                source,
                language=language,
            )
        assert words in str(caught.value)
        assert variable in str(caught.value)
    assert list(tmp_path.iterdir()) == []
