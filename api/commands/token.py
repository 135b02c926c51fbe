"""`onpost token`: keys of programs to the API (接口令牌)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.roster import SettingsFile
from models.domain.access import Permission

if TYPE_CHECKING:
    from api.auth.audit import Acting
    from api.auth.token_desk import TokenDesk
    from api.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add the group `token`."""
    group = typer.Typer(no_args_is_help=True, help="Tokens of programs for the API (接口令牌).")
    app.add_typer(group, name="token")
    group.command("add")(add)
    group.command("list")(list_)
    group.command("revoke")(revoke)


def add(
    login: Annotated[str, typer.Argument(help="The account it belongs to.")],
    name: Annotated[str, typer.Option("--name", help="What it is for.")],
    allow: Annotated[list[Permission], typer.Option("--allow", help="What it may; repeat.")],
    *,
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How long it lasts.")] = 90,
    hall: Annotated[list[str] | None, typer.Option("--hall", help="Only this hall.")] = None,
    unit: Annotated[list[str] | None, typer.Option("--unit", help="Only this unit.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Make a token, never with more than its account may, and print it once."""
    from datetime import timedelta

    from api.clock import RealClock
    from api.duty_doors import hall_of
    from models.domain.access import Scope

    with opened_desk(settings) as (chosen, desk, by):
        halls = frozenset(hall_of(one, chosen, "--hall") for one in hall) if hall else None
        token, secret = desk.make(
            login,
            name,
            frozenset(allow),
            Scope(halls, frozenset(unit) if unit else None),
            RealClock().now() + timedelta(days=days),
            by,
        )
    typer.echo(f"令牌 {token.id} 到期 / token ends: {token.expires_at:%Y-%m-%d %H:%M} UTC")
    typer.echo(f"仅显示一次 / shown once: {secret}")


def list_(
    login: Annotated[str, typer.Argument(help="Of this account; else all.")] = "",
    settings: SettingsFile = None,
) -> None:
    """List tokens, newest first; their secrets are not kept."""
    from api.auth.token_desk import TokenDesk
    from api.clock import RealClock
    from api.duty_doors import looked_at
    from api.settings import load_settings

    with looked_at(load_settings(settings)) as make_uow:
        tokens = [] if make_uow is None else TokenDesk(make_uow, RealClock()).list(login)
    now = RealClock().now()
    for one in tokens:
        state = "已撤销/revoked" if one.revoked_at else "" if one.alive(now) else "已到期/expired"
        used = f"{one.used_at:%Y-%m-%d %H:%M}" if one.used_at else "—"
        allowed = ",".join(sorted(one.permissions))
        text = f"{one.id}  {one.login}  {one.name}  {allowed}  {one.expires_at:%Y-%m-%d}  {used}"
        typer.echo(f"{text}  {state}".rstrip())


def revoke(
    token: Annotated[str, typer.Argument(help="Its id, from `onpost token list`.")],
    settings: SettingsFile = None,
) -> None:
    """Revoke a token; running processes refuse it within five seconds."""
    with opened_desk(settings) as (_, desk, by):
        revoked = desk.revoke(token, by)
    typer.echo(f"已撤销 / revoked: {revoked.id} {revoked.name}")


@contextmanager
def opened_desk(settings: SettingsFile) -> Iterator[tuple[Settings, TokenDesk, Acting]]:
    """Settings, the desk on the record, and whoever runs this command."""
    from api.auth.audit import console
    from api.auth.token_desk import TokenDesk
    from api.clock import RealClock
    from api.duty_doors import opened
    from api.settings import load_settings
    from api.settings.domain import account_rules_of

    chosen = load_settings(settings)
    with opened(chosen) as record:
        yield chosen, TokenDesk(record.make_uow, RealClock(), account_rules_of(chosen)), console()
