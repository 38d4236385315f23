"""What to search for: the last question, with the one before it where it leans on that."""

from __future__ import annotations

import re
from collections.abc import Sequence

from admin_system.core.types import Message
from admin_system.vector_search.coverage import content_tokens
from admin_system.vector_search.folding import fold

MOST_QUESTIONS = 3
"""Of a chain, that are searched for together."""
LONGEST = 500
"""Characters of each of them that count; a pasted page is no question."""
LEANING = re.compile(
    r"^\s*(?:and|but|or|so|then|also|what about|how about|what else|why|when|where|who|how)\b[\s,]*"
    r"(?:then|so|is (?:it|that)|not)?\s*[?？]*\s*$"
    r"|^\s*(?:and|but|so|what about|how about|what else)\b"
    r"|\b(?:it|its|they|them|their|theirs|he|him|his|she|hers?|this|these|those|that one"
    r"|the (?:same|former|latter|first|second|other)(?: one)?)\b"
    r"|^\s*(?:那么|那|还有|另外|然后|接着|以及|再)"
    r"|[它他她]|这[个些种样位里]|那[个些种样位里]|该[^如怎不]|其(?!他|它|实|中)|上述|前者|后者"
    r"|呢\s*[?？。]*\s*$"
)
ASKS_FIRST = re.compile(r"^\s*(?:为什么|什么时候|多少|多久|多大|谁|由谁|哪里|怎么|几)")
FEW_WORDS = 2
"""Words that say what is asked about, with which a question still leans on the one before."""
SOME_WORDS = 5
"""The same of a Chinese one that begins with the word that asks."""


def search_query(messages: Sequence[Message]) -> str:
    """Of the conversation's last question, which may be "and when?"; earlier ones in front."""
    asked = [turn.text.strip()[:LONGEST] for turn in messages if turn.role == "user"]
    asked = [text for text in asked if text]
    if not asked:
        return ""
    chosen = [asked.pop()]
    while asked and leans(chosen[0]) and len(chosen) < MOST_QUESTIONS:
        chosen.insert(0, asked.pop())
    return "\n".join(chosen)


def leans(question: str) -> bool:
    """Whether it cannot be understood by itself."""
    folded, words = fold(question), count_words(question)
    few = SOME_WORDS if ASKS_FIRST.search(folded) else FEW_WORDS
    return words <= few or bool(LEANING.search(folded))


def count_words(question: str) -> int:
    """That say what it is about; of Chinese, pairs of neighbouring characters."""
    return sum(len(token) > 1 or token.isascii() for token in content_tokens(question))
