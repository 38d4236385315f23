"""Every sentence that the service says to its callers: code -> English and Chinese.

A sentence tells what was wrong, where, and what would be right. Errors of core carry a code and
values; both doors ask here for the words. Add yours to the room that fits, in both languages and
with the same placeholders.
"""

from __future__ import annotations

import logging

from admin_system.core.types import Language
from admin_system.messages import (
    backups,
    bodies,
    callers,
    checkpoints,
    checks,
    downloads,
    engines,
    fields,
    knowledge,
    library,
    library_checks,
    moving,
    pictures,
    retrieval,
    search,
    service,
    templates,
    watching,
)

logger = logging.getLogger(__name__)

LANGUAGES: tuple[Language, ...] = ("zh", "en")
ROOMS = (
    backups,
    bodies,
    fields,
    pictures,
    callers,
    service,
    checkpoints,
    checks,
    downloads,
    engines,
    knowledge,
    library_checks,
    library,
    moving,
    retrieval,
    search,
    templates,
    watching,
)
MESSAGES: dict[str, tuple[str, str]] = {
    code: sentences for room in ROOMS for code, sentences in room.SENTENCES.items()
}


class Word(str):
    """A value of a sentence that is a code itself, said in the language of the sentence."""

    __slots__ = ()


def sentence(code: str, language: Language, **values: object) -> str:
    """The sentence of a code; an unknown code or a missing value is logged and said in general."""
    try:
        english, chinese = MESSAGES[code]
        said = {
            name: sentence(value, language) if isinstance(value, Word) else value
            for name, value in values.items()
        }
        return (chinese if language == "zh" else english).format(**said)
    except (KeyError, IndexError, ValueError):
        logger.exception("no sentence for the code %s with %s", code, sorted(values))
        return "服务出错了。" if language == "zh" else "Something went wrong in the service."


def find_language(accept_language: str | None) -> Language:
    """The better liked of Chinese and English in an Accept-Language header; Chinese if neither.

    Weights as in RFC 9110, section 12.5.4; `*` counts for neither.
    """
    weights: dict[Language, float] = {}
    for item in (accept_language or "").split(","):
        tag, _, parameter = item.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        for name in LANGUAGES:
            if weight > 0 and name == primary:
                weights[name] = max(weight, weights.get(name, 0.0))
    return max(weights, key=lambda name: (weights[name], name == "zh"), default="zh")
