"""One reading process, from its start to its end; it is asked for one file after another."""

from __future__ import annotations

import errno
import json
import logging
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, BinaryIO

import psutil

from admin_system.knowledge_base.errors import ReadingStopped
from admin_system.knowledge_base.readers.limits import Limits

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[3]
"""The folder that `admin_system` is in."""
CHILD = "admin_system.knowledge_base.readers.child"
GLANCE = 0.05
"""Seconds between two looks at the process."""
INHERITED = (
    *("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME", "USERPROFILE", "LANG"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "VIRTUAL_ENV"),
)
"""Of the environment; keys and passwords in it are none of the reading process's business."""
DISK_FULL = 4
"""Code with which the child ends then; as in `child`, which nothing here imports."""
CRASHED = "document_reader_crashed"
END_SECONDS = 1.0
"""For the end of a process that has said its last."""
TOLD = 2_000
"""Bytes of the process's last words that are logged."""


class ReadingProcess:
    """For one thread at a time. Whoever has started it closes it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.asked = 0
        """How many files it was asked for."""
        self._folder = tempfile.TemporaryDirectory(prefix="reading_", ignore_cleanup_errors=True)
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with it
        self._child = start(self._words)
        self._signs: queue.SimpleQueue[bool] = queue.SimpleQueue()
        """True for each file that is done, False when the process has ended."""
        threading.Thread(target=self._listen, name="reading-signs", daemon=True).start()

    @contextmanager
    def ask(self, task: dict[str, Any], should_stop: Callable[[], bool]) -> Iterator[BinaryIO]:
        """What the child wrote, to be read in the block. Blocks until it is there.

        Raises DocumentError, and OSError where the disk is full; after one the process may be
        broken, and is closed. So does whoever finds in the block that the result breaks off
        (OSError, ValueError, KeyError).
        """
        self.asked += 1
        answer = Path(self._folder.name) / f"{self.asked}"
        self._tell(task | {"result": str(answer), "limits": asdict(self.limits)})
        most_memory = self._watch(should_stop)
        try:
            with answer.open("rb") as source:
                yield source
        except (OSError, ValueError, KeyError) as error:
            if self._ended_for_room():
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
            self._log_last_words()
            if most_memory > 0.8 * self.limits.memory_bytes:
                raise self._out_of_memory() from error
            raise ReadingStopped(CRASHED) from error
        finally:
            answer.unlink(missing_ok=True)

    def is_running(self) -> bool:
        return self._child.poll() is None

    def close(self) -> None:
        if self.is_running():
            self._child.kill()
        self._child.wait()
        for stream in (self._child.stdin, self._words):
            if stream is not None:
                stream.close()
        self._folder.cleanup()

    def _listen(self) -> None:
        if self._child.stdout is not None:
            with self._child.stdout as signs:
                for _ in signs:
                    self._signs.put(True)
        self._signs.put(False)

    def _tell(self, task: dict[str, Any]) -> None:
        """The pipe stays open: its end tells the child that this process is gone."""
        try:
            if self._child.stdin is not None:
                self._child.stdin.write(json.dumps(task).encode("ascii") + b"\n")
                self._child.stdin.flush()
        except OSError as error:
            raise ReadingStopped(CRASHED) from error

    def _watch(self, should_stop: Callable[[], bool]) -> int:
        """Until the file is done or the child ends; the most memory it was seen with, in bytes.

        Raises ReadingStopped.
        """
        deadline = time.monotonic() + self.limits.seconds
        most = 0
        while True:
            try:
                self._signs.get(timeout=GLANCE)
                return most
            except queue.Empty:
                pass
            most = max(most, memory_of(self._child.pid))
            if most > self.limits.memory_bytes:
                raise self._out_of_memory()
            if time.monotonic() > deadline:
                raise ReadingStopped("document_took_too_long", limit=f"{self.limits.seconds:g}")
            if should_stop():
                raise ReadingStopped("document_reading_cancelled")

    def _ended_for_room(self) -> bool:
        """The child found none on the disk: no fault of the file."""
        with suppress(subprocess.TimeoutExpired):
            return self._child.wait(END_SECONDS) == DISK_FULL
        return False

    def _log_last_words(self) -> None:
        self._words.seek(max(0, self._words.seek(0, os.SEEK_END) - TOLD))
        words = self._words.read().decode("utf-8", "replace")
        logger.warning("the reader of a file ended with %s: %s", self._child.poll(), words)

    def _out_of_memory(self) -> ReadingStopped:
        return ReadingStopped("document_memory", limit=self.limits.memory_bytes // 2**20)


def start(words: IO[bytes]) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", CHILD],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=words,
        # Ctrl-C is for the server, which ends the reading in its own way.
        start_new_session=True,
        # No console window flashes up where the server has none (Windows).
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def memory_of(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
