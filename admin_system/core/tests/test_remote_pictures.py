"""Pictures from elsewhere: only from hosts of the list, at public addresses, in bounds."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
import trustme

from admin_system.core.errors import BadPicture
from admin_system.core.picture_hosts import Address, is_public, resolve
from admin_system.core.remote_pictures import Fetcher
from admin_system.core.tests.inward_addresses import FORMS, NOT_PUBLIC, NUMBERS

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

LIMIT = 10_000
PUBLIC = "93.184.216.34"
LISTED = "pictures.example"


class Host(BaseHTTPRequestHandler):
    """Answers by path; notes what was asked."""

    asked: list[tuple[str, str]]

    def do_GET(self) -> None:
        self.asked.append((self.headers["Host"], self.path))
        kind, _, rest = self.path.removeprefix("/").partition("/")
        if kind == "to":
            self.send_response(302)
            self.send_header("Location", rest)
            self.end_headers()
            return
        self.send_response(404 if kind == "away" else 200)
        stated = {"large": LIMIT + 1, "cut": 50}.get(kind)
        if stated is not None:
            self.send_header("Content-Length", str(stated))
        self.end_headers()
        if kind == "drip":
            while not self.server.stopping.wait(0.05):  # type: ignore[attr-defined]
                self.wfile.write(b"x")
                self.wfile.flush()
        sizes = {"large": LIMIT + 1, "endless": 5 * LIMIT}
        self.wfile.write(b"x" * sizes.get(kind, 10))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: a test's output is its own."""


@pytest.fixture
def asked() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def port(asked: list[tuple[str, str]]) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Host,), {"asked": asked}))
    server.daemon_threads = False
    server.stopping = threading.Event()  # type: ignore[attr-defined]
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server.server_port
    server.stopping.set()  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


Names = Callable[[str, int], list[Address]]


def make_fetcher(port: int, names: Names | None = None, **given: float) -> Fetcher:
    """Whatever public address it is told to connect to, the test's host answers."""

    def connect(place: tuple[str, int], seconds: float) -> socket.socket:
        assert is_public(ip_address(place[0])), place
        return socket.create_connection(("127.0.0.1", port), seconds)

    return Fetcher(
        frozenset({LISTED, "other.example:8080"}),
        LIMIT,
        seconds=given.get("seconds", 5.0),
        resolve=names or (lambda host, port: [ip_address(PUBLIC)]),
        connect=connect,
    )


def refusal(fetcher: Fetcher, address: str) -> str:
    with pytest.raises(BadPicture) as caught:
        fetcher.fetch(address, "image_url")
    assert caught.value.param == "image_url"
    return caught.value.code


def test_a_listed_host_is_asked_by_its_name(port: int, asked: list[tuple[str, str]]) -> None:
    fetcher = make_fetcher(port)
    assert fetcher.fetch(f"http://{LISTED.upper()}/a.png?b=1#c", "image_url") == b"x" * 10
    assert fetcher.fetch("http://other.example:8080", "image_url") == b"x" * 10
    assert asked == [(LISTED, "/a.png?b=1"), ("other.example:8080", "/")]


def test_without_a_list_nothing_is_fetched() -> None:
    assert refusal(Fetcher(frozenset(), LIMIT), f"http://{LISTED}/") == "picture_url_blocked"


def test_the_lists_are_long_enough() -> None:
    assert len({*NOT_PUBLIC, *NUMBERS, *FORMS}) > 80


@pytest.mark.parametrize("address", FORMS)
def test_what_only_looks_like_a_listed_host_is_refused(
    port: int, asked: list[tuple[str, str]], address: str
) -> None:
    assert refusal(make_fetcher(port), address) == "picture_host_refused"
    assert asked == []


@pytest.mark.parametrize("space", ["\r\n", "\t", " ", "\0", "\x7f", "\u2028"])
def test_white_space_and_controls_are_refused(port: int, space: str) -> None:
    assert refusal(make_fetcher(port), f"http://{LISTED}/{space}a") == "picture_host_refused"
    assert refusal(make_fetcher(port), f"http://{space}{LISTED}/") == "picture_host_refused"


@pytest.mark.parametrize("number", NOT_PUBLIC)
def test_a_listed_name_may_not_lead_inside(
    port: int, asked: list[tuple[str, str]], number: str
) -> None:
    inside = make_fetcher(port, lambda host, port: [ip_address(number)])
    mixed = make_fetcher(port, lambda host, port: [ip_address(PUBLIC), ip_address(number)])
    for fetcher in (inside, mixed):
        assert refusal(fetcher, f"http://{LISTED}/") == "picture_host_refused"
    assert asked == []


@pytest.mark.parametrize("number", NUMBERS)
def test_even_a_listed_number_may_not_lead_inside(number: str) -> None:
    """The system's own resolver reads these as the addresses that they hide."""

    def connect(place: tuple[str, int], seconds: float) -> socket.socket:
        raise AssertionError(place)

    fetcher = Fetcher(frozenset({number}), LIMIT, resolve=resolve, connect=connect)
    assert refusal(fetcher, f"http://{number}/") == "picture_host_refused"


def test_a_redirect_stays_on_the_list(port: int, asked: list[tuple[str, str]]) -> None:
    fetcher = make_fetcher(port)
    assert fetcher.fetch(f"http://{LISTED}/to/http://other.example:8080/b", "image_url")
    assert asked[-1] == ("other.example:8080", "/b")
    for target in ("http://127.0.0.1/", "http://other.example/", "file:///etc/passwd"):
        assert refusal(fetcher, f"http://{LISTED}/to/{target}") == "picture_host_refused"
    assert len(asked) == 5


def test_a_name_is_looked_at_again_after_a_redirect(
    port: int, asked: list[tuple[str, str]]
) -> None:
    answers = iter([PUBLIC, "127.0.0.1"])
    fetcher = make_fetcher(port, lambda host, port: [ip_address(next(answers))])
    assert refusal(fetcher, f"http://{LISTED}/to//b") == "picture_host_refused"
    assert len(asked) == 1


def test_a_name_is_looked_up_once_for_a_hop(port: int) -> None:
    answers = iter([PUBLIC, "127.0.0.1"])
    fetcher = make_fetcher(port, lambda host, port: [ip_address(next(answers))])
    assert fetcher.fetch(f"http://{LISTED}/", "image_url") == b"x" * 10
    assert next(answers) == "127.0.0.1"


def test_redirects_come_to_an_end(port: int, asked: list[tuple[str, str]]) -> None:
    far = "/to/" * 9
    assert refusal(make_fetcher(port), f"http://{LISTED}{far}") == "picture_not_fetched"
    assert len(asked) == 4


@pytest.mark.parametrize("kind", ["away", "large", "endless", "cut"])
def test_what_is_no_whole_answer_in_bounds_is_refused(port: int, kind: str) -> None:
    assert refusal(make_fetcher(port), f"http://{LISTED}/{kind}") == "picture_not_fetched"


def test_a_host_that_drips_is_cut(port: int) -> None:
    fetcher = make_fetcher(port, seconds=0.4)
    assert refusal(fetcher, f"http://{LISTED}/drip") == "picture_not_fetched"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def speak_tls(authority: trustme.CA, name: str) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Host,), {"asked": []}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("name", "trusted", "fetched"),
    [(LISTED, True, True), ("other.example", True, False), (LISTED, False, False)],
    ids=["its own", "of another name", "of an unknown authority"],
)
def test_an_https_host_shows_a_certificate(
    authority: trustme.CA, name: str, trusted: bool, fetched: bool
) -> None:
    def trust() -> ssl.SSLContext:
        context = ssl.create_default_context()
        if trusted:
            authority.configure_trust(context)
        return context

    for port in speak_tls(authority, name):
        fetcher = replace(make_fetcher(port), trust=trust)
        if fetched:
            assert fetcher.fetch(f"https://{LISTED}/", "image_url") == b"x" * 10
        else:
            assert refusal(fetcher, f"https://{LISTED}/") == "picture_not_fetched"


def test_all_redirects_together_have_one_time(port: int, asked: list[tuple[str, str]]) -> None:
    def slow(host: str, port: int) -> list[Address]:
        time.sleep(0.3)
        return [ip_address(PUBLIC)]

    fetcher = make_fetcher(port, slow, seconds=0.5)
    assert refusal(fetcher, f"http://{LISTED}/to//to//b") == "picture_not_fetched"
    assert len(asked) == 1


def test_a_host_without_tls_is_no_https_host(port: int) -> None:
    assert refusal(make_fetcher(port), f"https://{LISTED}/") == "picture_not_fetched"
