"""Serves the site with uvicorn, in its environment: `python -m scripts.startup.serve HOST PORT`."""

from __future__ import annotations

import sys
from typing import Any

DRAIN = 1
"""Seconds that requests in progress have to end when the server stops; then they are told."""


def read_options() -> dict[str, Any]:
    """What uvicorn has to know of the site, whoever starts it."""
    from admin_system.api.patience import PatientHttp, PatientSocket
    from admin_system.env import get_env

    return {
        "http": PatientHttp,
        "ws": PatientSocket,
        "lifespan": "on",
        # The access rules look at the connection's own address, never at what a header claims.
        "proxy_headers": False,
        "ws_max_size": get_env().max_body_bytes,
        "timeout_graceful_shutdown": DRAIN,
        "access_log": False,
        "server_header": False,
        "log_config": None,  # the site's own
    }


def main(host: str, port: int) -> None:
    import uvicorn

    uvicorn.run("admin_system.asgi:application", host=host, port=port, **read_options())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
