"""`onpost user`: accounts (账号) from the machine itself, the first of them too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.roster import SettingsFile
from models.domain.access import Role

if TYPE_CHECKING:
    from datetime import datetime

    from api.auth.account_office import AccountOffice, AccountSeen
    from api.auth.audit import Acting
    from api.settings import Settings
    from models.domain.access import Access
    from models.domain.accounts import Account

Login = Annotated[str, typer.Argument(help="Sign-in name.")]
Roles = Annotated[list[Role], typer.Option("--role", help="May be given several times.")]
Halls = Annotated[list[str] | None, typer.Option("--hall", help="Sees only this hall; repeat.")]
Units = Annotated[list[str] | None, typer.Option("--unit", help="Sees only this unit; repeat.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the one-time password from standard input.")
]


def add_to(app: typer.Typer) -> None:
    """Add the group `user`."""
    group = typer.Typer(no_args_is_help=True, help="Accounts: add, disable, reset (账号).")
    app.add_typer(group, name="user")
    group.command("add")(add)
    group.command("list")(list_)
    group.command("disable")(disable)
    group.command("enable")(enable)
    group.command("unlock")(unlock)
    group.command("reset")(reset)
    group.command("roles")(roles)


def add(
    login: Login,
    role: Roles,
    *,
    hall: Halls = None,
    unit: Units = None,
    name: Annotated[str, typer.Option("--name", help="What pages show.")] = "",
    password_stdin: FromStdin = False,
    settings: SettingsFile = None,
) -> None:
    """Add an account and print its one-time password, to be changed at the first sign-in."""
    given = _from_stdin(asked=password_stdin)
    with opened_office(settings) as (chosen, office, by):
        access = _access(role, hall, unit, chosen)
        account, password = office.add(login, name, access, by, password=given)
        ends = office.first_password_ends(account.login)
    typer.echo(f"已添加账号 / account added: {account.login}")
    _tell(password, given, ends)


def list_(settings: SettingsFile = None) -> None:
    """List accounts: name, roles, where they see, state."""
    from api.auth.account_office import AccountOffice
    from api.clock import RealClock
    from api.duty_doors import looked_at
    from api.settings import load_settings
    from api.settings.domain import account_rules_of

    chosen = load_settings(settings)
    with looked_at(chosen) as make_uow:
        if make_uow is not None:
            rules = account_rules_of(chosen)
            for seen in AccountOffice(make_uow, RealClock(), rules=rules).list():
                typer.echo(_line(seen))


def disable(login: Login, settings: SettingsFile = None) -> None:
    """Shut an account: its sessions end and its tokens do not work."""
    _do(lambda office, by: office.disable(login, by), "已停用 / disabled", settings)


def enable(login: Login, settings: SettingsFile = None) -> None:
    """Open a disabled account again."""
    _do(lambda office, by: office.enable(login, by), "已启用 / enabled", settings)


def unlock(login: Login, settings: SettingsFile = None) -> None:
    """Forget failed sign-ins, so that the account may sign in at once."""
    _do(lambda office, by: office.unlock(login, by), "已解锁 / unlocked", settings)


def reset(
    login: Login, *, password_stdin: FromStdin = False, settings: SettingsFile = None
) -> None:
    """Give a new one-time password and print it; sessions end, tokens are revoked."""
    given = _from_stdin(asked=password_stdin)
    with opened_office(settings) as (_, office, by):
        password = office.reset_password(login, by, password=given)
        ends = office.first_password_ends(login)
    typer.echo(f"口令已重置 / password reset: {login}")
    _tell(password, given, ends)


def roles(
    login: Login,
    role: Roles,
    *,
    hall: Halls = None,
    unit: Units = None,
    settings: SettingsFile = None,
) -> None:
    """Give other roles and another scope in place of the present ones; sessions end."""
    with opened_office(settings) as (chosen, office, by):
        office.set_access(login, _access(role, hall, unit, chosen), by)
        seen = office.get(login)
    typer.echo(_line(seen))


@contextmanager
def opened_office(settings: SettingsFile) -> Iterator[tuple[Settings, AccountOffice, Acting]]:
    """Settings, the office on the record, and whoever runs this command."""
    from api.auth.account_office import AccountOffice
    from api.auth.audit import console
    from api.clock import RealClock
    from api.duty_doors import opened
    from api.settings import load_settings
    from api.settings.domain import account_rules_of

    chosen = load_settings(settings)
    with opened(chosen) as record:
        office = AccountOffice(record.make_uow, RealClock(), rules=account_rules_of(chosen))
        yield chosen, office, console()


def _do(
    change: Callable[[AccountOffice, Acting], Account], said: str, settings: SettingsFile
) -> None:
    with opened_office(settings) as (_, office, by):
        account = change(office, by)
    typer.echo(f"{said}: {account.login}")


def _access(
    roles: list[Role], halls: list[str] | None, units: list[str] | None, settings: Settings
) -> Access:
    from api.duty_doors import hall_of
    from models.domain.access import Access, Scope

    chosen = None if not halls else frozenset(hall_of(one, settings, "--hall") for one in halls)
    known = {window.unit for window in settings.windows.values()}
    for unit in units or []:
        if unit not in known:
            typer.echo(
                f"注意:设置中没有单位“{unit}”的窗口。/ note: no window is of unit {unit!r}.",
                err=True,
            )
    return Access(frozenset(roles), Scope(chosen, frozenset(units) if units else None))


def _from_stdin(*, asked: bool) -> str:
    import sys

    from models.domain.errors import InputError

    if not asked:
        return ""
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise InputError(
            "标准输入中没有口令。", "there is no password in standard input.", where="stdin"
        )
    return given


def _tell(password: str, given: str, ends: datetime | None) -> None:
    if not given:
        typer.echo(f"一次性口令 / one-time password: {password}")
    typer.echo("首次登录须修改口令 / to be changed at the first sign-in")
    if ends is not None:
        typer.echo(f"有效至 / good until: {ends.astimezone():%Y-%m-%d %H:%M}")


def _line(seen: AccountSeen) -> str:
    account, scope = seen.account, seen.account.access.scope
    states = [
        text
        for text, holds in (
            ("停用/disabled", account.disabled),
            ("锁定/locked", seen.locked_until is not None),
            ("待改口令/password due", account.must_change),
            ("演示/demo", account.demo),
        )
        if holds
    ]
    places = [f"hall={','.join(sorted(scope.halls))}"] if scope.halls is not None else []
    places += [f"unit={','.join(sorted(scope.units))}"] if scope.units is not None else []
    parts = [account.login, account.name, ",".join(sorted(account.access.roles)), *places]
    return "  ".join([*parts, *(f"[{state}]" for state in states)])
