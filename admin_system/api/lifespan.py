"""The start and end of a server that tells of them (uvicorn does, daphne does not)."""

from __future__ import annotations

import asyncio

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope

from admin_system.core import retention, tracing
from admin_system.core.catalog import get_follower, get_service
from admin_system.core.garbage import collect_and_freeze
from admin_system.core.monitoring import monitor
from admin_system.core.shared import peers
from admin_system.core.shared.courier import get_courier
from admin_system.core.usage import get_ledger
from admin_system.knowledge_base import background


class Lifespan:
    """Ends the work on documents, gives the model back, writes the usage; `asgi.py` began it."""

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                collect_and_freeze()  # all that was imported
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await asyncio.to_thread(monitor.stop)
                retention.stop()
                await asyncio.to_thread(peers.stop)
                await asyncio.to_thread(background.stop)
                if (follower := get_follower()) is not None:
                    follower.stop()
                await asyncio.to_thread(get_service().close)
                await asyncio.to_thread(get_ledger().stop)
                await asyncio.to_thread(get_courier().stop)  # what was held is given back
                await asyncio.to_thread(tracing.send_rest)
                await send({"type": "lifespan.shutdown.complete"})
                return
