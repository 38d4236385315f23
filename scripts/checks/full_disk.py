"""Fills the disk under a running service, and makes room again: what do people notice?

    mount -t tmpfs -o size=24m tmpfs /mnt/small
    python scripts/checks/full_disk.py /mnt/small

The folder is on a small file system of its own, where everything that the service writes is put:
data, logs and temporary files. While it is full, uploads and pictures are refused as `disk_full`,
chats and searches go on, and no file is left half written; with room again everything works, and
the indexes equal the database. Prints one line of JSON; ends with 1 where something was wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.checks.everyday import CHAT
from scripts.checks.library_on_trial import set_up, use_embedder
from scripts.checks.mixture import QUESTIONS, to_body
from scripts.checks.service_on_trial import ServiceOnTrial
from scripts.checks.traffic import TOPIC, draw_circle

LARGEST = 64 << 20
"""Bytes: a file system with more room is not filled by mistake."""
FULL_SECONDS = 10.0
READY_SECONDS = 120.0


class Trial:
    def __init__(self, folder: Path, client: httpx.Client) -> None:
        self.faults: list[str] = []
        self.answers: Counter[str] = Counter()
        self._filler = folder / "filler"
        self._kept = (folder / "data" / "documents", folder / "data" / "media")
        self._client = client

    def ask(self, what: str, wanted: int, code: str = "") -> Any:
        """One request of this kind; another answer than wanted is a fault."""
        name = f"{what}-{sum(self.answers.values())}"
        text = f"# {name}\n\n" + "The pump of hall 7 is cleaned on Monday. " * 50
        picture = {"image_base64": draw_circle(), "query": "框出红色圆形"}
        requests: dict[str, tuple[str, dict[str, Any]]] = {
            "chat": (CHAT, {"json": to_body(QUESTIONS[0])}),
            "picture": ("/api/analyze", {"json": picture}),
            "search": ("/api/search", {"json": {"query": "pump of hall 7"}}),
            "upload": (
                "/api/documents",
                {"data": {"topic": TOPIC}, "files": {"file": (f"{name}.md", text.encode())}},
            ),
        }
        path, body = requests[what]
        answer = self._client.post(path, **body)
        told = answer.json().get("error", {}).get("code", "")
        self.answers[f"{what} {answer.status_code} {told}".rstrip()] += 1
        if (answer.status_code, told) != (wanted, code):
            self.faults.append(f"{what}: {answer.status_code} {answer.text[:200]}")
        return answer.json()

    def fill(self) -> None:
        with self._filler.open("wb", buffering=0) as file:
            for size in (1 << 16, 1 << 10, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    continue

    def make_room(self) -> None:
        self._filler.unlink()

    def files(self) -> set[Path]:
        return {path for one in self._kept for path in one.rglob("*") if path.is_file()}

    def wait_for(self, document: int) -> None:
        end = time.monotonic() + READY_SECONDS
        while (row := self._client.get(f"/api/documents/{document}").json())["state"] != "ready":
            if time.monotonic() > end:
                self.faults.append(f"document {document} is {row['state']} {row.get('error')}")
                return
            time.sleep(0.5)


def run(folder: Path) -> dict[str, Any]:
    with (
        ServiceOnTrial(folder) as service,
        httpx.Client(base_url=service.url, timeout=60, trust_env=False) as client,
    ):
        trial = Trial(folder, client)
        process = service.server()
        documents = [trial.ask("upload", 202)["documents"][0]["id"] for _ in range(5)]
        trial.ask("picture", 200)
        trial.ask("search", 200)
        trial.fill()
        before, end = trial.files(), time.monotonic() + FULL_SECONDS
        while time.monotonic() < end:
            trial.ask("upload", 507, "disk_full")
            trial.ask("picture", 507, "disk_full")
            trial.ask("chat", 200)
            trial.ask("search", 200)
            time.sleep(0.2)
        if trial.files() - before:
            trial.faults.append(f"left behind: {sorted(map(str, trial.files() - before))[:5]}")
        trial.make_room()
        documents.append(trial.ask("upload", 202)["documents"][0]["id"])
        trial.ask("picture", 200)
        for document in documents:
            trial.wait_for(document)
        if not process.is_running():
            trial.faults.append("the server was started again")
    from admin_system.knowledge_base.checking import check_library

    trial.faults += [f"{found.code} {dict(found.values)}" for found in check_library()]
    return {"answers": dict(trial.answers), "faults": trial.faults}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="on a small file system of its own")
    options = parser.parse_args()
    if shutil.disk_usage(options.folder).total > LARGEST:
        parser.error("that file system is larger than 64 MiB")
    with tempfile.TemporaryDirectory(dir=options.folder, ignore_cleanup_errors=True) as folder:
        os.environ["TMPDIR"] = folder
        set_up(Path(folder))
        use_embedder("hash")
        result = run(Path(folder))
        print(json.dumps(result, ensure_ascii=False))
        return 1 if result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
