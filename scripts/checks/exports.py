"""Exports a large set of pictures in every format, and watches the memory.

    python scripts/checks/exports.py [--pictures 2000]

The pictures have 1600 x 1200 pixels and ten boxes each. Prints one line of JSON, for each format
the megabytes, the seconds, the largest piece in megabytes, and by how much the process grew in MiB.
Ends with 1 where it grew by more than 64 MiB. Runs on Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["DJANGO_SETTINGS_MODULE"] = "admin_system.settings_test"

SIZE = (1600, 1200)
BOXES = [
    {"label": f"类别 {n}", "box": [n * 10, n * 10, n * 10 + 50, n * 10 + 40]} for n in range(10)
]
MOST_GROWTH = 64.0
"""MiB."""


def fill(count: int) -> None:
    """Rows of so many pictures, whose files are one and the same."""
    from django.core.files.base import ContentFile
    from PIL import Image

    from admin_system.core.models import AnalysisRecord, PictureSet, SetPicture

    buffer = BytesIO()
    Image.frombytes("RGB", SIZE, os.urandom(SIZE[0] * SIZE[1] * 3)).save(buffer, "JPEG", quality=60)
    sizes: dict[str, Any] = {"width": SIZE[0], "height": SIZE[1]}
    owned = PictureSet.objects.create(owner="user:1")
    first = SetPicture(picture_set=owned, name="first.jpg", sha256="", **sizes)
    first.file.save("picture-sets/first.jpg", ContentFile(buffer.getvalue()), save=False)
    stored = {"file": first.file.name, "thumbnail": first.file.name}
    pictures = [
        SetPicture(picture_set=owned, name=f"图 {n}.jpg", sha256="", **sizes, **stored)
        for n in range(count)
    ]
    SetPicture.objects.bulk_create(pictures, batch_size=200)
    told: dict[str, Any] = {"owner": "user:1", "model": "m", "query": "?", "result": "!"}
    told |= {"seconds": 1.0, "boxes": BOXES, "boxed_image": first.file.name}
    records = [AnalysisRecord(picture=picture, **sizes, **told) for picture in pictures]
    AnalysisRecord.objects.bulk_create(records, batch_size=200)


def measure(name: str) -> dict[str, float]:
    from admin_system.core.exports.formats import FORMATS
    from admin_system.core.exports.pictures import find_numbers
    from admin_system.core.models import AnalysisRecord

    forget_peak()
    before, began, total, largest = read_peak(), time.monotonic(), 0, 0
    for piece in FORMATS[name].write(find_numbers(AnalysisRecord.objects.all())):
        total, largest = total + len(piece), max(largest, len(piece))
    return {
        "MB": round(total / 1e6, 1),
        "seconds": round(time.monotonic() - began, 1),
        "largest MB": round(largest / 1e6, 2),
        "growth MiB": round(read_peak() - before, 1),
    }


def forget_peak() -> None:
    """From here on the peak is counted anew (Linux, proc(5))."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def read_peak() -> float:
    """The most memory that the process has had, in MiB."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=2000)
    count = parser.parse_args().pictures
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        call_command("migrate", verbosity=0)
        fill(count)
        from admin_system.core.exports.formats import FORMATS

        figures = {name: measure(name) for name in FORMATS}
    sys.stdout.write(json.dumps({"set": count, **figures}) + "\n")
    return int(any(one["growth MiB"] > MOST_GROWTH for one in figures.values()))


if __name__ == "__main__":
    sys.exit(main())
