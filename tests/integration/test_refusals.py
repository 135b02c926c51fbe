"""What a database's refusal is called, by the real errors of both drivers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from psycopg import OperationalError
from psycopg.errors import lookup

from models.storage.refusals import advice


@pytest.mark.parametrize(
    ("before", "uri", "statement", "said"),
    [
        ("PRAGMA user_version", "?mode=ro", "CREATE TABLE t (a)", ("只读", "read-only")),
        ("BEGIN EXCLUSIVE", "", "BEGIN IMMEDIATE", ("占用", "locked")),
        ("PRAGMA user_version", "", "SELECT * FROM nothing", ("是否运行", "disk space")),
    ],
)
def test_sqlite_s_refusals_have_their_words(
    tmp_path: Path, before: str, uri: str, statement: str, said: tuple[str, str]
) -> None:
    file = tmp_path / "a.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as first:
        first.execute("CREATE TABLE IF NOT EXISTS s (a)")
        first.execute(before)
        with (
            closing(sqlite3.connect(f"file:{file}{uri}", uri=True, timeout=0)) as second,
            pytest.raises(sqlite3.Error) as caught,
        ):
            second.execute(statement)
    zh, en = advice(caught.value)
    assert said[0] in zh
    assert said[1] in en


def test_a_full_and_a_damaged_file_have_their_words(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as full:
        full.execute("PRAGMA max_page_count = 2")
        full.execute("CREATE TABLE t (a)")
        with pytest.raises(sqlite3.Error) as caught:
            full.execute("INSERT INTO t VALUES (zeroblob(100000))")
    assert "full" in advice(caught.value)[1]
    (tmp_path / "b.db").write_bytes(b"no database" * 100)
    with (
        closing(sqlite3.connect(tmp_path / "b.db")) as broken,
        pytest.raises(sqlite3.Error) as caught,
    ):
        broken.execute("SELECT * FROM sqlite_master")
    assert "restore a backup" in advice(caught.value)[1]


@pytest.mark.parametrize(
    ("state", "en"),
    [
        ("53100", "full"),
        ("55P03", "locked"),
        ("25006", "read-only"),
        ("57P01", "does not run"),
        ("57P03", "does not run"),
        ("08006", "does not run"),
        ("28P01", "refuses the user"),
        ("42501", "refuses the user"),
        ("23505", "disk space"),
    ],
)
def test_postgresql_s_refusals_have_their_words(state: str, en: str) -> None:
    assert en in advice(lookup(state)("no"))[1]


def test_where_no_server_answers_it_is_said_not_to_run() -> None:
    assert "没有运行" in advice(OperationalError("connection refused"))[0]
    assert "用户" in advice(OperationalError("password authentication failed"))[0]
