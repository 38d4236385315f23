"""A picture as the 2023 vision tower wants it, by Pillow and numpy alone."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image, Resampling

MEAN: Final = (0.48145466, 0.4578275, 0.40821073)
DEVIATION: Final = (0.26862954, 0.26130258, 0.27577711)
"""Of the red, green and blue values of CLIP's training pictures, 0..1."""


def to_pixels(image: Image, side: int = 448) -> NDArray[np.float32]:
    """Normalised pixels, (3, side, side); the aspect ratio is not kept, as in the original."""
    squashed = image.convert("RGB").resize((side, side), Resampling.BICUBIC)
    values = np.asarray(squashed, dtype=np.float32)
    values /= np.float32(255)
    values -= np.asarray(MEAN, np.float32)
    values /= np.asarray(DEVIATION, np.float32)
    return np.ascontiguousarray(values.transpose(2, 0, 1))
