"""Documents and pictures in a bucket, or in a folder that machines share: two processes with data
folders of their own are one site, and an object goes with its row."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from admin_system.api.tests.library import READY_SECONDS, LibraryClient
from admin_system.api.tests.server import ServerProcess
from admin_system.core.tests.s3_process import CREDENTIALS, S3Process
from admin_system.knowledge_base.tests.files import docx
from scripts.checks.mixture import draw
from scripts.testing.postgres import database_of

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
BUCKET = "team"
WORDS = b"# Pumps\n\nThe blue pump stands in hall seven.\n"
Template = tuple[Path, dict[str, str]]


class Neighbour(ServerProcess):
    """With a data folder of its own, and the database of another."""

    other: ServerProcess

    def start_again(self) -> None:
        mine, theirs = (one.folder / "data" / "db.sqlite3" for one in (self, self.other))
        if theirs.exists():
            mine.unlink()
            mine.symlink_to(theirs)
        super().start_again()


@contextmanager
def two_machines(
    template: Template, factory: pytest.TempPathFactory, **settings: str
) -> Iterator[tuple[LibraryClient, LibraryClient]]:
    """The first takes documents, the second reads them."""
    first = ServerProcess(
        "uvicorn", "echo", *template, factory.mktemp("first"), {**settings, "RUN_JOBS": "false"}
    )
    database = database_of(first.folder / "data", like=template[0])
    second = Neighbour("uvicorn", "echo", *template, factory.mktemp("second"), dict(settings))
    second.other = first
    second.settings["DATABASE_URL"] = database
    clients = []
    try:
        for server in (first, second):
            server.start()
            server.wait_for("/readyz")
            clients.append(LibraryClient(server))
        yield clients[0], clients[1]
    finally:
        for client in clients:
            client.http.close()
        second.stop()
        first.stop()


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Process]:
    process = S3Process()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        process.start()
        process.make_bucket(BUCKET)
        yield process
    process.stop()


def live_through(first: LibraryClient, second: LibraryClient) -> dict[str, str]:
    """From an upload to its deletion, in both processes. Returns the addresses of what is left: an
    analysis with pictures, and the file of a document."""
    (pumps,) = first.upload(("pumps.md", WORDS))["documents"]
    (word,) = first.upload(("manual.docx", docx()))["documents"]
    second.wait(pumps["id"])
    assert "hall seven" in str(first.search("blue pump")[0])
    for client in (first, second):
        assert client.http.get(f"/api/documents/{pumps['id']}/file").content == WORDS
    text = first.ask("GET", f"/api/documents/{pumps['id']}/text")["text"]
    first.ask("PATCH", f"/api/documents/{pumps['id']}", json={"text": f"{text}\nIt is new."})
    second.wait(pumps["id"])
    assert "It is new" in second.ask("GET", f"/api/documents/{pumps['id']}/text")["text"]
    first.ask("DELETE", f"/api/documents/{word['id']}", 204)
    image = base64.b64encode(draw((320, 200), 0)).decode()
    made = second.ask("POST", "/api/analyze", json={"image_base64": image, "query": "x"})
    record = first.ask("GET", f"/api/analyses/{made['id']}")
    shown = first.http.get(record["thumbnail_url"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    return {"file": f"/api/documents/{pumps['id']}", "analysis": f"/api/analyses/{made['id']}"}


def test_a_bucket_keeps_what_two_machines_share(
    template: Template, tmp_path_factory: pytest.TempPathFactory, s3: S3Process
) -> None:
    settings = {"FILES": f"s3://{BUCKET}/site/one", "S3_ENDPOINT": s3.url}
    with two_machines(template, tmp_path_factory, **settings) as (first, second):
        left = live_through(first, second)
        assert {key.split("/")[2] for key in s3.keys(BUCKET)} == {"documents", "media"}
        for client in (first, second):
            data = client.server.folder / "data"
            for folder in ("documents", "media"):
                assert not [one for one in (data / folder).rglob("*") if one.is_file()]

        s3.stop()
        answer = first.upload(("lost.md", b"nothing of it stays"), status=503)
        assert answer["error"]["code"] == "files_unreachable"
        assert first.http.get(f"{left['file']}/file").status_code == 503
        (alert,) = [
            one
            for one in first.ask("GET", "/api/alerts")["data"]
            if one["code"] == "alert_files_away"
        ]
        assert "does not answer" in alert["message"]
        assert first.search("blue pump")
        s3.start()  # what it kept is gone, its bucket too
        answer = first.upload(("lost.md", b"nothing of it stays"), status=503)
        assert answer["error"]["code"] == "files_bucket_missing"
        s3.make_bucket(BUCKET)
        assert first.http.get(f"{left['file']}/file").status_code == 404
        s3.ask_for_credentials(True)
        answer = first.upload(("lost.md", b"nothing of it stays"), status=503)
        assert answer["error"]["code"] == "files_refused"
        s3.ask_for_credentials(False)
        assert not s3.keys(BUCKET)
        (late,) = first.upload(("late.md", b"The red pump came late."))["documents"]
        second.wait(late["id"])
        codes = [one["code"] for one in first.ask("GET", "/api/alerts")["data"]]
        assert "alert_files_away" not in codes
        for path in (f"/api/documents/{late['id']}", left["file"], left["analysis"]):
            first.ask("DELETE", path, 204)
        end = time.monotonic() + READY_SECONDS
        while s3.keys(BUCKET) and time.monotonic() < end:
            time.sleep(0.05)
        assert not s3.keys(BUCKET)


def test_a_shared_folder_keeps_what_two_machines_share(
    template: Template, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shared = tmp_path_factory.mktemp("shared")
    with two_machines(template, tmp_path_factory, FILES=str(shared)) as (first, second):
        left = live_through(first, second)
        assert {one.name for one in shared.iterdir()} == {"documents", "media"}
        for client in (first, second):
            assert not (client.server.folder / "data" / "documents").exists()
        for path in left.values():
            first.ask("DELETE", path, 204)
