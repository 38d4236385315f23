"""Changes values in `.env` and leaves everything else in it as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def merge(text: str, values: Mapping[str, str]) -> str:
    """The text with these names set; lines of other names, comments and order stay."""
    left = dict(values)
    lines = []
    for line in text.splitlines():
        name = line.partition("=")[0].strip()
        if name in left:
            line = f"{name}={left.pop(name)}"
        lines.append(line)
    lines += [f"{name}={value}" for name, value in left.items()]
    return "\n".join(lines) + "\n"


def update(path: Path, values: Mapping[str, str]) -> None:
    text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    path.touch(mode=0o600)
    path.write_text(merge(text, values), encoding="utf-8")
