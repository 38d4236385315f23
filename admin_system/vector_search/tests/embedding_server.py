"""An OpenAI-compatible embeddings service on this computer, whose answers a test chooses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class EmbeddingServer:
    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    answer: Any = None
    """Instead of vectors, when given."""

    def reply(self, body: dict[str, Any]) -> Any:
        """Not unit vectors, and in the order of the texts turned round, as is allowed."""
        self.requests.append(body)
        if self.answer is not None:
            return self.answer
        texts = list(enumerate(body["input"]))
        return {
            "data": [
                {"index": place, "embedding": [len(text), 1.0, 0.0]}
                for place, text in reversed(texts)
            ]
        }


@contextmanager
def serve_embeddings() -> Iterator[EmbeddingServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = self.path == "/v1/embeddings" and self.headers["Authorization"] == "Bearer k"
            content = json.dumps(server.reply(body)).encode()
            self.send_response(server.status if known else 401)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = EmbeddingServer(f"http://127.0.0.1:{listener.server_port}/v1")
    thread = Thread(target=listener.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()
