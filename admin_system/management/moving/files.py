"""Documents and pictures from a folder to a bucket, from a bucket to a folder, or between two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO, Protocol

from django.utils.module_loading import import_string

from admin_system.core.errors import CoreError
from admin_system.core.files_watch import TRIAL
from admin_system.env import Env, get_env
from admin_system.file_places import files_dir, find_bucket, to_backend
from admin_system.knowledge_base.storage import hash_of_file
from admin_system.management.backups.contents import FOLDERS, PASSING

if TYPE_CHECKING:
    from admin_system.core.bucket_files import BucketFiles


class MoveFilesFault(CoreError):
    """What was copied so far stays, and is not copied again the next time."""


@dataclass(frozen=True, slots=True)
class Moved:
    files: int
    size: int
    """Bytes, of those."""
    there: int
    """Files that the target had already."""


class Place(Protocol):
    """Names begin with `documents/` or `media/`."""

    def list(self) -> Iterator[tuple[str, int]]: ...
    def open(self, name: str) -> BinaryIO: ...
    def take(self, name: str, source: BinaryIO) -> None: ...


class Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def list(self) -> Iterator[tuple[str, int]]:
        for folder in FOLDERS:
            for path in sorted((self._root / folder).rglob("*")):
                if path.is_file() and not path.name.startswith(PASSING):
                    yield path.relative_to(self._root).as_posix(), path.stat().st_size

    def open(self, name: str) -> BinaryIO:
        return (self._root / name).open("rb")

    def take(self, name: str, source: BinaryIO) -> None:
        """It has its name when it is whole."""
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{PASSING[0]}{path.name}")
        write(source, draft)
        draft.replace(path)


class Buckets:
    def __init__(self, buckets: dict[str, BucketFiles]) -> None:
        self._buckets = buckets

    def list(self) -> Iterator[tuple[str, int]]:
        for folder, files in self._buckets.items():
            for one in files.entries():
                if not one.name.startswith(TRIAL):
                    yield f"{folder}/{one.name}", one.size

    def _find(self, name: str) -> tuple[BucketFiles, str]:
        folder, _, rest = name.partition("/")
        return self._buckets[folder], rest

    def open(self, name: str) -> BinaryIO:
        files, rest = self._find(name)
        return files.open_stream(rest)

    def take(self, name: str, source: BinaryIO) -> None:
        files, rest = self._find(name)
        with TemporaryDirectory() as place:
            path = Path(place) / "file"
            write(source, path)
            files.put(rest, path)


def write(source: BinaryIO, path: Path) -> None:
    with path.open("wb") as file:
        while block := source.read(1 << 20):
            file.write(block)


def find_place(env: Env) -> Place:
    """Raises WrongSetting."""
    bucket = find_bucket(env)
    if bucket is None:
        return Folder(files_dir(env))
    backends = {folder: to_backend(env, bucket, folder) for folder in FOLDERS}
    return Buckets(
        {
            folder: import_string(one["BACKEND"])(**one["OPTIONS"])
            for folder, one in backends.items()
        }
    )


def move_files(source: str, report: Callable[[str], None] = lambda _: None) -> Moved:
    """All of `source` (as QWEN_VL_FILES is written; empty is the data folder) to the place of the
    settings. Each file is read again there; the source is only read, and stays.

    `report` hears each name. Raises MoveFilesFault, FilesAway, WrongSetting.
    """
    env = get_env()
    other = env.model_copy(update={"files": source})
    if find_bucket(other) == find_bucket(env) and files_dir(other) == files_dir(env):
        raise MoveFilesFault("move_files_same")
    begin, end = find_place(other), find_place(env)
    known = dict(end.list())
    files = size = there = 0
    for name, length in begin.list():
        if known.get(name) == length:
            there += 1
            continue
        copy(begin, end, name)
        files, size = files + 1, size + length
        report(name)
    return Moved(files, size, there)


def copy(begin: Place, end: Place, name: str) -> None:
    with begin.open(name) as source:
        end.take(name, source)
    with begin.open(name) as source, end.open(name) as arrived:
        if hash_of_file(source) != hash_of_file(arrived):
            raise MoveFilesFault("move_files_differ", name=name)
