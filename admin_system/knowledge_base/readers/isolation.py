"""Reads a file in a process of its own, which time, memory or somebody's wish can end.

A broken file may hang a parser, fill the memory or crash the process in C; then this process goes
on, and says what happened.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import psutil

from admin_system.knowledge_base.errors import DocumentTooLarge, ReadingStopped
from admin_system.knowledge_base.readers.archives import Member, Refused
from admin_system.knowledge_base.readers.limits import DEFAULT_LIMITS, Limits
from admin_system.knowledge_base.readers.reading import Reading
from admin_system.knowledge_base.readers.transport import read_members, read_result

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
TOLD = 2_000
"""Bytes of the process's last words that are logged."""


def read_isolated(
    path: Path,
    file_name: str,
    limits: Limits = DEFAULT_LIMITS,
    *,
    questions: bool = False,
    should_stop: Callable[[], bool] = lambda: False,
) -> Reading:
    """As `read_document`, of the file at `path`; `file_name` is what its owner calls it.

    Blocks; `should_stop` is asked 20 times a second, from this thread. Raises DocumentError:
    ReadingStopped for time, memory, a crash, and where it should stop.
    """
    task = {"verb": "read", "file_name": file_name, "questions": questions}
    with _answer(path, task, limits, should_stop) as source:
        return read_result(source)


def unpack_isolated(
    path: Path,
    limits: Limits = DEFAULT_LIMITS,
    *,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[Member | Refused]:
    """As `archives.unpack`, of the file at `path`; nothing is done before the first is asked for.

    Raises as `read_isolated`.
    """
    with _answer(path, {"verb": "unpack"}, limits, should_stop) as source:
        yield from read_members(source)


@contextmanager
def _answer(
    path: Path, task: dict[str, Any], limits: Limits, should_stop: Callable[[], bool]
) -> Iterator[BinaryIO]:
    """What the child wrote, to be read in the block."""
    if path.stat().st_size > limits.file_bytes:
        raise DocumentTooLarge("document_too_many_bytes", limit=limits.file_bytes // 2**20)
    with (
        tempfile.TemporaryDirectory(prefix="reading_", ignore_cleanup_errors=True) as folder,
        tempfile.TemporaryFile() as words,
    ):
        answer = Path(folder) / "result"
        task |= {"path": str(path.resolve()), "result": str(answer), "limits": asdict(limits)}
        child = _start(words)
        try:
            _tell(child, task)
            most_memory = _watch(child, limits, should_stop)
        finally:
            if child.poll() is None:
                child.kill()
            child.wait()
            if child.stdin is not None:
                child.stdin.close()
        try:
            with answer.open("rb") as source:
                yield source
        except (OSError, ValueError, KeyError) as error:
            words.seek(max(0, words.seek(0, os.SEEK_END) - TOLD))
            logger.warning(
                "the reader of a file ended with %s: %s",
                child.returncode,
                words.read().decode("utf-8", "replace"),
            )
            if most_memory > 0.8 * limits.memory_bytes:
                raise _out_of_memory(limits) from error
            raise ReadingStopped("document_reader_crashed") from error


def _start(words: Any) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", CHILD],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=words,
        # Ctrl-C is for the server, which ends the reading in its own way.
        start_new_session=True,
        # No console window flashes up where the server has none (Windows).
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _tell(child: subprocess.Popen[bytes], task: dict[str, Any]) -> None:
    """The pipe stays open: its end tells the child that this process is gone."""
    try:
        if child.stdin is not None:
            child.stdin.write(json.dumps(task).encode("ascii") + b"\n")
            child.stdin.flush()
    except OSError as error:
        raise ReadingStopped("document_reader_crashed") from error


def _watch(child: subprocess.Popen[bytes], limits: Limits, should_stop: Callable[[], bool]) -> int:
    """Until the child ends; the most memory it was seen with, in bytes. Raises ReadingStopped."""
    deadline = time.monotonic() + limits.seconds
    most = 0
    while True:
        try:
            child.wait(GLANCE)
            return most
        except subprocess.TimeoutExpired:
            pass
        most = max(most, _memory_of(child.pid))
        if most > limits.memory_bytes:
            raise _out_of_memory(limits)
        if time.monotonic() > deadline:
            raise ReadingStopped("document_took_too_long", limit=f"{limits.seconds:g}")
        if should_stop():
            raise ReadingStopped("document_reading_cancelled")


def _memory_of(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _out_of_memory(limits: Limits) -> ReadingStopped:
    return ReadingStopped("document_memory", limit=limits.memory_bytes // 2**20)
