"""Writes a backup while the service runs: the database as of one moment, and every file of it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
import zipfile
from contextlib import closing, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.db import connection
from dotenv import dotenv_values

from admin_system.core.upstreams import without_user
from admin_system.env import BASE_DIR, PREFIX, get_env
from admin_system.management.backups.contents import (
    DATABASE,
    FORMAT,
    MANIFEST,
    SECRET_KEY,
    SETTINGS,
    BackupFault,
    Manifest,
    data_files,
    database_path,
)
from admin_system.management.moving.beside import migrate_beside
from admin_system.management.moving.rows import copy_rows
from admin_system.version import VERSION

SECRET_COLUMNS = (
    ("core_modelconfig", "upstream_key"),
    ("core_modelconfig", "further_keys"),
    ("knowledge_base_embeddingprofile", "api_key"),
)
"""Keys of services elsewhere. Passwords and API keys of ours are kept as hashes only."""
SECRET_TABLES = (
    "django_session",
    "otp_totp_totpdevice",
    "otp_static_statictoken",
    "otp_static_staticdevice",
)
"""Whoever has a row of these is let in, and django-otp keeps them readable."""
ADDRESS_COLUMNS = (
    ("core_modelconfig", "upstream_url"),
    ("core_modelconfig", "further_upstreams"),
    ("knowledge_base_embeddingprofile", "url"),
)
"""Addresses of services elsewhere, which may hold a name and a password."""
SECRET_SETTINGS = tuple(
    f"{PREFIX}{name}" for name in ("SECRET_KEY", "MODEL_SERVER_KEY", "DATABASE_URL", "REDIS_URL")
)
"""The addresses hold the passwords of those services."""
STORED = (".jpg", ".png", ".webp", ".pdf", ".docx", ".pptx", ".xlsx", ".zip", ".epub")
"""Compressed already."""
BLOCK = 1 << 20


def write_backup(target: Path, *, with_secrets: bool = False, with_files: bool = True) -> Manifest:
    """A ZIP that appears at `target` when it is whole. Raises BackupFault, FilesAway."""
    if target.exists():
        raise BackupFault("backup_target_exists", path=str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)  # it holds what everybody keeps here
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            manifest = _Writer(archive, with_secrets, with_files).write()
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


class _Writer:
    def __init__(self, archive: zipfile.ZipFile, with_secrets: bool, with_files: bool) -> None:
        self._archive = archive
        self._with_secrets = with_secrets
        self._with_files = with_files
        self._hashes: dict[str, str] = {}

    def write(self) -> Manifest:
        # Files before and after the database: what it names at its moment was there at one of both.
        self._add_data_files()
        # Where programs keep what passes may be memory, and the archive on a share that SQLite
        # cannot lock.
        with tempfile.TemporaryDirectory(dir=get_env().data_dir, prefix=".backup-") as folder:
            copy = Path(folder) / DATABASE
            copy_database(copy, with_secrets=self._with_secrets)
            self._add_file(DATABASE, copy)
        self._add_data_files()
        self._add_settings()
        manifest = Manifest(
            format=FORMAT,
            version=VERSION,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            with_secrets=self._with_secrets,
            files=self._hashes,
            with_files=self._with_files,
        )
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
        self._archive.writestr(MANIFEST, text)
        return manifest

    def _add_data_files(self) -> None:
        for name, stored in data_files().items() if self._with_files else ():
            if name not in self._hashes:
                with suppress(FileNotFoundError), stored.open() as source:
                    # else removed meanwhile, with its row
                    entry = zipfile.ZipInfo(name, stored.moment.astimezone().timetuple()[:6])
                    self._add(entry, source)

    def _add_settings(self) -> None:
        file = BASE_DIR / ".env"
        if file.exists():
            values = dotenv_values(file, encoding="utf-8-sig")
            kept = {
                name: value
                for name, value in values.items()
                if self._with_secrets or may_be_told(name)
            }
            lines = "".join(f"{name}={json.dumps(value or '')}\n" for name, value in kept.items())
            self._hashes[SETTINGS] = hashlib.sha256(lines.encode()).hexdigest()
            self._archive.writestr(SETTINGS, lines)
        key = get_env().data_dir / SECRET_KEY
        if self._with_secrets and key.exists():
            self._add_file(SECRET_KEY, key)

    def _add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as source:
            self._add(zipfile.ZipInfo.from_file(path, name), source)

    def _add(self, entry: zipfile.ZipInfo, source: BinaryIO) -> None:
        digest = hashlib.sha256()
        packed = not entry.filename.endswith(STORED)
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        with self._archive.open(entry, "w", force_zip64=True) as member:
            while block := source.read(BLOCK):
                digest.update(block)
                member.write(block)
        self._hashes[entry.filename] = digest.hexdigest()


def may_be_told(name: str) -> bool:
    """Names of other programs may be those of secrets: they are not ours to judge."""
    return name.upper().startswith(PREFIX) and name.upper() not in SECRET_SETTINGS


def copy_database(target: Path, *, with_secrets: bool) -> None:
    """One moment of the database as a SQLite file, whatever is written meanwhile. Raises
    MoveFault."""
    if connection.vendor == "sqlite":
        with (
            closing(sqlite3.connect(database_path())) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
    else:
        copy_rows(migrate_beside(target.parent))
    if not with_secrets:
        leave_out_secrets(target)


def leave_out_secrets(path: Path) -> None:
    with closing(sqlite3.connect(path)) as copy:
        for table, column in SECRET_COLUMNS:
            copy.execute(f"UPDATE {table} SET {column} = ''")  # noqa: S608 - our names
        copy.create_function("without_users", 1, without_users, deterministic=True)
        for table, column in ADDRESS_COLUMNS:
            copy.execute(f"UPDATE {table} SET {column} = without_users({column})")  # noqa: S608
        for table in SECRET_TABLES:
            copy.execute(f"DELETE FROM {table}")  # noqa: S608 - our names
        copy.commit()
        copy.execute("VACUUM")  # what was overwritten is gone from the file, too


def without_users(addresses: str) -> str:
    """One a line."""
    return "\n".join(map(without_user, addresses.split("\n")))
