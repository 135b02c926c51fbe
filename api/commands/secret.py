"""`onpost secret`: passwords and tokens of the settings, kept encrypted (口令库)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.roster import SettingsFile

if TYPE_CHECKING:
    from api.secret_store import SecretStore
    from api.settings import Settings

Name = Annotated[str, typer.Argument(help="What the settings call it: secret:NAME.")]


def add_to(app: typer.Typer) -> None:
    """Add the group `secret`."""
    group = typer.Typer(no_args_is_help=True, help="Encrypted passwords and tokens (口令库).")
    app.add_typer(group, name="secret")
    group.command("set")(set_)
    group.command("list")(list_)
    group.command("remove")(remove)
    group.command("rotate")(rotate)


def set_(
    name: Name,
    *,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read it from standard input, first line.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """Keep a secret, or replace it; asked for twice, never taken from the command line."""
    import sys

    from api.auth.audit import console
    from api.clock import RealClock

    with opened_store(settings) as (chosen, store):
        if stdin:
            text = sys.stdin.readline().rstrip("\r\n")
        else:
            text = typer.prompt(f"口令 / secret {name}", hide_input=True, confirmation_prompt=True)
        new = store.put(name, text, RealClock().now(), console().name)
        _enter(chosen, name, "set" if new else "replaced")
    done = "已保存 / kept" if new else "已替换 / replaced"
    typer.echo(f"{done}: {name} ({store.file})")
    typer.echo(f"设置中写作 / in the settings: secret:{name}")
    typer.echo(f"地址中写作 / within an address: ${{secret:{name}}}")


def list_(settings: SettingsFile = None) -> None:
    """List names, since when, by whom and where they are used; never the secrets."""
    with opened_store(settings) as (chosen, store):
        places = _places(chosen)
        kept = store.kept()
    for one in kept:
        used = ", ".join(places.pop(one.name, [])) or "未使用 / unused"
        typer.echo(f"{one.name}  {one.set_at[:16]}  {one.set_by}  {used}")
    for name, used_in in sorted(places.items()):
        typer.echo(f"{name}  缺失 / missing  {', '.join(used_in)}")
    if places:
        raise typer.Exit(1)


def remove(name: Name, settings: SettingsFile = None) -> None:
    """Forget a secret that the settings no longer name."""
    from models.domain.errors import InputError

    with opened_store(settings) as (chosen, store):
        if used := _places(chosen).get(name):
            raise InputError(
                f"设置仍在使用口令“{name}”:{'、'.join(used)}。",
                f"the settings still use the secret {name!r}: {', '.join(used)}.",
                where=str(chosen.file),
            )
        store.remove(name)
        _enter(chosen, name, "removed")
    typer.echo(f"已删除 / removed: {name}")


def rotate(settings: SettingsFile = None) -> None:
    """Seal all secrets anew under a new key. Running processes go on; back up both files."""
    with opened_store(settings) as (chosen, store):
        count = store.rotate()
        _enter(chosen, "key", "rotated")
    typer.echo(f"已更换密钥 / new key: {store.key_file} ({count})")


@contextmanager
def opened_store(settings: SettingsFile) -> Iterator[tuple[Settings, SecretStore]]:
    """The settings without their secrets, and the store that they name."""
    from api.settings import load_settings

    chosen = load_settings(settings, look_up=False)
    yield chosen, chosen.secret_store


def _places(settings: Settings) -> dict[str, list[str]]:
    places: dict[str, list[str]] = {}
    for path, names in settings.secret_names.items():
        for name in names:
            places.setdefault(name, []).append(".".join(map(str, path)))
    return places


def _enter(settings: Settings, name: str, deed: str) -> None:
    """Enter it in the audit log, where there is a record and no secret is missing any more."""
    from api.auth.audit import console, note
    from api.duty_doors import existing
    from api.settings import SettingsProblems, load_settings
    from api.wiring_record import make_clock
    from models.domain.audit import Action
    from models.storage.record import record_exists

    try:
        whole = load_settings(settings.file)
    except SettingsProblems:
        return  # others are still to be set; the store itself says who set which, and when
    if not record_exists(whole.data_path, whole.database_url):
        return
    with existing(whole) as record, record.make_uow() as uow:
        now = make_clock(whole).now()
        note(uow, console(), Action.SETTINGS_CHANGED, f"secret:{name}", now, deed=deed)
        uow.commit()
