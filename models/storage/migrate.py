"""Brings a database's tables up to date, from the first table on, by alembic's migrations."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from models.domain.errors import StorageError

_FOLDER: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 4_730_681
"""PostgreSQL advisory lock: programs that start together migrate one after another."""


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration for the migrations in this package."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, *, change: bool = True) -> None:
    """Migrate to the newest version, in one transaction.

    Args:
        engine: The database.
        change: False only checks.

    Raises:
        StorageError: the database is newer than this program, or older and `change` False.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Whoever migrates before us may take long.
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        config = alembic_config(connection)
        script = ScriptDirectory.from_config(config)
        current = MigrationContext.configure(connection).get_current_heads()
        require_known(set(current))
        if set(current) == set(script.get_heads()):
            return
        if not change:
            raise StorageError(
                "数据库尚未建立或版本较旧。请先启动一次 onpost(会自动升级)。",
                "the database is not set up or older than this program. "
                "Start onpost once; it migrates by itself.",
                where="database",
            )
        command.upgrade(config, "head")


def head_revision() -> str:
    """The newest version of the schema that this program knows."""
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def require_known(revisions: set[str]) -> None:
    """Refuse what a newer OnPost made.

    Raises:
        StorageError: one of the versions is none of this program's; with advice.
    """
    script = ScriptDirectory.from_config(alembic_config())
    unknown = revisions - {revision.revision for revision in script.walk_revisions()}
    if unknown:
        names = ", ".join(sorted(unknown))
        raise StorageError(
            f"数据库由更新版本的 OnPost 建立(版本 {names}),本程序不能使用。"
            "请升级本程序,或用升级前的备份。",
            f"the database was made by a newer OnPost (revision {names}). "
            "Upgrade this program, or restore the backup taken before the upgrade.",
            where="database",
        )
