"""Carries the pieces of one answer to the event loop that reads it, from whatever thread."""

from __future__ import annotations

import asyncio

from admin_system.core.errors import CoreError
from admin_system.core.types import Delta, End

Item = Delta | End | CoreError


class Channel:
    """Made on the event loop that reads it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._items: asyncio.Queue[Item] = asyncio.Queue()

    def put(self, item: Item) -> bool:
        """From any thread. False where the reader's loop is closed: nobody reads any more."""
        try:
            self._loop.call_soon_threadsafe(self._items.put_nowait, item)
        except RuntimeError:
            return False
        return True

    async def get(self) -> Delta | End:
        """Raises what was put as an error."""
        item = await self._items.get()
        if isinstance(item, CoreError):
            raise item
        return item
