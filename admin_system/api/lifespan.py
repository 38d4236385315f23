"""The start and end of a server that tells of them (uvicorn does, daphne does not)."""

from __future__ import annotations

import asyncio

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope

from admin_system.core.catalog import get_service
from admin_system.knowledge_base import background


class Lifespan:
    """Ends the work on documents and gives the model back; `asgi.py` has started both."""

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await asyncio.to_thread(background.stop)
                await asyncio.to_thread(get_service().close)
                await send({"type": "lifespan.shutdown.complete"})
                return
