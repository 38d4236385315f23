"""The keyword index made anew: beside the old one, which stays whole whatever happens."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

from admin_system.tests.house import ROOT
from admin_system.vector_search.keyword_index import KeywordRow
from admin_system.vector_search.lexical import LexicalIndex
from admin_system.vector_search.lexical_rebuild import LexicalRebuild

ROWS = [
    KeywordRow(number, f"crew {number} cleans the pump 第{number}班", 2) for number in range(60)
]
KILLED = """
import os, sqlite3, sys
sys.path.insert(0, sys.argv[2])
from admin_system.vector_search.lexical_rebuild import LexicalRebuild
from admin_system.vector_search.tests.test_lexical_rebuild import ROWS
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
rebuild = LexicalRebuild(connection)
rebuild.begin()
for start in (0, 20):
    connection.execute("BEGIN IMMEDIATE")
    rebuild.put(rebuild.cut(ROWS[start : start + 20]))
    if start == 0:
        connection.execute("COMMIT")
if sys.argv[3] == "taking_over":
    rebuild.take_over()
os.kill(os.getpid(), 9) if hasattr(os, "getuid") else os._exit(9)
"""


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    return connection


def make_anew(connection: sqlite3.Connection, rows: list[KeywordRow]) -> None:
    rebuild = LexicalRebuild(connection)
    rebuild.begin()
    connection.execute("BEGIN IMMEDIATE")
    rebuild.put(rebuild.cut(rows))
    rebuild.take_over()
    connection.execute("COMMIT")
    rebuild.forget()


def test_a_process_that_is_killed_in_the_midst_leaves_the_old_index_whole(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    connection = connect(path)
    index = LexicalIndex(connection)
    index.create()
    index.add(ROWS)
    for moment in ("filling", "taking_over"):
        killed = subprocess.run([sys.executable, "-c", KILLED, str(path), str(ROOT), moment])
        assert killed.returncode in (-9, 9)
        assert index.is_whole()
        assert index.counts_exactly(ROWS)
        assert [hit.id for hit in index.search("第31班", 1)] == [31]
        # What was left behind is in nobody's way.
        make_anew(connection, ROWS[:30])
        assert index.counts_exactly(ROWS[:30])
        make_anew(connection, ROWS)
    tables = "SELECT count(*) FROM sqlite_master WHERE name LIKE 'keyword_index_new%'"
    assert connection.execute(tables).fetchone() == (0,)
    connection.close()


def test_others_search_and_write_until_the_new_index_is_the_one(tmp_path: Path) -> None:
    mine, other = connect(tmp_path / "db.sqlite3"), connect(tmp_path / "db.sqlite3")
    searched = LexicalIndex(other)
    searched.create()
    searched.add(ROWS[:40])
    rebuild = LexicalRebuild(mine)
    rebuild.begin()
    rebuild.put(rebuild.cut(ROWS[:20]))
    searched.remove(ROWS[:1])
    searched.add(ROWS[40:])
    assert searched.ids() == list(range(1, 60))
    rebuild.put(rebuild.cut(ROWS[20:]))
    reading = other.execute("SELECT rowid FROM keyword_index WHERE keyword_index MATCH 'crew'")
    assert reading.fetchone() == (1,)
    mine.execute("BEGIN IMMEDIATE")
    rebuild.put(rebuild.cut([KeywordRow(2, "梅花")]), changed=[0, 2, 777])
    rebuild.take_over()
    mine.execute("COMMIT")
    assert len(reading.fetchall()) == 58  # what it began with
    assert [hit.id for hit in searched.search("梅花", 2)] == [2]
    assert searched.is_whole()
    assert searched.counts_exactly([*ROWS[1:2], KeywordRow(2, "梅花"), *ROWS[3:]])
    mine.close()
    other.close()
