"""A ZIP file written piece by piece: never whole in memory, never on disk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

PACKED = (".txt", ".yaml", ".json")
"""Pictures are compressed already."""

Entry = tuple[str, bytes]
"""Path in the archive, content."""


class Outbox(io.RawIOBase):
    """Takes what is written, for somebody to fetch; cannot go back, as a socket cannot."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        return len(piece)

    def fetch(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data


def write_archive(entries: Iterator[Entry]) -> Iterator[bytes]:
    """Names beyond ASCII are marked as UTF-8 (APPNOTE.TXT 6.3.10, general purpose bit 11)."""
    outbox = Outbox()
    moment = datetime.now().timetuple()[:6]
    with ZipFile(outbox, "w") as archive:
        for name, data in entries:
            info = ZipInfo(name, moment)
            info.external_attr = 0o644 << 16
            kind = ZIP_DEFLATED if name.endswith(PACKED) else ZIP_STORED
            archive.writestr(info, data, kind)
            yield outbox.fetch()
    yield outbox.fetch()
