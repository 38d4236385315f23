"""What many people do at once: streams, sockets, pictures and documents, and what they were told.

Everything that the service acknowledged is kept, to be looked for afterwards. A request that is
neither answered nor ended is a fault; so is an answer that no client could make sense of.
"""

from __future__ import annotations

import base64
import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from scripts.checks.library_on_trial import Writer
from scripts.checks.mixture import draw

TOPIC = SLUG = "traffic"
SILENCE = 60.0
"""Seconds without a byte, after which a client has been forgotten."""
QUESTIONS = ("你好，你能做什么？", "What can you do?", "请介绍一下你自己")
LONG: dict[str, Any] = {"logit_bias": {"2": -100}, "max_tokens": 300}
"""Takes the demonstration model's end of an answer (token 2) away, so that streams last."""
PAUSE = 0.2
"""Seconds before a client that was sent away tries again."""


class Forgotten(Exception):
    """A client was told nothing."""


class Traffic:
    """Runs from entering to leaving; `pause` ends it earlier."""

    def __init__(
        self,
        url: str,
        *,
        streams: int = 3,
        sockets: int = 2,
        pictures: int = 1,
        documents: int = 1,
        searches: int = 0,
        settings: int = 0,
    ) -> None:
        self.url = url
        self.answered: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        """How what was open broke off."""
        self.faults: list[str] = []
        self.kept: dict[str, set[str]] = {"analysis": set(), "message": set(), "answer": set()}
        """Ids that the service gave out; `answer` has those of which the end was told."""
        self.texts: dict[int, str] = {}
        """Of documents by their ids."""
        self.setting = (0, 0)
        """Number of the last wording that was acknowledged, and of the last that was sent."""
        self.open: dict[int, str] = {}
        """Numbers and kinds (stream, socket) of what has begun to come and has not ended."""
        self._numbers = itertools.count()
        self._writer = Writer(random.Random(0))  # noqa: S311 - a check that can be repeated
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._live, args=[ask], daemon=True)
            for ask, count in (
                (self._stream, streams),
                (self._talk, sockets),
                (self._show, pictures),
                (self._import, documents),
                (self._search, searches),
                (self._set, settings),
            )
            for _ in range(count)
        ]

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """No new requests; returns when those under way have ended."""
        self._ended.set()
        for thread in self._threads:
            thread.join(SILENCE + 30)
            if thread.is_alive():
                self.faults.append("a client waits for ever")

    def wait_for_open(self) -> set[int]:
        """Until a stream and a socket are open; their numbers. A fault where that never is."""
        kinds = {"stream", "socket"}
        if not self.wait_for(lambda: kinds <= set(self.open.copy().values())):
            self.faults.append("nobody streams")
        return set(self.open.copy())

    def wait_for(self, is_so: Callable[[], bool], seconds: float = SILENCE) -> bool:
        end = time.monotonic() + seconds
        while not is_so() and time.monotonic() < end:
            time.sleep(0.02)
        return is_so()

    def _live(self, ask: Callable[[httpx.Client], None]) -> None:
        with httpx.Client(base_url=self.url, timeout=SILENCE, trust_env=False) as client:
            while not self._ended.is_set():
                try:
                    ask(client)
                except (httpx.ReadTimeout, TimeoutError, Forgotten) as error:
                    self.faults.append(f"{ask.__name__}: forgotten, {error!r}")
                except (httpx.TransportError, ConnectionClosed, InvalidHandshake, OSError):
                    self._ended.wait(PAUSE)  # not open yet: the service is away
                except Exception as error:
                    self.faults.append(f"{ask.__name__}: {error!r}")
                    return

    @contextmanager
    def _opened(self, kind: str) -> Iterator[None]:
        """From the first byte on; what breaks off then is counted as told."""
        number = next(self._numbers)
        self.open[number] = kind
        try:
            yield
        except ConnectionClosed as error:
            self._tell(f"close {error.rcvd.code if error.rcvd else 'without a code'}")
        except (httpx.ReadTimeout, TimeoutError):
            raise
        except (httpx.TransportError, OSError):
            self._tell("connection lost")
        finally:
            del self.open[number]

    def _tell(self, how: str) -> None:
        with self._lock:
            self.told[how] += 1

    def _count(self, what: str) -> None:
        with self._lock:
            self.answered[what] += 1

    def _stream(self, client: httpx.Client) -> None:
        body = {"messages": [{"role": "user", "content": QUESTIONS[0]}], "stream": True, **LONG}
        path = "/api/v1/chat/completions"
        with client.stream("POST", path, json=body) as response:
            if self._is_sent_away(response):
                return
            with self._opened("stream"):
                event = ""
                for line in response.iter_lines():
                    event = line.removeprefix("event: ") if line.startswith("event: ") else event
                    if line == "data: [DONE]":
                        self._count("stream")
                        return
                    if event == "error" and line.startswith("data: "):
                        code = json.loads(line[6:])["error"]["code"]
                        self._tell(f"error {code}")
                        return
                self._tell("end without [DONE]")

    def _talk(self, client: httpx.Client) -> None:
        begun = client.post("/api/conversations", json={})
        if self._is_sent_away(begun):
            return
        conversation = begun.json()["id"]
        address = self.url.replace("http", "ws") + "/ws/chat/"
        with connect(address, proxy=None, close_timeout=5) as socket, self._opened("socket"):
            for question in QUESTIONS:
                socket.send(json.dumps({"conversation": conversation, "message": question}))
                if not self._hear(socket):
                    return

    def _hear(self, socket: ClientConnection) -> bool:
        """Until an answer has ended; whether it is complete."""
        answer = ""
        while True:
            frame = json.loads(socket.recv(SILENCE))
            if frame["type"] == "kept":
                answer = frame["answer"]
                self.kept["message"] |= {frame["question"], answer}
            elif frame["type"] == "done":
                self.kept["answer"].add(answer)
                self._count("socket")
                return True
            elif frame["type"] == "error":
                self._tell(f"error {frame['error']['code']}")
                self._ended.wait(PAUSE)
                return False

    def _show(self, client: httpx.Client) -> None:
        body = {"image_base64": draw_circle(), "query": "框出红色圆形", "temperature": 0}
        answer = client.post("/api/analyze", json=body)
        if not self._is_sent_away(answer):
            self.kept["analysis"].add(answer.json()["id"])
            self._count("analysis")

    def _import(self, client: httpx.Client) -> None:
        """Texts and files in turn."""
        text, mark = self._writer.write(3)
        if self._writer.written % 2:
            body = {"topic": TOPIC, "title": mark, "text": text}
            answer = client.post("/api/documents", json=body)
        else:
            files = {"file": (f"{mark}.md", text.encode(), "text/markdown")}
            answer = client.post("/api/documents", data={"topic": TOPIC}, files=files)
        if not self._is_sent_away(answer, 202):
            self.texts[answer.json()["documents"][0]["id"]] = mark
            self._count("document")
        self._ended.wait(PAUSE)

    def _search(self, client: httpx.Client) -> None:
        answer = client.post("/api/search", json={"query": "pump 机器", "topic": TOPIC})
        if answer.status_code == 404:  # before the first document
            self._ended.wait(PAUSE)
        elif not self._is_sent_away(answer):
            self._count("search")

    def _set(self, client: httpx.Client) -> None:
        """One wording again and again; the first client that sets has it alone."""
        sent = self.setting[1]
        self.setting = (self.setting[0], sent + 1)
        body = {"text": f"Wording {sent + 1}."}
        answer = client.patch(f"/api/templates/{SLUG}", json=body)
        if answer.status_code == 404:
            body |= {"slug": SLUG, "name": SLUG, "kind": "chat", "language": "en"}
            answer = client.post("/api/templates", json=body)
        if not self._is_sent_away(answer):
            self.setting = (sent + 1, sent + 1)
            self._count("setting")
        self._ended.wait(PAUSE)

    def _is_sent_away(self, response: httpx.Response, wanted: int = 200) -> bool:
        """Told to come back later. Raises Forgotten for an answer that says neither."""
        if response.status_code in (wanted, 201):
            return False
        response.read()
        if response.status_code not in (429, 503):
            raise Forgotten(f"{response.status_code} {response.text[:200]}")
        self._tell(f"{response.status_code} {response.json()['error']['code']}")
        self._ended.wait(PAUSE)
        return True


def draw_circle() -> str:
    return base64.b64encode(draw((320, 320), 0)).decode()
