"""Whether the chat page keeps still while a long answer streams in: what a browser's tasks cost.

    python scripts/checks/chat_stream.py [--characters 16000] [--kinds mixed list table code prose]

For each kind of Markdown an answer of so many characters streams from the echo engine into headless
Chromium, whose own trace says what each task of the page's thread took: milliseconds of the
processor, which other work on the machine does not lengthen, and beside them by the clock. Prints
one line of JSON. Ends with 1 where a task took over 50 ms of the processor, or fewer than 95 % of
the frames under 16 ms, or an answer did not come whole.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from admin_system.api.tests.prepare import PEOPLE
from admin_system.api.tests.server import ServerProcess, prepare
from admin_system.tests.pages.chat import chatting, finished, read_conversation

if TYPE_CHECKING:
    from playwright.async_api import Page

BLOCKS = {
    "prose": "The **circulation** pumping_installation of hall three holds *pressure{n}* while "
    "`maintenance_valve_{n}` remains shut, according to everybody who inspected it yesterday. ",
    "list": "- entry{n} of the **northern** pumping_installation with `maintenance_valve_{n}`\n",
    "table": "| number{n} | circulation pumping_installation of hall {n} | pressure{n} |\n",
    "code": "pressures_of_hall.append(pump_number_{n} * atmospheric_pressure_{n})  # again\n",
}
HEADS = {"table": "| number | installation | pressure |\n|--:|---|--:|\n", "code": "```python\n"}
FEET = {"code": "```\n"}
PART = 400
"""Characters of each kind, one after the other, in a mixed answer."""
LONGEST_TASK, FRAME = 50.0, 16.0
"""Milliseconds."""
ENOUGH = 0.95
TRACED = ["devtools.timeline", "disabled-by-default-devtools.timeline"]


def write(kind: str, characters: int) -> str:
    """Markdown of at least so many characters: of one kind, or of all in turn and formulas."""
    text, number = HEADS.get(kind, ""), 0
    while len(text) < characters:
        number += 1
        if kind == "mixed":
            text += f"## Part {number}\n\n" + "\n".join(write(one, PART) for one in BLOCKS)
            text += f"\n$$\n\\sum_{{i=1}}^{{{number}}} i^2\n$$\n\n"
        else:
            text += BLOCKS[kind].format(n=number) + ("\n\n" if number % 4 == 0 else "") * (
                kind == "prose"
            )
    return text + FEET.get(kind, "")


async def watch(page: Page, kind: str, characters: int) -> dict[str, Any]:
    """One answer, from the key that sends the question until everything is drawn."""
    text = write(kind, characters).strip()
    browser = page.context.browser
    if browser is None:
        raise RuntimeError("the page has no browser to trace")
    await page.fill("#message", text)
    await browser.start_tracing(page=page, categories=TRACED)
    await page.press("#message", "Enter")
    await finished(page, 0)
    await page.evaluate("new Promise(done => requestIdleCallback(done))")
    trace = json.loads(await browser.stop_tracing())
    whole = (await read_conversation(page))["messages"][-1]["content"] == text
    return {"characters": len(text), "whole": whole, **weigh(trace["traceEvents"])}


def weigh(events: list[dict[str, Any]]) -> dict[str, Any]:
    """The tasks of the thread that draws; those with an animation frame in them are frames."""
    drawn = [event for event in events if event["name"] == "FireAnimationFrame"]
    thread = drawn[0]["pid"], drawn[0]["tid"]
    tasks = [
        event
        for event in events
        if event["name"] == "RunTask" and (event["pid"], event["tid"]) == thread
    ]
    moments = sorted(event["ts"] for event in drawn if event["tid"] == thread[1])
    frames = [task for task in tasks if holds(task, moments)]
    cost = sorted(milliseconds(task, "tdur") for task in frames)
    return {
        "frames": len(cost),
        "frames_under_16_ms": round(sum(one < FRAME for one in cost) / len(cost), 4),
        "frame_p95_ms": round(cost[int(len(cost) * 0.95)], 1),
        "longest_task_ms": round(max(milliseconds(task, "tdur") for task in tasks), 1),
        "tasks_over_50_ms": over(tasks, "tdur"),
        "tasks_over_50_ms_by_the_clock": over(tasks, "dur"),
    }


def holds(task: dict[str, Any], moments: list[int]) -> bool:
    begin, end = task["ts"], task["ts"] + task["dur"]
    return any(begin <= moment <= end for moment in moments)


def milliseconds(task: dict[str, Any], clock: str) -> float:
    return float(task.get(clock, 0)) / 1000


def over(tasks: list[dict[str, Any]], clock: str) -> list[int]:
    costs = (milliseconds(task, clock) for task in tasks)
    return sorted(round(cost) for cost in costs if cost > LONGEST_TASK)


async def run(site: ServerProcess, kinds: list[str], characters: int) -> dict[str, Any]:
    found = {}
    for kind in kinds:
        async with chatting(site, language="en") as (_visitor, page):
            found[kind] = await watch(page, kind, characters)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--characters", type=int, default=16_000)
    kinds = ["mixed", *BLOCKS]
    parser.add_argument("--kinds", nargs="+", default=kinds, choices=kinds)
    parser.add_argument("--no-gate", action="store_true", help="figures only: a whole answer is 0")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        template, place = Path(folder) / "template", Path(folder) / "site"
        template.mkdir()
        place.mkdir()
        keys = prepare(template, "hash", *PEOPLE)
        site = ServerProcess("uvicorn", "echo", template, keys, place)
        try:
            site.start()
            site.wait_for("/readyz")
            found = asyncio.run(run(site, asked.kinds, asked.characters))
        finally:
            site.stop()
    sys.stdout.write(json.dumps(found) + "\n")
    still = all(
        one["frames_under_16_ms"] >= ENOUGH and not one["tasks_over_50_ms"]
        for one in found.values()
    )
    whole = all(one["whole"] for one in found.values())
    return 0 if whole and (still or asked.no_gate) else 1


if __name__ == "__main__":
    sys.exit(main())
