"""Which address the server gets, whether it is free, and where people find it."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from scripts.startup.console import StartFailed


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    """A name or address of this computer; 0.0.0.0 or :: means all of them."""
    port: int

    @property
    def is_everywhere(self) -> bool:
        return self.host in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound

    @property
    def url(self) -> str:
        """How a browser on this computer reaches the server."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        if ":" in host and not host.startswith("["):
            host = f"[{host}]"
        return f"http://{host}:{self.port}"


def check_free(address: Address, python: Path) -> None:
    """Raises StartFailed where the server could not listen; `python` may not exist yet."""
    try:
        place = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise StartFailed(
            f"地址 {address.host} 无效：{error.strerror}。可用 127.0.0.1(仅本机)或 0.0.0.0。",
            f"The address {address.host} is not known here: {error.strerror}. "
            "Use 127.0.0.1 (this computer only) or 0.0.0.0.",
        ) from error
    with socket.socket(place[0], socket.SOCK_STREAM) as trial:
        if os.name != "nt":  # there the option would let two programs share a port
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(place[4])
        except OSError as error:
            raise _refusal(address, error, python) from error


def _refusal(address: Address, error: OSError, python: Path) -> StartFailed:
    if error.errno == errno.EADDRINUSE or getattr(error, "winerror", None) == 10048:
        holder = _holder(address.port, python)
        named_zh, named_en = (f"({holder})", f" ({holder})") if holder else ("", "")
        return StartFailed(
            f"端口 {address.port} 已被占用{named_zh}。请先停止它，"
            f"或换一个端口：--port {address.port + 1}",
            f"Port {address.port} is taken{named_en}. Stop that program, "
            f"or use another port: --port {address.port + 1}",
        )
    if isinstance(error, PermissionError):
        return StartFailed(
            f"没有权限使用端口 {address.port};请用 1024 以上的端口，例如 --port 8000",
            f"Port {address.port} needs more rights; use one above 1024, for example --port 8000",
        )
    return StartFailed(
        f"无法监听 {address.host}:{address.port}:{error.strerror}",
        f"Cannot listen on {address.host}:{address.port}: {error.strerror}",
    )


def _holder(port: int, python: Path) -> str:
    """Name and number of the program that listens on a port; empty when that is not known."""
    ask = (
        "import sys, psutil\n"
        "for c in psutil.net_connections('tcp'):\n"
        "    if c.status == 'LISTEN' and c.laddr.port == int(sys.argv[1]) and c.pid:\n"
        "        print(psutil.Process(c.pid).name(), 'pid', c.pid)\n"
        "        break\n"
    )
    try:
        asked = subprocess.run(
            [python, "-c", ask, str(port)], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip()


def network_url(address: Address) -> str | None:
    """How other computers reach the server, as far as this one can tell."""
    if not address.is_everywhere:
        return None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; shows the outgoing address
        except OSError:
            return None
        return f"http://{probe.getsockname()[0]}:{address.port}"
