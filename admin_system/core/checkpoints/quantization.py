"""What a folder says of its quantization: four-bit GPTQ and AWQ of ours, or another's method.

Sources: AutoGPTQ 0.7.1 `BaseQuantizeConfig`, GPTQModel's `checkpoint_format` and `dynamic`,
AutoAWQ's `AwqConfig`, and the requirements of transformers 5.23's quantizers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from admin_system.core.errors import LoadError

GptqVersion = Literal[1, 2]
"""Version 1 stores a zero point less one, version 2 as it is."""

OWN_FILES = ("quantize_config.json", "quant_config.json")
"""Where GPTQ and AWQ state their values beside config.json; older folders have only these."""

PACKAGES: dict[str, tuple[str, ...]] = {
    "aqlm": ("aqlm", "accelerate"),
    "auto-round": ("auto_round",),
    "awq": ("gptqmodel", "accelerate"),
    "bitnet": ("accelerate",),
    "bitsandbytes": ("bitsandbytes", "accelerate"),
    "compressed-tensors": ("compressed_tensors",),
    "eetq": ("kernels", "accelerate"),
    "fbgemm_fp8": ("fbgemm_gpu", "accelerate"),
    "fp8": ("accelerate",),
    "gptq": ("gptqmodel", "optimum"),
    "hqq": ("hqq",),
    "mxfp4": ("kernels", "accelerate"),
    "quanto": ("optimum.quanto", "accelerate"),
    "torchao": ("torchao",),
}
"""What transformers needs installed for a method, by module name; for GPTQ and AWQ in forms that
are not ours."""


@dataclass(frozen=True, slots=True)
class Int4Config:
    """Four-bit weights in a layout that `quantization/layout.py` reads."""

    method: Literal["gptq", "awq"]
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
class ForeignConfig:
    """A method that transformers runs, with all its packages installed."""

    method: str
    bits: int | None

    @property
    def name(self) -> str:
        """As in `ModelInfo.quantization`."""
        return self.method if self.bits is None else f"{self.method}-int{self.bits}"


def read_quantization(
    config: Mapping[str, object], folder: Path | None = None
) -> Int4Config | ForeignConfig | None:
    """Reads the contents of config.json, then the method's own file in the folder.

    None is an unquantized checkpoint. Raises LoadError where a value is unknown or a package is
    missing.
    """
    fields = _find_fields(config, folder)
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
    _require_packages(method, bits)
    return ForeignConfig(method, bits)


def _find_fields(config: Mapping[str, object], folder: Path | None) -> Mapping[str, object] | None:
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


def _require_packages(method: str, bits: int | None) -> None:
    if method not in PACKAGES:
        raise LoadError("quantization_unknown", method=method)
    missing = [name for name in PACKAGES[method] if not _is_installed(name)]
    if missing:
        names = ", ".join(name.replace("_", "-").replace(".", "-") for name in missing)
        stated = method if bits is None else f"{method} ({bits} bit)"
        raise LoadError("quantization_package_missing", method=stated, packages=names)


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # the parent of a dotted name is missing
        return False


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
