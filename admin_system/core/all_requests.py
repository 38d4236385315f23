"""The open requests of all web processes of a site: seen, and stopped, from each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from admin_system.core.catalog import get_service
from admin_system.core.open_requests import OpenRequest
from admin_system.core.shared.peers import answers, get_peers
from admin_system.core.types import Purpose

LONGEST_WORDS = 80
"""Characters of a question that are shown."""


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """An open request as it was at one moment, in whichever process."""

    id: str
    owner: str
    purpose: Purpose
    words: str
    """The beginning of the question."""
    pictures: int
    model: str
    """Name of the configuration that answers."""
    has_begun: bool
    """A piece of the answer has come."""
    position: int | None
    """In the queue of its model, from 1; None where it does not wait."""
    pieces: int
    seconds: float


def find_requests(owner: str | None = None) -> list[SeenRequest]:
    """Those of `owner`, or all, the oldest first. Waits for the other processes, a second at most.

    While Redis is away those of this process.
    """
    found = find_here(owner)
    if (peers := get_peers()) is not None:
        for others in peers.ask("requests", owner=owner):
            found += [SeenRequest(**one) for one in others or ()]
    return sorted(found, key=lambda one: -one.seconds)


def stop_request(request_id: str, owner: str | None = None) -> SeenRequest | None:
    """Ends it before its next token; None where no process has one of that id, or it is another
    owner's. Waits as `find_requests`."""
    stopped = stop_here(request_id, owner)
    peers = get_peers()
    if stopped is None and peers is not None:
        replies = peers.ask("stop_request", id=request_id, owner=owner)
        stopped = next((SeenRequest(**one) for one in replies if one), None)
    return stopped


def find_here(owner: str | None = None) -> list[SeenRequest]:
    return [look_at(one) for one in get_service().requests.find(owner)]


def stop_here(request_id: str, owner: str | None = None) -> SeenRequest | None:
    stopped = get_service().requests.stop(request_id, owner)
    return None if stopped is None else look_at(stopped)


def look_at(one: OpenRequest) -> SeenRequest:
    return SeenRequest(
        id=one.id,
        owner=one.request.owner,
        purpose=one.request.purpose,
        words=find_words(one),
        pictures=len(one.request.pictures),
        model=one.model,
        has_begun=one.first_after is not None,
        position=get_service().position(one.id),
        pieces=one.pieces,
        seconds=one.seconds,
    )


def find_words(one: OpenRequest) -> str:
    """The beginning of the last question on one line; of a document's picture nobody asked one."""
    request = one.request
    if request.purpose == "document":
        return ""
    turns = reversed(request.messages)
    asked = request.asked or next((turn.text for turn in turns if turn.role == "user"), "")
    line = " ".join(asked[: 4 * LONGEST_WORDS].split())
    return line if len(line) <= LONGEST_WORDS else f"{line[: LONGEST_WORDS - 1]}…"


@answers("requests")
def tell_requests(asked: Mapping[str, Any]) -> object:
    return [asdict(one) for one in find_here(asked["owner"])]


@answers("stop_request")
def tell_stopped(asked: Mapping[str, Any]) -> object:
    stopped = stop_here(asked["id"], asked["owner"])
    return None if stopped is None else asdict(stopped)
