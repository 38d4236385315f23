"""Compares a step over lanes with an ordinary pass at load, before anyone relies on it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from admin_system.core.engines.local.decode_steps import DecodeSteps
from admin_system.core.networks.kv_store import KVStore
from admin_system.core.networks.lanes import LaneToken

logger = logging.getLogger(__name__)

ALLOWED_ERROR = {torch.float32: 1e-4, torch.float16: 1e-2, torch.bfloat16: 5e-2}
"""Relative, by the Frobenius norm of the logits. Sums in another order, rounded to the type in
every layer, differ by far less; a wrong mask, place or position gives about 1."""
CHECKED_ROWS = 5
"""At most; every second is idle."""
CHECKED_TOKENS = 200
"""That the longest of them holds, at most."""
AGAIN = 2
"""Steps after the first, which is run while it is captured; these are replayed."""

Ordinary = Callable[[Sequence[LaneToken]], Tensor]
"""The same tokens without lanes, (tokens, V)."""


def check_steps(steps: DecodeSteps, ordinary: Ordinary, store: KVStore, words: int) -> None:
    """Gives the steps up where their logits differ from those of ordinary passes, or a pass fails.

    Before any conversation begins: the rows are filled with noise, and empty afterwards. `words`
    is how many token ids there are. Whatever else a step leaves behind for the next token (states)
    `ordinary` keeps by itself, so that it does not meet what a wrong step has left.
    """
    generator = torch.Generator().manual_seed(0)
    rows = range(0, min(store.rows, CHECKED_ROWS), 2)
    longest = min(store.capacity - 1 - AGAIN, CHECKED_TOKENS)
    try:
        for tensor in (*store.keys, *store.values):
            part = tensor[: rows.stop, :, :longest]
            part.copy_(torch.randn(part.shape, generator=generator))
        for round_number in range(1 + AGAIN):
            tokens = [
                LaneToken(
                    row,
                    longest // (1 + place) + round_number,
                    int(torch.randint(words, (), generator=generator)),
                    (longest + round_number, longest - place, longest),
                )
                for place, row in enumerate(rows)
            ]
            logits = steps.run(tokens)  # first: what it does not store is missed by itself
            if logits is None:
                return
            expected = ordinary(tokens).float()
            error = float((logits.float() - expected).norm() / expected.norm().clamp(min=1e-30))
            if not error <= ALLOWED_ERROR[store.dtype]:  # so that NaN fails too
                logger.warning("a decode step over lanes is off by %.2g: it is not used", error)
                steps.give_up("steps_differ")
                return
    except Exception:
        logger.exception("decode steps over lanes cannot be checked: they are not used")
        steps.give_up("steps_failed")
    finally:
        for tensor in (*store.keys, *store.values):
            tensor.zero_()
