"""Carries the pieces of one answer to the event loop that reads it, from whatever thread."""

from __future__ import annotations

import asyncio

from admin_system.core.errors import CoreError
from admin_system.core.types import Delta, End

Item = Delta | End | CoreError


class Courier:
    """Wakes each event loop once for all that a step has for its readers."""

    def __init__(self) -> None:
        self._bags: dict[asyncio.AbstractEventLoop, list[tuple[Channel, Item]]] = {}

    def put(self, channel: Channel, item: Item) -> None:
        self._bags.setdefault(channel.loop, []).append((channel, item))

    def deliver(self) -> list[Channel]:
        """Returns the channels whose loop is closed: nobody reads them any more."""
        bags, self._bags = self._bags, {}
        dead: list[Channel] = []
        for loop, bag in bags.items():
            try:
                loop.call_soon_threadsafe(hand_out, bag)
            except RuntimeError:
                dead += [channel for channel, _ in bag]
        return dead


def hand_out(bag: list[tuple[Channel, Item]]) -> None:
    for channel, item in bag:
        channel.take(item)


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

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    def take(self, item: Item) -> None:
        """On the event loop that reads it."""
        self._items.put_nowait(item)

    async def get(self) -> Delta | End:
        """Raises what was put as an error."""
        item = await self._items.get()
        if isinstance(item, CoreError):
            raise item
        return item
