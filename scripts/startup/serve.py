"""Serves the site with uvicorn, in its environment: `python -m scripts.startup.serve HOST PORT`."""

from __future__ import annotations

import sys

DRAIN = 2
"""Seconds that requests in progress have to end when the server stops."""


def main(host: str, port: int) -> None:
    import uvicorn

    from admin_system.env import get_env

    uvicorn.run(
        "admin_system.asgi:application",
        host=host,
        port=port,
        lifespan="on",
        # The access rules look at the connection's own address, never at what a header claims.
        proxy_headers=False,
        ws_max_size=get_env().max_body_bytes,
        timeout_graceful_shutdown=DRAIN,
        access_log=False,
        server_header=False,
        log_config=None,  # the site's own
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
