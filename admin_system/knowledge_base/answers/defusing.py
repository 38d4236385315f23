"""Text of documents made harmless before a model reads it: it may say anything, but only say it.

Whoever writes a document could try to speak to the model in another's name (indirect prompt
injection, Greshake et al. 2023, arXiv:2302.12173). Here its means are taken away; that the model
also heeds nothing it is told there is asked of it by the prompt.
"""

from __future__ import annotations

import re
import unicodedata

SPECIAL = re.compile(r"<(?=\s*[|｜])|(?<=[|｜])\s*>")
"""Ends of control tokens as `<|im_start|>`, in the form that Qwen, Llama and DeepSeek know."""
TAGS = re.compile(
    r"<(?=\s*(?:/\s*)?(?:s|bos|eos|pad|unk|img|image|box|ref|quad|think|thinking|tools?|tool_calls?"
    r"|tool_response|function|system|user|assistant|human|sys|start_of_turn|end_of_turn)\b[^<>]*>)"
    r"|<(?=<\s*(?:/\s*)?SYS\s*>>)",
    re.IGNORECASE,
)
INSTRUCTION = re.compile(
    r"\[(?=\s*(?:/\s*)?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS)\s*\])", re.IGNORECASE
)
NUMBERS = re.compile(r"[\[［【〔]([\s\d,，、;；\-–~～]{1,24})[\]］】〕]")
"""What could be taken for a citation: document texts have them too, for their own notes."""
LINE_ENDS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
QUOTE = "> "


def defuse(text: str) -> str:
    """Without invisible characters, control tokens and numbers in square brackets."""
    text = drop_invisible(LINE_ENDS.sub("\n", text))
    text = TAGS.sub("‹", SPECIAL.sub(lambda found: "‹" if "<" in found.group() else "›", text))
    text = INSTRUCTION.sub("(", text)
    return defuse_numbers(text)


def defuse_numbers(text: str) -> str:
    """`[3]` as `(3)`, so that only an answer itself cites."""
    return NUMBERS.sub(r"(\1)", text)


def drop_invisible(text: str) -> str:
    """Without format, control and private characters (Unicode Cf, Cc, Co, Cs), which can hide
    words from people or turn their order around; line ends and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in UNSEEN)


UNSEEN = {"Cf", "Cc", "Co", "Cs"}


def quote(text: str) -> str:
    """Every line begins with a mark, so that none of them can end a fence or head a passage."""
    return "\n".join(QUOTE + line for line in defuse(text).split("\n"))


def one_line(text: str, longest: int = 200) -> str:
    """A title or heading for a line that is ours."""
    return " ".join(defuse(text).split())[:longest]
