"""How a folder of Qwen2-VL or later becomes a model: transformers' tokenizer, template, classes."""

from __future__ import annotations

from typing import Any

from admin_system.core.checkpoints.checkpoint import Checkpoint
from admin_system.core.checkpoints.quantization import ForeignConfig
from admin_system.core.checkpoints.tensors import Progress
from admin_system.core.engines.local.network import Network
from admin_system.core.engines.local.opening import Opening
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.text import Detokenizer
from admin_system.core.engines.local.transformers_network import TransformersNetwork
from admin_system.core.engines.local.transformers_preparation import (
    PatchPreparation,
    open_tokenizer,
)
from admin_system.core.engines.local.transformers_weights import load_model
from admin_system.core.families import find_family
from admin_system.core.types import EngineSpec

BOX_TAG = "<box>"


def open_transformers(spec: EngineSpec, checkpoint: Checkpoint, context_length: int) -> Opening:
    """Raises LoadError."""
    tokenizer = open_tokenizer(checkpoint)
    family = find_family(
        checkpoint.config,
        checkpoint.preprocessor,
        writes_tags=BOX_TAG in tokenizer.get_added_vocab(),
    )
    budget = family.pixel_budget(spec)
    return Opening(
        family=family,
        preparation=PatchPreparation(checkpoint, tokenizer, family, budget, context_length),
        decoder=Detokenizer(tokenizer),
        end_ids=find_end_ids(checkpoint, tokenizer),
        open_network=lambda placement, progress: open_network(checkpoint, placement, progress),
    )


def open_network(checkpoint: Checkpoint, placement: Placement, progress: Progress) -> Network:
    """Raises LoadError."""
    method = checkpoint.quantized
    if isinstance(method, ForeignConfig):
        from admin_system.core.engines.local.foreign_weights import load_foreign

        model = load_foreign(checkpoint, method, placement, progress)
        return TransformersNetwork(model, placement)
    model, warnings = load_model(checkpoint, placement, progress)
    return TransformersNetwork(model, placement, warnings)


def find_end_ids(checkpoint: Checkpoint, tokenizer: Any) -> frozenset[int]:
    """The tokens that end an answer."""
    stated = checkpoint.generation.get("eos_token_id")
    ids = list(stated) if isinstance(stated, list) else [stated]
    ids.append(tokenizer.eos_token_id)
    return frozenset(number for number in ids if isinstance(number, int))
