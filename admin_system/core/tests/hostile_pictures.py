"""Pictures made to break a reader; as a program, it reads them all within an address space.

`python -m admin_system.core.tests.hostile_pictures MIB` prints a JSON object: of each what became
of it and what should, with that many MiB of address space beyond what the process has taken until
the pictures are made.
"""

from __future__ import annotations

import io
import json
import struct
import sys
import zlib
from typing import Any

import numpy as np
import psutil
from PIL import Image

from admin_system.core.errors import BadPicture
from admin_system.core.images import read_picture

PIXELS = 4_000_000
"""The limit that they are read with."""
SIDE = 2000
"""A square of so many pixels a side is just allowed."""
INFLATED = 200_000_000
"""Bytes that 200 kilobytes unpack to."""
RGB = Image.new("RGB", (64, 48), "red")
READ = "64x48"


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def make_chunk(name: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + checksum


def make_png(width: int, height: int, pixels: bytes, *before: bytes) -> bytes:
    """With 8 bits of RGB; `pixels` is packed already."""
    head = make_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = make_chunk(b"IDAT", pixels) + make_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(before) + body


def make_tiff(
    width: int, height: int, *more: tuple[int, int, int, int], following: int = 0
) -> bytes:
    """Grey; `more` are further fields: tag, type, count, value; `following` the next directory."""
    fields = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1)]
    fields += [(262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height)]
    fields += [(279, 4, 1, 100), *more]
    packed = b"".join(struct.pack("<HHII", *field) for field in fields)
    start = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(fields))
    return start + packed + struct.pack("<I", following)


def make_gif(width: int, height: int) -> bytes:
    """It says 10 x 10; its frame says otherwise."""
    screen = b"GIF89a" + struct.pack("<HHBBB", 10, 10, 0x80, 0, 0) + bytes(6)
    return screen + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\0;"


def make_bmp(width: int, height: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head


def make_webp(width: int, height: int) -> bytes:
    canvas = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


def make_exif(*fields: tuple[int, int, int, int], following: int = 0) -> bytes:
    packed = b"".join(struct.pack(">HHII", *field) for field in fields)
    directory = struct.pack(">H", len(fields)) + packed + struct.pack(">I", following)
    return b"Exif\0\0MM\0*\0\0\0\x08" + directory


def make_pictures() -> dict[str, tuple[bytes, str]]:
    """By name: the file, and its size as read or the code of its refusal."""
    other, large = Image.new("RGB", RGB.size, "blue"), (SIDE, SIDE)
    frames: dict[str, Any] = {"save_all": True, "append_images": [other]}
    crowd = {**frames, "append_images": [Image.new("L", large, n).convert("P") for n in range(20)]}
    zeros, row = zlib.compress(bytes(INFLATED), 9), zlib.compress(bytes(4))
    deep = Image.fromarray(np.full((SIDE, SIDE), np.inf, np.float32))
    deep.paste(-np.inf, (0, 0, 9, 9))
    square, many = f"{SIDE}x{SIDE}", "picture_too_many_pixels"
    turned, unknown, broken = (
        make_exif((0x0112, 3, 1, 6 << 16)),
        "picture_not_a_picture",
        "picture_truncated",
    )
    return {
        "PNG that states 3.6 billion pixels": (make_png(60_000, 60_000, row), many),
        "PNG with pixels for a thousand": (make_png(1, 1, zeros), "1x1"),
        "PNG with a packed text": (
            make_png(1, 1, row, make_chunk(b"zTXt", b"k\0\0" + zeros)),
            broken,
        ),
        "PNG with a packed profile": (
            make_png(1, 1, row, make_chunk(b"iCCP", b"k\0\0" + zeros)),
            broken,
        ),
        "TIFF bomb": (make_tiff(60_000, 60_000), many),
        "TIFF whose directory follows itself": (make_tiff(8, 8, following=8), "8x8"),
        "TIFF with a field of 4 GB": (make_tiff(8, 8, (700, 7, 0xFFFFFFF0, 8)), "8x8"),
        "TIFF without width": (make_tiff(0, 8), unknown),
        "GIF whose frame exceeds it": (make_gif(65_535, 65_535), many),
        "WebP that states 256 million pixels": (make_webp(16_000, 16_000), broken),
        "BMP bomb": (make_bmp(60_000, 60_000), many),
        "BMP without width": (make_bmp(0, 8), unknown),
        "ICO": (encode(RGB, "ICO"), unknown),
        "AVIF": (encode(RGB, "AVIF"), unknown),
        "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", unknown),
        "zeros": (bytes(1000), unknown),
        "nothing": (b"", "picture_missing"),
        "PNG and page": (encode(RGB, "PNG") + b"<html><script>alert(1)</script>", READ),
        "JPEG and archive": (encode(RGB, "JPEG") + b"PK\3\4" + bytes(99), READ),
        "one pixel": (make_png(1, 1, row), "1x1"),
        "a line across": (encode(Image.new("RGB", (20_000, 10)), "PNG"), "20000x10"),
        "a line down": (encode(Image.new("RGB", (10, 20_000)), "PNG"), "10x20000"),
        "animated GIF": (encode(RGB, "GIF", **frames), READ),
        "animated PNG": (encode(RGB, "PNG", **frames), READ),
        "animated WebP": (encode(RGB, "WEBP", **frames), READ),
        "GIF of many frames": (encode(Image.new("P", large), "GIF", **crowd), square),
        "MPO": (encode(RGB, "MPO", **frames), READ),
        "HEIC": (encode(RGB, "HEIF"), READ),
        "CMYK JPEG": (encode(Image.new("CMYK", RGB.size), "JPEG"), READ),
        "JPEG with a profile of nonsense": (encode(RGB, "JPEG", icc_profile=b"x" * 10**6), READ),
        "large and turned": (encode(Image.new("RGB", large), "JPEG", exif=turned), square),
        "large and transparent": (encode(Image.new("RGBA", large), "PNG"), square),
        "large and of 16 bits": (
            encode(Image.fromarray(np.zeros((SIDE, SIDE), np.uint16)), "PNG"),
            square,
        ),
        "large and infinite": (encode(deep, "TIFF"), square),
        "EXIF that leads to itself": (
            encode(RGB, "JPEG", exif=make_exif((0x8769, 4, 1, 8), following=8)),
            READ,
        ),
        "EXIF with orientation 99": (
            encode(RGB, "JPEG", exif=make_exif((0x0112, 3, 1, 99 << 16))),
            READ,
        ),
        "EXIF with orientation in letters": (
            encode(RGB, "JPEG", exif=make_exif((0x0112, 2, 4, 0x41414100))),
            READ,
        ),
    }


def try_reading(data: bytes) -> str:
    try:
        picture = read_picture(data, max_pixels=PIXELS)
    except BadPicture as error:
        return error.code
    return f"{picture.width}x{picture.height}"


def main(room: int) -> None:
    pictures = make_pictures()
    try_reading(pictures["one pixel"][0])  # what is imported at first need counts to the start
    process = psutil.Process()
    most = process.memory_info().vms + room * 2**20
    process.rlimit(psutil.RLIMIT_AS, (most, most))
    outcomes = {name: (try_reading(data), due) for name, (data, due) in pictures.items()}
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
