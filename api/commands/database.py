"""`onpost database roles`: roles on PostgreSQL, one a process (数据库角色)."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.roster import SettingsFile


def add_to(app: typer.Typer) -> None:
    """Add the group `database`."""
    group = typer.Typer(no_args_is_help=True, help="The database and its roles (数据库).")
    group.callback()(_group)
    group.command("roles")(roles)
    app.add_typer(group, name="database")


def _group() -> None:
    """The database and its roles (数据库)."""


def roles(
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Migrate and carry it out, as the tables' owner.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """Print the SQL that makes a role for web, watch and schedule, each with what it needs.

    With --apply it is carried out in the database of the settings, whose user must own the
    tables and may make roles. Passwords are set by whoever administers the database.
    """
    from models.storage.grants import ROLES, statements

    if not apply:
        for statement in statements():
            typer.echo(f"{statement};")
        return
    from api.settings import load_settings
    from api.wiring_record import make_record
    from models.storage.grants import grant
    from models.storage.unit_of_work import storage_errors

    record = make_record(load_settings(settings))
    try:
        with record.make_uow() as uow:
            uow.adopt(even_empty=True)  # it reads every table, which no role may
            uow.commit()
        with storage_errors(), record.make_uow.engine.begin() as connection:
            grant(connection)
    finally:
        record.close()
    names = ", ".join(ROLES)
    typer.echo(f"角色已就绪:{names};请设置各自的口令。 / Roles are there: {names}; set passwords.")
