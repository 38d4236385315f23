"""Reads the bytes of a picture into upright RGB, safely."""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from admin_system.core.errors import BadPicture
from admin_system.core.types import Picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF")
"""Pillow's names; JPEG takes in the MPO of phones and cameras. Nothing that is a program, such as
SVG, PDF or EPS, is among them."""
WHITESPACE = {ord(space): None for space in " \t\r\n\v\f"}
URLSAFE = str.maketrans("-_", "+/")
WHITE = (255, 255, 255)
BAND_PIXELS = 1_000_000
"""Deep pixels are scaled in pieces of about so many."""
FARTHEST = 3.4e38
"""What an infinite pixel counts as: about the largest of 32 bits."""

DECODING_FAULTS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What Pillow's decoders raise on damaged files."""

# Pillow registers most of its formats at first need only; naming one before that is a KeyError.
Image.init()
pillow_heif.register_heif_opener()
# Pillow's own limit is a warning at one size and an error without the numbers at another;
# ours is checked from the header, before anything is decoded.
Image.MAX_IMAGE_PIXELS = None


def read_picture(data: bytes, *, max_pixels: int, param: str = "image") -> Picture:
    """Of an animation the first frame; transparent parts become white.

    `param` names the field of the request in the error. Raises BadPicture.
    """
    if not data:
        raise BadPicture("picture_missing", param=param)
    try:
        opened = Image.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise BadPicture("picture_not_a_picture", param=param) from error
    except DECODING_FAULTS as error:
        raise BadPicture("picture_truncated", param=param) from error
    with opened:
        width, height = opened.size
        if width * height > max_pixels:
            raise BadPicture(
                "picture_too_many_pixels",
                param=param,
                width=width,
                height=height,
                limit=max_pixels,
            )
        try:
            opened.load()
            image = to_rgb(turn_upright(opened))
        except DECODING_FAULTS as error:
            raise BadPicture("picture_truncated", param=param) from error
    return Picture(image=image, sha256=hashlib.sha256(data).hexdigest())


def read_base64_picture(text: str, *, max_pixels: int, param: str = "image_base64") -> Picture:
    """As `read_base64`. Raises BadPicture."""
    return read_picture(read_base64(text, param), max_pixels=max_pixels, param=param)


def read_base64(text: str, param: str) -> bytes:
    """Raw base64 or a `data:` URL of any media type.

    White space and line ends, missing padding and the URL-safe alphabet (RFC 4648, section 5) are
    accepted; any other character is not. Raises BadPicture.
    """
    payload = text.strip()
    if payload[:5].lower() == "data:":
        head, comma, payload = payload.partition(",")
        if not comma or not head.lower().endswith(";base64"):
            raise BadPicture("picture_bad_base64", param=param)
    payload = payload.translate(WHITESPACE).rstrip("=").translate(URLSAFE)
    if not payload:
        raise BadPicture("picture_missing", param=param)
    try:
        return base64.b64decode(payload + "=" * (-len(payload) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadPicture("picture_bad_base64", param=param) from error


def turn_upright(image: Image.Image) -> Image.Image:
    """By its EXIF orientation; a picture whose EXIF cannot be read stays as it is."""
    try:
        return ImageOps.exif_transpose(image)
    except DECODING_FAULTS as error:
        logger.debug("unreadable EXIF: %s", type(error).__name__)
        return image


def to_rgb(image: Image.Image) -> Image.Image:
    """A copy in mode RGB; deeper pixels are scaled to 8 bits, never clipped."""
    if image.mode.startswith("I;16"):
        return _scaled(image, 65535.0)
    if image.mode in ("I", "F"):
        return _scaled(image, None)
    if image.has_transparency_data:
        layers = image.convert("RGBA")
        ground = Image.new("RGB", image.size, WHITE)
        ground.paste(layers, mask=layers.getchannel("A"))
        return ground
    return image.convert("RGB") if image.mode != "RGB" else image.copy()


def _scaled(image: Image.Image, white: float | None) -> Image.Image:
    """Grey values over `white` to 0..255; None takes the least range that holds all of them.

    By bands of rows: eight bytes a pixel for the whole picture would be a gigabyte.
    """
    import numpy as np

    least = 0.0
    if white is None:
        least, white = _find_range(image)
    grey = Image.new("L", image.size)
    for top, band in _read_bands(image):
        values = np.rint((band - least) * (255.0 / white)).astype(np.uint8)
        grey.paste(Image.fromarray(values), (0, top))
    return grey.convert("RGB")


def _find_range(image: Image.Image) -> tuple[float, float]:
    """What is black, and how far above it white is."""
    ends = [(float(band.min()), float(band.max())) for _, band in _read_bands(image)]
    least, most = min(low for low, _ in ends), max(high for _, high in ends)
    black = min(least, 0.0)
    most -= black
    white = next((limit for limit in (1.0, 255.0, 65535.0) if most <= limit), most)
    return black, 255.0 if white == 1.0 and image.mode == "I" else white


def _read_bands(image: Image.Image) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """From the top: the first row of each band, and its values (rows, width), all finite."""
    import numpy as np

    rows = max(1, BAND_PIXELS // image.width)
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(top + rows, image.height)))
        values = np.asarray(band, dtype=np.float64)
        yield top, np.nan_to_num(values, posinf=FARTHEST, neginf=-FARTHEST)
