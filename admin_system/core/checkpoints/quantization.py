"""What a folder says of its quantization: a form that we read ourselves, or another's method.

Sources: AutoGPTQ 0.7.1 `BaseQuantizeConfig`, GPTQModel's `checkpoint_format` and `dynamic`,
AutoAWQ's `AwqConfig`, transformers 5.23's FineGrainedFP8Config, compressed-tensors 0.20.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from admin_system.core.checkpoints.packages import require_packages
from admin_system.core.errors import LoadError

GptqVersion = Literal[1, 2]
"""Version 1 stores a zero point less one, version 2 as it is."""

PACKED_BY = ("group", "channel")
"""Strategies of four-bit compressed-tensors whose factors stand for inputs side by side."""
PLAIN_FORMS = ("float-quantized", "int-quantized", "naive-quantized")
"""Formats of compressed-tensors that store a value a place."""
OWN_FILES = ("quantize_config.json", "quant_config.json")
"""Where GPTQ and AWQ state their values beside config.json; older folders have only these."""


@dataclass(frozen=True, slots=True)
class Int4Config:
    """Four-bit weights in a layout that `quantization/layout.py` reads."""

    method: Literal["gptq", "awq", "compressed-tensors"]
    group_size: int
    """Inputs that share a scale; -1 is all of them."""
    symmetric: bool
    ordered_by_activation: bool
    """desc_act: the groups are scattered over the inputs."""
    version: GptqVersion = 1
    """How GPTQ stores zero points; without meaning for AWQ."""
    skipped: tuple[str, ...] = ()
    """modules_to_not_convert: these stay as they are."""

    @property
    def name(self) -> str:
        """As in `ModelInfo.quantization`."""
        return f"{self.method}-int4"

    def converts(self, module: str) -> bool:
        """Whether a module may be quantized: no part of its path, at the start or inside, is
        listed. Today's `model.visual.blocks` was `visual.blocks` when the folder was written."""
        path = f".{module}."
        return not any(f".{part.strip('.')}." in path for part in self.skipped)


@dataclass(frozen=True, slots=True)
class ScaledConfig:
    """Eight-bit weights with factors beside them; `quantization/scaled.py` dequantizes them."""

    method: Literal["fp8", "compressed-tensors"]
    number: Literal["fp8", "int8"]
    block: tuple[int, int] | None = None
    """Outputs and inputs that share a factor; None where the shapes say it."""

    @property
    def name(self) -> str:
        """As in `ModelInfo.quantization`."""
        return "fp8" if self.method == "fp8" else f"{self.method}-{self.number}"


@dataclass(frozen=True, slots=True)
class ForeignConfig:
    """A method that transformers runs, with all its packages installed."""

    method: str
    bits: int | None

    @property
    def name(self) -> str:
        """As in `ModelInfo.quantization`."""
        return self.method if self.bits is None else f"{self.method}-int{self.bits}"


Quantization = Int4Config | ScaledConfig | ForeignConfig


def read_quantization(
    config: Mapping[str, object], folder: Path | None = None
) -> Quantization | None:
    """Reads the contents of config.json, then the method's own file in the folder.

    None is an unquantized checkpoint. Raises LoadError where a value is unknown or a package is
    missing.
    """
    fields = find_fields(config, folder)
    if fields is None:
        return None
    method = fields.get("quant_method", "awq" if "zero_point" in fields else "gptq")
    if not isinstance(method, str):
        raise _invalid("quant_method", method)
    bits = _integer(fields, "bits", "w_bit")
    if bits == 4 and not _has_other_widths(fields):
        if method == "gptq" and (version := _gptq_version(fields)) is not None:
            return _int4_config("gptq", fields, version)
        if method == "awq" and _awq_layout(fields) == "gemm":
            return _int4_config("awq", fields, 1)
    if method == "fp8":
        return _fp8_config(fields)
    if method == "compressed-tensors" and (known := read_compressed(fields)) is not None:
        return known
    require_packages(method, method if bits is None else f"{method} ({bits} bit)")
    return ForeignConfig(method, bits)


def find_fields(config: Mapping[str, object], folder: Path | None) -> Mapping[str, object] | None:
    """The quantization as the folder states it; None where it states none. Raises LoadError."""
    text = config.get("text_config")
    for place in (config, text if isinstance(text, Mapping) else {}):
        fields = place.get("quantization_config")
        if isinstance(fields, Mapping):
            return fields
    for name in OWN_FILES if folder is not None else ():
        file = Path(folder or "") / name
        if file.is_file():
            return _read_json(file)
    return None


def _int4_config(
    method: Literal["gptq", "awq"], fields: Mapping[str, object], version: GptqVersion
) -> Int4Config:
    group_size = _integer(fields, "group_size", "q_group_size")
    if group_size is None or (group_size != -1 and group_size < 1):
        raise _invalid("group_size", group_size)
    symmetric = fields.get("sym", not fields.get("zero_point", method == "awq"))
    skipped = fields.get("modules_to_not_convert") or ()
    if not isinstance(skipped, list | tuple) or not all(isinstance(name, str) for name in skipped):
        raise _invalid("modules_to_not_convert", skipped)
    return Int4Config(
        method=method,
        group_size=group_size,
        symmetric=bool(symmetric),
        ordered_by_activation=bool(fields.get("desc_act", False)),
        version=version,
        skipped=tuple(skipped),
    )


def _fp8_config(fields: Mapping[str, object]) -> ScaledConfig:
    block = fields.get("weight_block_size")
    if block is None:
        return ScaledConfig("fp8", "fp8")
    if not (
        isinstance(block, list | tuple) and len(block) == 2 and all(_is_size(n) for n in block)
    ):
        raise _invalid("weight_block_size", block)
    return ScaledConfig("fp8", "fp8", (block[0], block[1]))


def read_compressed(fields: Mapping[str, object]) -> Int4Config | ScaledConfig | None:
    """A compressed-tensors folder with one way for all its layers; None leaves it to others."""
    groups = fields.get("config_groups")
    group = (
        next(iter(groups.values())) if isinstance(groups, Mapping) and len(groups) == 1 else None
    )
    weights = group.get("weights") if isinstance(group, Mapping) else None
    if not isinstance(group, Mapping) or not isinstance(weights, Mapping):
        return None
    form = group.get("format") or fields.get("format")
    number = f"{weights.get('type')}{weights.get('num_bits')}"
    symmetric = weights.get("symmetric", True) is True
    if (form, number) == ("pack-quantized", "int4") and weights.get("strategy") in PACKED_BY:
        size = weights.get("group_size")
        return Int4Config(
            method="compressed-tensors",
            group_size=size if isinstance(size, int) and size > 0 else -1,
            symmetric=symmetric,
            ordered_by_activation=weights.get("actorder") == "group",
        )
    if form in PLAIN_FORMS and symmetric and number in ("float8", "int8"):
        return ScaledConfig("compressed-tensors", "fp8" if number == "float8" else "int8")
    return None


def _is_size(value: object) -> bool:
    return isinstance(value, int) and value > 0


def _gptq_version(fields: Mapping[str, object]) -> GptqVersion | None:
    if fields.get("is_marlin_format"):
        return None
    layout = fields.get("checkpoint_format") or fields.get("format") or "gptq"
    versions: dict[object, GptqVersion] = {"gptq": 1, "gptq_v2": 2}
    return versions.get(layout)


def _awq_layout(fields: Mapping[str, object]) -> str:
    stated = fields.get("version") or fields.get("checkpoint_format") or fields.get("format")
    return str(stated or "gemm").lower()


def _has_other_widths(fields: Mapping[str, object]) -> bool:
    """GPTQModel may give single modules a width of their own."""
    dynamic = fields.get("dynamic")
    rules = dynamic.values() if isinstance(dynamic, Mapping) else ()
    return any(isinstance(rule, Mapping) and rule.get("bits", 4) != 4 for rule in rules)


def _integer(fields: Mapping[str, object], *names: str) -> int | None:
    value = next((fields[name] for name in names if name in fields), None)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise _invalid(names[0], value)


def _read_json(file: Path) -> Mapping[str, object]:
    try:
        fields = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LoadError("checkpoint_bad_file", file=file.name) from error
    if not isinstance(fields, dict):
        raise LoadError("checkpoint_bad_file", file=file.name)
    return fields


def _invalid(field: str, value: object) -> LoadError:
    return LoadError("quantization_invalid_field", field=field, value=str(value))
