"""Reads .po catalogues and compiles them, so that no machine needs gettext's programs."""

from __future__ import annotations

import ast
import struct
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

CONTEXT_END = "\x04"
"""Between context and message, in the keys of a compiled catalogue."""


@dataclass(slots=True)
class Entry:
    context: str | None = None
    source: str = ""
    plural: str | None = None
    translations: tuple[str, ...] = ()
    fuzzy: bool = False

    @property
    def key(self) -> str:
        key = self.source if self.plural is None else f"{self.source}\0{self.plural}"
        return key if self.context is None else f"{self.context}{CONTEXT_END}{key}"


def catalogues() -> list[Path]:
    return [path for folder in settings.LOCALE_PATHS for path in Path(folder).rglob("*.po")]


def read_catalogue(path: Path) -> list[Entry]:
    """Format: GNU gettext manual, "The Format of PO Files"; obsolete entries are left out."""
    entries: list[Entry] = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        fields: dict[str, str] = {}
        name, fuzzy = "", False
        for line in block.splitlines():
            if line.startswith("#"):
                fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
                continue
            if not line.startswith('"'):
                name, _, line = line.partition(" ")
                fields[name] = ""
            fields[name] += ast.literal_eval(line)
        if "msgid" in fields:
            translations = tuple(text for key, text in fields.items() if key.startswith("msgstr"))
            plural = fields.get("msgid_plural")
            entries.append(
                Entry(fields.get("msgctxt"), fields["msgid"], plural, translations, fuzzy)
            )
    return entries


def compile_catalogue(entries: list[Entry]) -> bytes:
    """Format: GNU gettext manual, "The Format of GNU MO Files"; without its hash table."""
    pairs = sorted(
        (entry.key.encode(), "\0".join(entry.translations).encode())
        for entry in entries
        if not entry.fuzzy and any(entry.translations)
    )
    start = 7 * 4 + 16 * len(pairs)
    texts = b""
    tables: list[bytes] = []
    for column in range(2):
        for pair in pairs:
            tables.append(struct.pack("<2I", len(pair[column]), start + len(texts)))
            texts += pair[column] + b"\0"
    count = len(pairs)
    header = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    return header + b"".join(tables) + texts
