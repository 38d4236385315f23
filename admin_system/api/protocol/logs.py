"""Log files and their entries on the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from admin_system.api.paging import write_cursor
from admin_system.api.protocol.descriptions import Answer
from admin_system.core.logs import LogEntry, LogFile, LogPage


class LogFileAnswer(Answer):
    name: str
    size: int = Field(description="Bytes.")
    changed_at: str
    url: str = Field(description="Of the whole file.")


class LogEntryAnswer(Answer):
    id: int = Field(description="Offset of its first byte.")
    at: str = Field(description="As it is written, in the service's time zone.")
    level: str
    logger: str
    message: str


class LogAnswer(Answer):
    files: list[LogFileAnswer]
    file: str | None = Field(description="The one that is read; null where there is none.")
    data: list[LogEntryAnswer]
    next_cursor: str | None
    end: int = Field(description="For `after` of the next question: what is written from now on.")


def encode_page(files: list[LogFile], name: str | None, page: LogPage) -> dict[str, Any]:
    more = page.before is not None and name is not None
    return {
        "files": [encode_file(file) for file in files],
        "file": name,
        "data": [encode_entry(entry) for entry in page.entries],
        "next_cursor": write_cursor(str(name), page.before or 0) if more else None,
        "end": page.end,
    }


def encode_file(file: LogFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "size": file.size,
        "changed_at": datetime.fromtimestamp(file.changed, UTC).isoformat(),
        "url": f"/api/logs/{file.name}",
    }


def encode_entry(entry: LogEntry) -> dict[str, Any]:
    return {
        "id": entry.offset,
        "at": entry.at,
        "level": entry.level,
        "logger": entry.logger,
        "message": entry.text,
    }
