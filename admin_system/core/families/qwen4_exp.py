"""Qwen4-Exp: spoken to as Qwen3.5 is; how it writes boxes is not published yet."""

from __future__ import annotations

from admin_system.core.families.qwen3_5 import Qwen35


class Qwen4Exp(Qwen35):
    name = "qwen4_exp"
    model_types = ("qwen4_exp",)
