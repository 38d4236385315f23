"""The registry of families: a new Qwen is one file here and one line below."""

from __future__ import annotations

from collections.abc import Mapping

from admin_system.core.errors import LoadError
from admin_system.core.families.base import Family
from admin_system.core.families.qwen import QwenFamily, read_budget, read_factor
from admin_system.core.families.qwen2_5_vl import Qwen25VL
from admin_system.core.families.qwen2_vl import Qwen2VL
from admin_system.core.families.qwen3_5 import Qwen35
from admin_system.core.families.qwen3_vl import Qwen3VL
from admin_system.core.families.qwen4_exp import Qwen4Exp
from admin_system.core.families.qwen_vl import QwenVL, has_vision

FAMILIES: tuple[type[QwenFamily], ...] = (QwenVL, Qwen2VL, Qwen25VL, Qwen3VL, Qwen35, Qwen4Exp)
DEFAULT_FAMILY = Qwen3VL.name
"""Of an upstream that does not tell: thousandths are what most write, in any grammar."""


def find_family(
    config: Mapping[str, object],
    preprocessor: Mapping[str, object] | None = None,
    *,
    writes_tags: bool = False,
) -> Family:
    """By `model_type` of config.json, with the limits of preprocessor_config.json.

    Raises LoadError where no family has that type, or where the model sees no pictures.
    """
    model_type = config.get("model_type")
    if model_type in QwenVL.model_types and not has_vision(config):
        raise LoadError("checkpoint_text_only")
    for family in FAMILIES:
        if model_type in family.model_types:
            return family(
                read_budget(preprocessor or {}), read_factor(config), writes_tags=writes_tags
            )
    known = ", ".join(name for family in FAMILIES for name in family.model_types)
    raise LoadError("checkpoint_unknown_family", model_type=str(model_type), known=known)


def get_family(name: str, *, writes_tags: bool = False) -> Family:
    """With its published limits. Raises LoadError."""
    for family in FAMILIES:
        if family.name == name:
            return family(writes_tags=writes_tags)
    known = ", ".join(family.name for family in FAMILIES)
    raise LoadError("family_unknown", family=name, known=known)
