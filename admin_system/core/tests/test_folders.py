"""Folders are chosen below the allowed roots, and nothing else of the disk is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from admin_system.core.folders import FolderNotAllowed, find_roots, list_folder, require_allowed
from admin_system.env import get_env


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only root; beside it a folder that may not be seen."""
    root, outside = tmp_path / "models", tmp_path / "outside"
    for folder in (root / "qwen", root / ".hidden", root / "more" / "deep", outside / "secret"):
        folder.mkdir(parents=True)
    (root / "qwen" / "config.json").write_text("{}")
    (root / "a file").write_text("")
    env = get_env()
    monkeypatch.setattr(env, "model_dirs", [root])
    monkeypatch.setattr(env, "model_path", "")
    monkeypatch.setattr(env, "data_dir", tmp_path / "nothing")
    return root


def test_the_way_leads_from_the_roots_down_and_back(root: Path) -> None:
    top = list_folder("")
    assert [one.path for one in top.folders] == [root]
    inside = list_folder(str(root))
    assert (inside.path, inside.parent) == (root, None)
    assert [(one.name, one.is_model) for one in inside.folders] == [("more", False), ("qwen", True)]
    assert list_folder(str(root / "more")).parent == root


@pytest.mark.parametrize(
    "path",
    ["..", "outside", "models/../outside", "/", "missing", "models/a file", "models/\0", "~"],
)
def test_what_lies_outside_is_refused_as_what_is_not_there(root: Path, path: str) -> None:
    asked = path if path in {"..", "/", "~"} else f"{root.parent}{os.sep}{path}"
    for ask in (require_allowed, list_folder):
        with pytest.raises(FolderNotAllowed):
            ask(asked)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_does_not_lead_outside(root: Path) -> None:
    (root / "escape").symlink_to(root.parent / "outside")
    (root / "loop").symlink_to(root / "loop")
    (root / "inside").symlink_to(root / "more")
    assert [one.name for one in list_folder(str(root)).folders] == ["inside", "more", "qwen"]
    for name in ("escape", "escape/secret", "loop"):
        with pytest.raises(FolderNotAllowed):
            require_allowed(str(root / name))
    assert require_allowed(str(root / "inside")) == root / "more"


def test_a_whole_disk_is_no_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_env(), "model_path", str(Path(root.anchor) / "model"))
    assert find_roots() == (root,)
    monkeypatch.setattr(get_env(), "model_path", str(root.parent / "outside" / "secret"))
    assert find_roots() == (root, root.parent / "outside")
