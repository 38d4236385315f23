"""Holds an answer to a form while it is written: which tokens may come next.

By llguidance (https://github.com/guidance-ai/llguidance), behind these few methods.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

from admin_system.core.errors import BadRequest
from admin_system.core.families.tool_formats import CLOSE, OPEN, ToolFormat
from admin_system.core.types import JsonFormat, ToolWish

ANY_OBJECT = '{"type": "object"}'
NO_BEGINNING = "NoExtensionBias"
NOTHING_FITS = "Unsatisfiable schema: it is made of nothing but itself"
"""Instead of llguidance's own word for it."""


class GrammarFault(Exception):
    """The form cannot be met any more."""


class Grammars:
    """Of one vocabulary. Callable from several threads at once."""

    def __init__(self, open_tokenizer: Callable[[], Any]) -> None:
        """`open_tokenizer` gives llguidance's LLTokenizer; it takes a while, and is not needed
        before the first form."""
        self._open_tokenizer = open_tokenizer

    @cached_property
    def _tokenizer(self) -> Any:
        return self._open_tokenizer()

    def open_json(self, wanted: JsonFormat) -> Grammar:
        """Raises BadRequest where the schema says nothing that can be held to."""
        from llguidance import LLMatcher

        try:
            schema = json.loads(wanted.schema or ANY_OBJECT)
            grammar = LLMatcher.grammar_from_json_schema(
                schema, overrides={"whitespace_flexible": False}
            )
        except ValueError as error:
            raise self._refusal(error) from error
        return self._open(grammar)

    def open_calls(self, form: ToolFormat, wish: ToolWish) -> Grammar:
        """Of an answer that must be a call. Raises BadRequest."""
        try:
            tags = self._tag(OPEN), self._tag(CLOSE)
            return self._open(form.grammar(wish.tools, tags, several=wish.parallel), "tools")
        except ValueError as error:
            raise self._refusal(error, "tools") from error

    def _tag(self, text: str) -> str:
        """As the grammar names it: by its number where it is a token of its own."""
        ids = self._tokenizer.tokenize_str(text)
        return f"<[{ids[0]}]>" if len(ids) == 1 else json.dumps(text)

    def _open(self, grammar: str, param: str = "response_format") -> Grammar:
        from llguidance import LLMatcher

        matcher = LLMatcher(self._tokenizer, grammar)
        if not matcher.is_error():
            matcher.compute_bitmask()  # of the first token: what has no beginning shows only here
        if matcher.is_error():
            raise self._refusal(matcher.get_error(), param)
        return Grammar(matcher, self._tokenizer.vocab_size)

    @staticmethod
    def _refusal(reason: object, param: str = "response_format") -> BadRequest:
        lines = str(reason).strip().splitlines() or ["?"]
        line = NOTHING_FITS if lines[0].startswith(NO_BEGINNING) else lines[0][:200]
        return BadRequest("schema_refused", param=param, reason=line)


class Grammar:
    """Of one answer."""

    def __init__(self, matcher: Any, vocabulary: int) -> None:
        from llguidance.numpy import allocate_token_bitmask

        self._matcher = matcher
        self._mask = allocate_token_bitmask(1, vocabulary)

    def mask(self, scores: Any) -> Any:
        """(V,) to the same, with minus infinity for tokens that may not come. Raises
        GrammarFault."""
        import torch
        from llguidance.numpy import fill_next_token_bitmask

        fill_next_token_bitmask(self._matcher, self._mask, 0)
        if self._matcher.is_error():
            raise GrammarFault(self._matcher.get_error())
        bits = torch.from_numpy(self._mask[0]).to(scores.device)
        places = torch.arange(scores.shape[0], device=scores.device)
        inside = (places // 32).clamp_max(len(bits) - 1)
        allowed = (bits[inside] >> (places % 32)) & 1
        allowed = allowed.bool() & (places < 32 * len(bits))
        return scores.masked_fill(~allowed, -torch.inf)

    def accept(self, token: int) -> None:
        """Raises GrammarFault."""
        if not self._matcher.consume_token(token):
            raise GrammarFault(self._matcher.get_error())

    def fork(self) -> Grammar:
        """From the same place on, for another answer."""
        return Grammar(self._matcher.deep_copy(), 32 * self._mask.shape[1])
