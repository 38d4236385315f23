"""Values that the original code of the 2023 Qwen-VL gives, from random weights in its layout.

Computed in float32 by the code that ships with Qwen-VL-Chat-Int4 (transformers 4.32.0, torch 2.13.0
on the CPU). Two layers of 4 x 64 dimensions, a sequence length of 512, a cut vocabulary of 1303.
`ckpt-fp16` and `ckpt-int4` are laid out as published; the values are for float32 arithmetic on the
stored numbers, `expected/` holds them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

QWEN_VL = Path(__file__).parent / "qwen_vl"
EXPECTED = QWEN_VL / "expected"
PUBLISHED_VOCABULARY = QWEN_VL / "qwen.tiktoken.xz"
"""Of Qwen-VL itself, as in the wheel qwen-agent 0.0.34 (Apache-2.0)."""


def read_expected(name: str) -> Any:
    return json.loads((EXPECTED / name).read_text(encoding="utf-8"))
