"""Networks of every family alone, without the engine's loop, and what they are asked in tests."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from admin_system.core.checkpoints.checkpoint import inspect_checkpoint
from admin_system.core.engines.local import qwen_vl_network, transformers_opening
from admin_system.core.engines.local.network import Network, Part
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.prompt import Prompt
from admin_system.core.engines.local.qwen_vl_preparation import PicturePrompt
from admin_system.core.engines.local.transformers_preparation import PatchPrompt
from admin_system.core.tests.golden import QWEN_VL
from admin_system.core.tests.published.folder import write_checkpoint
from admin_system.core.types import StepWish

ROWS, LENGTH = 4, 600
PROMPTS = {0: 250, 2: 9, 3: 40}
"""Tokens by row; the first passes from one bucket to the next, row 1 is idle."""
OLDEST = "qwen_vl"


def write_family(family: str, folder: Path) -> Path:
    return QWEN_VL / "ckpt-fp16" if family == OLDEST else write_checkpoint(family, "bf16", folder)


def open_rows(folder: Path, wish: StepWish, device: str = "cpu") -> Network:
    """In float32, with ROWS rows of LENGTH."""
    checkpoint, placement = inspect_checkpoint(folder), Placement(device, "float32", device)
    room = qwen_vl_network if checkpoint.family == OLDEST else transformers_opening
    network: Network = room.open_network(checkpoint, placement, lambda *_: None, wish)
    network.reserve(ROWS, LENGTH)
    return network


def begin(network: Network, row: int, ids: Tensor) -> None:
    old = isinstance(network, qwen_vl_network.QwenVLNetwork)
    prompt: Prompt = (
        PicturePrompt(ids[None])
        if old
        else PatchPrompt(ids[None], kinds=torch.zeros_like(ids[None]))
    )
    network.begin(row, prompt)


def read(network: Network, steps: int) -> list[Tensor]:
    """Prompts, then `steps` tokens of each, chosen as the logits say; all logits."""
    texts = {row: torch.arange(count).remainder(90) + 5 for row, count in PROMPTS.items()}
    for row, ids in texts.items():
        begin(network, row, ids)
    logits = network.run([Part(row, 0, ids.tolist()) for row, ids in texts.items()])
    told = [logits]
    for number in range(steps):
        following = zip(texts, logits.argmax(-1).tolist(), strict=True)
        logits = network.run(
            [Part(row, PROMPTS[row] + number, [token]) for row, token in following]
        )
        told.append(logits)
    return told
