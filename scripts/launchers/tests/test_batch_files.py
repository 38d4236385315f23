"""Each batch file does what its name says, in a folder with a space and Chinese in its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.launchers.tests.wine import Windows, copy_launchers, switched_on
from scripts.testing.needs import needs

pytestmark = needs("wine")

LAUNCHERS = {
    "start.bat": "menu.py",
    "start_en.bat": "menu.py",
    "scripts/launchers/launcher.bat": "menu.py",
    "scripts/launchers/start_launcher.bat": "menu.py",
    "scripts/launchers/start_all_services.bat": "start_service.py --all",
    "scripts/launchers/start_simple.bat": "start_service.py --all --no-browser",
    "scripts/launchers/start_admin.bat": "start_service.py --django",
    "scripts/launchers/start_api.bat": "start_service.py --gpu",
    "scripts/launchers/start_service.bat": "start_service.py",
    "scripts/launchers/run_test.bat": "run_tests.py",
}


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Wine's own folder, made once, with its background programs: both take seconds."""
    prefix = tmp_path_factory.mktemp("wine") / "prefix"
    with switched_on(prefix):
        yield prefix


@pytest.fixture
def windows(tmp_path: Path, prefix: Path) -> Windows:
    folder = tmp_path / "My Project 项目"
    copy_launchers(folder)
    (tmp_path / "stub").mkdir()
    return Windows(folder, prefix, tmp_path / "stub" / "asked.txt")


def test_every_launcher_runs_its_script_with_what_it_was_given(windows: Windows) -> None:
    python = windows.folder / ".venv" / "Scripts"
    windows.install_python(python, code=7)
    for batch, words in LAUNCHERS.items():
        code, said = windows.run(batch, "--port", "8080", "a b")
        (asked,) = windows.asked()
        script, *options = words.split(" ")
        assert code == 7, batch
        assert "7" in said
        assert "My Project 项目" in asked, asked
        told = asked.replace('"', "")
        assert told.endswith(" ".join([f"\\{script}", *options, "--port 8080 a b"])), asked


def test_python_is_taken_from_the_path_where_there_is_no_environment(windows: Windows) -> None:
    place = windows.folder.parent / "Python 311"
    windows.install_python(place)
    path = "Z:" + str(place).replace("/", "\\")
    assert windows.run("start.bat", path=path)[0] == 0
    assert "menu.py" in windows.asked()[0]


def test_a_missing_or_old_python_is_told(windows: Windows) -> None:
    sentence = "Python 3.11 or newer was not found"
    code, said = windows.run("start_en.bat")
    assert (code, sentence in said) == (9, True), said
    old = windows.folder.parent / "Python 38"
    windows.install_python(old, check=1)
    path = "Z:" + str(old).replace("/", "\\")
    code, said = windows.run("start.bat", path=path)  # in Chinese, which this wine garbles
    assert (code, sentence in said) == (9, False)
    assert "https://www.python.org/downloads/" in said
    assert not windows.asked()
