"""One request that a WebSocket is answering."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from admin_system.api.protocol import frames
from admin_system.api.protocol.frames import Frame
from admin_system.api.stay import Visit


@dataclass(slots=True)
class Running:
    """Lives from the request's frame to its last one."""

    id: str
    began: float = field(default_factory=time.monotonic)
    pieces: list[str] = field(default_factory=list)
    """What has been sent of the answer."""
    stopped: bool = False
    """The client sent `stop`."""
    visit: Visit = field(default_factory=Visit)
    """Its place among its caller's requests."""
    task: asyncio.Task[None] | None = None

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def stop(self) -> None:
        self.stopped = True
        self.cancel()

    def cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()

    def last_frame(self) -> Frame:
        """Of a request that was stopped."""
        return frames.stopped(self.id, self.text, time.monotonic() - self.began)
