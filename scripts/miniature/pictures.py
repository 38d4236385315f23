"""From a picture to the patches a Qwen3-VL vision tower reads, and the truth about each patch."""

from collections.abc import Sequence

import numpy as np
from colours import NAMES
from PIL import Image
from shapes import KINDS
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize
from world import Shape

PATCH = 14
"""Pixels a side of one patch."""

MERGE = 2
"""Patches a side that become one picture token."""

LEAST_AREA, MOST_AREA = 16 * (PATCH * MERGE) ** 2, 28 * (PATCH * MERGE) ** 2
"""Pixels a picture is resized to: 16 to 28 picture tokens, whatever its shape."""

COVERED = 0.12
"""Share of a patch that a shape's box must cover for the patch to be told about the shape."""

Grid = tuple[int, int]
"""Rows and columns of patches."""


def grid_of(size: tuple[int, int]) -> Grid:
    """The patch grid of a picture of (width, height), by Qwen2-VL's smart_resize."""
    width, height = size
    rows, columns = smart_resize(height, width, PATCH * MERGE, LEAST_AREA, MOST_AREA)
    return rows // PATCH, columns // PATCH


def cut_patches(picture: Image.Image) -> np.ndarray:
    """Patches as uint8 (rows * columns, 3 * 14 * 14), 2x2 blocks together as the merger wants them.

    The same pixels as Qwen2VLImageProcessorPil gives, before scaling and without its second frame.
    """
    rows, columns = grid_of(picture.size)
    resized = picture.resize((columns * PATCH, rows * PATCH), Image.Resampling.BICUBIC)
    pixels = np.asarray(resized.convert("RGB"))
    blocks = pixels.reshape(rows // MERGE, MERGE, PATCH, columns // MERGE, MERGE, PATCH, 3)
    ordered = blocks.transpose(0, 3, 1, 4, 6, 2, 5)  # block row, block column, row, column, C, y, x
    return np.ascontiguousarray(ordered).reshape(rows * columns, 3 * PATCH * PATCH)


def block_order(grid: Grid) -> np.ndarray:
    """Index into a raster of patches for each patch in the order of `cut_patches`."""
    rows, columns = grid
    raster = np.arange(rows * columns).reshape(rows // MERGE, MERGE, columns // MERGE, MERGE)
    return raster.transpose(0, 2, 1, 3).reshape(-1)


def patch_truth(shapes: Sequence[Shape], grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Kind (0 for none), colour (0 for none) and box of the shape on each patch.

    Shapes (N,), (N,) and (N, 4) in the order of `cut_patches`; boxes are fractions of the picture.
    """
    rows, columns = grid
    kinds, colours = np.zeros(grid, np.int64), np.zeros(grid, np.int64)
    boxes, most = np.zeros((*grid, 4), np.float32), np.full(grid, COVERED)
    row_edges, column_edges = np.arange(rows), np.arange(columns)
    for shape in shapes:
        left, top, right, bottom = shape.box
        across = np.minimum(right * columns, column_edges + 1)
        across = (across - np.maximum(left * columns, column_edges)).clip(0)
        down = np.minimum(bottom * rows, row_edges + 1)
        down = (down - np.maximum(top * rows, row_edges)).clip(0)
        share = down[:, None] * across[None]
        covered = share > most
        kinds[covered] = 1 + KINDS.index(shape.kind)
        colours[covered] = 1 + NAMES.index(shape.colour)
        boxes[covered] = shape.box
        most[covered] = share[covered]
    order = block_order(grid)
    return kinds.reshape(-1)[order], colours.reshape(-1)[order], boxes.reshape(-1, 4)[order]
