"""Half the bits where the device multiplies them fast and the vectors stay what they were."""

from __future__ import annotations

import logging
from typing import Any

from admin_system.vector_search.scripts import PROBES

logger = logging.getLogger(__name__)

LEAST_COSINE = 0.999
"""Between the vectors of a text in both precisions."""


def try_bfloat16(model: Any, *, asked: bool) -> bool:
    """Turns the model to bfloat16 and back where that costs more than `LEAST_COSINE`.

    Unless `asked` for, it is tried only where the device has instructions for it.
    """
    if not (asked or is_fast(model.device)):
        return False
    import torch

    texts = list(PROBES.values())
    plain = model.encode(texts, convert_to_tensor=True, show_progress_bar=False).float()
    state = {name: value.clone() for name, value in model.state_dict().items()}
    model.bfloat16()
    halved = model.encode(texts, convert_to_tensor=True, show_progress_bar=False).float()
    cosine = float(torch.nn.functional.cosine_similarity(plain, halved).min())
    if cosine >= LEAST_COSINE:
        logger.info("embedding in bfloat16: cosine to float32 at least %.5f", cosine)
        return True
    logger.info("embedding in float32: bfloat16 gives a cosine of %.5f only", cosine)
    model.float()
    model.load_state_dict(state)
    return False


def is_fast(device: Any) -> bool:
    """Whether bfloat16 products are the device's own (AVX-512: twice as fast as float32)."""
    import torch

    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device.type == "cpu" and bool(torch.cpu._is_avx512_bf16_supported())
