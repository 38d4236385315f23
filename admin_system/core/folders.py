"""Folders that may be chosen in the pages: below the allowed roots, by where they really are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from admin_system.core.checkpoints.checkpoint import CONFIG
from admin_system.core.errors import CoreError
from admin_system.env import get_env

MODELS = "models"
"""Folder of downloaded models, inside the data folder."""
MOST = 500
"""Folders of one that are listed."""


class FolderNotAllowed(CoreError):
    """Outside the roots, or not there: the answer tells no difference."""

    def __init__(self, path: str) -> None:
        super().__init__("folder_not_allowed", param="path", path=path[:200])


@dataclass(frozen=True, slots=True)
class Folder:
    name: str
    path: Path
    """Absolute, without symbolic links."""
    is_model: bool
    """It holds a config.json."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What stands in a folder; the roots where `path` is None."""

    path: Path | None
    parent: Path | None
    """None for a root, from which the way leads back to the roots."""
    folders: tuple[Folder, ...]
    """By their names."""
    cut: bool = False
    """There are more."""


def find_roots() -> tuple[Path, ...]:
    """Those that are there: downloads, the folder of the first model's folder, `model_dirs`."""
    env = get_env()
    wanted = [env.data_dir / MODELS, *env.model_dirs]
    beside = Path(env.model_path)
    if beside.is_absolute() and len(beside.parts) > 2:  # never a whole disk
        wanted.append(beside.parent)
    found = (resolve(path) for path in wanted)
    return tuple(dict.fromkeys(path for path in found if path is not None))


def require_allowed(path: str) -> Path:
    """The folder's real place. Raises FolderNotAllowed where that lies outside the roots."""
    place = resolve(Path(path)) if path and "\0" not in path else None
    if place is None or not is_inside(place, find_roots()):
        raise FolderNotAllowed(path)
    return place


def list_folder(path: str) -> Listing:
    """Of an allowed folder, or where `path` is empty the roots themselves.

    Raises FolderNotAllowed. Hidden folders, and links that lead outside, are left out.
    """
    roots = find_roots()
    if not path:
        return Listing(None, None, tuple(Folder(str(one), one, is_model(one)) for one in roots))
    place = require_allowed(path)
    found = []
    try:
        for child in place.iterdir():
            real = None if child.name.startswith(".") else resolve(child)
            if real is not None and is_inside(real, roots):
                found.append(Folder(child.name, real, is_model(real)))
    except OSError:
        raise FolderNotAllowed(path) from None
    found.sort(key=lambda folder: folder.name.casefold())
    parent = None if place in roots else place.parent
    return Listing(place, parent, tuple(found[:MOST]), cut=len(found) > MOST)


def resolve(path: Path) -> Path | None:
    """None where it is no folder that can be reached."""
    try:
        real = path.expanduser().resolve(strict=True)
        return real if real.is_dir() else None
    except (OSError, RuntimeError, ValueError):
        return None


def is_inside(path: Path, roots: tuple[Path, ...]) -> bool:
    return any(path == root or root in path.parents for root in roots)


def is_model(path: Path) -> bool:
    try:
        return (path / CONFIG).is_file()
    except OSError:
        return False
