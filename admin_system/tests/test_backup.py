"""What goes into a backup, and what cannot come out of one.

`scripts/checks/backup_under_traffic.py` makes one of a busy service and serves it elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from admin_system.api.tests.conftest import template as template
from admin_system.api.tests.server import environment
from admin_system.core.ownership import ModelLock
from admin_system.env import BASE_DIR, get_env
from admin_system.management.backups.restoring import read_manifest
from admin_system.management.backups.writing import may_be_told, write_backup
from scripts.testing.needs import of_sqlite

pytestmark = of_sqlite


def manage(data: Path, *words: object, language: str = "en") -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "manage.py", *map(str, words)],
        cwd=BASE_DIR,
        env=environment(data, LANGUAGE=language),
        capture_output=True,
        encoding="utf-8",
    )
    return done.returncode, done.stdout + done.stderr


def rows(data: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(data / "db.sqlite3")) as database:
        return {
            table: database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()  # noqa: S608
            for table in ("core_analysisrecord", "core_apikey", "core_modelconfig")
        }


TOTP_KEY, PAPER_CODE = "5ec4e7" * 6 + "beef", "papercodesix"
ADDRESS_WORD = "inaddressword"


def keep_second_factor(database: sqlite3.Connection) -> None:
    """Of a person who uses an app and ten codes on paper."""
    rows_of: dict[str, dict[str, object]] = {
        "auth_user": {
            "username": "keeper", "password": "!", "is_superuser": 1, "is_staff": 1,
            "is_active": 1, "first_name": "", "last_name": "", "email": "",
            "date_joined": "2026-11-25",
        },
        "otp_totp_totpdevice": {
            "name": "app", "confirmed": 1, "key": TOTP_KEY, "step": 30, "t0": 0, "digits": 6,
            "tolerance": 1, "drift": 0, "last_t": -1, "throttling_failure_count": 0,
        },
        "otp_static_staticdevice": {
            "name": "paper", "confirmed": 1, "throttling_failure_count": 0,
        },
        "otp_static_statictoken": {"token": PAPER_CODE},
    }  # fmt: skip
    for table, known in rows_of.items():
        columns = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
        person = database.execute("SELECT max(id) FROM auth_user").fetchone()[0]
        if "user_id" in columns:
            known["user_id"] = person
        if "device_id" in columns:
            known["device_id"] = database.execute(
                "SELECT max(id) FROM otp_static_staticdevice"
            ).fetchone()[0]
        names, marks = ", ".join(known), ", ".join("?" * len(known))
        database.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - our names
            list(known.values()),
        )


@pytest.fixture
def data(tmp_path: Path, template: tuple[Path, dict[str, str]]) -> Path:
    """A data folder with a key of a service elsewhere."""
    import shutil

    data = tmp_path / "data"
    shutil.copytree(template[0], data)
    with closing(sqlite3.connect(data / "db.sqlite3")) as database:
        far = f"http://me:{ADDRESS_WORD}@far/v1"
        further = f"http://a/v1\nhttps://me:{ADDRESS_WORD}@b/v1 model=m"
        database.execute(
            "UPDATE core_modelconfig SET upstream_key = ?, upstream_url = ?, further_upstreams = ?",
            ("sk-very-secret", far, further),
        )
        keep_second_factor(database)
        database.commit()
    (data / "secret_key").write_text("s" * 50, encoding="ascii")
    return data


def test_secrets_are_kept_only_where_asked_for(data: Path, tmp_path: Path) -> None:
    assert manage(data, "backup", tmp_path / "plain.zip")[0] == 0
    with zipfile.ZipFile(tmp_path / "plain.zip") as archive:
        held = b"".join(archive.read(name) for name in archive.namelist())
        assert "secret_key" not in archive.namelist()
        database = tmp_path / "plain.sqlite3"
        database.write_bytes(archive.read("db.sqlite3"))
    for secret in ("sk-very-secret", TOTP_KEY, PAPER_CODE, ADDRESS_WORD):
        assert secret.encode() not in held
    with closing(sqlite3.connect(database)) as found:
        addresses = found.execute("SELECT upstream_url, further_upstreams FROM core_modelconfig")
        assert addresses.fetchone() == ("http://far/v1", "http://a/v1\nhttps://b/v1 model=m")
    assert manage(data, "backup", tmp_path / "whole.zip", "--with-secrets")[0] == 0
    with zipfile.ZipFile(tmp_path / "whole.zip") as archive:
        for secret in ("sk-very-secret", TOTP_KEY, PAPER_CODE, ADDRESS_WORD):
            assert secret.encode() in archive.read("db.sqlite3")
        assert archive.read("secret_key") == b"s" * 50


def test_of_the_settings_only_what_holds_no_secret_is_told() -> None:
    told = ("QWEN_VL_ACCESS", "qwen_vl_data_dir")
    kept = (
        *("QWEN_VL_SECRET_KEY", "QWEN_VL_DATABASE_URL", "QWEN_VL_REDIS_URL"),
        *("qwen_vl_model_server_key", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY"),
    )
    assert [name for name in (*told, *kept) if may_be_told(name)] == [*told]


@pytest.mark.skipif(os.name == "nt", reason="rights of files are told otherwise there")
def test_a_backup_is_its_writers_alone(data: Path, tmp_path: Path) -> None:
    assert manage(data, "backup", tmp_path / "whole.zip", "--with-secrets")[0] == 0
    assert (tmp_path / "whole.zip").stat().st_mode & 0o777 == 0o600


def test_a_backup_that_decayed_on_its_disk_is_said_to_be_damaged(
    data: Path, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.zip"
    assert manage(data, "backup", backup)[0] == 0
    with zipfile.ZipFile(backup) as archive:
        entry = archive.getinfo("db.sqlite3")
    content = bytearray(backup.read_bytes())
    middle = entry.header_offset + entry.compress_size // 2
    content[middle : middle + 4096] = b"\xff" * 4096
    backup.write_bytes(content)
    code, said = manage(data, "restore", backup, "--replace")
    assert (code, said.startswith("CommandError: The file db.sqlite3")) == (1, True), said


@pytest.mark.parametrize("files", [[], {".": "0"}, {"db.sqlite3/x": "0"}, {"media": "0"}])
def test_a_manifest_of_another_shape_is_no_backup(
    data: Path, tmp_path: Path, files: object
) -> None:
    strange = tmp_path / "strange.zip"
    facts = {"format": 1, "version": "1", "created_at": "", "with_secrets": False}
    with zipfile.ZipFile(strange, "w") as archive:
        archive.writestr("manifest.json", json.dumps({**facts, "files": files}))
        for name in files if isinstance(files, dict) else ():
            archive.writestr(name, b"")
    code, said = manage(data, "restore", strange, "--replace")
    assert (code, "is no backup of this service" in said) == (1, True), said


def test_what_cannot_be_restored_changes_nothing(data: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.zip"
    assert manage(data, "backup", backup)[0] == 0
    before = rows(data)
    code, said = manage(data, "restore", backup, language="zh-hans")
    assert (code, "已有数据" in said) == (1, True)

    lock = ModelLock(data / "model.lock")
    lock.acquire()
    assert "Stop it first" in manage(data, "restore", backup, "--replace")[1]
    lock.release()

    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(backup) as source, zipfile.ZipFile(damaged, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[:-1] + b"?" if name == "db.sqlite3" else content)
    code, said = manage(data, "restore", damaged, "--replace")
    assert (code, "db.sqlite3 in the backup is damaged" in said) == (1, True), said

    escaping = tmp_path / "escaping.zip"
    with zipfile.ZipFile(backup) as source, zipfile.ZipFile(escaping, "w") as target:
        manifest = json.loads(source.read("manifest.json"))
        manifest["files"]["media/../../outside"] = "0" * 64
        target.writestr("media/../../outside", b"!")
        target.writestr("manifest.json", json.dumps(manifest))
    assert manage(data, "restore", escaping, "--replace")[0] == 1
    assert not (tmp_path / "outside").exists()

    newer = tmp_path / "newer.zip"
    copy = tmp_path / "newer.sqlite3"
    with zipfile.ZipFile(backup) as source, zipfile.ZipFile(newer, "w") as target:
        copy.write_bytes(source.read("db.sqlite3"))
        with closing(sqlite3.connect(copy)) as database:
            database.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9', '2030')"
            )
            database.commit()
        manifest = json.loads(source.read("manifest.json"))
        manifest["version"] = "9.0"
        manifest["files"] = {"db.sqlite3": hashlib.sha256(copy.read_bytes()).hexdigest()}
        target.write(copy, "db.sqlite3")
        target.writestr("manifest.json", json.dumps(manifest))
    code, said = manage(data, "restore", newer, "--replace")
    assert (code, "written by version 9.0" in said) == (1, True), said

    (tmp_path / "notes.zip").write_bytes(b"no archive")
    assert "is no backup" in manage(data, "restore", tmp_path / "notes.zip", "--replace")[1]
    assert rows(data) == before


def test_what_lay_there_is_set_aside(data: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.zip"
    assert manage(data, "backup", backup)[0] == 0
    with closing(sqlite3.connect(data / "db.sqlite3")) as database:
        database.execute("DELETE FROM core_apikey")
        database.commit()
    code, said = manage(data, "restore", backup, "--replace", language="zh-hans")
    assert (code, "已恢复" in said) == (0, True), said
    assert rows(data)["core_apikey"]
    assert not rows(data / "before-restore")["core_apikey"]


def test_files_that_are_not_in_a_backup_stay_where_they_are(data: Path, tmp_path: Path) -> None:
    backup, document = tmp_path / "backup.zip", data / "documents" / "ab" / "abc"
    document.parent.mkdir(parents=True)
    document.write_bytes(b"a document")
    assert manage(data, "backup", backup, "--without-files")[0] == 0
    with zipfile.ZipFile(backup) as archive:
        assert "documents/ab/abc" not in archive.namelist()
    assert manage(data, "restore", backup, "--replace")[0] == 0
    assert document.read_bytes() == b"a document"


@pytest.mark.django_db(transaction=True)
def test_the_rows_are_made_ready_where_there_is_room_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "memory of which there is little"))
    write_backup(tmp_path / "backup.zip", with_files=False)
    assert "db.sqlite3" in read_manifest(tmp_path / "backup.zip").files
    assert not list(get_env().data_dir.glob(".backup-*"))
