"""Keeps a server running: starts it again when it ends or stops answering, with growing pauses."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from scripts.startup.console import say


class Watched(Protocol):
    """As much of `server.Server` as is needed here."""

    def has_ended(self) -> bool: ...
    def exit_code(self) -> int: ...
    def is_answering(self) -> bool: ...
    def wait_until_ready(self) -> str: ...
    def kill(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds."""

    look: float = 2.0
    """Between two looks."""
    silence: float = 30.0
    """Without an answer of /healthz, after which the server counts as stuck."""
    first_pause: float = 1.0
    longest_pause: float = 60.0
    calm: float = 600.0
    """Of good service, after which the pauses begin small again."""


class Supervisor:
    """`start` starts a server; `announce` is told of each one that its wait has ended, and how."""

    def __init__(
        self,
        start: Callable[[], Watched],
        announce: Callable[[Watched, str], None],
        patience: Patience | None = None,
    ) -> None:
        self._start = start
        self._announce = announce
        self._patience = patience or Patience()
        self._closed = threading.Event()
        self.server: Watched | None = None

    def close(self) -> None:
        """From another thread: no server is started any more."""
        self._closed.set()

    def run(self) -> int:
        """Until the caller is interrupted, or `close`; also when the very first start fails: then
        a setting is wrong, and another try would end the same."""
        pause, tries = self._patience.first_pause, 0
        while True:
            self.server = server = self._start()
            outcome = server.wait_until_ready()
            if outcome == "ended" and not tries:
                self._announce(server, outcome)
                return server.exit_code()
            ready_at = time.monotonic()
            self._announce(server, outcome)
            self._watch(server)
            if time.monotonic() - ready_at > self._patience.calm:
                pause = self._patience.first_pause
            tries += 1
            if self._closed.is_set():
                return server.exit_code()
            say(
                f"{pause:g} 秒后重新启动(第 {tries} 次)……",
                f"Starting it again in {pause:g} s (number {tries}) …",
            )
            if self._closed.wait(pause):
                return server.exit_code()
            pause = min(2 * pause, self._patience.longest_pause)

    def _watch(self, server: Watched) -> None:
        """Returns when the server has ended, killed if it was stuck."""
        heard_at = time.monotonic()
        while not server.has_ended():
            if server.is_answering():
                heard_at = time.monotonic()
            elif time.monotonic() - heard_at > self._patience.silence:
                say(
                    f"服务器 {self._patience.silence:g} 秒没有响应，结束它。",
                    f"The server has not answered for {self._patience.silence:g} s; ending it.",
                )
                server.kill()
                return
            self._closed.wait(self._patience.look)
        say(
            f"服务器意外退出，代码 {server.exit_code()}。",
            f"The server has ended unexpectedly, code {server.exit_code()}.",
        )
