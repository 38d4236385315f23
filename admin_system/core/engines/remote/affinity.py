"""Which conversation a request belongs to, told by how it begins.

An upstream has the beginning of a conversation in its cache; a later turn is best answered there.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from admin_system.core.types import ChatRequest, TextPart


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation as far as a request shows it."""

    key: bytes
    continues: bool
    """The model has answered in it before."""


def find_thread(request: ChatRequest) -> Thread:
    """By its owner and everything up to the first question."""
    digest = sha256(request.owner.encode())
    for message in request.messages:
        for part in message.parts:
            seen = part.text if isinstance(part, TextPart) else part.picture.sha256
            digest.update(f"\0{message.role}\0{seen}".encode("utf-8", "surrogatepass"))
        if message.role == "user":
            break
    continues = any(message.role == "assistant" for message in request.messages)
    return Thread(digest.digest(), continues)
