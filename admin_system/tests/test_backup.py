"""A backup is written while the service works, and brings everything back elsewhere."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import zipfile
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from admin_system.api.tests.conftest import running
from admin_system.api.tests.conftest import template as template
from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess, environment
from admin_system.env import BASE_DIR

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


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


def analyze(server: ServerProcess) -> dict[str, object]:
    body = {"image_base64": to_base64(draw_circle()), "query": "框出红色圆形", "temperature": 0}
    answer: dict[str, object] = httpx.post(
        f"{server.url}/api/analyze", json=body, timeout=60
    ).json()
    return answer


def test_a_backup_under_traffic_brings_everything_back(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    backup = tmp_path / "备份 1.zip"
    with running("uvicorn", "builtin-demo", template, tmp_path_factory) as server:
        server.wait_for("/readyz")
        first = analyze(server)
        busy = threading.Event()
        visitors = [threading.Thread(target=keep_asking, args=(server, busy)) for _ in range(2)]
        for visitor in visitors:
            visitor.start()
        code, said = manage(server.folder / "data", "backup", backup)
        busy.set()
        for visitor in visitors:
            visitor.join()
        assert code == 0, said
        assert "files" in said
        running_data = server.folder / "data"
        code, said = manage(running_data, "restore", backup, "--replace")
        assert code != 0
        assert "Stop it first" in said

    fresh = tmp_path / "restored"
    code, said = manage(fresh, "restore", backup)
    assert code == 0, said
    kept = rows(fresh)
    assert str(first["id"]) in {row[0] for row in kept["core_analysisrecord"]}
    now = rows(running_data)
    assert set(kept["core_analysisrecord"]) <= set(now["core_analysisrecord"])
    assert kept["core_apikey"] == now["core_apikey"]
    for record in kept["core_analysisrecord"]:
        for name in (value for value in record if str(value).startswith("analyses/")):
            assert (fresh / "media" / str(name)).read_bytes()

    folder, keys = template
    again = ServerProcess("uvicorn", "builtin-demo", fresh, keys, tmp_path_factory.mktemp("again"))
    del folder
    try:
        again.start()
        again.wait_for("/readyz")
        assert analyze(again)["boxes"] == first["boxes"]
        found = httpx.get(f"{again.url}/api/analyses/{first['id']}").json()
        assert httpx.get(again.url + found["boxed_image_url"]).status_code == 200
    finally:
        again.stop()


def keep_asking(server: ServerProcess, done: threading.Event) -> None:
    while not done.is_set():
        analyze(server)


@pytest.fixture
def data(tmp_path: Path, template: tuple[Path, dict[str, str]]) -> Path:
    """A data folder with a key of a service elsewhere."""
    import shutil

    data = tmp_path / "data"
    shutil.copytree(template[0], data)
    with closing(sqlite3.connect(data / "db.sqlite3")) as database:
        database.execute("UPDATE core_modelconfig SET upstream_key = 'sk-very-secret'")
        database.commit()
    (data / "secret_key").write_text("s" * 50, encoding="ascii")
    return data


def test_secrets_are_kept_only_where_asked_for(data: Path, tmp_path: Path) -> None:
    assert manage(data, "backup", tmp_path / "plain.zip")[0] == 0
    with zipfile.ZipFile(tmp_path / "plain.zip") as archive:
        held = b"".join(archive.read(name) for name in archive.namelist())
        assert "secret_key" not in archive.namelist()
    assert b"sk-very-secret" not in held
    assert manage(data, "backup", tmp_path / "whole.zip", "--with-secrets")[0] == 0
    with zipfile.ZipFile(tmp_path / "whole.zip") as archive:
        assert b"sk-very-secret" in archive.read("db.sqlite3")
        assert archive.read("secret_key") == b"s" * 50


def test_what_cannot_be_restored_changes_nothing(data: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.zip"
    assert manage(data, "backup", backup)[0] == 0
    before = rows(data)
    code, said = manage(data, "restore", backup, language="zh-hans")
    assert (code, "里已有数据" in said) == (1, True)

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
