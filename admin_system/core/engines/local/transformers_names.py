"""From the names that a checkpoint was published with to those of today's transformers classes.

The tables are transformers' own (`conversion_mapping.py` and `core_model_loading.py`, 5.23), walked
here for one tensor after the other; `from_pretrained` wants all of them at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from copy import deepcopy
from typing import Any

from admin_system.core.quantization.stored import quantized_layers

Named = tuple[str, Any]
"""A tensor behind its name."""

SEPARATE_EXPERTS = {"qwen3_vl_moe": "qwen2_moe"}
"""Quantized folders hold each expert apart, which transformers' table foresees for a kin only."""


class Names:
    """For one model that was just built."""

    def __init__(self, model: Any) -> None:
        from transformers.conversion_mapping import (
            get_checkpoint_conversion_mapping,
            get_model_conversion_mapping,
        )
        from transformers.core_model_loading import WeightConverter, WeightRenaming

        mapping = list(get_model_conversion_mapping(model))
        if kin := SEPARATE_EXPERTS.get(model.config.model_type):
            mapping += get_checkpoint_conversion_mapping(kin)
        self._renamings = [rule for rule in mapping if isinstance(rule, WeightRenaming)]
        self._converters = [rule for rule in mapping if isinstance(rule, WeightConverter)]
        self._model = model
        self._prefix = model.base_model_prefix
        self._wanted = model.state_dict()

    def find_layer(self, layer: str) -> str:
        """The path of a layer; empty where it becomes part of another tensor."""
        target, pattern = self._find(f"{layer}.weight")
        return "" if pattern is not None else target.removesuffix(".weight")

    def convert(self, tensors: Iterable[Named], names: Collection[str]) -> Iterator[Named]:
        """Tensors under the model's names; those that become one are kept until all are there.

        `names` are all names of the checkpoint.
        """
        parts = self._find_parts(names)
        waiting: dict[str, dict[str, Any]] = defaultdict(dict)
        for name, tensor in tensors:
            target, pattern = self._find(name)
            if pattern is None:
                yield target, tensor
                continue
            waiting[target][name] = tensor
            if waiting[target].keys() == parts[target]:
                yield from self._merge(target, waiting.pop(target))

    def _find(self, name: str) -> tuple[str, str | None]:
        """The model's name and the pattern of the converter, if one is needed."""
        from transformers.core_model_loading import rename_source_key

        found: tuple[str, str | None] = rename_source_key(
            name, self._renamings, self._converters, self._prefix, self._wanted
        )
        if found[0] not in self._wanted and name in self._wanted:
            found = rename_source_key(name, [], [], self._prefix, self._wanted)
        return found

    def _find_parts(self, names: Collection[str]) -> dict[str, set[str]]:
        """For each converted tensor what it is made of; quantized layers come dequantized."""
        parts: dict[str, set[str]] = defaultdict(set)
        packed = {f"{layer}.weight" for layer in quantized_layers(names)}
        for name in {*names, *packed}:
            target, pattern = self._find(name)
            if pattern is not None:
                parts[target].add(name)
        return parts

    def _merge(self, target: str, parts: dict[str, Any]) -> Iterator[Named]:
        from transformers.core_model_loading import dot_natural_key

        first = self._find(next(iter(parts)))[1]
        rule = next(rule for rule in self._converters if first in rule.source_patterns)
        converter = deepcopy(rule)
        for name in sorted(parts, key=dot_natural_key):
            pattern = self._find(name)[1]
            converter.add_tensor(target, name, pattern, lambda name=name: parts[name])
        for path, value in converter.convert(target, model=self._model).items():
            yield path, value[0] if isinstance(value, list) else value
