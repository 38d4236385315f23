"""An answer without a model: the sentences of the sources that cover the question best, quoted."""

from __future__ import annotations

from collections.abc import Sequence

from admin_system.core.types import Language
from admin_system.knowledge_base.answers.citations import Citation
from admin_system.knowledge_base.answers.defusing import defuse_numbers, drop_invisible
from admin_system.knowledge_base.answers.sources import Source
from admin_system.knowledge_base.splitting.sentences import split_sentences
from admin_system.messages import sentence
from admin_system.vector_search.coverage import TokenWeights, coverage

MOST_SOURCES = 3
MOST_CHARACTERS = 300
"""Of one source."""
WORTH = 0.7
"""Share of the best sentence's coverage from which on another one is quoted too."""
ELLIPSIS: dict[Language, str] = {"zh": "……", "en": " … "}
MARKS: dict[Language, tuple[str, str]] = {"zh": ("“", "”"), "en": ("“", "”")}


def write_extract(
    sources: Sequence[Source], weights: TokenWeights, language: Language
) -> tuple[str, tuple[Citation, ...]]:
    """The text, and its citations; `weights` are the idf of the question's tokens."""
    text = sentence("answer_extract", language) + "\n"
    citations: list[Citation] = []
    opening, closing = MARKS[language]
    for number, source in enumerate(sources[:MOST_SOURCES], start=1):
        text += f"\n{opening}{choose_sentences(source, weights, language)}{closing}"
        start = len(text)
        text += f"[{number}]\n"
        citations.append(Citation(start, len(text) - 1, number, source))
    return text.rstrip("\n"), tuple(citations)


def choose_sentences(source: Source, weights: TokenWeights, language: Language) -> str:
    """The best ones in their order; of a question with its answer both."""
    whole = defuse_numbers(drop_invisible(source.text)).strip()
    if source.best.is_question or len(whole) <= MOST_CHARACTERS // 3:
        return whole[: 2 * MOST_CHARACTERS]
    spans = list(split_sentences(whole, 0, len(whole)))
    worth = [coverage(weights, whole[start:end]) for start, end in spans]
    order = sorted(range(len(spans)), key=lambda place: (-worth[place], place))
    chosen: list[int] = []
    room = MOST_CHARACTERS
    for place in order:
        length = spans[place][1] - spans[place][0]
        if chosen and (length > room or worth[place] < WORTH * worth[order[0]]):
            break
        chosen.append(place)
        room -= length
    return join(whole, spans, sorted(chosen), language)[: 2 * MOST_CHARACTERS]


def join(
    whole: str, spans: Sequence[tuple[int, int]], chosen: Sequence[int], language: Language
) -> str:
    """With an ellipsis where something between them is left out."""
    text = ""
    for position, place in enumerate(chosen):
        if position and place != chosen[position - 1] + 1:
            text = text.rstrip() + ELLIPSIS[language]
        text += whole[slice(*spans[place])]
    return " ".join(text.split())
