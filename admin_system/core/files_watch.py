"""Whether the bucket of documents and pictures answers: tried at the start, and until it does.

Without a bucket nothing is done here.
"""

from __future__ import annotations

import logging
import secrets
import threading

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from admin_system.core.outages import FilesAway
from admin_system.env import get_env
from admin_system.file_places import find_bucket

logger = logging.getLogger(__name__)

INTERVAL = 30.0
"""Seconds between two trials while the bucket does not answer."""
TRIAL = "trials"
"""Folder of the objects that are written to see whether it can be done."""


class _Watch:
    fault: FilesAway | None = None
    stopped = threading.Event()


def note(fault: FilesAway | None, reason: str = "") -> None:
    """What the last request to the bucket came to; a change is logged."""
    former, _Watch.fault = _Watch.fault, fault
    if fault is not None and (former is None or former.code != fault.code):
        logger.error("files: %s: %s", fault.code, reason)
    elif fault is None and former is not None:
        logger.warning("files: the storage answers again")


def current_fault() -> FilesAway | None:
    return _Watch.fault


def try_out() -> None:
    """Writes, reads and removes an object. Raises FilesAway."""
    words = secrets.token_bytes(16)
    name = default_storage.save(f"{TRIAL}/{secrets.token_hex(8)}", ContentFile(words))
    try:
        with default_storage.open(name) as file:
            if file.read() != words:
                raise FilesAway("files_unreachable")
    except FileNotFoundError:
        raise FilesAway("files_unreachable") from None
    finally:
        default_storage.delete(name)
    if (fault := current_fault()) is not None:  # it could not be removed
        raise fault


def start() -> None:
    """At the start of a server: a thread that tries the bucket out, again while it fails."""
    if find_bucket(get_env()) is None:
        return
    _Watch.stopped.clear()
    threading.Thread(target=_look_again_and_again, name="files", daemon=True).start()


def stop() -> None:
    _Watch.stopped.set()


def _look_again_and_again() -> None:
    first = True
    while not _Watch.stopped.is_set():
        if first or current_fault() is not None:
            first = False
            try:
                try_out()
            except FilesAway as fault:
                note(fault)
            except Exception:
                logger.exception("the storage of files cannot be tried out")
        _Watch.stopped.wait(INTERVAL)
