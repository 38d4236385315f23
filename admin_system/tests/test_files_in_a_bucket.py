"""Files between a folder and a bucket, in a backup, and those that no row needs."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from admin_system.core import files_watch, unneeded_pictures
from admin_system.core.models import AnalysisRecord
from admin_system.core.outages import FilesAway
from admin_system.core.records import remove_expired_analyses
from admin_system.core.tests.s3_process import CREDENTIALS, S3Process
from admin_system.env import SettingsFault, get_env
from admin_system.file_places import files_dir, find_bucket, to_storages
from admin_system.knowledge_base import storage
from admin_system.knowledge_base.checking.files import unneeded_files
from admin_system.management.backups.contents import data_files
from admin_system.management.backups.restoring import send_to_bucket
from admin_system.management.moving import files as moving

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.django_db]
DATA = b"bytes of a document" * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()
PICTURE = "analyses/boxed/ab/abc.png"


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Process]:
    process = S3Process()
    process.start()
    yield process
    process.stop()


@pytest.fixture
def place(
    s3: S3Process, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[str]:
    """A bucket with nothing in it, which the settings name."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    bucket = f"b{hashlib.sha256(str(tmp_path).encode()).hexdigest()[:20]}"
    s3.make_bucket(bucket)
    env = get_env()
    monkeypatch.setattr(env, "files", f"s3://{bucket}/site")
    monkeypatch.setattr(env, "s3_endpoint", s3.url)
    monkeypatch.setattr(env, "data_dir", tmp_path / "data")
    settings.STORAGES = to_storages(env)
    yield bucket
    files_watch.note(None)


def fill_folder(root: Path) -> set[str]:
    names = {f"documents/{SHA256[:2]}/{SHA256}": DATA, f"media/{PICTURE}": b"a picture"}
    for name, data in names.items():
        path = root / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    return {*names}


def test_files_move_to_a_bucket_and_back(
    place: str, s3: S3Process, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = get_env().data_dir
    names = fill_folder(source)
    moved = moving.move_files("")
    assert (moved.files, moved.there) == (2, 0)
    assert s3.keys(place) == {f"site/{name}" for name in names}
    assert storage.read(SHA256) == DATA
    assert moving.move_files("") == moving.Moved(0, 0, 2)  # nothing is sent twice
    with pytest.raises(moving.MoveFilesFault) as fault:
        moving.move_files(get_env().files)
    assert fault.value.code == "move_files_same"

    bucket, back = get_env().files, tmp_path / "back"
    monkeypatch.setattr(get_env(), "files", str(back))
    settings.STORAGES = to_storages(get_env())
    assert moving.move_files(bucket).files == 2
    kept = {one.relative_to(back).as_posix() for one in back.rglob("*") if one.is_file()}
    assert kept == names
    assert storage.read(SHA256) == DATA
    assert {path.is_file() for path in (source / name for name in names)} == {True}


def test_a_file_that_arrives_as_another_is_told(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_folder(get_env().data_dir)

    def spoil(source: Any, path: Path) -> None:
        path.write_bytes(b"?" + source.read()[1:])

    monkeypatch.setattr(moving, "write", spoil)
    with pytest.raises(moving.MoveFilesFault) as fault:
        moving.move_files("")
    assert fault.value.code == "move_files_differ"


class CutShort(BaseHTTPRequestHandler):
    """Of each object half arrives."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(2 * len(DATA)))
        self.end_headers()
        self.wfile.write(DATA)

    def log_message(self, *_: object) -> None: ...


def test_an_object_that_breaks_off_is_a_storage_that_does_not_answer(
    place: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HTTPServer(("127.0.0.1", 0), CutShort) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(get_env(), "s3_endpoint", f"http://127.0.0.1:{server.server_port}")
        settings.STORAGES = to_storages(get_env())
        with storage.open_bytes(SHA256) as file:
            assert file.read(10) == DATA[:10]
            with pytest.raises(FilesAway, match="files_unreachable"):
                storage.hash_of_file(file)
        with pytest.raises(FilesAway, match="files_unreachable"):
            storage.read(SHA256)
        server.shutdown()


def test_a_backup_holds_what_lies_in_the_bucket(place: str, s3: S3Process, tmp_path: Path) -> None:
    names = fill_folder(tmp_path / "draft")
    send_to_bucket(tmp_path / "draft")
    found = data_files()
    assert {*found} == names
    with found[f"media/{PICTURE}"].open() as file:
        assert file.read() == b"a picture"
    assert not (tmp_path / "draft" / "documents").exists()


def test_objects_that_no_row_names_are_found(place: str, s3: S3Process) -> None:
    default_storage.save(PICTURE, ContentFile(b"litter"))
    with storage.receive([DATA]) as incoming:
        incoming.send_ahead()
    assert not [*unneeded_pictures.find_unneeded(older_than=3600)]  # its row may be on its way
    assert [*unneeded_pictures.find_unneeded(older_than=-3600)] == [(PICTURE, 6)]
    assert not [*unneeded_files()]
    (kept,) = storage.find_kept()
    kept.remove()
    unneeded_pictures.remove_unneeded([PICTURE])
    assert not s3.keys(place)


def test_what_is_too_old_goes_with_its_objects(place: str, s3: S3Process) -> None:
    record = AnalysisRecord(owner="local", model="m", query="q", width=1, height=1, seconds=0)
    record.thumbnail.save(PICTURE, ContentFile(b"small"), save=False)
    record.save()
    assert record.thumbnail.url == f"/media/{PICTURE}"
    assert s3.keys(place) == {f"site/media/{PICTURE}"}
    AnalysisRecord.objects.update(created_at=timezone.now() - timedelta(days=40))
    assert remove_expired_analyses(30) == 1
    assert not s3.keys(place)


def test_a_trial_says_what_is_wrong(
    place: str, s3: S3Process, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    files_watch.try_out()
    assert not s3.keys(place)
    call_command("check_files")

    def fault_of(**changes: str) -> str:
        with monkeypatch.context() as patch:
            for name, value in changes.items():
                patch.setattr(get_env(), name, value)
            settings.STORAGES = to_storages(get_env())
            with pytest.raises(FilesAway) as fault:
                files_watch.try_out()
        assert files_watch.current_fault() is not None
        return fault.value.code

    assert fault_of(files="s3://never-made") == "files_bucket_missing"
    assert fault_of(s3_endpoint="http://127.0.0.1:9") == "files_unreachable"
    s3.ask_for_credentials(True)
    try:
        assert fault_of() == "files_refused"
    finally:
        s3.ask_for_credentials(False)


def test_a_place_that_is_none_is_refused() -> None:
    for files in ("s3://", "relative/folder"):
        with pytest.raises(SettingsFault):
            files_dir(get_env().model_copy(update={"files": files}))
    bucket = find_bucket(get_env().model_copy(update={"files": "s3://b/one/two/"}))
    assert bucket is not None
    assert (bucket.name, bucket.location("media")) == ("b", "one/two/media")
