"""A download is whole and checked or it is no model; what was fetched is not fetched again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.checkpoints.downloads import Source
from admin_system.core.tests.checkpoints.conftest import RunningSite
from admin_system.core.tests.checkpoints.downloading import (
    CUT,
    SIZE,
    WEIGHTS,
    assert_whole,
    both_sources,
    download,
    fault,
)
from admin_system.core.tests.checkpoints.model_site import (
    COMMIT,
    OTHER_FILES,
    PUBLIC,
)


@both_sources
def test_a_download_brings_what_a_loader_needs_and_nothing_else(
    model_site: RunningSite, tmp_path: Path, source: Source
) -> None:
    fractions = download(model_site, tmp_path / "new" / "model", source=source)
    assert_whole(tmp_path / "new" / "model")
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert not set(OTHER_FILES) & set(model_site.sent)
    model_site.set_wrong()
    download(model_site, tmp_path / "new" / "model", source=source)  # only looks whether it is so
    assert model_site.sent == {}


@both_sources
def test_a_cut_connection_is_gone_on_with(
    model_site: RunningSite, tmp_path: Path, source: Source
) -> None:
    model_site.set_wrong(cut={WEIGHTS: CUT, "tokenizer.json": 70_000}, busy=2)
    download(model_site, tmp_path / "model", source=source)
    assert_whole(tmp_path / "model")
    assert model_site.sent[WEIGHTS] == SIZE


def test_a_site_that_ignores_ranges_is_read_from_the_beginning(
    model_site: RunningSite, tmp_path: Path
) -> None:
    model_site.set_wrong(cut={WEIGHTS: CUT}, deaf=True)
    download(model_site, tmp_path / "model")
    assert_whole(tmp_path / "model")


@both_sources
def test_a_killed_download_is_gone_on_with(
    model_site: RunningSite, tmp_path: Path, source: Source
) -> None:
    target, staging = tmp_path / "model", tmp_path / "model.incomplete"
    model_site.set_wrong(pause=0.05)
    program = (
        "import sys; from pathlib import Path\n"
        "from admin_system.core.checkpoints.downloads import download_model\n"
        "name, target, url, source = sys.argv[1:]\n"
        "download_model(name, Path(target), print, endpoint=url, source=source)"
    )
    command = [sys.executable, "-c", program, PUBLIC, str(target), model_site.url, source]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while weights_in(staging) < CUT and time.monotonic() < deadline:
            time.sleep(0.02)
        process.kill()
    there = weights_in(staging)
    assert CUT <= there < SIZE
    assert not target.exists()
    assert not (staging / WEIGHTS).exists(), "half a file has the name of a whole one"
    model_site.set_wrong()
    download(model_site, target, source=source)
    assert_whole(target)
    assert model_site.sent == {WEIGHTS: SIZE - there}


def weights_in(staging: Path) -> int:
    return sum(path.stat().st_size for path in staging.glob(f"{WEIGHTS}.*.incomplete"))


@both_sources
@pytest.mark.parametrize("name", [WEIGHTS, "config.json"])
def test_a_wrong_byte_is_told_and_the_file_is_fetched_anew(
    model_site: RunningSite, tmp_path: Path, source: Source, name: str
) -> None:
    model_site.set_wrong(corrupt=name)
    error = fault(model_site, tmp_path / "model", source=source)
    assert (error.code, error.values["file"]) == ("download_corrupt", name)
    assert not list((tmp_path / "model.incomplete").glob(f"{name}*"))
    model_site.set_wrong()
    download(model_site, tmp_path / "model", source=source)
    assert_whole(tmp_path / "model")
    assert model_site.sent[name] == (MINIATURE / name).stat().st_size


def test_a_piece_of_another_version_is_not_gone_on_with(
    model_site: RunningSite, tmp_path: Path
) -> None:
    staging = tmp_path / "model.incomplete"
    staging.mkdir()
    (staging / f"{WEIGHTS}.0123456789ab.incomplete").write_bytes(b"old" * 1000)
    (staging / "config.json").write_text("{}", encoding="utf-8")
    download(model_site, tmp_path / "model")
    assert_whole(tmp_path / "model")


def test_the_site_of_these_tests_speaks_as_the_hub_does(
    model_site: RunningSite, tmp_path: Path
) -> None:
    """Its own client, in a process of its own, since it reads its settings when imported."""
    program = (
        "import sys; from huggingface_hub import HfApi, hf_hub_download\n"
        "url, name, folder = sys.argv[1:]\n"
        "info = HfApi(endpoint=url).model_info(name, files_metadata=True)\n"
        "for file in ('config.json', 'model.safetensors'):\n"
        "    hf_hub_download(name, file, endpoint=url, local_dir=folder)\n"
        "print(info.sha, {entry.lfs.sha256 for entry in info.siblings if entry.lfs})"
    )
    quiet = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program, model_site.url, PUBLIC, str(tmp_path / "model")],
        capture_output=True,
        text=True,
        env=os.environ | quiet,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(COMMIT)
    assert (tmp_path / "model" / WEIGHTS).read_bytes() == (MINIATURE / WEIGHTS).read_bytes()
