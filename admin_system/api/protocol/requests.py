"""Open requests on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from admin_system.api.protocol.descriptions import Answer
from admin_system.core.all_requests import SeenRequest


class OwnerAnswer(Answer):
    kind: Literal["user", "key", "local", "anonymous", "knowledge", "service"]
    name: str | None


class OpenRequestAnswer(Answer):
    id: str = Field(description="As the header `x-request-id` has it.")
    owner: OwnerAnswer | None = Field(description="Told to callers with the scope admin.")
    own: bool
    purpose: Literal["chat", "analysis", "knowledge", "document"]
    words: str = Field(description="The beginning of the question.")
    pictures: int
    model: str
    state: Literal["waiting", "reading", "generating"]
    position: int | None = Field(description="In the queue, from 1.")
    tokens: int = Field(description="Pieces of the answer so far.")
    seconds: float


class OpenRequestList(Answer):
    data: list[OpenRequestAnswer]


def encode_request(
    one: SeenRequest, caller: str, names: Mapping[str, str | None] | None
) -> dict[str, Any]:
    """`names` of owners, for those who may know them."""
    waits = one.position is not None and not one.has_begun
    owner = {"kind": one.owner.partition(":")[0], "name": (names or {}).get(one.owner)}
    return {
        "id": one.id,
        "owner": owner if names is not None else None,
        "own": one.owner == caller,
        "purpose": one.purpose,
        "words": one.words,
        "pictures": one.pictures,
        "model": one.model,
        "state": "waiting" if waits else "generating" if one.has_begun else "reading",
        "position": one.position if waits else None,
        "tokens": one.pieces,
        "seconds": round(one.seconds, 1),
    }
