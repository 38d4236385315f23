"""What a quantization method needs is named, with the command that installs it, before a load."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_system.core.checkpoints.checkpoint import inspect_checkpoint
from admin_system.core.checkpoints.packages import OPTIONAL, require_packages
from admin_system.core.engines import create_engine
from admin_system.core.errors import LoadError
from admin_system.core.tests.engines.conftest import ignore
from admin_system.core.tests.golden import QWEN_VL
from admin_system.core.tests.published.folder import write_checkpoint
from admin_system.core.types import EngineSpec
from admin_system.messages import sentence
from admin_system.tests.house import ROOT

LIST = ROOT / OPTIONAL.split()[-1]


def put_package(place: Path, name: str, version: str, needs: str = "") -> None:
    """A package as pip leaves it, with nothing in it."""
    (place / name).mkdir(parents=True)
    (place / name / "__init__.py").write_text("", encoding="utf-8")
    metadata = place / f"{name}-{version}.dist-info"
    metadata.mkdir()
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {needs}"] if needs else []
    (metadata / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that Python looks into before all others."""
    place = tmp_path / "packages"
    place.mkdir()
    monkeypatch.syspath_prepend(place)
    yield place
    for name in ("gptqmodel", "optimum"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gptq") / "model"
    write_checkpoint("qwen3_vl", "gptq", folder)
    return folder


def refusal(folder: Path) -> LoadError:
    spec = EngineSpec("q", "local", path=str(folder), device="cpu", int4_backend="gptqmodel")
    with pytest.raises(LoadError) as caught:
        create_engine(spec).load(ignore)
    return caught.value


def assert_told(error: LoadError, *words: str) -> None:
    for language in ("zh", "en"):
        said = sentence(error.code, language, **error.values)
        assert [word for word in words if word not in said] == []


def test_a_missing_gptqmodel_is_named_with_its_command(folder: Path) -> None:
    error = refusal(folder)
    assert error.code == "quantization_package_missing"
    assert_told(error, "gptqmodel, optimum", f"python -m pip install {OPTIONAL}")


def test_only_what_is_missing_is_named(packages: Path, folder: Path) -> None:
    put_package(packages, "gptqmodel", "7.6.0", "torch>=2.8.0")
    importlib.invalidate_caches()
    assert refusal(folder).values["packages"] == "optimum"


def test_a_gptqmodel_for_another_torch_is_told_with_both_versions(
    packages: Path, folder: Path
) -> None:
    put_package(packages, "gptqmodel", "7.7.0", "torch>=99.1")
    put_package(packages, "optimum", "2.3.0")
    importlib.invalidate_caches()
    error = refusal(folder)
    assert error.code == "quantization_package_unfit"
    assert_told(error, "gptqmodel 7.7.0", "torch >=99.1", "torch 2.", f"install {OPTIONAL}")


def test_a_gptqmodel_that_does_not_work_is_told(packages: Path, folder: Path) -> None:
    put_package(packages, "gptqmodel", "7.6.0", "torch>=2.8.0")
    put_package(packages, "optimum", "2.3.0")
    importlib.invalidate_caches()
    error = refusal(folder)
    assert error.code == "quantization_package_unusable"
    assert_told(error, "gptq-int4", f"install {OPTIONAL}")


@pytest.mark.parametrize("model", ["2023", "experts"])
def test_gptqmodel_is_refused_where_it_has_no_layers(tmp_path: Path, model: str) -> None:
    folder = QWEN_VL / "ckpt-int4"
    if model == "experts":
        folder = tmp_path / "model"
        write_checkpoint("qwen3_vl_moe", "gptq", folder)
    error = refusal(folder)
    assert error.code == "gptqmodel_unsuited"
    assert_told(error, "gptqmodel", str(error.values["family"]))


def test_a_plain_folder_needs_no_package_whoever_runs_four_bits(tmp_path: Path) -> None:
    folder = write_checkpoint("qwen3_vl", "bf16", tmp_path / "model")
    assert inspect_checkpoint(folder, "gptqmodel").quantized is None


def test_the_list_of_optional_packages_holds_what_is_asked_for() -> None:
    lines = LIST.read_text("utf-8").splitlines()
    names = {line.split("==")[0] for line in lines if "==" in line and not line.startswith("#")}
    assert {"gptqmodel", "optimum", "accelerate"} <= names
    assert "ninja" not in names, "its module would overwrite django-ninja's"


def test_a_method_that_nobody_knows_is_refused() -> None:
    with pytest.raises(LoadError) as caught:
        require_packages("tarot", "tarot")
    assert caught.value.code == "quantization_unknown"
