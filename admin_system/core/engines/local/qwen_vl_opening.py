"""How a folder of the 2023 Qwen-VL becomes a model: none of its own code is run."""

from __future__ import annotations

from functools import partial

from admin_system.core.checkpoints.checkpoint import Checkpoint
from admin_system.core.engines.local.grammar import Grammars
from admin_system.core.engines.local.opening import Opening
from admin_system.core.engines.local.qwen_vl_network import open_network
from admin_system.core.engines.local.qwen_vl_preparation import QwenVLPreparation
from admin_system.core.families import find_family
from admin_system.core.networks.qwen_vl.loading import read_config
from admin_system.core.tokenizers.qwen import QwenTokenizer
from admin_system.core.tokenizers.qwen_chat import HISTORY_WINDOW
from admin_system.core.types import EngineSpec


def open_qwen_vl(spec: EngineSpec, checkpoint: Checkpoint, context_length: int) -> Opening:
    """Raises LoadError."""
    tokenizer = QwenTokenizer.open(checkpoint.path)
    visual = read_config(checkpoint.path).visual
    stated = checkpoint.generation.get("max_window_size")
    window = min(stated if isinstance(stated, int) else HISTORY_WINDOW, context_length)
    return Opening(
        family=find_family(checkpoint.config),
        preparation=QwenVLPreparation(tokenizer, visual, window, context_length),
        decoder=tokenizer,
        end_ids=frozenset(tokenizer.stop_ids),
        grammars=Grammars(tokenizer.open_grammar_tokenizer),
        open_network=partial(open_network, checkpoint, steps=spec.decode_steps),
    )
