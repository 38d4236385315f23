"""A log that cannot be written costs its lines and nothing else."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_system.api.tests.server import environment
from admin_system.env import BASE_DIR
from admin_system.log_files import SteadyLogFile


@pytest.fixture
def logger(tmp_path: Path) -> Iterator[logging.Logger]:
    handler = SteadyLogFile(tmp_path / "logs" / "django.log", delay=True, encoding="utf-8")
    logger = logging.Logger("steady")  # noqa: LOG001 - of one test alone
    logger.addHandler(handler)
    yield logger
    handler.close()


def test_a_folder_that_is_removed_comes_back_with_the_next_line(
    logger: logging.Logger, tmp_path: Path
) -> None:
    logger.warning("first")
    shutil.rmtree(tmp_path / "logs")
    logger.warning("second")
    assert (tmp_path / "logs" / "django.log").read_text("utf-8") == "second\n"


def test_lost_lines_are_told_once_and_counted(
    logger: logging.Logger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be", "utf-8")
    for number in range(3):
        logger.warning("lost %s", number)
    said = capsys.readouterr().err
    assert said.count("cannot be written") == 1
    assert "Traceback" not in said
    (tmp_path / "logs").unlink()
    logger.warning("again")
    assert "3 lines were lost" in capsys.readouterr().err
    assert (tmp_path / "logs" / "django.log").read_text("utf-8") == "again\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
def test_a_full_disk_costs_the_lines_that_did_not_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = SteadyLogFile("/dev/full", delay=True, encoding="utf-8")
    logger = logging.Logger("steady")  # noqa: LOG001
    logger.addHandler(handler)
    for _ in range(1000):
        logger.warning("a line")
    handler.close()
    assert handler.lost == 1000
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_site_starts_without_a_folder_for_its_logs(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("no folder", "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); print('started')"],
        cwd=BASE_DIR,
        env=environment(tmp_path / "data", LOG_DIR=str(tmp_path / "taken" / "logs")),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.stdout == "started\n", done.stderr
