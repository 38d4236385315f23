"""The servers that can serve the site, and the command line of each."""

from __future__ import annotations

from typing import Literal, get_args

Server = Literal["uvicorn", "daphne", "gunicorn"]
SERVERS: tuple[Server, ...] = get_args(Server)
SITE = "admin_system.asgi:application"
LOAD_SECONDS = 600
"""A worker of gunicorn may be deaf for so long while a large model is read from a slow disk."""


def offered(system: str) -> tuple[Server, ...]:
    """By os.name: gunicorn does not run on Windows."""
    return tuple(server for server in SERVERS if system != "nt" or server != "gunicorn")


def write_words(server: Server, port: int | str, megabytes: int) -> list[str]:
    """What follows the interpreter, for the whole site on loopback.

    Without its two sizes daphne drops messages over 1 MiB. gunicorn has one worker only, since the
    model lives in the process that answers.
    """
    if server == "daphne":
        size = str(megabytes * 2**20)
        sizes = ["--websocket-max-message-size", size, "--websocket-max-frame-size", size]
        return ["-m", "daphne", *sizes, "-b", "127.0.0.1", "-p", str(port), SITE]
    if server == "gunicorn":
        worker = "scripts.deployment.gunicorn_worker.SiteWorker"
        words = ["-m", "gunicorn", "--workers", "1", "--worker-class", worker]
        return [*words, "--timeout", str(LOAD_SECONDS), "--bind", f"127.0.0.1:{port}", SITE]
    return ["-m", "scripts.startup.serve", "127.0.0.1", str(port)]


def write_admin_words(port: int, workers: int = 2) -> list[str]:
    """gunicorn with plain WSGI for the admin alone: no WebSocket, and QWEN_VL_LOAD_MODEL=false."""
    words = ["-m", "gunicorn", "--workers", str(workers), "--threads", "4"]
    return [*words, "--bind", f"127.0.0.1:{port}", "admin_system.wsgi:application"]
