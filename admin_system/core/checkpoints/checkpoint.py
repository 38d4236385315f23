"""Inspects a folder before anything is loaded from it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from admin_system.core.checkpoints.memory import (
    EXPERT,
    WORKING_CONTEXT,
    MemoryEstimate,
    WeightSizes,
    estimate_memory,
    measure_weights,
)
from admin_system.core.checkpoints.packages import require_packages
from admin_system.core.checkpoints.quantization import (
    ForeignConfig,
    Int4Config,
    Quantization,
    ScaledConfig,
    read_quantization,
)
from admin_system.core.checkpoints.weights import WeightFiles, read_weight_files
from admin_system.core.errors import LoadError
from admin_system.core.families import find_family
from admin_system.core.families.qwen_vl import QwenVL
from admin_system.core.types import EngineSpec, Int4Backend

logger = logging.getLogger(__name__)

CONFIG = "config.json"
PREPROCESSOR = "preprocessor_config.json"
PROCESSOR = "processor_config.json"
TOKENIZER = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
TEMPLATES = ("chat_template.jinja", "chat_template.json")
VOCABULARY_OF_2023 = "qwen.tiktoken"

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What stands in a model's folder."""

    path: Path
    config: Fields
    """config.json"""
    preprocessor: Fields
    """How pictures are prepared; empty where the family knows it by itself."""
    generation: Fields
    """generation_config.json; empty where there is none."""
    family: str
    quantized: Quantization | None
    context_length: int
    """Tokens, as the text part states it."""
    weights: WeightFiles
    sizes: WeightSizes

    @property
    def quantization(self) -> str:
        """ "none", "gptq-int4", "awq-int4", …"""
        return "none" if self.quantized is None else self.quantized.name

    @property
    def bytes(self) -> int:
        """Of all weight files."""
        return self.weights.bytes

    @property
    def memory(self) -> int:
        """Bytes that the model takes at least, in its narrowest precision."""
        return self.estimate("bfloat16").total

    def estimate(
        self, precision: str, context_length: int | None = None, *, packed: bool = True
    ) -> MemoryEstimate:
        """With room for `context_length` tokens; None takes a length to work with.

        `packed` tells whether quantized layers stay as they are stored, where they can.
        """
        packed = packed and self._can_stay_packed()
        context = context_length or WORKING_CONTEXT
        context = min(context, self.context_length)
        return estimate_memory(self.config, self.sizes, precision, context, packed=packed)

    def _can_stay_packed(self) -> bool:
        """Not those that are dequantized while they are read, or before the first answer."""
        if isinstance(self.quantized, ForeignConfig):
            return self.quantized.method != "compressed-tensors"
        return not isinstance(self.quantized, ScaledConfig)


def inspect_checkpoint(path: Path | str, int4_backend: Int4Backend = "own") -> Checkpoint:
    """Reads every file that a load needs, of the weights the headers alone.

    Raises LoadError, also where packages for the quantization are missing.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise LoadError("checkpoint_missing_folder", path=str(path))
    if not (folder / CONFIG).is_file():
        raise LoadError("checkpoint_no_config", path=str(path))
    config = _read_json(folder / CONFIG)
    family = find_family(config)
    preprocessor: Fields = {}
    if family.name == QwenVL.name:
        if not (folder / VOCABULARY_OF_2023).is_file():
            raise LoadError("tokenizer_missing", file=VOCABULARY_OF_2023)
    else:
        preprocessor = _read_preprocessor(folder)
        _require_tokenizer(folder)
    generation = folder / "generation_config.json"
    weights = read_weight_files(folder)
    quantized = read_quantization(config, folder)
    if isinstance(quantized, Int4Config) and int4_backend == "gptqmodel":
        quantized = _by_gptqmodel(quantized, family.name, weights)
    return Checkpoint(
        path=folder,
        config=config,
        preprocessor=preprocessor,
        generation=_read_json(generation) if generation.is_file() else {},
        family=family.name,
        quantized=quantized,
        context_length=read_context_length(config),
        weights=weights,
        sizes=measure_weights(weights.tensors),
    )


def _by_gptqmodel(quantized: Int4Config, family: str, weights: WeightFiles) -> ForeignConfig:
    """Raises LoadError where gptqmodel has no layers for this model, or is not here."""
    has_experts = any(EXPERT.search(name) for name in weights.tensors)
    if family == QwenVL.name or quantized.method == "compressed-tensors" or has_experts:
        raise LoadError("gptqmodel_unsuited", family=family)
    require_packages(quantized.method, "gptqmodel")
    return ForeignConfig(quantized.method, 4)


def read_context_length(config: Fields) -> int:
    """Raises LoadError where config.json states none."""
    text = config.get("text_config")
    for part in (text, config):
        if isinstance(part, dict):
            length = part.get("max_position_embeddings")
            if isinstance(length, int) and length > 0:
                return length
    raise LoadError("checkpoint_no_field", file=CONFIG, field="max_position_embeddings")


def context_length_of(spec: EngineSpec, checkpoint: Checkpoint) -> int:
    """The configuration's, never more than the checkpoint's."""
    return min(spec.context_length or checkpoint.context_length, checkpoint.context_length)


def _read_preprocessor(folder: Path) -> Fields:
    if (folder / PREPROCESSOR).is_file():
        return _read_json(folder / PREPROCESSOR)
    if (folder / PROCESSOR).is_file():  # transformers 5 may write both parts into one file
        nested = _read_json(folder / PROCESSOR).get("image_processor")
        if isinstance(nested, dict):
            return nested
    raise LoadError("checkpoint_missing_file", file=PREPROCESSOR, path=str(folder))


def _require_tokenizer(folder: Path) -> None:
    if not (folder / TOKENIZER).is_file():
        pair = ("vocab.json", "merges.txt")
        if not all((folder / name).is_file() for name in pair):
            raise LoadError("checkpoint_missing_file", file=TOKENIZER, path=str(folder))
    if any((folder / name).is_file() for name in TEMPLATES):
        return
    config = folder / TOKENIZER_CONFIG
    if not (config.is_file() and _read_json(config).get("chat_template")):
        raise LoadError("checkpoint_missing_file", file=TEMPLATES[0], path=str(folder))


def _read_json(file: Path) -> Fields:
    try:
        fields = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LoadError("checkpoint_bad_file", file=file.name) from error
    if not isinstance(fields, dict):
        raise LoadError("checkpoint_bad_file", file=file.name)
    return fields
