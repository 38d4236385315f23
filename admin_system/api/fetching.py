"""Pictures that a request names by an address elsewhere are fetched before it is read.

In threads of their own: a slow host keeps nobody waiting who sends pictures along.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from admin_system.api.protocol.conversation import list_pictures
from admin_system.api.protocol.openai import ChatBody
from admin_system.core.remote_pictures import SECONDS, Fetcher, not_fetched
from admin_system.env import get_env

FETCHERS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="picture-fetcher")
AT_MOST = 2 * SECONDS
"""For all pictures of a request, and the wait for a thread."""


async def fetch_pictures(body: ChatBody) -> dict[str, bytes]:
    """Address -> what its host sent. Raises BadPicture."""
    wanted = {address: param for address, param in list_pictures(body) if is_elsewhere(address)}
    if not wanted:
        return {}
    env = get_env()
    fetcher = Fetcher(frozenset(env.picture_hosts), max_bytes=env.max_body_bytes)
    work = [
        asyncio.get_running_loop().run_in_executor(FETCHERS, fetcher.fetch, address, param)
        for address, param in wanted.items()
    ]
    try:
        async with asyncio.timeout(AT_MOST):
            return dict(zip(wanted, await asyncio.gather(*work), strict=True))
    except TimeoutError:
        raise not_fetched(next(iter(wanted.values())), env.max_body_bytes, AT_MOST) from None
    finally:
        for one in work:
            one.cancel()  # those that no thread has begun


def is_elsewhere(address: str) -> bool:
    return address[:8].lower().startswith(("http://", "https://"))
