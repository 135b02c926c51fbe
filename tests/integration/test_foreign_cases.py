"""Another system's database is read, bounded, and never written."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from models.domain.errors import InputError, StorageError
from models.storage.foreign_cases import read_foreign

ROWS = """
CREATE TABLE up_pro_accept (
    project_no varchar(64), org_name varchar(64), accept_date timestamp, promise_date date,
    promise_days numeric(5, 0), note varchar(20)
)
"""
FILLED = """
INSERT INTO up_pro_accept VALUES
    ('P1', '公安局', '2026-11-02 09:30:00', '2026-11-16', 10, NULL),
    ('P2', '民政局', '2026-11-03 10:00:00', NULL, 5, '10:30 100%')
"""
QUERY = "SELECT project_no, org_name, accept_date, promise_days, note FROM up_pro_accept"


@pytest.fixture
def other(database_url: str) -> str:
    """A database of another system with two cases."""
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(ROWS))
        connection.exec_driver_sql(FILLED.replace("%", "%%") if "psycopg" in str(url) else FILLED)
    engine.dispose()
    return database_url


def test_a_view_is_read_with_its_heads_and_plain_values(other: str) -> None:
    found = read_foreign("main", other, f"{QUERY} ORDER BY project_no;", most=10)
    assert found.heads == ("project_no", "org_name", "accept_date", "promise_days", "note")
    first, second = found.rows
    assert (first[0], first[1], first[3], first[4]) == ("P1", "公安局", 10.0, "")
    assert str(first[2]).startswith("2026-11-02 09:30:00")
    assert second[4] == "10:30 100%"


def test_a_query_may_hold_colons_and_percents(other: str) -> None:
    where = " WHERE note LIKE '10:%' AND note LIKE '%100%%'"
    found = read_foreign("main", other, QUERY + where, most=10)
    assert [row[0] for row in found.rows] == ["P2"]


def test_more_rows_than_are_taken_are_refused(other: str) -> None:
    assert len(read_foreign("main", other, QUERY, most=2).rows) == 2
    with pytest.raises(InputError, match="more than 1 rows"):
        read_foreign("main", other, QUERY, most=1)


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM up_pro_accept",
        "SELECT 1; DELETE FROM up_pro_accept",
        "",
    ],
)
def test_what_is_no_single_select_is_refused(other: str, query: str) -> None:
    with pytest.raises(InputError, match="SELECT"):
        read_foreign("main", other, query, most=10)
    assert len(read_foreign("main", other, QUERY, most=10).rows) == 2


def test_a_select_that_would_write_is_refused_by_the_database(other: str) -> None:
    writing = "WITH gone AS (DELETE FROM up_pro_accept RETURNING project_no) SELECT * FROM gone"
    with pytest.raises(StorageError):
        read_foreign("main", other, writing, most=10)
    assert len(read_foreign("main", other, QUERY, most=10).rows) == 2


def test_an_unknown_view_is_told_without_the_address(other: str) -> None:
    with pytest.raises(StorageError, match=r"case_sources\.main") as caught:
        read_foreign("main", other, "SELECT * FROM no_such_view", most=10)
    assert other not in str(caught.value)


def test_a_password_is_in_no_message() -> None:
    url = "postgresql://reader:geheim@127.0.0.1:1/cases"
    with pytest.raises(StorageError) as caught:
        read_foreign("main", url, "SELECT 1", most=10)
    assert "geheim" not in str(caught.value)
    with pytest.raises(InputError) as refused:
        read_foreign("main", "mysql://reader:geheim@db/cases", "SELECT 1", most=10)
    assert "geheim" not in str(refused.value)


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "none.db"
    with pytest.raises(StorageError):
        read_foreign("main", f"sqlite:///{missing}", "SELECT 1", most=10)
    assert not missing.exists()


def test_a_file_in_use_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "other system.db"
    with sqlite3.connect(file) as connection:
        connection.execute(ROWS)
        connection.execute(FILLED)
    connection.close()
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    found = read_foreign("main", f"sqlite:///{file}", QUERY, most=10)
    assert len(found.rows) == 2
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_moment_of_postgresql_comes_as_a_moment(other: str) -> None:
    first = read_foreign("main", other, f"{QUERY} ORDER BY 1", most=10).rows[0]
    if other.startswith("postgresql"):
        assert first[2] == datetime(2026, 11, 2, 9, 30)  # noqa: DTZ001  without a zone there
    else:
        assert first[2] == "2026-11-02 09:30:00"
