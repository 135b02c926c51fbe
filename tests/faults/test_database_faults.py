"""PostgreSQL restarted, locked, read-only, slow and without disk: one watch goes through all.

The server is this test's own, its data and the evidence on a small disk of their own.
Ordinarily once and short; FAULT_SPEED=real for longer, FAULT_DRILLS as often.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from tests.faults.disks import Disk, small_disk
from tests.faults.drill import BUSY_S, HOLDS_S, ROUNDS, Tell, drill
from tests.faults.own_postgres import OwnPostgres, own_postgres
from tests.faults.station import Station, station

TABLES: Final = "register_entries, register_heads, findings, spans, presences"
SLOW: Final = """
CREATE FUNCTION drill_slow() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep(0.7); RETURN NULL; END $$;
CREATE TRIGGER drill_slow AFTER INSERT OR UPDATE ON spans
FOR EACH STATEMENT EXECUTE FUNCTION drill_slow();
"""

pytestmark = [
    pytest.mark.mount,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]


@contextmanager
def administrator(server: OwnPostgres) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    with psycopg.connect(server.url, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_database_that_fails_in_any_way_accuses_nobody_and_loses_nothing(
    number: int, told: Tell
) -> None:
    with (
        open_folder() as folder,
        small_disk(folder, 192) as disk,
        own_postgres(disk.place) as server,
        station(folder, disk.place / "data", server.url, busy_s=BUSY_S) as at,
    ):
        at.start()
        at.registers_more()
        first = at.registered()
        _restarted(at, server, told)
        _locked(at, server, told)
        _read_only(at, server, told)
        _slow(at, server, told)
        _full(at, server, disk, told)
        assert at.registered() > first
        at.stop()
        assert at.wrong() == []


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own user may enter; pytest closes its own to others."""
    with tempfile.TemporaryDirectory(prefix="onpost-drill-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _restarted(at: Station, server: OwnPostgres, told: Tell) -> None:
    with drill(at, told, "database restarted, PostgreSQL", "kill -9 of all its processes") as note:
        lines = len(at.lines())
        server.kill()
        note.seen.append(at.reason("没有运行", "start", since=lines))
        time.sleep(HOLDS_S)
        server.start()


def _locked(at: Station, server: OwnPostgres, told: Tell) -> None:
    with (
        drill(at, told, "database locked, PostgreSQL", f"LOCK TABLE {TABLES}") as note,
        psycopg.connect(server.url) as other,
    ):
        lines = len(at.lines())
        other.execute(f"LOCK TABLE {TABLES} IN EXCLUSIVE MODE")
        note.seen.append(at.reason("占用", "locked", since=lines, within_s=BUSY_S + 30))
        time.sleep(HOLDS_S)
        other.rollback()


def _read_only(at: Station, server: OwnPostgres, told: Tell) -> None:
    with (
        drill(
            at, told, "database read-only, PostgreSQL", "default_transaction_read_only for all"
        ) as note,
        administrator(server) as admin,
    ):
        lines = len(at.lines())
        admin.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        admin.execute("SELECT pg_reload_conf()")
        note.seen.append(at.reason("只读", "read-only", since=lines))
        time.sleep(HOLDS_S)
        admin.execute("ALTER SYSTEM RESET default_transaction_read_only")
        admin.execute("SELECT pg_reload_conf()")


def _slow(at: Station, server: OwnPostgres, told: Tell) -> None:
    with (
        drill(
            at, told, "database slow, PostgreSQL", "every write of spans waits 0.7 s in a trigger"
        ) as note,
        administrator(server) as admin,
    ):
        lines = len(at.lines())
        admin.execute(SLOW)
        at.recovers(at.clock.now())
        time.sleep(HOLDS_S)
        admin.execute("DROP FUNCTION drill_slow CASCADE")
        late = [one for one in at.lines()[lines:] if one.get("event") == "round_failed"]
        note.seen.append(f"rounds took longer, {len(late)} failed, the record went on")


def _full(at: Station, server: OwnPostgres, disk: Disk, told: Tell) -> None:
    """PostgreSQL that cannot write its log stops itself; an administrator makes room, starts it."""
    with drill(
        at, told, "disk full, PostgreSQL", "evidence and database on one disk, filled to the end"
    ) as note:
        lines = len(at.lines())
        burden = threading.Event()
        filler = disk.fill()
        filling = threading.Thread(target=_fill_database, args=(server, burden), daemon=True)
        filling.start()
        note.seen.append(at.reason("disk", "磁盘", since=lines))
        time.sleep(HOLDS_S)
        burden.set()
        filling.join(30)
        filler.unlink()
        server.start()


def _fill_database(server: OwnPostgres, enough: threading.Event) -> None:
    """Others who use the same server take what its files still have inside."""
    while not enough.wait(0.05):
        try:
            with administrator(server) as other:
                other.execute("CREATE TABLE IF NOT EXISTS drill_filler (text text)")
                other.execute(
                    "INSERT INTO drill_filler SELECT repeat(md5(n::text), 100) "
                    "FROM generate_series(1, 2000) n"
                )
        except psycopg.Error:
            enough.wait(0.5)
