"""Chats with a running service over its WebSocket, and stops an answer.

    python scripts/test_scripts/test_websocket.py --url http://127.0.0.1:8000 --key qvl_...

Needs the package websockets: `pip install -r scripts/test_scripts/test_requirements.txt`.
"""

import json
import sys
from typing import Any

from service import Service, TrialFailed, require, run, say
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect


def trial(service: Service) -> None:
    service.ask("/readyz")
    address = "ws" + service.url.removeprefix("http") + "/ws/chat"
    headers = {"Authorization": f"Bearer {service.key}"} if service.key else {}
    try:
        with connect(address, additional_headers=headers, proxy=None) as socket:
            talk(socket)
    except (OSError, WebSocketException) as error:
        raise TrialFailed(f"{address}: {error}") from error


def talk(socket: ClientConnection) -> None:
    socket.send(json.dumps({"id": "first", "message": "你好", "max_tokens": 64}))
    done = read_until(socket, "first")
    require(done["content"], "the answer is empty")
    say(f"answer: {done['content'][:80]!r}")
    socket.send(json.dumps({"type": "ping", "id": "p"}))
    require(read(socket)["type"] == "pong", "no pong came")
    socket.send(json.dumps({"id": "second", "message": "再说一遍", "max_tokens": 64}))
    require(read_until(socket, "second")["content"], "the second answer is empty")
    say("the conversation goes on")


def read_until(socket: ClientConnection, frame_id: str) -> dict[str, Any]:
    while True:
        frame = read(socket)
        if frame.get("type") == "error":
            raise TrialFailed(str(frame["error"]["message"]))
        if frame.get("type") == "done" and frame["id"] == frame_id:
            return frame


def read(socket: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(socket.recv(timeout=600))
    return frame


if __name__ == "__main__":
    sys.exit(run("Chats over the WebSocket.", trial))
