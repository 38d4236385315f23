"""How a folder of Qwen2-VL or later becomes a model: transformers' tokenizer, template, classes."""

from __future__ import annotations

from typing import Any

from admin_system.core.checkpoints.checkpoint import Checkpoint
from admin_system.core.checkpoints.quantization import ForeignConfig
from admin_system.core.checkpoints.tensors import Progress
from admin_system.core.engines.local.grammar import Grammars
from admin_system.core.engines.local.network import Network
from admin_system.core.engines.local.opening import Opening
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.single_network import SingleNetwork
from admin_system.core.engines.local.text import Detokenizer
from admin_system.core.engines.local.transformers_network import TransformersNetwork, layer_kinds
from admin_system.core.engines.local.transformers_preparation import (
    PatchPreparation,
    open_tokenizer,
)
from admin_system.core.engines.local.transformers_weights import load_model
from admin_system.core.families import find_family
from admin_system.core.types import EngineSpec, StepWish

BOX_TAG = "<box>"
PACKABLE = {"full_attention", "linear_attention"}


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
        grammars=Grammars(lambda: open_grammar_tokenizer(tokenizer)),
        open_network=lambda placement, progress: open_network(
            checkpoint, placement, progress, spec.decode_steps
        ),
    )


def open_network(
    checkpoint: Checkpoint, placement: Placement, progress: Progress, steps: StepWish = "off"
) -> Network:
    """Raises LoadError."""
    method = checkpoint.quantized
    warnings: tuple[str, ...] = ()
    if isinstance(method, ForeignConfig):
        from admin_system.core.engines.local.foreign_weights import load_foreign

        model = load_foreign(checkpoint, method, placement, progress)
    else:
        model, warnings = load_model(checkpoint, placement, progress)
    if is_packable(model.config):
        return TransformersNetwork(model, placement, warnings, steps)
    return SingleNetwork(model, placement, warnings)


def open_grammar_tokenizer(tokenizer: Any) -> Any:
    from llguidance.hf import from_tokenizer

    return from_tokenizer(tokenizer, eos_token=tokenizer.eos_token_id)


def is_packable(config: Any) -> bool:
    """Whether all layers of the text part can keep the conversations of one pass apart."""
    text = config.get_text_config()
    return config.model_type != "qwen4_exp" and {*layer_kinds(text)} <= PACKABLE


def find_end_ids(checkpoint: Checkpoint, tokenizer: Any) -> frozenset[int]:
    """The tokens that end an answer."""
    stated = checkpoint.generation.get("eos_token_id")
    ids = list(stated) if isinstance(stated, list) else [stated]
    ids.append(tokenizer.eos_token_id)
    return frozenset(number for number in ids if isinstance(number, int))
