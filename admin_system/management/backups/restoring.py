"""Puts a backup into the data folder: checked as a whole first, then moved into place."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import zipfile
import zlib
from contextlib import closing
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from admin_system.core.errors import ModelOwnedElsewhere
from admin_system.core.ownership import ModelLock
from admin_system.env import get_env
from admin_system.file_places import files_dir, find_bucket
from admin_system.management.backups.contents import (
    DATABASE,
    FOLDERS,
    FORMAT,
    MANIFEST,
    SECRET_KEY,
    BackupFault,
    Manifest,
    buckets,
    database_path,
)
from admin_system.management.moving.alone import require_alone
from admin_system.management.moving.beside import migrate_beside
from admin_system.management.moving.rows import copy_rows, is_used, move_rows

BLOCK = 1 << 20
DAMAGES = (KeyError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, LZMAError)
"""What reading a member of an archive ends in: cut, overwritten, packed or locked otherwise."""
SIDE_FILES = ("-wal", "-shm")
PACKAGE = "admin_system."


def read_manifest(source: Path) -> Manifest:
    """Raises BackupFault for what is no backup of ours."""
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = Manifest(**json.loads(archive.read(MANIFEST)))
    except (OSError, TypeError, *DAMAGES) as error:
        raise BackupFault("backup_unreadable", path=str(source)) from error
    if manifest.format != FORMAT:
        raise BackupFault("backup_of_other_version", version=manifest.version)
    return manifest


def restore_backup(source: Path, *, replace: bool = False) -> Manifest:
    """The data folder, and the PostgreSQL where there is one, are as the backup then; `replace`
    allows them to hold something now, which is kept under the name `before-restore`.

    Raises BackupFault, MoveFault, FilesAway; all is as before then.
    """
    manifest = read_manifest(source)
    root = get_env().data_dir
    require_stopped(root)  # first: making tables ready would take them from under a service
    database = Sqlite() if connection.vendor == "sqlite" else Postgres()
    if database.is_used() and not replace:
        raise BackupFault("restore_target_occupied", path=str(root))
    draft, aside = root / ".restoring", root / "before-restore"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        unpack(source, manifest, draft)
        require_known_tables(draft / DATABASE, manifest)
        send_to_bucket(draft)
        database.put(draft / DATABASE, aside)
        if manifest.with_files:
            set_aside([files_dir(get_env()) / folder for folder in FOLDERS], aside)
        for path in draft.iterdir():
            home = files_dir(get_env()) if path.name in FOLDERS else root
            shutil.move(path, home / path.name)  # another folder may be on another disk
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


class Sqlite:
    def __init__(self) -> None:
        self._path = database_path()

    def is_used(self) -> bool:
        return self._path.exists() and self._path.stat().st_size > 0

    def put(self, draft: Path, aside: Path) -> None:
        """The draft goes; migrating it is left to the caller."""
        connections.close_all()
        make_empty(aside)
        path = self._path
        set_aside([path, *(path.with_name(path.name + ending) for ending in SIDE_FILES)], aside)
        shutil.move(draft, path)


class Postgres:
    """Rows are copied in one transaction, out of a file that is brought to this version before."""

    def __init__(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)

    def is_used(self) -> bool:
        return is_used()

    def put(self, draft: Path, aside: Path) -> None:
        with TemporaryDirectory(dir=draft.parent) as folder:
            path = Path(shutil.move(draft, Path(folder) / DATABASE))
            migrate_beside(path.parent)
            former = Path(folder) / "former"
            former.mkdir()
            if is_used():
                copy_rows(migrate_beside(former))
            move_rows(path, replace=True)
            make_empty(aside)  # what lies there stays where anything failed before
            set_aside(list(former.iterdir()), aside)


def require_stopped(root: Path) -> None:
    """Raises BackupFault while a server holds the model of this data folder, MoveFault while
    another process is at the PostgreSQL."""
    if connection.vendor == "postgresql":
        require_alone()
    lock = ModelLock(root / "model.lock")
    try:
        lock.acquire()
    except ModelOwnedElsewhere as error:
        raise BackupFault("restore_server_runs", pid=error.values["pid"]) from error
    lock.release()


def require_known_tables(path: Path, manifest: Manifest) -> None:
    """Those of an older version are brought to this one; of a newer one nothing is known here.
    Raises BackupFault."""
    with closing(sqlite3.connect(path)) as database:
        applied = set(database.execute("SELECT app, name FROM django_migrations"))
    own = {one.label for one in apps.get_app_configs() if one.name.startswith(PACKAGE)}
    if any(app in own for app, _ in applied - set(MigrationLoader(None).disk_migrations)):
        raise BackupFault("backup_of_other_version", version=manifest.version)


def unpack(source: Path, manifest: Manifest, target: Path) -> None:
    """Every file by its hash. Raises BackupFault."""
    with zipfile.ZipFile(source) as archive:
        for name, expected in manifest.files.items():
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                raise BackupFault("backup_unreadable", path=str(source))
            if not is_put_back(path):
                continue
            place = target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                found = extract(archive, name, place)
            except DAMAGES as error:
                raise BackupFault("backup_damaged", file=name) from error
            if found != expected:
                raise BackupFault("backup_damaged", file=name)
    if not (target / DATABASE).exists():
        raise BackupFault("backup_unreadable", path=str(source))


def is_put_back(path: PurePosixPath) -> bool:
    """Settings are for a person to read."""
    match path.parts:
        case (name,):
            return name in (DATABASE, SECRET_KEY)
        case (folder, *_):
            return folder in FOLDERS
    return False


def extract(archive: zipfile.ZipFile, name: str, place: Path) -> str:
    """Writes the file; its SHA-256, hexadecimal."""
    digest = hashlib.sha256()
    with archive.open(name) as member, place.open("wb") as file:
        while block := member.read(BLOCK):
            digest.update(block)
            file.write(block)
    if place.name == SECRET_KEY:
        place.chmod(0o600)
    return digest.hexdigest()


def send_to_bucket(draft: Path) -> None:
    """Documents and pictures, where a bucket keeps them. What is there already under these names,
    which are hashes or drawn by lot, is the same; nothing goes. Raises FilesAway."""
    if find_bucket(get_env()) is None:
        return
    for folder, files in buckets().items():
        for path in (draft / folder).rglob("*"):
            if path.is_file():
                files.put(path.relative_to(draft / folder).as_posix(), path)
        shutil.rmtree(draft / folder, ignore_errors=True)


def make_empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def set_aside(paths: list[Path], aside: Path) -> None:
    for path in paths:
        if path.exists():
            shutil.move(path, aside / path.name)
