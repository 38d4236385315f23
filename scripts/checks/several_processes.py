"""Several web processes behind nginx, one that owns the model: are they one site?

    python scripts/checks/several_processes.py [--web 3] [--streams 50] [--documents 30]

Streams and an import at the same time through the proxy: is each answer the one that is given
alone, and each document worked on once? Then the limits of a key over all processes, a stop from
another process, a web process that is killed, Redis that goes away and comes back, and the owner
of the model killed and started again. Prints one line of JSON; ends with 1 where a promise is
broken.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.checks.library_on_trial import Writer, set_up, use_embedder
from scripts.checks.site_caller import CHAT, RATE, SiteCaller, make_keys
from scripts.checks.site_on_trial import Process, SiteOnTrial

QUESTIONS = ("你好，你能做什么？", "What can you do?", "请介绍一下你自己", "Who are you?")
LONG: dict[str, Any] = {"logit_bias": {"2": -100}, "max_tokens": 400, "stream": True}
LEASE = 30.0
"""Seconds after which a dead process has given back what it held."""


class Trial(SiteCaller):
    def __init__(self, site: SiteOnTrial, keys: dict[str, str]) -> None:
        super().__init__(site, keys)
        self.workers: set[str] = set()
        """Processes that were seen at work on documents."""

    def load(self, streams: int, documents: int) -> None:
        """Streams and an import at the same time."""
        alone = {text: self.read_stream(text) for text in QUESTIONS}
        writer = Writer(random.Random(0))  # noqa: S311 - a check that can be repeated
        files = [writer.write(6) for _ in range(documents)]
        began = time.monotonic()
        with ThreadPoolExecutor(streams + 4) as pool:
            added = [pool.submit(self.add, text, mark) for text, mark in files]
            asked = [QUESTIONS[number % len(QUESTIONS)] for number in range(streams)]
            answering = [pool.submit(self.read_stream, text) for text in asked]
            while not all(one.done() for one in answering):
                self.jobs_left()
                time.sleep(0.1)
            answers = [one.result() for one in answering]
            took = time.monotonic() - began
            statuses = Counter(future.result() for future in added)
        wrong = [f"{text}: {a}" for text, a in zip(asked, answers, strict=True) if a != alone[text]]
        self.expect(f"wrong answers: {wrong[:3]}", not wrong)
        self.expect(f"documents refused: {statuses}", set(statuses) <= {202})
        self.found |= {"streams": streams, "wrong": len(wrong), "streams_seconds": round(took, 1)}
        self.wait(lambda: self.jobs_left() == 0, 120, "the import does not end")
        self.look_at_jobs(documents)

    def add(self, text: str, title: str) -> int:
        body = {"text": text, "topic": "trial", "title": title}
        answer = self.client.post(
            f"{self.site.url}/api/documents", json=body, headers=self.headers("all")
        )
        return answer.status_code

    def jobs_left(self) -> int:
        from admin_system.knowledge_base.models import Job

        active = list(Job.objects.filter(state__in=Job.ACTIVE))
        self.workers |= {job.worker.rsplit(":", 1)[0] for job in active if job.worker}
        return len(active)

    def look_at_jobs(self, documents: int) -> None:
        from admin_system.knowledge_base.models import Document, Job, Passage

        jobs = list(Job.objects.filter(kind="index"))
        attempts = Counter(job.attempts for job in jobs)
        ready = Document.objects.filter(state="ready").count()
        live = Passage.objects.filter(live=True)
        twice = live.count() - live.values("document", "ordinal").distinct().count()
        self.expect(f"{ready} of {documents} documents are ready", ready == documents)
        self.expect(f"jobs taken up {dict(attempts)}", attempts == {1: documents})
        self.expect(f"{twice} passages are there twice", twice == 0)
        self.found |= {
            "documents": ready,
            "jobs_taken_up": dict(attempts),
            "workers": len(self.workers),
        }

    def limits(self) -> None:
        """Of keys, over all processes."""
        began = time.monotonic()
        with ThreadPoolExecutor(12) as pool:
            given = list(pool.map(lambda _: self.ask("hi", "rate", max_tokens=1), range(40)))
        statuses = Counter(answer.status_code for answer in given)
        back = int((time.monotonic() - began) * RATE / 60) + 1
        self.expect(f"rate {RATE}: {statuses}", RATE <= statuses[200] <= RATE + back)
        with ThreadPoolExecutor(12) as pool:
            given = list(
                pool.map(lambda _: self.ask("hi", "two", **LONG | {"stream": False}), range(12))
            )
        at_once = Counter(answer.status_code for answer in given)
        self.expect(f"two at once: {at_once}", 2 <= at_once[200] <= 4)
        self.found |= {"rate": dict(statuses), "two_at_once": dict(at_once)}

    def stop_elsewhere(self) -> None:
        first, second = self.site.web[:2]
        body = {"messages": [{"role": "user", "content": "你好"}], **LONG}
        with self.client.stream(
            "POST", first.url + CHAT, json=body, headers=self.headers("all")
        ) as answer:
            lines = answer.iter_lines()
            next(lines)
            listed = self.client.get(
                f"{second.url}/api/requests", headers=self.headers("all")
            ).json()["data"]
            self.expect(f"{len(listed)} requests are listed", len(listed) == 1)
            stopped = self.client.delete(
                f"{second.url}/api/requests/{listed[0]['id']}", headers=self.headers("all")
            )
            rest = "\n".join(lines)
        self.expect("not stopped from elsewhere", stopped.status_code == 204)
        self.expect("no clean end of what was stopped", '"cancelled"' in rest)
        self.found["stopped_elsewhere"] = stopped.status_code

    def kill_web(self) -> None:
        """With two requests of a key that may have two; the others go on serving."""
        victim, other = self.site.web[:2]
        with ThreadPoolExecutor(2) as pool:
            for _ in range(2):
                pool.submit(self.break_off, victim)
            time.sleep(1.0)
            full = self.ask("hi", "two", other.url, max_tokens=1).status_code
            victim.kill()
            killed = time.monotonic()
            served = Counter(self.ask("hi", max_tokens=1).status_code for _ in range(12))
            self.wait(
                lambda: self.ask("hi", "two", other.url, max_tokens=1).status_code == 200,
                LEASE + 10,
                "a dead process keeps its places",
            )
        back = time.monotonic() - killed
        self.expect(f"places were free before: {full}", full == 429)
        self.expect(f"with one process dead: {served}", set(served) == {200})
        self.found |= {"with_one_dead": dict(served), "places_back_after": round(back, 1)}
        victim.start()
        victim.wait_until_ready()

    def break_off(self, process: Process) -> None:
        try:
            with self.client.stream(
                "POST",
                process.url + CHAT,
                json={"messages": [{"role": "user", "content": "你好"}], **LONG},
                headers=self.headers("two"),
            ) as answer:
                for _ in answer.iter_lines():
                    time.sleep(0.2)  # a slow reader, so that it lasts
        except httpx.HTTPError:
            return

    def lose_redis(self) -> None:
        self.site.redis.stop()
        waits: list[float] = []
        statuses: Counter[int] = Counter()
        for _ in range(12):
            began = time.monotonic()
            statuses[self.ask("hi", "many", max_tokens=1).status_code] += 1
            waits.append(time.monotonic() - began)
        self.site.redis.start()
        self.expect(f"without Redis: {statuses}", set(statuses) == {200})
        time.sleep(2.5)
        again = Counter(self.ask("hi", "rate2", max_tokens=1).status_code for _ in range(16))
        self.expect(f"after Redis came back: {again}", RATE <= again[200] <= RATE + 3)
        longest = round(max(waits), 2)
        self.found |= {"without_redis": dict(statuses), "longest": longest, "again": dict(again)}

    def kill_owner(self) -> None:
        self.site.owner.kill()
        time.sleep(2.0)
        answer = self.ask("hi", max_tokens=1)
        code = answer.json()["error"]["code"]
        self.expect(f"without a model: {answer.status_code} {code}", answer.status_code == 503)
        self.site.owner.start()
        began = time.monotonic()
        self.site.owner.wait_until_ready()
        for process in self.site.web:
            process.wait_until_ready()
        behind = time.monotonic() - began
        statuses = Counter(self.ask("hi", max_tokens=1).status_code for _ in range(9))
        self.expect(f"after the owner came back: {statuses}", set(statuses) == {200})
        self.found |= {"without_owner": code, "all_back_after": round(behind, 1)}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--web", type=int, default=3)
    parser.add_argument("--streams", type=int, default=50)
    parser.add_argument("--documents", type=int, default=30)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(Path(folder))
        from admin_system.knowledge_base.models import Topic

        use_embedder("hash")
        Topic.objects.create(name="trial")
        with SiteOnTrial(Path(folder), chosen.web) as site:
            trial = Trial(site, make_keys())
            trial.load(chosen.streams, chosen.documents)
            trial.limits()
            trial.stop_elsewhere()
            trial.kill_web()
            trial.lose_redis()
            trial.kill_owner()
    print(json.dumps({"web": chosen.web, **trial.found, "faults": trial.faults}))
    return 1 if trial.faults else 0


if __name__ == "__main__":
    sys.exit(main())
