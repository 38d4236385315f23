"""Asks a running server a random mix of requests, 16 at a time: does each get what is right?

    python scripts/checks/mixed_requests.py [--requests 500] [--seed 1] [--most-growth 0.05]

Plain and streamed, texts and pictures, stop strings, logprobs, three answers, seeds and schemas;
malformed ones, pictures too large, forms that cannot be met, clients that go away. What is right is
asked for alone before. Memory is that of the server's process when the largest picture has been
asked about by all at once and a fifth of the mix is through, which fills caches and heaps, and at
the end. Prints one line of JSON; ends with 1 where an answer was wrong, memory has grown, or the
next request is not answered.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.checks.library_on_trial import set_up
from scripts.checks.mixture import (
    Body,
    Case,
    Choices,
    bad_cases,
    good_bodies,
    read_choices,
    vary,
)
from scripts.checks.service_on_trial import ServiceOnTrial

AT_ONCE = 16
BAD_SHARE = 0.2
SETTLE_SECONDS = 2.0
ADDRESS = "/api/v1/chat/completions"


class Mix:
    def __init__(self, url: str, seed: int) -> None:
        self.faults: list[str] = []
        self.asked: Counter[str] = Counter()
        self._client = httpx.Client(base_url=url, timeout=300)
        self._pick = random.Random(seed)  # noqa: S311 - a check that can be repeated
        self._lock = threading.Lock()
        self._known: list[tuple[str, Body, Choices]] = []
        self._bad = bad_cases()

    def learn(self) -> None:
        """One after another: the right answers, and that each fault gets the error it deserves."""
        for kind, body in good_bodies():
            choices = self.ask_plain(Case(kind, body))
            self._known.append((kind, body, choices))
        for case in self._bad:
            self.check(case, [])

    def fill(self, count: int) -> None:
        """What takes most memory, on all threads at the same time, and some of the mix."""
        largest = max(self._known, key=lambda known: len(json.dumps(known[1])))
        kind, body, right = largest
        self._ask_all([(Case(kind, body), right)] * (2 * AT_ONCE))
        self.ask_many(count)

    def ask_many(self, count: int) -> None:
        self._ask_all([self._choose() for _ in range(count)])

    def _ask_all(self, cases: list[tuple[Case, Choices]]) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda chosen: self.check(*chosen), cases))

    def _choose(self) -> tuple[Case, Choices]:
        if self._pick.random() < BAD_SHARE:
            return self._pick.choice(self._bad), []
        return vary(*self._pick.choice(self._known), self._pick)

    def check(self, case: Case, right: Choices) -> None:
        with self._lock:
            self.asked[case.kind] += 1
        try:
            if case.leaves_after is not None:
                self.leave(case, case.leaves_after)
                return
            found = self.ask_stream(case) if case.streams else self.ask_plain(case)
        except Exception as error:  # whatever it is, it is what is looked for
            self.fault(case, f"{type(error).__name__}: {error}")
            return
        if not case.error and found != right:
            self.fault(case, f"{found} instead of {right}")

    def fault(self, case: Case, what: str) -> None:
        with self._lock:
            self.faults.append(f"{case.kind}: {what}"[:500])

    def ask_plain(self, case: Case) -> Choices:
        raw = case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode()
        answer = self._client.post(
            ADDRESS, content=raw, headers={"Content-Type": "application/json"}
        )
        body = answer.json()
        if case.error:
            code = body["error"]["code"] if not answer.is_success else "answered"
            if code != case.error or not 400 <= answer.status_code < 500:
                self.fault(case, f"{answer.status_code} {code} instead of {case.error}")
            return []
        if not answer.is_success:
            raise RuntimeError(answer.text[:300])
        return read_choices(case, body, lambda what: self.fault(case, what))

    def ask_stream(self, case: Case) -> Choices:
        texts: Counter[int] = Counter()
        pieces: dict[int, str] = {}
        reasons: dict[int, str] = {}
        ended = False
        with self._client.stream("POST", ADDRESS, json=case.body) as answer:
            if not answer.is_success:
                raise RuntimeError(answer.read()[:300])
            for line in answer.iter_lines():
                ended = ended or line == "data: [DONE]"
                if not line.startswith("data: {"):
                    continue
                for choice in json.loads(line[6:]).get("choices", []):
                    number = choice["index"]
                    texts[number] += 1
                    text = choice["delta"].get("content") or ""
                    pieces[number] = pieces.get(number, "") + text
                    if choice["finish_reason"]:
                        reasons[number] = choice["finish_reason"]
        if not ended:
            raise RuntimeError("the stream did not end")
        return [(pieces[number], reasons[number]) for number in sorted(pieces)]

    def leave(self, case: Case, seconds: float) -> None:
        """Goes away in the midst of it."""
        end = time.monotonic() + seconds
        try:
            with self._client.stream(
                "POST", ADDRESS, json=case.body, timeout=max(seconds, 0.01)
            ) as answer:
                for _ in answer.iter_raw(64):
                    if time.monotonic() > end:
                        return
        except httpx.TimeoutException:
            return

    def wait_until_idle(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            engine = self._client.get("/api/status").json()["engine"]
            if not engine["running"] and not engine["waiting"]:
                return
            time.sleep(0.1)
        self.faults.append("requests of clients that are gone still run after a minute")

    def ask_next(self) -> None:
        """The one request after all others."""
        kind, body, right = self._known[0]
        self.check(Case(kind, body), right)


def run(folder: Path, count: int, seed: int, most_growth: float) -> dict[str, Any]:
    with ServiceOnTrial(folder) as service:
        mix = Mix(service.url, seed)

        def memory() -> float:
            mix.wait_until_idle()
            time.sleep(SETTLE_SECONDS)
            return float(service.server().memory_info().rss / 2**20)

        began = time.monotonic()
        mix.learn()
        mix.fill(count // 5)
        filled = memory()
        mix.ask_many(count)
        last = memory()
        mix.ask_next()
        if last > filled * (1 + most_growth):
            mix.faults.append(f"memory has grown from {filled:.0f} to {last:.0f} MiB")
        return {
            "requests": sum(mix.asked.values()),
            "kinds": dict(mix.asked),
            "seconds": round(time.monotonic() - began, 1),
            "mib_filled": round(filled, 1),
            "mib_at_the_end": round(last, 1),
            "faults": mix.faults,
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most-growth", type=float, default=0.05)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        set_up(Path(folder))
        result = run(Path(folder), options.requests, options.seed, options.most_growth)
        print(json.dumps(result, ensure_ascii=False))
        return 1 if result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
