"""Addresses of pictures elsewhere, as a request has them: the setting decides."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from admin_system.api import fetching
from admin_system.api.fetching import fetch_pictures
from admin_system.api.pictures import in_reader, read_address
from admin_system.api.protocol.openai import ChatBody
from admin_system.api.tests.pictures import to_base64
from admin_system.core.errors import BadPicture
from admin_system.core.remote_pictures import Fetcher
from admin_system.env import get_env


def make_png() -> bytes:
    data = BytesIO()
    Image.new("RGB", (40, 30)).save(data, "PNG")
    return data.getvalue()


DATA_URL = "data:image/png;base64," + to_base64(make_png())


@pytest.fixture(autouse=True)
def fresh_env() -> Iterator[None]:
    yield
    get_env.cache_clear()


def ask_for(*addresses: str) -> ChatBody:
    parts = [{"type": "image_url", "image_url": {"url": address}} for address in addresses]
    return ChatBody.model_validate({"messages": [{"role": "user", "content": parts}]})


@pytest.mark.parametrize(
    ("hosts", "code"),
    [("[]", "picture_url_blocked"), ('["localhost", "127.0.0.1"]', "picture_host_refused")],
    ids=["off", "on, and the host is this machine"],
)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_this_machine_is_never_asked(
    monkeypatch: pytest.MonkeyPatch, host: str, hosts: str, code: str
) -> None:
    monkeypatch.setenv("QWEN_VL_PICTURE_HOSTS", hosts)
    get_env.cache_clear()
    with pytest.raises(BadPicture) as caught:
        await fetch_pictures(ask_for(f"http://{host}/a.png"))
    assert caught.value.code == code
    assert caught.value.param == "messages[0].content[0].image_url"


async def test_what_was_fetched_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fetcher, "fetch", lambda self, address, param: make_png())
    fetched = await fetch_pictures(ask_for("HTTPS://pictures.example/a.png", DATA_URL))
    assert set(fetched) == {"HTTPS://pictures.example/a.png"}
    picture = read_address("HTTPS://pictures.example/a.png", "image_url", "owner", fetched)
    assert (picture.width, picture.height) == (40, 30)


async def test_slow_hosts_keep_nobody_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than threads; those give up after their time, and data: URLs are read."""
    over = threading.Event()
    monkeypatch.setattr(Fetcher, "fetch", lambda self, address, param: over.wait(60))
    monkeypatch.setattr(fetching, "AT_MOST", 0.3)
    slow = [
        asyncio.create_task(fetch_pictures(ask_for(f"http://slow.example/{number}")))
        for number in range(20)
    ]
    try:
        async with asyncio.timeout(20):
            await in_reader(lambda: read_address(DATA_URL, "image_url", "owner", {}))
            told = await asyncio.gather(*slow, return_exceptions=True)
    finally:
        over.set()
    assert {getattr(one, "code", one) for one in told} == {"picture_not_fetched"}
