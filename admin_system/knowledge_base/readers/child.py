"""The process that reads one file: `python -m admin_system.knowledge_base.readers.child`.

On its standard input comes one line of JSON: what to do, with which file, within which limits.
The result goes to the file that the line names. When the input ends, the parent is gone.
"""

from __future__ import annotations

import json
import logging
import os
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

PARENT_GONE = 3
ROOM = 512 * 2**20
"""Bytes of address space beyond the memory: libraries map more than they use."""


def main() -> None:
    task = json.loads(sys.stdin.buffer.readline())
    limits = Limits(**task["limits"])
    threading.Thread(target=_leave_with_parent, args=(sys.stdin.fileno(),), daemon=True).start()
    _limit_memory(limits)
    result = _do(task, limits)
    with Path(task["result"]).open("wb") as out:
        write_result(out, result)


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


def _leave_with_parent(parent: int) -> None:
    """Reads past Python's buffer: its lock, held by a waiting thread, would spoil the exit."""
    while os.read(parent, 1024):
        pass
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
