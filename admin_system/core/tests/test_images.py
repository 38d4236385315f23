"""Every format and mode becomes an upright RGB picture; everything else is the caller's fault."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from admin_system.core.errors import BadPicture
from admin_system.core.images import read_base64_picture, read_picture

LIMIT = 10_000_000


def encode(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def quarters(width: int = 64, height: int = 48) -> Image.Image:
    """Red, green, blue and white quarters, so that a turn shows."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("green", (width // 2, 0, width, height // 2))
    image.paste("blue", (0, height // 2, width // 2, height))
    return image


def corner(image: Image.Image) -> tuple[int, ...]:
    pixel = image.getpixel((3, 3))
    assert isinstance(pixel, tuple)
    return pixel


def refused(data: bytes, limit: int = LIMIT) -> BadPicture:
    with pytest.raises(BadPicture) as caught:
        read_picture(data, max_pixels=limit, param="image_base64")
    assert caught.value.param == "image_base64"
    return caught.value


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF"])
def test_every_format_is_read(kind: str) -> None:
    picture = read_picture(encode(quarters(), kind), max_pixels=LIMIT)
    assert picture.image.mode == "RGB"
    assert (picture.width, picture.height) == (64, 48)
    assert np.abs(np.subtract(corner(picture.image), (255, 0, 0))).max() < 40
    assert len(picture.sha256) == 64


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_camera_may_be_held_in_all_eight_ways(orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = quarters()
    if orientation > 1:
        stored = stored.transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(stored, "PNG", exif=exif.tobytes())
    picture = read_picture(data, max_pixels=LIMIT)
    assert picture.image.tobytes() == quarters().tobytes()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF:UserWarning")
def test_a_broken_exif_does_not_cost_the_picture() -> None:
    data = encode(quarters(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff\x01\x02")
    assert read_picture(data, max_pixels=LIMIT).width == 64


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr", "LAB", "I", "F"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    grey = Image.new("L", (20, 10), 255)
    image = grey.convert(mode) if mode != "LAB" else Image.new("LAB", (20, 10), (255, 128, 128))
    kind = "TIFF" if mode in ("CMYK", "YCbCr", "LAB", "F", "I") else "PNG"
    picture = read_picture(encode(image, kind), max_pixels=LIMIT)
    assert picture.image.mode == "RGB"
    assert min(corner(picture.image)) >= 250


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB"])
def test_what_is_transparent_becomes_white(mode: str) -> None:
    clear = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
    options: dict[str, Any] = {}
    if mode == "P":
        clear = Image.new("P", (20, 10), 0)
        options["transparency"] = 0
    elif mode == "RGB":
        clear = Image.new("RGB", (20, 10), (0, 0, 0))
        options["transparency"] = (0, 0, 0)
    else:
        clear = clear.convert(mode)
    picture = read_picture(encode(clear, "PNG", **options), max_pixels=LIMIT)
    assert corner(picture.image) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_and_not_clipped(kind: str) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    picture = read_picture(encode(Image.fromarray(ramp), kind), max_pixels=LIMIT)
    grey = np.asarray(picture.image)[..., 0].ravel().astype(int)
    assert np.abs(grey - np.arange(256)).max() <= 1


def test_of_an_animation_the_first_frame_is_read() -> None:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue")]
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert corner(read_picture(data, max_pixels=LIMIT).image) == (255, 0, 0)


def bomb() -> bytes:
    """A PNG of some hundred bytes that says it has 50,000 x 50,000 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_a_bomb_is_refused_from_its_header() -> None:
    error = refused(bomb())
    assert error.code == "picture_too_many_pixels"
    assert error.values == {"width": 50_000, "height": 50_000, "limit": LIMIT}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF"])
def test_a_picture_that_is_cut_off_is_refused(kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (80, 80, 3), dtype=np.uint8)
    data = encode(Image.fromarray(noise), kind)
    assert refused(data[: len(data) // 2]).code in ("picture_truncated", "picture_not_a_picture")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "picture_missing"),
        (b"hello, I am a text file\n", "picture_not_a_picture"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
            "picture_not_a_picture",
        ),
        (b"%PDF-1.4\n%", "picture_not_a_picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "picture_not_a_picture"),
        (encode(quarters(), "PPM"), "picture_not_a_picture"),
        (encode(quarters(), "ICO"), "picture_not_a_picture"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, code: str) -> None:
    assert refused(data).code == code


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
)
@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's remarks on damaged metadata
def test_damage_gives_a_picture_or_the_callers_fault(
    kind: str, damage: list[tuple[float, int]]
) -> None:
    data = bytearray(encode(quarters(), kind))
    for place, value in damage:
        data[int(place * (len(data) - 1))] = value
    with suppress(BadPicture):
        assert read_picture(bytes(data), max_pixels=LIMIT).image.mode == "RGB"


def test_base64_is_read_in_every_usual_form() -> None:
    data = encode(quarters())
    plain = base64.b64encode(data).decode()
    wrapped = "\r\n".join(plain[start : start + 76] for start in range(0, len(plain), 76))
    for text in (
        plain,
        f"  {wrapped}\n",
        plain.rstrip("="),
        base64.urlsafe_b64encode(data).decode(),
        f"data:image/png;base64,{plain}",
        f"DATA:image/png;charset=utf-8;BASE64,{wrapped}",
        f"data:;base64,{plain}",
    ):
        picture = read_base64_picture(text, max_pixels=LIMIT)
        assert picture.image.tobytes() == quarters().tobytes()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "picture_missing"),
        ("data:image/png;base64,", "picture_missing"),
        ("not base64 at all!", "picture_bad_base64"),
        ("iVBORw0KGgo*", "picture_bad_base64"),
        ("A", "picture_bad_base64"),
        ("图片", "picture_bad_base64"),
        ("https://example.org/cat.png", "picture_bad_base64"),
        ("data:image/png,abc", "picture_bad_base64"),
        ("data:image/png;base64", "picture_bad_base64"),
        ("aGVsbG8=", "picture_not_a_picture"),
    ],
)
def test_base64_that_is_none_is_the_callers_fault(text: str, code: str) -> None:
    with pytest.raises(BadPicture) as caught:
        read_base64_picture(text, max_pixels=LIMIT)
    assert caught.value.code == code
