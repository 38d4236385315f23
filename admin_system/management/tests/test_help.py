"""The documents as pages: both languages, and a line for every code that a card may show."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from django.test import Client

from admin_system.env import BASE_DIR
from admin_system.management.chapters import CHAPTERS, NO_FAULTS
from admin_system.messages import MESSAGES

pytestmark = pytest.mark.django_db
STATIC = BASE_DIR / "admin_system" / "management" / "static" / "management"
OWN_CODE = re.compile(r'\bcode: "(\w+)"')


def pages_own_codes() -> set[str]:
    """Of what only a browser can see, such as a server that is away."""
    modules = [path for path in STATIC.rglob("*.js") if "vendor" not in path.parts]
    found = {code for path in modules for code in OWN_CODE.findall(path.read_text("utf-8"))}
    assert "connection_lost" in found
    return found


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_message_has_its_line(client: Client, language: str) -> None:
    page = client.get("/help/troubleshooting/", headers={"accept-language": language})
    text = page.content.decode()
    anchors = re.findall(r'id="(\w+)"></a>', text)
    assert len(anchors) == len(set(anchors))
    faults = {code for code in MESSAGES if not code.startswith(NO_FAULTS)}
    assert faults | pages_own_codes() <= set(anchors)
    assert ("怎么办" in text, "what to do" in text) == (language != "en", language == "en")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_chapters_lead_to_each_other(client: Client, language: str) -> None:
    """Their links stay inside the site, and lead to headings and codes that there are."""
    pages = {
        chapter: client.get(
            f"/help/{chapter}/", headers={"accept-language": language}
        ).content.decode()
        for chapter in CHAPTERS
    }
    for chapter, text in pages.items():
        assert ".md" not in "".join(re.findall(r'href="([^"]+)"', text)), chapter
        for target, anchor in re.findall(r'href="/help/([\w-]+)/(?:#([^"]+))?"', text):
            assert target in pages
            assert not anchor or f'id="{unquote(anchor)}"' in pages[target], (
                chapter,
                target,
                anchor,
            )
        for anchor in re.findall(r'href="#([^"]+)"', text):
            if anchor != "content":
                assert f'id="{unquote(anchor)}"' in text, (chapter, anchor)


def test_nothing_but_chapters_is_shown(client: Client) -> None:
    assert client.get("/help/").status_code == 200
    for wrong in ("nothing", "readme", "zh"):
        assert client.get(f"/help/{wrong}/").status_code == 404
