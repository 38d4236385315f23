"""Downloads of models in the background of a server: begun, stopped, gone on with, watched."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.db import connections

from admin_system.core.checkpoints.downloads import Source, download_model
from admin_system.core.checkpoints.downloads.download import NAME
from admin_system.core.errors import CoreError, DownloadError
from admin_system.core.folders import MODELS
from admin_system.core.models import ModelDownload
from admin_system.core.registration import register_folder
from admin_system.core.shared.peers import answers, get_peers
from admin_system.core.types import LoadProgress
from admin_system.env import get_env

logger = logging.getLogger(__name__)

KEPT_SECONDS = 2.0
"""Between two moments at which the progress is written down."""
State = ModelDownload.State


class DownloadNotFound(CoreError):
    def __init__(self, number: object) -> None:
        super().__init__("download_not_found", param="id", id=str(number)[:20])


class Stopped(Exception):
    """Somebody stopped it, or the server ends."""


@dataclass(slots=True)
class Running:
    """A download at work; its thread writes the progress, everybody may read it."""

    stop: threading.Event = field(default_factory=threading.Event)
    bytes_done: int = 0
    bytes_total: int | None = None
    kept_at: float = 0.0
    """Monotonic."""


_lock = threading.Lock()
_running: dict[int, Running] = {}


def begin(name: str, source: Source, revision: str = "") -> ModelDownload:
    """The same model again goes on where it was. Raises DownloadError."""
    if not NAME.fullmatch(name):
        raise DownloadError("download_bad_name", name=name[:200])
    row, _ = ModelDownload.objects.get_or_create(name=name, source=source, revision=revision)
    return resume(row.pk)


def resume(number: int) -> ModelDownload:
    """One that runs already goes on running. Raises DownloadNotFound."""
    row = get_download(number)
    if row.state == State.RUNNING:
        return row
    with _lock:
        if number in _running:
            return row
        running = _running[number] = Running(bytes_done=row.bytes_done, bytes_total=row.bytes_total)
    row.state, row.error, row.model = State.RUNNING, None, ""
    row.save()
    threading.Thread(
        target=run, args=(row, running), name=f"download-{number}", daemon=True
    ).start()
    return row


def stop(number: int) -> ModelDownload:
    """What has come is kept. Raises DownloadNotFound."""
    row = get_download(number)
    with _lock:
        running = _running.get(number)
    if running is not None:
        running.stop.set()
    elif row.state == State.RUNNING:
        ask_peers("stop_download", number=number)
    else:
        row.save(update_fields=["state"])  # what a killed server left is written down at last
    return row


def forget(number: int) -> None:
    """The entry of a download that does not run; its files stay. Raises DownloadNotFound."""
    row = get_download(number)
    with _lock:
        at_work = number in _running
    if at_work or row.state == State.RUNNING:
        raise DownloadError("download_still_running", name=row.name)
    row.delete()


def get_download(number: int) -> ModelDownload:
    """As it is now. Raises DownloadNotFound."""
    row = ModelDownload.objects.filter(pk=number).first()
    if row is None:
        raise DownloadNotFound(number)
    return with_progress([row])[0]


def list_downloads() -> list[ModelDownload]:
    """The newest first, as they are now."""
    return with_progress(list(ModelDownload.objects.all()))


def with_progress(rows: list[ModelDownload]) -> list[ModelDownload]:
    """One whose server has ended counts as stopped."""
    with _lock:
        at_work = {
            number: (running.bytes_done, running.bytes_total)
            for number, running in _running.items()
        }
    if any(row.state == State.RUNNING and row.pk not in at_work for row in rows):
        for others in ask_peers("downloads"):
            at_work |= {number: (done, total) for number, done, total in others or ()}
    for row in rows:
        show_progress(row, at_work.get(row.pk))
    return rows


def show_progress(row: ModelDownload, at_work: tuple[int, int | None] | None) -> None:
    """`at_work` are its bytes where a process fetches it."""
    if at_work is not None:
        row.bytes_done, row.bytes_total = at_work
    elif row.state == State.RUNNING:
        row.state = State.STOPPED


def ask_peers(kind: str, **values: object) -> list[Any]:
    """The other processes of the site; nothing where there are none."""
    peers = get_peers()
    return peers.ask(kind, **values) if peers is not None else []


@answers("downloads")
def tell_downloads(asked: Mapping[str, Any]) -> object:
    with _lock:
        return [(number, one.bytes_done, one.bytes_total) for number, one in _running.items()]


@answers("stop_download")
def tell_stopped(asked: Mapping[str, Any]) -> object:
    with _lock:
        running = _running.get(asked["number"])
    if running is not None:
        running.stop.set()
    return running is not None


def run(row: ModelDownload, running: Running) -> None:
    """In a thread of its own, to the end."""

    def report(progress: LoadProgress) -> None:
        running.bytes_done = progress.bytes_done or 0
        running.bytes_total = progress.bytes_total
        if running.stop.is_set():
            raise Stopped
        if time.monotonic() - running.kept_at > KEPT_SECONDS:
            running.kept_at = time.monotonic()
            keep(row, running)

    target = get_env().data_dir / MODELS / row.name.rpartition("/")[2]
    try:
        source = cast("Source", row.source)
        download_model(row.name, target, report, source=source, revision=row.revision or None)
        row.model = register_folder(target).name
        row.state = State.DONE
    except Stopped:
        row.state = State.STOPPED
    except CoreError as error:
        values = {name: str(value) for name, value in error.values.items()}
        row.state, row.error = State.FAILED, {"code": error.code, "values": values}
        logger.warning("the download of %s failed: %s %s", row.name, error.code, error.values)
    except Exception as error:
        row.state = State.FAILED
        row.error = {"code": "load_fault", "values": {"kind": type(error).__name__}}
        logger.exception("the download of %s failed", row.name)
    finally:
        try:
            keep(row, running)
        finally:
            with _lock:
                _running.pop(row.pk, None)
            connections.close_all()


def keep(row: ModelDownload, running: Running) -> None:
    row.bytes_done, row.bytes_total = running.bytes_done, running.bytes_total
    row.save()
