"""Both languages have equal rights: every text of the pages is translated, and compiled."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_system.management.translations import catalogues, read_catalogue

PACKAGE = Path(__file__).resolve().parent.parent
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "pgettext", "pgettext_lazy"}
TEMPLATE_TEXT = re.compile(r'\{%\s*translate\s+"([^"]+)"|_\("([^"]+)"\)')


def find_texts() -> Iterator[tuple[str, str]]:
    """Every text that the code or a template asks to be translated, with its place."""
    for path in PACKAGE.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            texts = [text.value for text in node.args if isinstance(text, ast.Constant)]
            if node.func.id in CALLS and texts:
                yield "\x04".join(str(text) for text in texts), path.name
    for path in PACKAGE.rglob("templates/**/*.html"):
        for match in TEMPLATE_TEXT.finditer(path.read_text(encoding="utf-8")):
            yield match[1] or match[2], path.name


SCRIPT_TEXT = re.compile(r'(?<![\w.])(?:_\(\s*("(?:[^"\\]|\\.)*")|plural\(\s*("(?:[^"\\]|\\.)*"))')


def find_script_texts() -> Iterator[tuple[str, str]]:
    """Every text of the pages' own modules, as `base/words.js` is asked for it."""
    for path in (PACKAGE / "management" / "static").rglob("*.js"):
        if "vendor" not in path.parts:
            for match in SCRIPT_TEXT.finditer(path.read_text(encoding="utf-8")):
                yield ast.literal_eval(match[1] or match[2]), path.name


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.stem)
def test_a_catalogue_is_complete_and_its_compiled_form_is_current(path: Path) -> None:
    entries = read_catalogue(path)
    assert not [entry.source for entry in entries if entry.fuzzy]
    assert not [entry.source for entry in entries if not all(entry.translations)]
    with path.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in entries[1:]:
        if entry.context is None:
            assert compiled.gettext(entry.source) == entry.translations[0]
        else:
            assert compiled.pgettext(entry.context, entry.source) == entry.translations[0]


def test_every_text_of_the_site_is_in_the_catalogue() -> None:
    known = keys_of("django.po")
    assert not {f"{place}: {text}" for text, place in find_texts() if text not in known}


def test_every_text_of_the_pages_modules_is_in_their_catalogue() -> None:
    known = {key.split("\0")[0] for key in keys_of("djangojs.po")}
    texts = list(find_script_texts())
    assert texts
    assert not {f"{place}: {text}" for text, place in texts if text not in known}


def keys_of(name: str) -> set[str]:
    return {
        entry.key for path in catalogues() if path.name == name for entry in read_catalogue(path)
    }
