"""Puts a backup into the data folder: checked as a whole first, then moved into place."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path, PurePosixPath

from django.db import connections

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

BLOCK = 1 << 20
SIDE_FILES = ("-wal", "-shm")


def read_manifest(source: Path) -> Manifest:
    """Raises BackupFault for what is no backup of ours."""
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = Manifest(**json.loads(archive.read(MANIFEST)))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise BackupFault("backup_unreadable", path=str(source)) from error
    if manifest.format != FORMAT:
        raise BackupFault("backup_of_other_version", version=manifest.version)
    return manifest


def restore_backup(source: Path, *, replace: bool = False) -> Manifest:
    """The data folder is as the backup then; `replace` allows it to hold something now, which is
    kept beside it under the name `before-restore`.

    Raises BackupFault; the folder is as before then.
    """
    manifest = read_manifest(source)
    root, database = get_env().data_dir, database_path()
    occupied = database.exists() and database.stat().st_size > 0
    if occupied and not replace:
        raise BackupFault("restore_target_occupied", path=str(root))
    require_stopped(root)
    draft = root / ".restoring"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        unpack(source, manifest, draft)
        connections.close_all()
        send_to_bucket(draft)
        set_aside(root, database, with_files=manifest.with_files)
        for path in draft.iterdir():
            home = files_dir(get_env()) if path.name in FOLDERS else root
            target = database if path.name == DATABASE else home / path.name
            shutil.move(path, target)  # another folder may be on another disk
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def require_stopped(root: Path) -> None:
    """Raises BackupFault while a server holds the model of this data folder."""
    lock = ModelLock(root / "model.lock")
    try:
        lock.acquire()
    except ModelOwnedElsewhere as error:
        raise BackupFault("restore_server_runs", pid=error.values["pid"]) from error
    lock.release()


def unpack(source: Path, manifest: Manifest, target: Path) -> None:
    """Every file by its hash. Raises BackupFault."""
    with zipfile.ZipFile(source) as archive:
        for name, expected in manifest.files.items():
            path = PurePosixPath(name)
            known = path.parts[0] in (*FOLDERS, DATABASE, SECRET_KEY)
            if path.is_absolute() or ".." in path.parts:
                raise BackupFault("backup_unreadable", path=str(source))
            if not known:  # settings are for a person to read
                continue
            place = target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                found = extract(archive, name, place)
            except (KeyError, zipfile.BadZipFile, EOFError) as error:
                raise BackupFault("backup_damaged", file=name) from error
            if found != expected:
                raise BackupFault("backup_damaged", file=name)
    if not (target / DATABASE).exists():
        raise BackupFault("backup_unreadable", path=str(source))


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


def set_aside(root: Path, database: Path, *, with_files: bool) -> None:
    """What lies there now, as `before-restore`; the one of an earlier restore goes. Documents and
    pictures stay where the backup holds none."""
    aside = root / "before-restore"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    sides = [database.with_name(database.name + ending) for ending in SIDE_FILES]
    folders = [files_dir(get_env()) / folder for folder in FOLDERS if with_files]
    for path in [database, *sides, *folders]:
        if path.exists():
            shutil.move(path, aside / path.name)
