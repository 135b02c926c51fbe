"""The migrations make exactly the tables that the code knows, on both databases."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from models.domain.errors import StorageError
from models.storage.engine import open_engine
from models.storage.migrate import alembic_config, upgrade
from models.storage.tables import metadata
from models.storage.unit_of_work import unit_of_work_factory


def test_migrations_and_tables_agree(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        names = set(inspect(connection).get_table_names())
    assert names == {*metadata.tables, "alembic_version"}
    engine.dispose()


def test_a_second_start_changes_nothing(database_url: str) -> None:
    for _ in range(2):
        unit_of_work_factory(database_url).close()


def test_programs_that_start_together_migrate_one_after_another(database_url: str) -> None:
    failures: list[BaseException] = []

    def begin() -> None:
        try:
            unit_of_work_factory(database_url).close()
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=begin) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_a_database_newer_than_the_program_is_refused_with_advice(database_url: str) -> None:
    make_uow = unit_of_work_factory(database_url)
    with make_uow.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    make_uow.close()
    with pytest.raises(StorageError, match=r"9999.*请升级本程序.*Upgrade this program"):
        unit_of_work_factory(database_url)


def test_an_empty_database_is_refused_where_nothing_may_be_made(database_url: str) -> None:
    with pytest.raises(StorageError, match="not set up or older"):
        unit_of_work_factory(database_url, migrate=False)
    engine = open_engine(database_url)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    engine.dispose()


def test_every_revision_follows_the_one_before() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


@pytest.mark.parametrize(
    "url", ["mysql://a@b/c", "sqlite://", "sqlite:///:memory:", "nonsense", ""]
)
def test_a_database_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(StorageError, match="数据库地址无效"):
        unit_of_work_factory(url)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "onpost.db"
    file.write_bytes(b"a letter, not a database" * 100)
    with pytest.raises(StorageError, match="not a database"):
        unit_of_work_factory(f"sqlite:///{file}")
    assert file.read_bytes() == b"a letter, not a database" * 100


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        unit_of_work_factory(f"postgresql://onpost:s3cret@/x?host={tmp_path}")
    assert "s3cret" not in str(caught.value)
