"""A running service as these trial scripts see it; needs the standard library only."""

from __future__ import annotations

import argparse
import base64
import json
import os
import struct
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

RETRIES_EVERY = 2.0
"""Seconds between two tries while the model loads."""
SIDE = 320
CIRCLE = (140, 60, 260, 180)
"""Box of the red circle in `painted_circle`, in pixels."""

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class TrialFailed(Exception):
    """The service did not do what it should."""


@dataclass(frozen=True, slots=True)
class Service:
    url: str
    key: str
    patience: float
    """Seconds to wait for a model that loads."""

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The JSON of an answer; waits while the model loads. Raises TrialFailed."""
        end = time.monotonic() + self.patience
        while True:
            status, answer = self._ask_once(path, body)
            if status == 200:
                return answer
            error = answer.get("error") or {}
            if status != 503 or error.get("code") == "model_failed" or time.monotonic() > end:
                raise TrialFailed(f"{path}: {status} {error.get('message', answer)}")
            say(f"waiting: {error.get('message', status)}")
            time.sleep(RETRIES_EVERY)

    def _ask_once(self, path: str, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, self.headers)  # noqa: S310
        try:
            with _direct.open(request, timeout=600) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            text = error.read().decode("utf-8", "replace")
            try:
                return error.code, json.loads(text)
            except ValueError:
                return error.code, {"error": {"message": text[:200]}}
        except (OSError, ValueError) as error:
            return 503, {"error": {"message": f"{self.url} does not answer: {error}"}}

    def stream(self, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The events of a stream up to [DONE]. Raises TrialFailed."""
        data = json.dumps({**body, "stream": True}).encode()
        request = urllib.request.Request(self.url + path, data, self.headers)  # noqa: S310
        events: list[dict[str, Any]] = []
        try:
            with _direct.open(request, timeout=600) as response:
                for line in response:
                    if line.strip() == b"data: [DONE]":
                        return events
                    if line.startswith(b"data: "):
                        events.append(json.loads(line[6:]))
        except OSError as error:
            raise TrialFailed(f"{path}: {error}") from error
        raise TrialFailed(f"{path}: the stream ended without [DONE]")

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        return {**headers, "Authorization": f"Bearer {self.key}"} if self.key else headers


def run(description: str, trial: Callable[[Service], None]) -> int:
    """Reads the command line, runs the trial, and says whether it passed: exit code 0 or 1."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--key", default=os.environ.get("QWEN_VL_KEY", ""))
    parser.add_argument("--wait", type=float, default=600.0, help="seconds, while it loads")
    chosen = parser.parse_args()
    try:
        trial(Service(chosen.url.rstrip("/"), chosen.key, chosen.wait))
    except TrialFailed as failure:
        say(f"FAILED {failure}")
        return 1
    say("PASSED")
    return 0


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stdout, flush=True)


def require(is_so: object, otherwise: str) -> None:
    """Raises TrialFailed."""
    if not is_so:
        raise TrialFailed(otherwise)


def painted_circle() -> str:
    """A PNG with a red circle, base64."""
    middle_x, middle_y = (CIRCLE[0] + CIRCLE[2]) / 2, (CIRCLE[1] + CIRCLE[3]) / 2
    radius = (CIRCLE[2] - CIRCLE[0]) / 2
    rows = bytearray()
    for y in range(SIDE):
        rows.append(0)
        for x in range(SIDE):
            inside = (x - middle_x) ** 2 + (y - middle_y) ** 2 < radius**2
            rows += bytes((210, 40, 40) if inside else (236, 236, 236))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return base64.b64encode(png).decode()


def overlap(box: list[int]) -> float:
    """Intersection over union with the circle's box, 0..1."""
    width = max(0, min(box[2], CIRCLE[2]) - max(box[0], CIRCLE[0]))
    height = max(0, min(box[3], CIRCLE[3]) - max(box[1], CIRCLE[1]))
    areas = [(one[2] - one[0]) * (one[3] - one[1]) for one in (box, list(CIRCLE))]
    return width * height / (sum(areas) - width * height)
