"""How many tokens of a model's context are left for sources."""

from __future__ import annotations

from admin_system.core.types import ChatRequest
from admin_system.knowledge_base.splitting.tokens import count_tokens

USUAL_CONTEXT = 8_192
"""Where a remote model does not tell."""
MOST = 4_000
"""More sources than that answer no better, and take long to read."""
LEAST = 128
PICTURE_TOKENS = 1_280
TURN_TOKENS = 8
RULES_TOKENS = 350
"""Of the prompt without question and sources."""
CERTAINTY = 0.9
"""Counts are estimates."""


def room_for_sources(request: ChatRequest, context_length: int | None) -> int:
    context = context_length or USUAL_CONTEXT
    answer = request.sampling.max_tokens or min(1_024, context // 4)
    said = sum(count_tokens(turn.text) + TURN_TOKENS for turn in request.messages)
    said += PICTURE_TOKENS * len(request.pictures)
    left = int(CERTAINTY * context) - min(answer, context // 2) - said - RULES_TOKENS
    return max(LEAST, min(MOST, left))
