"""Requests as a day brings them, one of each kind at a time. Each takes away what it made, so that
a service that has answered ten thousand holds no more than one that has answered a thousand."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.sync.client import connect

from scripts.checks.library_on_trial import Writer
from scripts.checks.mixture import LOOKS, QUESTIONS, bad_cases, draw, to_body

TOPIC = "everyday"
CHAT = "/api/v1/chat/completions"
PICTURES = 40
TOKENS = 16
SILENCE = 120.0
"""Seconds without a byte, after which a request counts as forgotten."""
OFTEN = {
    "chat": 15,
    "stream": 10,
    "picture": 8,
    "socket": 8,
    "left": 5,
    "analysis": 6,
    "text": 8,
    "upload": 6,
    "search": 15,
    "setting": 5,
    "look": 10,
    "wrong": 4,
}
"""How often of a hundred each kind is asked."""


class WrongAnswer(Exception):
    """Another status, or another end, than the request deserves."""


class Everyday:
    """One client; asks from one thread at a time."""

    def __init__(self, url: str, seed: int) -> None:
        self.asked: Counter[str] = Counter()
        self.faults: list[str] = []
        self._url = url
        self._pick = random.Random(seed)  # noqa: S311 - a check that can be repeated
        self._client = httpx.Client(base_url=url, timeout=SILENCE, trust_env=False)
        self._writer = Writer(random.Random(seed))  # noqa: S311
        self._seed = seed
        self._kinds: dict[str, Callable[[], None]] = {
            kind: getattr(self, f"ask_{kind}") for kind in OFTEN
        }

    def ask(self, count: int) -> None:
        """So many, whatever becomes of them; connections are closed after it."""
        kinds = self._pick.choices(list(OFTEN), list(OFTEN.values()), k=count)
        for kind in kinds:
            self.asked[kind] += 1
            try:
                self._kinds[kind]()
            except Exception as error:  # whatever it is, it is what is looked for
                self.faults.append(f"{kind}: {type(error).__name__}: {error}"[:400])
        self._client.close()
        self._client = httpx.Client(base_url=self._url, timeout=SILENCE, trust_env=False)

    def ask_chat(self) -> None:
        self._send("POST", CHAT, json=self._body())

    def ask_picture(self) -> None:
        number = self._pick.randrange(PICTURES)
        picture = draw((100 + 8 * number, 300 - 4 * number), number)
        body = to_body(self._pick.choice(LOOKS), picture) | {"max_tokens": TOKENS}
        self._send("POST", CHAT, json=body)

    def ask_stream(self) -> None:
        with self._client.stream("POST", CHAT, json=self._body() | {"stream": True}) as answer:
            lines = list(answer.iter_lines())
        if answer.status_code != 200 or "data: [DONE]" not in lines:
            raise WrongAnswer(f"{answer.status_code} {lines[-3:]}")

    def ask_left(self) -> None:
        body = self._body() | {"stream": True, "max_tokens": 200, "logit_bias": {"2": -100}}
        with self._client.stream("POST", CHAT, json=body) as answer:
            next(answer.iter_lines())

    def ask_socket(self) -> None:
        begun = self._send("POST", "/api/conversations", wanted=201, json={})["id"]
        address = self._url.replace("http", "ws") + "/ws/chat/"
        with connect(address, proxy=None) as socket:
            message = {"conversation": begun, "message": self._pick.choice(QUESTIONS)}
            socket.send(json.dumps(message | {"max_tokens": TOKENS}))
            kind = ""
            while kind != "done":
                frame = json.loads(socket.recv(SILENCE))
                kind = frame["type"]
                if kind == "error":
                    raise WrongAnswer(str(frame["error"]))
        self._send("DELETE", f"/api/conversations/{begun}", wanted=204)

    def ask_analysis(self) -> None:
        number = self._pick.randrange(PICTURES)
        files = {"image": ("picture.png", draw((160 + 4 * number, 200), number), "image/png")}
        kept = self._send("POST", "/api/analyze", data={"query": LOOKS[2]}, files=files)
        self._send("DELETE", f"/api/analyses/{kept['id']}", wanted=204)

    def ask_text(self) -> None:
        text, mark = self._write()
        body = {"topic": TOPIC, "title": mark, "text": text}
        with self._kept(self._send("POST", "/api/documents", wanted=202, json=body)) as number:
            self._send("PATCH", f"/api/documents/{number}", json={"title": f"{mark} renamed"})

    def ask_upload(self) -> None:
        text, mark = self._write()
        kept = self._send(
            "POST",
            "/api/documents",
            wanted=202,
            data={"topic": TOPIC},
            files={"file": (f"{mark}.md", text.encode(), "text/markdown")},
        )
        with self._kept(kept) as number:
            answer = self._client.get(f"/api/documents/{number}/file")
            if answer.content != text.encode():
                raise WrongAnswer("another file than was sent")

    def ask_search(self) -> None:
        mode = self._pick.choice(("hybrid", "vector", "keyword"))
        query = self._pick.choice(("pump of the northern hall", "机器检修", "valve pressure"))
        self._send("POST", "/api/search", json={"query": query, "mode": mode})

    def ask_setting(self) -> None:
        slug = f"everyday-{self._seed}-{self.asked['setting']}"
        body = {"slug": slug, "name": slug, "kind": "chat", "language": "en", "text": "Be brief."}
        self._send("POST", "/api/templates", wanted=201, json=body)
        self._send("PATCH", f"/api/templates/{slug}", json={"text": "Be very brief."})
        self._send("DELETE", f"/api/templates/{slug}", wanted=204)

    def ask_look(self) -> None:
        addresses = ("/api/status", "/api/topics", "/api/documents", "/api/analyses", "/login/")
        self._send("GET", self._pick.choice(addresses))

    def ask_wrong(self) -> None:
        case = self._pick.choice(bad_cases())
        raw = case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode()
        answer = self._client.post(CHAT, content=raw, headers={"Content-Type": "application/json"})
        if (code := answer.json()["error"]["code"]) != case.error:
            raise WrongAnswer(f"{code} instead of {case.error}")

    @contextmanager
    def _kept(self, told: dict[str, Any]) -> Iterator[int]:
        """Number of the document that was added; it is ready after the block, and then removed."""
        number = told["documents"][0]["id"]
        yield number
        wait, pause = SILENCE, threading.Event()
        while (state := self._send("GET", f"/api/documents/{number}")["state"]) != "ready":
            wait -= 0.2
            if state == "failed" or wait < 0:
                raise WrongAnswer(f"document {number} is {state}")
            pause.wait(0.2)
        self._send("DELETE", f"/api/documents/{number}", wanted=204)

    def _write(self) -> tuple[str, str]:
        text, mark = self._writer.write(2)
        return f"{text}\n{self._seed}", f"{mark}-{self._seed}"

    def _body(self) -> dict[str, Any]:
        return to_body(self._pick.choice(QUESTIONS)) | {"max_tokens": TOKENS}

    def _send(self, method: str, path: str, wanted: int = 200, **body: Any) -> Any:
        """The JSON of the answer, if it has some. Raises WrongAnswer."""
        answer = self._client.request(method, path, **body)
        if answer.status_code != wanted:
            raise WrongAnswer(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if is_json else None
