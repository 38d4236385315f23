"""Pictures that a request carries or names; decoding runs in threads of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.conf import settings
from django.db import connection

from admin_system.core.errors import BadPicture
from admin_system.core.images import read_base64 as read_base64_bytes
from admin_system.core.images import read_base64_picture, read_picture
from admin_system.core.picture_files import find_picture_file
from admin_system.core.types import Picture
from admin_system.env import get_env

T = TypeVar("T")

READERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="picture-reader")
"""Few, as each may hold a decoded picture of `max_picture_pixels`."""


async def in_reader(read: Callable[[], T]) -> T:
    """Runs work on bodies and pictures beside the event loop."""
    return await asyncio.get_running_loop().run_in_executor(READERS, read)


def read_bytes(data: bytes, param: str) -> Picture:
    """Raises BadPicture."""
    return read_picture(data, max_pixels=get_env().max_picture_pixels, param=param)


def read_base64(text: str, param: str) -> Picture:
    """Raises BadPicture."""
    return read_base64_picture(text, max_pixels=get_env().max_picture_pixels, param=param)


def read_address(address: str, param: str, owner: str, fetched: Mapping[str, bytes]) -> Picture:
    """A data: URL, a picture of the same caller on this server, or one that was fetched.

    Raises BadPicture.
    """
    if address[:5].lower() == "data:":
        return read_base64(address, param)
    if address.startswith(settings.MEDIA_URL):
        return read_bytes(find_stored(address, param, owner), param)
    if address in fetched:
        return read_bytes(fetched[address], param)
    raise BadPicture("picture_address_unknown", param=param)


def find_stored(address: str, param: str, owner: str) -> bytes:
    """The bytes of a picture that was kept for the owner; blocks. Raises BadPicture."""
    try:
        file = find_picture_file(address.removeprefix(settings.MEDIA_URL), owner)
        if file is None:
            raise BadPicture("picture_address_unknown", param=param)
        with file.open("rb") as opened:
            data: bytes = opened.read()
            return data
    except FileNotFoundError:
        raise BadPicture("picture_address_unknown", param=param) from None
    finally:
        connection.close()  # the reader's thread outlives the request


def read_bytes_of(text: str, param: str, owner: str) -> bytes:
    """Of base64, a data: URL, or the address of a kept picture of the owner. Raises BadPicture."""
    if text.startswith(settings.MEDIA_URL):
        return find_stored(text, param, owner)
    return read_base64_bytes(text, param)
