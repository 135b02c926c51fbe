"""On PostgreSQL each process has a role: the web does its work, and changes no record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, make_url
from typer.testing import CliRunner

from api.auth.rule import Audit
from api.cli import build
from models.domain.presence import Reason, State
from models.domain.spans import Span
from models.storage.grants import FOR_GOOD, ROLES, SCHEDULE, WATCH, WEB, grant, granted, statements
from models.storage.record import open_existing_record, open_record
from models.storage.tables import metadata
from models.storage.verification import verify_record
from tests.fakes_web import MORNING
from tests.storage_fixtures import postgres_database
from tests.unit.api.audit_walk import CHANGES
from tests.unit.api.test_audit_walk import World, asked, made_world

ATTACKS = (
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "DROP TABLE {table}",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} ADD COLUMN more integer",
    "CREATE INDEX more ON {table} ({column})",
    "CREATE TRIGGER more BEFORE INSERT ON {table} EXECUTE FUNCTION onpost_refuse_change()",
)
BEYOND = (
    "SET session_replication_role = replica",
    "DROP FUNCTION onpost_refuse_change() CASCADE",
    "CREATE TABLE more (n integer)",
    "SET ROLE postgres",
    "CREATE ROLE more SUPERUSER",
    "DELETE FROM accounts",
    "DELETE FROM findings",
    "TRUNCATE register_heads",
    "UPDATE alembic_version SET version_num = '0001'",
)


def test_every_table_is_named_for_every_role_or_is_the_webs_alone() -> None:
    tables = set(metadata.tables) | {"alembic_version"}
    private = {"accounts", "tokens", "sessions", "sign_in_failures"}
    assert set(granted(WEB)) == tables
    for role in (WATCH, SCHEDULE):
        assert set(granted(role)) == tables - private
    for role in ROLES:
        assert {granted(role)[table] for table in FOR_GOOD} == {"SELECT, INSERT"}


def test_the_command_prints_the_sql_for_whoever_administers_the_database() -> None:
    told = CliRunner().invoke(build(), ["database", "roles"])
    assert told.exit_code == 0
    assert told.output.splitlines() == [f"{one};" for one in statements()]
    assert "PASSWORD" not in told.output
    assert "GRANT SELECT, INSERT ON public.register_entries TO onpost_web;" in told.output


def test_roles_are_refused_on_sqlite_with_what_protects_it(tmp_path: Path) -> None:
    file = tmp_path / "onpost.yaml"
    file.write_text(f"data_dir: {tmp_path / 'data'}\n", "utf-8")
    told = CliRunner().invoke(build(), ["database", "roles", "--apply", "--settings", str(file)])
    assert "数据库角色只适用于 PostgreSQL" in str(told.exception)


@pytest.fixture
def owner_url() -> Iterator[str]:
    with postgres_database() as url:
        yield url


def as_role(url: str, role: str) -> str:
    return make_url(url).set(username=role).render_as_string(hide_password=False)


@pytest.fixture
def world(tmp_path: Path, owner_url: str) -> Iterator[World]:
    """A town on PostgreSQL, whose web signs in as its role from now on."""
    made = made_world(tmp_path, {"database": owner_url})
    engine = made.record.make_uow.engine
    for _ in range(2):  # again, as after every upgrade
        with engine.begin() as connection:
            grant(connection)

    def sign_in(_dialect: Any, _record: Any, _given: Any, named: dict[str, Any]) -> None:
        named["user"] = WEB

    event.listen(engine, "do_connect", sign_in)
    engine.dispose()
    yield made
    made.record.close()


@pytest.mark.postgres
def test_the_web_does_all_it_does_under_its_role_and_changes_no_record(
    world: World, owner_url: str, tmp_path: Path
) -> None:
    endpoints = {one.name: one for one in world.web.app.state.endpoints}
    wrong = [
        asked(world, endpoints[name], change)
        for name, changes in CHANGES.items()
        for change in changes
        if endpoints[name].rule.audit is Audit.CHANGE
    ]
    assert "\n".join(one for one in wrong if one) == ""
    record = open_existing_record(tmp_path / "data", as_role(owner_url, WEB))
    try:
        assert verify_record(record).faults == ()
        assert verify_record(record, audit=True).faults == ()
    finally:
        record.close()
    assert not_refused(as_role(owner_url, WEB)) == []


def not_refused(url: str) -> list[str]:
    """What somebody who signs in as a role can do and must not."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    done = []
    with psycopg.connect(plain, autocommit=True) as connection:
        for table in FOR_GOOD:
            column = next(iter(metadata.tables[table].primary_key.columns)).name
            for attack in (one.format(table=table, column=column) for one in ATTACKS):
                done += _tried(connection, attack)
        for attack in BEYOND:
            done += _tried(connection, attack)
    return done


def _tried(connection: psycopg.Connection[Any], attack: str) -> list[str]:
    try:
        connection.execute(attack)
    except psycopg.errors.InsufficientPrivilege:
        return []
    return [attack]


@pytest.mark.postgres
def test_the_watch_writes_under_its_role_and_sees_no_account(
    owner_url: str, tmp_path: Path
) -> None:
    opened = open_record(tmp_path / "data", owner_url)
    with opened.make_uow() as uow:
        uow.adopt(even_empty=True)
        uow.commit()
    with opened.make_uow.engine.begin() as connection:
        grant(connection)
    opened.close()
    for role in (WATCH, SCHEDULE):
        record = open_record(tmp_path / "data", as_role(owner_url, role))  # migrates nothing
        try:
            with record.make_uow() as uow:
                uow.register.append("note", {"by": role}, MORNING)
                uow.settings.save({"by": role}, MORNING)
                uow.spans.save([Span(role, State.ABSENT, Reason.EMPTY, MORNING, None, samples=7)])
                uow.commit()
        finally:
            record.close()
        assert not_refused(as_role(owner_url, role)) == []
        url = make_url(as_role(owner_url, role)).set(drivername="postgresql")
        with (
            psycopg.connect(url.render_as_string(hide_password=False)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("SELECT hashes FROM accounts")
