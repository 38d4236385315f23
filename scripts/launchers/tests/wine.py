"""Runs batch files as Windows does, by wine; a stand-in for Python keeps its arguments."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pip

from admin_system.tests.house import ROOT

LAUNCHER = Path(pip.__file__).parent / "_vendor/distlib/t64.exe"
"""A Windows program that runs what the script appended to it says: pip makes console scripts so."""
RECORD = """@echo off
if "%~2"=="-c" exit /b {check}
echo %* >> "{record}"
exit /b {code}
"""


@dataclass
class Windows:
    """A folder with the project's batch files, and what Python was asked to do there."""

    folder: Path
    prefix: Path
    record: Path

    def install_python(self, place: Path, *, code: int = 0, check: int = 0) -> None:
        """`python.exe` in `place`, which ends with `code`; `check` answers the version's check."""
        place.mkdir(parents=True, exist_ok=True)
        script = self.record.with_name(f"{len(list(self.record.parent.glob('*.bat')))}.bat")
        text = RECORD.format(check=check, code=code, record=to_windows(self.record))
        script.write_bytes(text.replace("\n", "\r\n").encode("ascii"))
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("__main__.py", "")
        # /u: what is written keeps its Chinese, as UTF-16.
        shebang = f"#!cmd.exe /u /c {to_windows(script)}\r\n".encode("ascii")
        program = LAUNCHER.read_bytes() + shebang + archive.getvalue()
        (place / "python.exe").write_bytes(program)

    def run(self, batch: str, *words: str, path: str = "") -> tuple[int, str]:
        """Exit code and what was said; `path` is put on the PATH."""
        environment = environment_of(self.prefix)
        if path:
            environment["WINEPATH"] = path
        file = self.folder / batch
        done = subprocess.run(
            ["wine", "cmd", "/c", f".\\{file.name}", *words],  # noqa: S607
            cwd=file.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
        )
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def asked(self) -> list[str]:
        """What Python was asked to run, and forgets it."""
        if not self.record.exists():
            return []
        lines = self.record.read_bytes().decode("utf-16-le").splitlines()
        self.record.unlink()
        return [line.strip() for line in lines]


@contextmanager
def switched_on(prefix: Path) -> Iterator[None]:
    """Keeps wine's background programs running; each command would wait seconds for its own."""
    console = subprocess.Popen(
        ["wine", "cmd"],  # noqa: S607
        env=environment_of(prefix),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with console:
        assert console.stdin is not None
        assert console.stdout is not None
        assert console.stdout.readline(), "wine does not start"
        yield
        console.stdin.close()


def environment_of(prefix: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != "QWEN_VL_LANGUAGE"}
    return {**inherited, "WINEPREFIX": str(prefix), "WINEDEBUG": "-all", "LC_ALL": "C.UTF-8"}


def to_windows(path: Path) -> str:
    """As wine sees a path of this machine."""
    return "Z:" + str(path).replace("/", "\\")


def copy_launchers(folder: Path) -> None:
    for batch in [*ROOT.glob("*.bat"), *(ROOT / "scripts" / "launchers").glob("*.bat")]:
        target = folder / batch.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(batch, target)
