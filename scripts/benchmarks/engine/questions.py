"""What engine and baseline are asked: prompts of 20 to 90 tokens, with and without pictures."""

from __future__ import annotations

import os

from PIL import Image

from admin_system.core.types import (
    ChatRequest,
    Message,
    Part,
    Picture,
    PicturePart,
    Sampling,
    TextPart,
)

WORDS = "the red circle is above the blue square and left of the green star "
NEW_TOKENS = int(os.environ.get("QWEN_BENCHMARK_TOKENS", "64"))
"""Of each answer; fewer only to see that the benchmarks run."""


def make_picture(width: int, height: int, seed: int = 0) -> Picture:
    tone = Image.linear_gradient("L").rotate(seed * 37 % 360).resize((width, height))
    return Picture(tone.convert("RGB"), sha256=f"{seed}-{width}x{height}")


def make_requests(
    count: int, kind: str, sampling: Sampling | None = None, first: int = 0
) -> list[ChatRequest]:
    """`text`, or `mixed`: every second one with a picture of its own."""
    sampling = sampling or Sampling(temperature=0, max_tokens=NEW_TOKENS)
    requests = []
    for number in range(first, first + count):
        text = f"number {number}: " + WORDS * (1 + number % 4)
        parts: list[Part] = [TextPart(text)]
        if kind == "mixed" and number % 2 == 0:
            sizes = (112 + 28 * (number % 3), 112 + 14 * (number % 5))
            parts = [PicturePart(make_picture(*sizes, seed=number)), TextPart(text[:70])]
        requests.append(ChatRequest((Message("user", tuple(parts)),), sampling))
    return requests
