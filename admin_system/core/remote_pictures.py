"""Fetches a picture from a host that the deployer allows; blocks."""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

from admin_system.core.errors import BadPicture
from admin_system.core.picture_hosts import (
    PORTS,
    Address,
    HostRefused,
    Place,
    find_place,
    require_public,
    resolve,
)

logger = logging.getLogger(__name__)

SECONDS = 10.0
"""For a picture, from the first connection to the last byte, with all redirects."""
REDIRECTS = 3
MOVED = (301, 302, 303, 307, 308)
FAULTS = (OSError, http.client.HTTPException, ValueError)
"""What a host that is away, speaks no HTTP or has a wrong certificate raises."""

Resolve = Callable[[str, int], list[Address]]
Connect = Callable[[tuple[str, int], float], socket.socket]


class NotFetched(Exception):
    """An answer that is no picture of ours: a status, a size, too many redirects."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Each hop is looked up once, and connected to at the very address that was looked at."""

    hosts: frozenset[str]
    """`name`, or `name:port`; without any nothing is fetched."""
    max_bytes: int
    seconds: float = SECONDS
    resolve: Resolve = resolve
    connect: Connect = socket.create_connection
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
    """By which certificates are checked."""

    def fetch(self, address: str, param: str) -> bytes:
        """What is fetched need not be a picture: the decoder decides. Raises BadPicture."""
        if not self.hosts:
            raise BadPicture("picture_url_blocked", param=param)
        ends = time.monotonic() + self.seconds
        try:
            for _ in range(REDIRECTS + 1):
                answer = self._ask(find_place(address, self.hosts), ends)
                if isinstance(answer, bytes):
                    return answer
                address = urljoin(address, answer)
        except HostRefused as error:
            logger.info("a picture's address was refused: %s", error)
            raise BadPicture("picture_host_refused", param=param) from None
        except (*FAULTS, NotFetched) as error:
            logger.info("a picture could not be fetched: %s", type(error).__name__)
        raise not_fetched(param, self.max_bytes, self.seconds)

    def _ask(self, place: Place, ends: float) -> bytes | str:
        """The body, or the address that the host points to, before `ends` comes."""
        number = require_public(self.resolve(place.host, place.port))
        left = ends - time.monotonic()
        if left <= 0:
            raise NotFetched
        connection = self.connect((str(number), place.port), left)
        if place.scheme == "https":
            connection = self.trust().wrap_socket(
                connection, server_hostname=place.host, do_handshake_on_connect=False
            )
        # A timeout of the socket begins anew with each byte; this one does not.
        cut = threading.Timer(ends - time.monotonic(), shut, [connection])
        cut.daemon = True
        cut.start()
        try:
            answer = self._read(place, connection)
        finally:
            cut.cancel()
            connection.close()
        if time.monotonic() > ends:
            raise NotFetched
        return answer

    def _read(self, place: Place, connection: socket.socket) -> bytes | str:
        client = http.client.HTTPConnection(place.host, place.port)
        client.sock = connection
        try:
            if isinstance(connection, ssl.SSLSocket):
                connection.do_handshake()
            usual = place.port == PORTS[place.scheme]
            host = place.host if usual else f"{place.host}:{place.port}"
            headers = {"Host": host, "Accept": "image/*", "Connection": "close"}
            client.request("GET", place.target, headers=headers)
            with client.getresponse() as answer:
                if answer.status in MOVED:
                    return answer.getheader("Location", "")
                data = answer.read(self.max_bytes + 1)
                if answer.status != http.HTTPStatus.OK or len(data) > self.max_bytes:
                    raise NotFetched
                if answer.length:  # of the stated bytes some never came
                    raise NotFetched
                return data
        finally:
            client.close()


def not_fetched(param: str, max_bytes: int, seconds: float) -> BadPicture:
    limit = f"{max_bytes / 2**20:.0f} MiB"
    return BadPicture("picture_not_fetched", param=param, limit=limit, seconds=f"{seconds:.0f}")


def shut(connection: socket.socket) -> None:
    """Wakes whoever waits for it; it may be gone already."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        logger.debug("the connection had ended before its time was over")
