"""A site of models on this computer, as a program: it speaks as the Hub and as ModelScope do.

Run with the folder to serve; prints its port. POST /control sets what goes wrong, GET /control
tells what was asked and sent. Protocols as in huggingface_hub 2.4 and modelscope_hub 0.5.1.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "right-token"  # noqa: S105
COMMIT = "0123456789abcdef0123456789abcdef01234567"
PUBLIC, PRIVATE, GATED, EMPTY = "acme/miniature", "acme/private", "acme/gated", "acme/empty"
OTHER_FILES = {
    "README.md": b"read me",
    "modeling_evil.py": b"raise SystemExit('executed')",
    "pytorch_model.bin": b"the same weights once more",
    "original/consolidated.00.pth": b"and once more",
}
LARGE = 1_000_000
"""Bytes from which a file is stored apart, with its sha256."""
PIECE = 65536


class Site:
    def __init__(self, folder: Path) -> None:
        self.files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        self.files |= OTHER_FILES
        self.sent: Counter[str] = Counter()
        """Bytes of the files' contents."""
        self.authorized: list[str] = []
        """Paths that were asked for with a token."""
        self.wrong: dict[str, Any] = {}
        """cut: name -> byte after which the connection ends, once; corrupt: name; deaf: True
        ignores ranges; pause: seconds between two pieces; busy: how many answers are 503."""

    def names_of(self, model: str) -> list[str]:
        return ["README.md"] if model == EMPTY else sorted(self.files)

    def hub_listing(self, model: str) -> dict[str, Any]:
        siblings = []
        for name in self.names_of(model):
            data = self.files[name]
            entry: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": git_id(data)}
            if len(data) >= LARGE:
                sha = hashlib.sha256(data).hexdigest()
                entry["lfs"] = {"sha256": sha, "size": len(data), "pointerSize": 134}
            siblings.append(entry)
        return {"id": model, "sha": COMMIT, "siblings": siblings}

    def modelscope_listing(self, model: str) -> dict[str, Any]:
        files = [
            {
                "Path": name,
                "Name": name.rpartition("/")[2],
                "Type": "blob",
                "Size": len(self.files[name]),
                "Sha256": hashlib.sha256(self.files[name]).hexdigest(),
            }
            for name in self.names_of(model)
        ]
        files.append({"Path": "original", "Name": "original", "Type": "tree", "Size": 0})
        return {"Code": 200, "Success": True, "Data": {"Files": files}}


def git_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()  # noqa: S324


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def log_message(self, *args: Any) -> None:
        """Silent."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.site.wrong = json.loads(body)
        self.site.sent.clear()
        self.site.authorized.clear()
        self.answer_json(200, {})

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        path, query = unquote(address.path), parse_qs(address.query)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token:
            self.site.authorized.append(path)
        if path == "/control":
            told = {"sent": self.site.sent, "authorized": self.site.authorized}
            self.answer_json(200, told)
        elif match := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/(.+))?", path):
            self.list_hub(match[1], match[2] or "main", token)
        elif match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            self.resolve(match[1], match[3], token)
        elif match := re.fullmatch(r"/cdn/([0-9a-f]{64})/(.+)", path):
            self.send_file(match[2], {"ETag": f'"{match[1]}"'})
        elif match := re.fullmatch(r"/api/v1/models/([^/]+/[^/]+)/repo(/files)?", path):
            self.answer_modelscope(match[1], query, token, listing=bool(match[2]))
        else:
            self.answer_json(404, {})

    def list_hub(self, model: str, revision: str, token: str) -> None:
        if model not in {PUBLIC, PRIVATE, GATED, EMPTY}:
            # Without a token the Hub does not tell whether a private model is there.
            self.answer_json(404 if token else 401, {}, {"X-Error-Code": "RepoNotFound"})
        elif model == PRIVATE and token != TOKEN:
            self.answer_json(401, {}, {"X-Error-Code": "RepoNotFound"})
        elif revision not in {"main", COMMIT}:
            self.answer_json(404, {}, {"X-Error-Code": "RevisionNotFound"})
        else:
            self.answer_json(200, self.site.hub_listing(model))

    def resolve(self, model: str, name: str, token: str) -> None:
        if model in {PRIVATE, GATED} and token != TOKEN:
            self.answer_json(403, {}, {"X-Error-Code": "GatedRepo"})
            return
        data = self.site.files[name]
        told = {"X-Repo-Commit": COMMIT}
        if len(data) < LARGE:
            self.send_file(name, told | {"ETag": f'"{git_id(data)}"'})
            return
        sha = hashlib.sha256(data).hexdigest()
        # Another host, as the Hub's storage is.
        place = f"http://localhost:{self.server.server_port}/cdn/{sha}/{name}"  # type: ignore[attr-defined]
        linked = {"X-Linked-Etag": f'"{sha}"', "X-Linked-Size": str(len(data)), "Location": place}
        self.answer_json(302, {}, told | linked)

    def answer_modelscope(
        self, model: str, query: dict[str, list[str]], token: str, *, listing: bool
    ) -> None:
        if model == PRIVATE and token != TOKEN:
            self.answer_json(403, {"Code": 403, "Success": False})
        elif model not in {PUBLIC, PRIVATE, EMPTY} or query["Revision"] != ["master"]:
            self.answer_json(404, {"Code": 10010205001, "Success": False})
        elif listing:
            self.answer_json(200, self.site.modelscope_listing(model))
        else:
            self.send_file(query["FilePath"][0], {})

    def send_file(self, name: str, headers: dict[str, str]) -> None:
        wrong, data = self.site.wrong, self.site.files[name]
        if wrong.get("busy", 0) > 0:
            wrong["busy"] -= 1
            self.answer_json(503, {})
            return
        if wrong.get("corrupt") == name:
            middle = len(data) // 2
            data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        begin, status = 0, 200
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if match and not wrong.get("deaf"):
            begin, status = int(match[1]), 206
            headers = headers | {"Content-Range": f"bytes {begin}-{len(data) - 1}/{len(data)}"}
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data) - begin))
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        if self.command != "HEAD":
            self.send_pieces(name, data[begin:], wrong)

    def send_pieces(self, name: str, data: bytes, wrong: dict[str, Any]) -> None:
        cut = wrong.get("cut", {}).pop(name, None)
        for at in range(0, len(data), PIECE):
            piece = data[at : at + PIECE]
            cut_here = cut is not None and at + len(piece) > cut
            if cut_here or wrong is not self.site.wrong:  # or an answer from before `set_wrong`
                self.close_connection = True
                return
            try:
                self.wfile.write(piece)
            except ConnectionError:  # the client was killed
                self.close_connection = True
                return
            self.site.sent[name] += len(piece)
            time.sleep(wrong.get("pause", 0))

    def answer_json(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def main() -> None:
    Handler.site = Site(Path(sys.argv[1]))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
