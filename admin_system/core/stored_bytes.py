"""How many bytes each owner has kept here, in pictures and documents, and how many it may.

The library lies above core and tells what it keeps through the one function that it hands in here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from django.db.models import QuerySet, Sum

from admin_system.core.errors import CoreError
from admin_system.core.models import AnalysisRecord, ApiKey, MessagePicture, SetPicture
from admin_system.env import get_env

MEBIBYTE = 2**20
TellBytes = Callable[[str], int]
"""Owner -> bytes of its documents."""
_library: list[TellBytes] = []


class StorageFull(CoreError):
    """Nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Storage:
    """Of one owner, in bytes."""

    used: int
    limit: int | None
    """None means as much as the disk holds."""

    def require(self, more: int) -> None:
        """Raises StorageFull where so many bytes would be too many."""
        if self.limit is not None and self.used + more > self.limit:
            sizes = {"used": self.used, "limit": self.limit, "more": more}
            told = {name: f"{size / MEBIBYTE:.1f}" for name, size in sizes.items()}
            raise StorageFull("storage_full", param=None, **told)


def tell_documents_with(tell: TellBytes) -> None:
    """Called once by the library when it is set up."""
    _library[:] = [tell]


def find_storage(owner: str) -> Storage:
    """Adds up what is kept now; blocks."""
    pictures: tuple[QuerySet[Any], ...] = (
        AnalysisRecord.objects.filter(owner=owner),
        MessagePicture.objects.filter(message__conversation__owner=owner),
        SetPicture.objects.filter(picture_set__owner=owner),
    )
    used = sum(tell(owner) for tell in _library)
    used += sum(rows.aggregate(sum=Sum("stored_bytes"))["sum"] or 0 for rows in pictures)
    return Storage(used, find_limit(owner))


def find_limit(owner: str) -> int | None:
    """A key's own, else that of the settings; programs of this machine have none."""
    kind, _, number = owner.partition(":")
    if kind == "local":
        return None
    own = None
    if kind == "key":
        own = ApiKey.objects.filter(pk=number).values_list("stored_bytes", flat=True).first()
    return own or get_env().max_stored_bytes or None


def require_room(owner: str, more: int) -> None:
    """Before bytes are kept; those that two requests bring at the same moment may both find room.

    Raises StorageFull.
    """
    if more > 0 and find_limit(owner) is not None:
        find_storage(owner).require(more)


arequire_room = database_sync_to_async(require_room)
"""Gives the connection back: what follows may wait long for a model."""
