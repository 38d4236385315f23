"""Every reason for which a download cannot be has its own code, and leaves nothing half done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from admin_system.core.checkpoints.downloads import Source
from admin_system.core.errors import DownloadError, LoadError
from admin_system.core.tests.checkpoints.conftest import RunningSite
from admin_system.core.tests.checkpoints.downloading import (
    SIZE,
    WEIGHTS,
    assert_whole,
    both_sources,
    download,
    fault,
)
from admin_system.core.tests.checkpoints.model_site import (
    EMPTY,
    GATED,
    PRIVATE,
    TOKEN,
)


def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(
    model_site: RunningSite, tmp_path: Path
) -> None:
    error = fault(model_site, tmp_path / "model", free=lambda folder: SIZE // 2)
    assert error.code == "download_disk_full"
    assert error.values["needed_gb"] == 0.01
    assert model_site.sent == {}
    assert list(tmp_path.iterdir()) == []


def test_what_is_on_disk_already_needs_no_room(model_site: RunningSite, tmp_path: Path) -> None:
    model_site.set_wrong(cut={WEIGHTS: SIZE - 10_000})
    with pytest.raises(KeyboardInterrupt):
        download(model_site, tmp_path / "model", wait=stop)
    download(model_site, tmp_path / "model", free=lambda folder: 200_000)
    assert_whole(tmp_path / "model")


def stop(seconds: float) -> None:
    raise KeyboardInterrupt


def test_a_connection_that_breaks_again_and_again_is_told(
    model_site: RunningSite, tmp_path: Path
) -> None:
    model_site.set_wrong(busy=1000)
    waits: list[float] = []
    error = fault(model_site, tmp_path / "model", wait=waits.append)
    assert error.code == "download_interrupted"
    assert waits == sorted(waits)
    assert waits


@both_sources
def test_an_unknown_name_is_told(model_site: RunningSite, tmp_path: Path, source: Source) -> None:
    options: dict[str, Any] = {"source": source}
    unknown = fault(model_site, tmp_path / "x", "acme/nothing", **options)
    # Without a token the Hub does not tell a private model from one that is nowhere.
    expected = {"hub": "download_not_allowed", "modelscope": "download_unknown_model"}
    assert unknown.code == expected[source]
    revision = fault(model_site, tmp_path / "x", revision="v9", **options)
    assert (revision.code, revision.values["revision"]) == ("download_unknown_model", "v9")
    assert fault(model_site, tmp_path / "x", EMPTY, **options).code == "download_no_model"
    for name in ("miniature", "../../etc", "a/b/c", "a/b?x=y"):
        assert fault(model_site, tmp_path / "x", name, **options).code == "download_bad_name"


@pytest.mark.parametrize(
    ("source", "name", "variable"),
    [
        ("hub", PRIVATE, "HF_TOKEN"),
        ("hub", GATED, "HF_TOKEN"),
        ("modelscope", PRIVATE, "MODELSCOPE_API_TOKEN"),
    ],
)
def test_a_private_model_asks_for_its_token(
    model_site: RunningSite,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: Source,
    name: str,
    variable: str,
) -> None:
    error = fault(model_site, tmp_path / "model", name, source=source)
    assert (error.code, error.values["variable"]) == ("download_not_allowed", variable)
    monkeypatch.setenv(variable, TOKEN)
    download(model_site, tmp_path / "model", name, source=source)
    assert_whole(tmp_path / "model")
    assert model_site.authorized
    assert not [path for path in model_site.authorized if path.startswith("/cdn/")]


def test_no_network_is_told(tmp_path: Path) -> None:
    nobody = RunningSite("http://127.0.0.1:9")
    assert fault(nobody, tmp_path / "model").code == "download_unreachable"


def test_a_proxy_that_cannot_be_used_is_told(
    model_site: RunningSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:9")
    assert fault(model_site, tmp_path / "model").code == "download_bad_proxy"


def test_a_folder_with_something_else_is_left_alone(
    model_site: RunningSite, tmp_path: Path
) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "thesis.txt").write_text("important", encoding="utf-8")
    with pytest.raises(DownloadError) as caught:
        download(model_site, target)
    assert caught.value.code == "download_target_exists"
    assert [path.name for path in tmp_path.rglob("*")] == ["model", "thesis.txt"]
    (target / "thesis.txt").unlink()
    download(model_site, target)
    assert_whole(target)


def test_two_downloads_do_not_write_into_one_folder(
    model_site: RunningSite, tmp_path: Path
) -> None:
    with FileLock(tmp_path / "model.incomplete.lock"):
        assert fault(model_site, tmp_path / "model").code == "download_running"


def test_a_model_that_cannot_be_run_is_told_before_its_weights_are_fetched(
    model_site: RunningSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from admin_system.core import families

    monkeypatch.setattr(families, "FAMILIES", ())
    with pytest.raises(LoadError, match="checkpoint_unknown_family"):
        download(model_site, tmp_path / "model")
    assert WEIGHTS not in model_site.sent
    assert list(tmp_path.iterdir()) == []
