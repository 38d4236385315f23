"""Reads a file in a process of its own, which time, memory or somebody's wish can end.

A broken file may hang a parser, fill the memory or crash the process in C; then this process goes
on, and says what happened. Starting such a process takes longer than reading a short text, so one
that has read nothing but plain text, which no parser in C has seen, is asked for the next file too.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from admin_system.knowledge_base.errors import DocumentTooLarge, ReadingStopped
from admin_system.knowledge_base.readers.archives import Member, Refused
from admin_system.knowledge_base.readers.limits import DEFAULT_LIMITS, Limits
from admin_system.knowledge_base.readers.process import CRASHED, ReadingProcess
from admin_system.knowledge_base.readers.process import ROOT as ROOT
from admin_system.knowledge_base.readers.reading import Reading
from admin_system.knowledge_base.readers.transport import read_members, read_result

HARMLESS = ("markdown", "txt")
"""Formats after which a process is as good as new."""
MOST_ASKED = 200
"""Files for one process."""
MOST_IDLE = 4
"""Processes that wait for a next file; each ends by itself after a while (`child.IDLE_SECONDS`)."""

_lock = threading.Lock()
_idle: list[ReadingProcess] = []


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
    task: dict[str, Any] = {"verb": "read", "file_name": file_name, "questions": questions}
    task["path"] = find_path(path, limits)
    process = _take(limits)
    if process is not None:
        try:
            return _read(process, task, should_stop)
        except ReadingStopped as error:
            if error.code != CRASHED:
                raise  # else it may have come to its end just now: a new one will tell
    return _read(ReadingProcess(limits), task, should_stop)


def unpack_isolated(
    path: Path,
    limits: Limits = DEFAULT_LIMITS,
    *,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[Member | Refused]:
    """As `archives.unpack`, of the file at `path`; nothing is done before the first is asked for.

    Raises as `read_isolated`.
    """
    task = {"verb": "unpack", "path": find_path(path, limits)}
    process = ReadingProcess(limits)
    try:
        with process.ask(task, should_stop) as source:
            yield from read_members(source)
    finally:
        process.close()


def find_path(path: Path, limits: Limits) -> str:
    """For another process. Raises DocumentTooLarge."""
    if path.stat().st_size > limits.file_bytes:
        raise DocumentTooLarge("document_too_many_bytes", limit=limits.file_bytes // 2**20)
    return str(path.resolve())


def _read(
    process: ReadingProcess, task: dict[str, Any], should_stop: Callable[[], bool]
) -> Reading:
    harmless = False
    try:
        with process.ask(task, should_stop) as source:
            reading = read_result(source)
        harmless = reading.format in HARMLESS
        return reading
    finally:
        _put_back(process, harmless)


def _take(limits: Limits) -> ReadingProcess | None:
    """An idle one."""
    while True:
        with _lock:
            fitting = [process for process in _idle if process.limits == limits]
            if not fitting:
                return None
            _idle.remove(fitting[-1])
        if fitting[-1].is_running():
            return fitting[-1]
        fitting[-1].close()


def _put_back(process: ReadingProcess, harmless: bool) -> None:
    with _lock:
        kept = harmless and process.asked < MOST_ASKED and len(_idle) < MOST_IDLE
        if kept:
            _idle.append(process)
    if not kept:
        process.close()


@atexit.register
def close_idle() -> None:
    """They would end by themselves with this process."""
    with _lock:
        processes = list(_idle)
        _idle.clear()
    for process in processes:
        process.close()
