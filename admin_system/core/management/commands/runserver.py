"""Django's runserver, on uvicorn: with WebSockets, and streams that are not collected first."""

from __future__ import annotations

from typing import Any

import uvicorn
from django.core.management.commands.runserver import Command as DjangoCommand

from admin_system.env import get_env


class Command(DjangoCommand):
    help = "Serves for development and restarts when the code changes."

    def inner_run(self, *args: Any, **options: Any) -> None:
        if not options["skip_checks"]:
            self.check(display_num_errors=True)
        self.check_migrations()
        host: str = getattr(self, "addr")  # noqa: B009 - the stubs do not know it
        port: str = getattr(self, "port")  # noqa: B009
        uvicorn.run(
            "admin_system.asgi:application",
            host=host,
            port=int(port),
            ws_max_size=get_env().max_body_bytes,
            log_config=None,
        )
