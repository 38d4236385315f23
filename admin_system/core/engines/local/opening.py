"""What the engine needs of a checkpoint's kind, and which kind a folder is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from admin_system.core.checkpoints.checkpoint import Checkpoint
from admin_system.core.checkpoints.tensors import Progress
from admin_system.core.engines.local.grammar import Grammars
from admin_system.core.engines.local.network import Network
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.prompt import Preparation
from admin_system.core.engines.local.text import Decoder
from admin_system.core.families.base import Family
from admin_system.core.families.qwen_vl import QwenVL
from admin_system.core.types import EngineSpec


@dataclass(frozen=True, slots=True)
class Opening:
    """Everything but the weights is open."""

    family: Family
    preparation: Preparation
    decoder: Decoder
    end_ids: frozenset[int]
    """The tokens that end an answer."""
    grammars: Grammars
    open_network: Callable[[Placement, Progress], Network]
    """Reads the weights; called on the engine's thread. Raises LoadError."""


def open_checkpoint(spec: EngineSpec, checkpoint: Checkpoint, context_length: int) -> Opening:
    """The 2023 Qwen-VL is a network of our own, all later families are transformers'.

    `context_length` is in tokens. Raises LoadError.
    """
    if checkpoint.family == QwenVL.name:
        from admin_system.core.engines.local.qwen_vl_opening import open_qwen_vl

        return open_qwen_vl(spec, checkpoint, context_length)
    from admin_system.core.engines.local.transformers_opening import open_transformers

    return open_transformers(spec, checkpoint, context_length)
