"""A library of its own in a new folder, for checks that would not be good for anybody's data.

Started by `python -m scripts.testing.postgres scripts/checks/…` a check keeps its rows there.
"""

from __future__ import annotations

import os
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path

from scripts.testing.postgres import database_of

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "QWEN_VL_"
SENTENCES = (
    "The {place} pump of hall {n} is cleaned every {day} by the {crew} crew.",
    "Before the {crew} crew opens valve {n}, the pressure has to fall below {m} bar.",
    "{place} 的第 {n} 号机器每周{day}由{crew}班检修，温度不得超过 {m} 度。",
    "If the lamp at the {place} gate blinks {m} times, call extension {n} at once.",
    "In the {place} store there are {m} spare belts for engine {n}, checked each {day}.",
)
PLACES = ("northern", "southern", "upper", "lower", "eastern", "western", "old", "new")
DAYS = ("Monday", "Tuesday", "Friday", "Sunday")
CREWS = ("red", "green", "blue", "night")


def set_up(folder: Path, **settings: str) -> None:
    """Django on an empty database in that folder; the environment is for child processes too.
    `settings` are further variables of the environment."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "admin_system.minimal_settings",
        "PYTHONUTF8": "1",
        **settings_in(folder),
        f"{PREFIX}LOG_LEVEL": "WARNING",
        f"{PREFIX}LOAD_MODEL": "false",
        **settings,
    }
    sys.path.insert(0, str(ROOT))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def settings_in(folder: Path) -> dict[str, str]:
    """All that a service writes is below that folder, or in a database that belongs to it."""
    return {
        f"{PREFIX}DATABASE_URL": database_of(folder),
        f"{PREFIX}DATA_DIR": str(folder / "data"),
        f"{PREFIX}KNOWLEDGE_DIR": str(folder / "knowledge"),
        f"{PREFIX}LOG_DIR": str(folder / "logs"),
    }


def use_embedder(kind: str) -> None:
    from admin_system.knowledge_base.models import EmbeddingProfile

    EmbeddingProfile.objects.update(kind=kind, name=kind)


@dataclass
class Writer:
    """Texts of which each has a mark that no other has, and each version too."""

    random: random.Random
    written: int = field(default=0)

    def write(self, sections: int) -> tuple[str, str]:
        """A text in Markdown, and its mark."""
        self.written += 1
        mark = f"mark{self.written:06d}"
        parts = [f"# Report {mark}\n"]
        for number in range(sections):
            lines = [self._sentence() for _ in range(self.random.randint(2, 8))]
            parts.append(f"## {mark} part {number}\n\n{mark} " + " ".join(lines) + "\n")
        return "\n".join(parts), mark

    def _sentence(self) -> str:
        pick = self.random
        return pick.choice(SENTENCES).format(
            place=pick.choice(PLACES),
            day=pick.choice(DAYS),
            crew=pick.choice(CREWS),
            n=pick.randint(1, 9999),
            m=pick.randint(2, 99),
        )
