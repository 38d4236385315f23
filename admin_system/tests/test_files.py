"""Rules for every file: short, introduced by its first line, at home on every computer."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from admin_system.tests.house import ROOT, name_of, own_files

LONGEST = 400
POSIX_ONLY = {
    "crypt",
    "fcntl",
    "grp",
    "posix",
    "pty",
    "pwd",
    "resource",
    "termios",
    "tty",
    "syslog",
}
POSIX_CALLS = {"fork", "getuid", "killpg", "setsid", "chown", "mkfifo", "SIGKILL", "SIGHUP"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/\w+")


def python_files() -> list[Path]:
    return list(own_files(".py"))


def test_no_file_is_too_long_to_hold_one_concept() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in python_files()}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_every_file_says_first_what_it_is_for() -> None:
    silent = [
        name_of(path)
        for path in python_files()
        if path.read_text("utf-8").strip()
        and not path.read_text("utf-8").startswith(('"""', 'r"""', '#!/usr/bin/env python3\n"""'))
    ]
    assert silent == []


def test_nothing_names_a_place_on_somebodys_machine() -> None:
    texts = own_files(
        ".py", ".md", ".toml", ".txt", ".html", ".js", ".css", ".bat", ".json", ".yaml"
    )
    found = {
        name_of(path): match.group()
        for path in texts
        if path.name != "tokenizer.json"
        and (match := MACHINE_PATH.search(path.read_text("utf-8")))
        and path.name != Path(__file__).name
    }
    assert found == {}


def test_no_module_imports_what_windows_lacks() -> None:
    found = [
        f"{name_of(path)}: {name}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_bytes()))
        for name in imported(node)
        if name.split(".")[0] in POSIX_ONLY
    ]
    assert found == []


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def test_no_module_calls_what_windows_lacks() -> None:
    found = [
        f"{name_of(path)}:{node.lineno} {node.value.id}.{node.attr}"
        for path in python_files()
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"os", "signal"}
        and node.attr in POSIX_CALLS
    ]
    assert found == []


@pytest.mark.parametrize("path", list(own_files(".bat")), ids=name_of)
def test_batch_files_are_as_windows_reads_them(path: Path) -> None:
    content = path.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") > 0
    assert not content.startswith(b"\xef\xbb\xbf"), "cmd.exe would run the byte-order mark"
    assert content.isascii() or b"chcp 65001" in content


def test_the_start_file_is_readable_for_old_pythons() -> None:
    ast.parse((ROOT / "start_service.py").read_bytes(), feature_version=(3, 4))


def test_the_start_needs_the_standard_library_only() -> None:
    outside = {
        name
        for path in [ROOT / "start_service.py", *(ROOT / "scripts" / "startup").glob("*.py")]
        for node in ast.parse(path.read_bytes()).body
        for name in imported(node)
        if name.split(".")[0] not in {*sys.stdlib_module_names, "scripts"}
    }
    assert outside == set()
