"""Which scripts a text is written in, and a common sentence of each to try a vocabulary on."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Script = Literal["latin", "han", "kana", "hangul", "cyrillic"]

PROBES: dict[Script, str] = {
    "latin": "Which documents say how the machine is cleaned, and who has to be told before?",
    "han": "请说明这台机器应当怎样清洗，清洗之前需要通知哪个部门，费用由谁承担？",
    "kana": "このきかいはどのようにあらいますか。まえにだれにつたえるべきでしょうか。",
    "hangul": "이 기계는 어떻게 청소하며 그 전에 누구에게 알려야 합니까?",
    "cyrillic": "Как чистят эту машину и кому нужно сообщить об этом заранее?",
}
WORDS: dict[Script, tuple[re.Pattern[str], float]] = {
    "latin": (re.compile(r"[a-z\u00df-\u024f]+"), 1.0),
    "han": (re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"), 0.5),
    "kana": (re.compile(r"[\u3040-\u30ff]"), 0.33),
    "hangul": (re.compile(r"[\uac00-\ud7a3]+"), 1.0),
    "cyrillic": (re.compile(r"[\u0400-\u04ff]+"), 1.0),
}
"""What to count in each, and how much of a word it is: two Han characters make a word."""


def script_shares(text: str) -> dict[Script, float]:
    """Share 0..1 of the text's words in each script that occurs; numbers count for none."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = {name: len(found.findall(folded)) * weight for name, (found, weight) in WORDS.items()}
    total = sum(words.values())
    return {name: count / total for name, count in words.items() if count}
