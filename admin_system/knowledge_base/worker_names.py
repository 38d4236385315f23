"""Names of workers: machine, process, its start and thread, so that a dead one is known as dead."""

from __future__ import annotations

import socket
import threading
from functools import lru_cache

import psutil

SAME_START = 2.0
"""Seconds by which two readings of a process's start may differ."""


def worker_name() -> str:
    """Of this thread, told apart from those of other machines and of former processes."""
    return f"{process_name()}{threading.get_ident()}"


def process_name() -> str:
    """With which the names of all workers of this process begin."""
    process = psutil.Process()
    return f"{machine()}:{process.pid}:{process.create_time():.0f}:"


def is_alive(worker: str) -> bool:
    """False only where it is sure: a process of this machine that has ended."""
    host, pid, created = [*worker.rsplit(":", 3), "", ""][:3]
    if host != machine():
        return True
    try:
        process = psutil.Process(int(pid))
        ended = process.status() == psutil.STATUS_ZOMBIE
        return not ended and abs(process.create_time() - float(created)) <= SAME_START
    except (psutil.NoSuchProcess, ValueError):
        return False
    except psutil.AccessDenied:
        return True


@lru_cache(maxsize=1)
def machine() -> str:
    return socket.gethostname()[:40].replace(":", "-")
