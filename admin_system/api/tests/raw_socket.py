"""A WebSocket by hand: sends what no proper client would (RFC 6455), and reads what comes back."""

from __future__ import annotations

import base64
import os
import socket
import struct
from types import TracebackType

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class RawSocket:
    def __init__(self, port: int, path: str = "/ws/chat", **headers: str) -> None:
        """A header's name is written with `_` for `-`; `Host` names this machine unless given."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {headers.pop('Host', f'127.0.0.1:{port}')}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
        ]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._held = b""
        while b"\r\n\r\n" not in self._held:
            self._held += self._socket.recv(4096)
        head, _, self._held = self._held.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            self._socket.close()
            raise ConnectionError(head.decode("latin-1"))

    def __enter__(self) -> RawSocket:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def send(
        self,
        opcode: int,
        data: bytes = b"",
        *,
        end: bool = True,
        reserved: int = 0,
        masked: bool = True,
        length: int | None = None,
    ) -> None:
        """One frame; `length` is what its head says, where that is not the truth."""
        said = len(data) if length is None else length
        head = bytes([end << 7 | reserved << 4 | opcode])
        bit = masked << 7
        if said < 126:
            head += bytes([bit | said])
        elif said < 1 << 16:
            head += struct.pack("!BH", bit | 126, said)
        else:
            head += struct.pack("!BQ", bit | 127, said)
        mask = os.urandom(4) if masked else b""
        whole = bytes(one ^ mask[place % 4] for place, one in enumerate(data)) if masked else data
        self._socket.sendall(head + mask + whole)

    def read(self) -> tuple[int, bytes] | None:
        """Opcode and content of the next frame; None where the connection has ended."""
        head = self._take(2)
        if head is None:
            return None
        size = head[1] & 127
        if size > 125:
            more = self._take(2 if size == 126 else 8)
            size = int.from_bytes(more or b"")
        data = self._take(size)
        return None if data is None else (head[0] & 15, data)

    def close_code(self) -> int | None:
        """Of the frame that ends the connection, whatever comes before; None without one."""
        while (frame := self.read()) is not None:
            if frame[0] == CLOSE:
                return int.from_bytes(frame[1][:2]) if frame[1] else 1005
        return None

    def _take(self, count: int) -> bytes | None:
        while len(self._held) < count:
            try:
                new = self._socket.recv(65536)
            except ConnectionResetError:
                new = b""
            if not new:
                return None
            self._held += new
        taken, self._held = self._held[:count], self._held[count:]
        return taken
