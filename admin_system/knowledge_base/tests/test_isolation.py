"""A file is read in a process that can be ended, and that ends with its parent."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from admin_system.knowledge_base.errors import DocumentError, LockedDocument, ReadingStopped
from admin_system.knowledge_base.readers import isolation, read_document
from admin_system.knowledge_base.readers.archives import Member
from admin_system.knowledge_base.readers.isolation import ROOT, read_isolated, unpack_isolated
from admin_system.knowledge_base.readers.limits import DEFAULT_LIMITS, Limits
from admin_system.knowledge_base.readers.process import ReadingProcess
from admin_system.knowledge_base.readers.transport import read_result
from admin_system.knowledge_base.tests import files, pdfs


@pytest.fixture
def slow_file(tmp_path: Path) -> Path:
    """A table that takes minutes."""
    path = tmp_path / "slow"
    path.write_bytes(b"<table>" + b"<tr><td>1</td><td>2</td></tr>" * 1_500_000)
    return path


def write(folder: Path, data: bytes) -> Path:
    path = folder / "5f3c"
    path.write_bytes(data)
    return path


def test_another_process_reads_the_same(tmp_path: Path) -> None:
    data = pdfs.scan()
    assert read_isolated(write(tmp_path, data), "扫描.pdf") == read_document(data, "扫描.pdf")


def test_an_archive_is_unpacked_in_another_process(tmp_path: Path) -> None:
    packed = files.zipped({"资料/水车.txt": files.CHINESE.encode()})
    assert list(unpack_isolated(write(tmp_path, packed))) == [
        Member("资料/水车.txt", files.CHINESE.encode())
    ]


def test_the_reason_comes_back(tmp_path: Path) -> None:
    with pytest.raises(LockedDocument, match="document_password"):
        read_isolated(write(tmp_path, pdfs.LOCKED), "a.pdf")


@pytest.mark.skipif(
    not hasattr(psutil, "RLIMIT_FSIZE"), reason="only Linux limits a process that runs"
)
def test_a_disk_that_is_full_is_no_fault_of_the_file(tmp_path: Path) -> None:
    process = ReadingProcess(DEFAULT_LIMITS)
    child = psutil.Process(process._child.pid)
    child.rlimit(psutil.RLIMIT_FSIZE, (0, psutil.RLIM_INFINITY))
    path = write(tmp_path, files.CHINESE.encode())
    task = {"verb": "read", "path": str(path), "file_name": "a.txt", "questions": False}
    with (
        pytest.raises(OSError, match=os.strerror(errno.ENOSPC)),
        process.ask(task, lambda: False) as source,
    ):
        read_result(source)
    process.close()


def test_a_file_that_takes_too_long_is_given_up(slow_file: Path) -> None:
    with pytest.raises(ReadingStopped, match="document_took_too_long"):
        read_isolated(slow_file, "a.html", Limits(seconds=1.0))


def test_a_reading_can_be_cancelled(slow_file: Path) -> None:
    begin = time.monotonic()
    with pytest.raises(ReadingStopped, match="document_reading_cancelled"):
        read_isolated(slow_file, "a.html", should_stop=lambda: time.monotonic() > begin + 0.5)


def test_a_file_that_fills_the_memory_is_given_up(slow_file: Path) -> None:
    with pytest.raises(ReadingStopped, match="document_memory"):
        read_isolated(slow_file, "a.html", Limits(memory_bytes=150 * 2**20))


def test_the_reading_process_ends_with_its_parent(slow_file: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from admin_system.knowledge_base.readers.isolation import read_isolated\n"
        "print('started', flush=True); read_isolated(Path(sys.argv[1]), 'a.html')"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(slow_file)], cwd=ROOT, stdout=subprocess.PIPE
    )
    with parent:
        children: list[psutil.Process] = []
        deadline = time.monotonic() + 30
        while not children and time.monotonic() < deadline:
            children = psutil.Process(parent.pid).children()
            time.sleep(0.05)
        time.sleep(1.0)
        parent.kill()
    gone, alive = psutil.wait_procs(children, timeout=10)
    assert gone
    assert not alive


def test_the_reading_process_needs_neither_django_nor_torch() -> None:
    program = (
        "import sys, admin_system.knowledge_base.readers.child, admin_system.core.images\n"
        "print([name for name in ('django', 'torch', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_file_above_the_limit_starts_no_process(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="document_too_many_bytes"):
        read_isolated(write(tmp_path, bytes(200)), "a.pdf", Limits(file_bytes=100))


def test_a_process_that_read_plain_text_reads_the_next_file_too(tmp_path: Path) -> None:
    def read(name: str, data: bytes) -> set[int]:
        read_isolated(write(tmp_path, data), name)
        return {process._child.pid for process in isolation._idle}

    isolation.close_idle()
    first = read("a.txt", "第一篇".encode())
    assert len(first) == 1
    assert read("b.md", "# 第二篇".encode()) == first
    assert read("c.html", b"<p>Text</p>") == set()  # what a parser in C has seen is not kept
    second = read("d.txt", b"Text")
    assert len(second) == 1
    psutil.Process(*second).kill()
    assert read("e.txt", b"Text") not in (set(), first, second)
    with pytest.raises(DocumentError):
        read_isolated(write(tmp_path, b" "), "empty.txt")
    assert not isolation._idle
