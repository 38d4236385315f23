"""Pictures for the tests, drawn on the spot."""

from __future__ import annotations

import base64
import struct
import zlib
from io import BytesIO

from PIL import Image, ImageDraw

RED_CIRCLE = (60, 40, 160, 140)
"""Where `draw_circle` draws, in pixels: x1, y1, x2, y2."""


def draw_circle(width: int = 300, height: int = 240) -> bytes:
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).ellipse(RED_CIRCLE, fill=(220, 30, 30))
    return encode(image)


def make_noise(megabytes: int) -> bytes:
    """A BMP of just so many bytes: it has no compression."""
    width = 2048
    height = megabytes * 1024 * 1024 // (3 * width)
    return encode(Image.frombytes("RGB", (width, height), bytes(3 * width * height)), "BMP")


def make_bomb() -> bytes:
    """A PNG of a few hundred bytes that states a billion pixels."""
    header = struct.pack(">IIBBBBB", 40_000, 25_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b""))
    )


def encode(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def to_data_url(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{to_base64(data)}"
