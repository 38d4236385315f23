"""A wire to a Redis that can go dead: nothing arrives any more, and neither end is told."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Wire:
    """Connections that are made after `cut` work."""

    def __init__(self, port: int) -> None:
        self._there = ("127.0.0.1", port)
        self._here = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._cuts: list[threading.Event] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._here.getsockname()[1]}/0"

    def cut(self) -> None:
        for cut in self._cuts:
            cut.set()

    def close(self) -> None:
        for end in (self._here, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for it
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near = self._here.accept()[0]
                far, cut = socket.create_connection(self._there), threading.Event()
                self._cuts.append(cut)
                self._ends += near, far
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(*ends, cut), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, cut: threading.Event) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not cut.is_set():
                    target.sendall(data)
            if not cut.is_set():
                target.shutdown(socket.SHUT_WR)
