"""The start command says so when its port is taken, and where people find the service."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from scripts.startup.addresses import Address, check_free, network_url
from scripts.startup.console import StartFailed

PYTHON = Path(sys.executable)


def test_a_free_port_is_fine() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    check_free(Address("127.0.0.1", port), PYTHON)


def test_a_taken_port_is_told_with_its_holder() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(StartFailed, match=rf"Port {port} is taken \(.+ pid {os.getpid()}\)"):
            check_free(Address("127.0.0.1", port), PYTHON)


def test_a_taken_port_is_told_before_there_is_an_environment(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(StartFailed, match=f"Port {port} is taken. Stop"):
            check_free(Address("127.0.0.1", port), tmp_path / "python")


def test_an_address_of_another_computer_is_refused() -> None:
    with pytest.raises(StartFailed, match="Cannot listen on"):
        check_free(Address("192.0.2.1", 8000), PYTHON)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104 - not bound
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
        ("localhost", "http://localhost:8000"),
    ],
)
def test_a_browser_here_finds_the_server(host: str, url: str) -> None:
    assert Address(host, 8000).url == url


def test_a_server_of_this_computer_only_has_no_address_outside() -> None:
    assert network_url(Address("127.0.0.1", 8000)) is None
