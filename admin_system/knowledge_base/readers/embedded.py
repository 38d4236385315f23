"""Pictures as the vision model takes them: decoded once to be sure, small enough, JPEG or PNG."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from admin_system.core.errors import BadPicture
from admin_system.core.images import read_picture
from admin_system.knowledge_base.errors import DamagedDocument, DocumentTooLarge
from admin_system.knowledge_base.readers.draft import Draft
from admin_system.knowledge_base.readers.limits import Limits
from admin_system.knowledge_base.readers.reading import FoundPicture, PictureSource, Reading

if TYPE_CHECKING:
    from PIL.Image import Image

LEAST_SIDE = 64
LEAST_AREA = 20_000
"""Pixels. Icons, bullets and rules say nothing that one would look for."""
LONGEST_SIDE = 2_048
LOSSLESS_AREA = 1_000_000
"""Pixels up to which PNG is used: drawings and screens stay sharp."""


def read_picture_file(data: bytes, limits: Limits) -> Reading:
    """Raises DocumentTooLarge, DamagedDocument."""
    draft = Draft("picture", limits)
    try:
        image = read_picture(data, max_pixels=limits.picture_pixels).image
    except BadPicture as error:
        if error.code == "picture_too_many_pixels":
            raise DocumentTooLarge(
                "document_picture_too_large", limit=limits.picture_pixels
            ) from error
        raise DamagedDocument("document_truncated") from error
    draft.add_picture(to_found(image, "file", None))
    return draft.finish()


def add_embedded(draft: Draft, data: bytes, words: str = "") -> None:
    """A picture inside a document, with its alternative text; what is no picture is passed over,
    and so is a small one."""
    try:
        image = read_picture(data, max_pixels=draft.limits.picture_pixels).image
    except BadPicture:
        draft.add("paragraph", words)
        return
    add_image(draft, image, words)


def add_image(draft: Draft, image: Image, words: str = "") -> None:
    if is_worth_reading(image.width, image.height):
        draft.add_picture(to_found(image, "embedded", draft.page_count or None), words)
    else:
        draft.add("paragraph", words)


def is_worth_reading(width: int, height: int) -> bool:
    return min(width, height) >= LEAST_SIDE and width * height >= LEAST_AREA


def to_found(image: Image, source: PictureSource, page: int | None) -> FoundPicture:
    if max(image.size) > LONGEST_SIDE:
        image = image.copy()
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = BytesIO()
    if image.width * image.height <= LOSSLESS_AREA:
        image.save(out, "PNG")
    else:
        image.save(out, "JPEG", quality=90)
    return FoundPicture(out.getvalue(), source, page, image.width, image.height)
