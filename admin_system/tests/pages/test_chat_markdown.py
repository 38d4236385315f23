"""What a model writes is shown as it means it, and can do nothing else."""

from __future__ import annotations

import json

from playwright.async_api import Page, expect

from admin_system.api.tests.server import ServerProcess
from admin_system.tests.pages.chat import ask, chatting, read_conversation
from admin_system.tests.pages.payloads import PAYLOADS
from scripts.testing.needs import needs

pytestmark = needs("chromium")

STORE = """
from admin_system.core.conversations import ask, begin_answer, finish_answer
from admin_system.core.models import Conversation
from django.contrib.auth.models import User
owner = f"user:{User.objects.get(username='colleague').pk}"
row = Conversation.objects.create(owner=owner)
answer = None
for text in PAYLOADS:
    answer = begin_answer(ask(row, answer, text, []), "echo")
    finish_answer(answer, {"content": text, "finish_reason": "stop"})
print(row.pk)
"""
DANGEROUS = """() => [...document.querySelectorAll('.thread *')].filter(element =>
    ['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'LINK', 'META', 'STYLE', 'BASE', 'FORM', 'VIDEO', 'H1']
        .includes(element.nodeName)
    || element.getAttributeNames().some(name => name.startsWith('on'))
    || (element.nodeName === 'A' && !/^(https?|mailto):/.test(element.href))
    || (element.nodeName === 'IMG' && !element.src.startsWith(location.origin + '/media/'))
    || getComputedStyle(element).position === 'fixed'
).map(element => element.outerHTML)"""
MARKDOWN = r"""# Pumps

Hall **three** has *two* pumps, ~~three~~, see <https://example.org/a>; H<sub>2</sub>O & more.

- one
- two
  1. inner
- [x] done

> quoted

| pump | bar |
|:--|--:|
| A<br>B | 4 |

```python
def pressure(pump):  # in bar
    return 4
```

The sum $\sum_{i=1}^n i$ is

$$
\frac{n(n+1)}{2}
$$

It costs $5, or $6."""


async def find_dangers(page: Page) -> None:
    assert await page.evaluate("window.broken") is None
    assert await page.evaluate(DANGEROUS) == []
    assert await page.evaluate("window.violations") == []
    assert await page.locator("main").count() == 1


async def test_no_answer_runs_a_script_or_reaches_elsewhere(echo_site: ServerProcess) -> None:
    """Stored ones, and one that streams in; the visit fails on errors and foreign requests."""
    code = STORE.replace("PAYLOADS", json.dumps(PAYLOADS))
    conversation = echo_site.run_command("shell", "-c", code).split()[-1]
    async with chatting(echo_site, language="en") as (_visitor, page):
        await page.add_init_script(
            "window.violations = []; addEventListener('securitypolicyviolation',"
            " event => window.violations.push(event.violatedDirective + event.blockedURI))"
        )
        await page.goto(f"{echo_site.url}/chat/?c={conversation}")
        await expect(page.locator(".msg-a .acts")).to_have_count(len(PAYLOADS))
        await expect(page.locator(".katex").first).to_be_visible()
        await find_dangers(page)
        await page.locator("#new").click()
        answer = await ask(page, "\n\n".join(PAYLOADS))
        await expect(answer.locator(".tbl").first).to_be_visible()
        await find_dangers(page)
        for link in await page.locator(".thread a").all():
            assert "noopener" in (await link.get_attribute("rel") or "")


async def test_markdown_is_shown_as_it_is_meant_also_while_it_comes(
    echo_site: ServerProcess,
) -> None:
    """A long answer: what stands there at its end is what a reader of the whole text makes."""
    async with chatting(echo_site, language="en") as (visitor, page):
        text = "\n\n".join([MARKDOWN] * 12)
        answer = (await ask(page, text)).locator(".md")
        await expect(answer.locator(".katex-display")).to_have_count(12)
        await expect(answer.locator("code .hljs-keyword")).to_have_count(24)
        await visitor.check_accessibility()
        live = await answer.inner_html()
        assert (await read_conversation(page))["messages"][-1]["content"] == text
        await page.reload()
        again = page.locator(".msg-a .md")
        await expect(again.locator(".katex-display")).to_have_count(12)
        await expect(again.locator("code .hljs-keyword")).to_have_count(24)
        assert await again.inner_html() == live
        counts = {"h2": 12, "ul > li": 36, "ol > li": 12, "blockquote": 12, "td.to-right": 12}
        counts |= {"del": 12, "sub": 12, "a": 12, "td br": 12, "input:checked": 12}
        for selector, count in counts.items():
            await expect(again.locator(selector)).to_have_count(count)
        await expect(again.get_by_text("It costs $5, or $6.")).to_have_count(12)
        await visitor.page.set_viewport_size({"width": 375, "height": 740})
        await visitor.check_width()


async def test_the_numbers_of_a_box_are_never_seen(echo_site: ServerProcess) -> None:
    """Not even while they are written, letter by letter, whichever family writes them."""
    async with chatting(echo_site) as (_visitor, page):
        seen: list[str] = await page.evaluate(
            """async () => {
                const {LiveMarkdown} = await import("/static/management/markdown/live.js");
                const texts = ["A <ref>cup</ref><box>(100,120),(350,460)</box> here",
                    "<|object_ref_start|>cup<|object_ref_end|><|box_start|>(1,2),(3,4)<|box_end|>"];
                const seen = [];
                for (const text of texts) {
                    const root = document.createElement("div");
                    const live = new LiveMarkdown(root, {});
                    for (const letter of text) {
                        live.push(letter);
                        await new Promise(requestAnimationFrame);
                        await new Promise(requestAnimationFrame);
                        seen.push(root.textContent);
                    }
                    live.finish();
                    seen.push(root.textContent);
                }
                return seen;
            }"""
        )
    assert [
        text for text in seen if any(letter.isdigit() or letter == ">" for letter in text)
    ] == []
    assert {"A cup here", "cup"} <= {text.strip() for text in seen}
