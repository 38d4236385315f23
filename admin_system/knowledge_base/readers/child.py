"""The process that reads files: `python -m admin_system.knowledge_base.readers.child`.

On its standard input comes a line of JSON for each: what to do, with which file, within which
limits. The result goes to the file that the line names, and then an empty line to the standard
output. When the input ends, the parent is gone.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import queue
import sys
import threading
from pathlib import Path
from typing import Any

import psutil

from admin_system.knowledge_base.errors import DocumentError, ReadingStopped
from admin_system.knowledge_base.readers import read_document
from admin_system.knowledge_base.readers.archives import unpack
from admin_system.knowledge_base.readers.limits import Limits
from admin_system.knowledge_base.readers.transport import Result, write_result

PARENT_GONE, DISK_FULL = 3, 4
"""Codes with which it ends."""
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
IDLE_SECONDS = 60.0
"""For which it waits for the next file."""
BLOCK = 65536
ROOM = 512 * 2**20
"""Bytes of address space beyond the memory: libraries map more than they use."""


def main() -> None:
    signs = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no sign
    tasks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    parent = sys.stdin.fileno()
    threading.Thread(target=_hear, args=(parent, tasks), daemon=True).start()
    limited = False
    while True:
        try:
            task = json.loads(tasks.get(timeout=IDLE_SECONDS))
        except queue.Empty:
            os._exit(0)  # past the thread that waits for the parent
        limits = Limits(**task["limits"])
        if not limited:
            _limit_memory(limits)
            limited = True
        try:
            result = _do(task, limits)
            with Path(task["result"]).open("wb") as out:
                write_result(out, result)
        except OSError as error:
            if error.errno in NO_ROOM:
                os._exit(DISK_FULL)  # no words: they may find no room either
            raise
        signs.write(b"\n")


def _do(task: dict[str, Any], limits: Limits) -> Result:
    try:
        data = Path(task["path"]).read_bytes()
        if task["verb"] == "unpack":
            return unpack(data, limits)
        return read_document(data, task["file_name"], limits, questions=task["questions"])
    except DocumentError as error:
        return error
    except MemoryError:
        return ReadingStopped("document_memory", limit=limits.memory_bytes // 2**20)


def _hear(parent: int, tasks: queue.SimpleQueue[bytes]) -> None:
    """Reads past Python's buffer: its lock, held by a waiting thread, would spoil the exit."""
    heard = b""
    while block := os.read(parent, BLOCK):
        *lines, heard = (heard + block).split(b"\n")
        for line in lines:
            tasks.put(line)
    os._exit(PARENT_GONE)


def _limit_memory(limits: Limits) -> None:
    """Where the system can: an allocation too many is then a MemoryError, not a full computer."""
    process = psutil.Process()
    if hasattr(process, "rlimit"):  # Linux; elsewhere the parent watches alone
        most = limits.memory_bytes + ROOM
        process.rlimit(psutil.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    main()
