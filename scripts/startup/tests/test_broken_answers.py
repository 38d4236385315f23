"""A server that ends in the midst of an answer is one that does not answer."""

from __future__ import annotations

import socket
import threading

import pytest

from scripts.startup.addresses import Address
from scripts.startup.server import Server


@pytest.mark.parametrize("status", ["200 OK", "503 Service Unavailable"])
def test_an_answer_that_breaks_off_is_none(status: str) -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Length: 16\r\n\r\n".encode()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with listening.accept()[0] as client:
                client.recv(4096)
                client.sendall(head)

        threading.Thread(target=answer, daemon=True).start()
        server = Server.__new__(Server)
        server.address = Address("127.0.0.1", listening.getsockname()[1])
        assert not server.is_answering()
