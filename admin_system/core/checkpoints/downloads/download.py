"""Downloads a model into a folder that appears only when every file in it is whole and checked."""

from __future__ import annotations

import json
import logging
import math
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from filelock import FileLock, Timeout

from admin_system.core.checkpoints.downloads import hub, modelscope
from admin_system.core.checkpoints.downloads.connection import open_client
from admin_system.core.checkpoints.downloads.repository import RemoteFile, Repository, Source
from admin_system.core.checkpoints.downloads.selection import CONFIG, choose_files
from admin_system.core.checkpoints.downloads.transfer import (
    UNFINISHED,
    Transfer,
    Wait,
    bytes_on_disk,
)
from admin_system.core.devices import read_disk
from admin_system.core.errors import DownloadError, LoadError
from admin_system.core.families import find_family
from admin_system.core.types import LoadProgress

logger = logging.getLogger(__name__)

Open = Callable[[httpx.Client, str, str | None, str | None], Repository]
SOURCES: dict[Source, Open] = {
    "hub": hub.open_repository,
    "modelscope": modelscope.open_repository,
}
NAME = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)

Report = Callable[[LoadProgress], None]
"""Called as bytes come; may raise to end the download, which can be gone on with."""


def download_model(
    name: str,
    target: Path,
    report: Report,
    *,
    source: Source = "hub",
    revision: str | None = None,
    endpoint: str | None = None,
    free: Callable[[Path], int] = lambda folder: read_disk(folder).free,
    wait: Wait = time.sleep,
) -> None:
    """`name` is owner/name; without a `revision` the newest files, without an `endpoint` the
    source's own address. `free` tells the bytes free at a folder.

    Until the end everything is in `<target>.incomplete`, from where another call goes on.
    Raises DownloadError; LoadError where no family of this project can run the model.
    """
    if not NAME.fullmatch(name):
        raise DownloadError("download_bad_name", name=name)
    with open_client() as client:
        repository = SOURCES[source](client, name, revision, endpoint)
        files = choose_files(repository)
        staging = target.with_name(f"{target.name}{UNFINISHED}")
        with _alone(staging):
            if target.is_dir() and any(target.iterdir()):
                _require_same(files, target)
                return
            _require_room(files, staging, free)
            try:
                _fetch_all(Transfer(client, repository, wait), files, staging, report)
            except LoadError:
                shutil.rmtree(staging)  # of no use, now or later
                raise
            _publish(files, staging, target)
    logger.info("%s is in %s", name, target)


def _fetch_all(
    transfer: Transfer, files: tuple[RemoteFile, ...], staging: Path, report: Report
) -> None:
    total, before = sum(file.bytes for file in files), 0

    def advance(done: int) -> None:
        done += before
        report(LoadProgress("stage_downloading", done / max(total, 1), done, total))

    for file in files:
        transfer.fetch(file, staging, advance)
        before += file.bytes
        if file.name == CONFIG:  # before gigabytes are fetched for nothing
            find_family(_read_config(staging / CONFIG))


def _read_config(file: Path) -> dict[str, object]:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise LoadError("checkpoint_bad_file", file=file.name) from error
    if not isinstance(config, dict):
        raise LoadError("checkpoint_bad_file", file=file.name)
    return config


def _require_room(
    files: tuple[RemoteFile, ...], staging: Path, free: Callable[[Path], int]
) -> None:
    needed = sum(file.bytes for file in files) - bytes_on_disk(files, staging)
    there = free(staging.parent)
    if needed > there:
        raise DownloadError(
            "download_disk_full",
            folder=str(staging.parent),
            needed_gb=math.ceil(needed / 1e7) / 100,
            free_gb=math.floor(there / 1e7) / 100,
        )


def _require_same(files: tuple[RemoteFile, ...], target: Path) -> None:
    """A folder that holds this very model already is no fault."""
    if not all(file.is_at(target / file.name) for file in files):
        raise DownloadError("download_target_exists", folder=str(target))


def _publish(files: tuple[RemoteFile, ...], staging: Path, target: Path) -> None:
    wanted = {file.name for file in files}
    for left in staging.iterdir():  # of another version, or of a former choice of files
        if left.name not in wanted:
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    if target.is_dir():
        target.rmdir()  # empty
    staging.rename(target)


@contextmanager
def _alone(staging: Path) -> Iterator[None]:
    """Two downloads into one folder would write into each other's files."""
    lock = FileLock(staging.with_name(f"{staging.name}.lock"), blocking=False)
    try:
        staging.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        try:
            yield
        finally:
            if staging.is_dir() and not any(staging.iterdir()):
                staging.rmdir()
            lock.release()
            with suppress(OSError):  # Windows: somebody else has it already
                Path(lock.lock_file).unlink(missing_ok=True)
    except Timeout as error:
        raise DownloadError("download_running", folder=str(staging)) from error
    except OSError as error:
        raise DownloadError("download_cannot_write", folder=str(staging.parent)) from error
