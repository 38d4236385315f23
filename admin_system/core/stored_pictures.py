"""Pictures as files: in a format that every browser shows, under names that nobody can guess."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from PIL import Image
from PIL.ExifTags import Base
from PIL.Image import Resampling

from admin_system.core.types import Picture

THUMBNAIL_SIDE = 256
LOSSLESS_PIXELS = 1_500_000
"""Up to this size a picture is written as PNG; a larger one would take tens of megabytes."""
TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
SHOWN_BY_BROWSERS = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp"}
"""Pillow's name of a format -> suffix; MPO is a JPEG with more behind it."""


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    data: bytes
    suffix: str


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture ready to be kept."""

    data: bytes
    """As it was sent."""
    picture: Picture


def type_of(name: str) -> str:
    """The media type of a stored picture by its name."""
    return TYPES[PurePosixPath(name).suffix]


def encode(image: Image.Image) -> EncodedPicture:
    buffer = BytesIO()
    if image.width * image.height <= LOSSLESS_PIXELS:
        image.save(buffer, "PNG")
        return EncodedPicture(buffer.getvalue(), ".png")
    image.save(buffer, "JPEG", quality=92, subsampling=0)
    return EncodedPicture(buffer.getvalue(), ".jpg")


def keep_format(sent: SentPicture) -> EncodedPicture:
    """The bytes as sent where every browser shows them upright, so that the model sees the same
    pixels every time; else the upright picture anew."""
    with Image.open(BytesIO(sent.data)) as opened:
        suffix = SHOWN_BY_BROWSERS.get(opened.format or "")
        turned = opened.getexif().get(Base.Orientation, 1) != 1
    if suffix is None or (turned and suffix != ".jpg"):
        return encode(sent.picture.image)
    return EncodedPicture(sent.data, suffix)


def make_thumbnail(image: Image.Image) -> EncodedPicture:
    small = image.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Resampling.LANCZOS)
    return encode(small)


def unguessable(folder: str, picture: EncodedPicture) -> str:
    """192 random bits: whoever was given the address may open it, nobody finds it."""
    token = secrets.token_urlsafe(24)
    return f"{folder}/{token[:2].lower()}/{token}{picture.suffix}"
