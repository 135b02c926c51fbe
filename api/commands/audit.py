"""`onpost audit`: read, export and check the audit log (审计日志)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.roster import SettingsFile

if TYPE_CHECKING:
    from api.settings import Settings
    from models.domain.audit import DeedQuery

Who = Annotated[str, typer.Option("--who", help="Login, or `console:<user>`.")]
Action = Annotated[str, typer.Option("--action", help="sign_in, evidence_viewed, refused, …")]
Since = Annotated[str, typer.Option("--since", help="2026-11-23 09:00.")]
Until = Annotated[str, typer.Option("--until", help="2026-11-23 17:00; not included.")]


def add_to(app: typer.Typer) -> None:
    """Add the group `audit`."""
    group = typer.Typer(no_args_is_help=True, help="Who did what, and when (审计日志).")
    app.add_typer(group, name="audit")
    group.command("list")(list_)
    group.command("export")(export)
    group.command("verify")(verify)


def list_(
    who: Who = "",
    action: Action = "",
    since: Since = "",
    until: Until = "",
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 100,
    settings: SettingsFile = None,
) -> None:
    """Print entries as JSON lines, newest first. That they were read is entered too."""
    import json

    from api.auth.audit import console, note
    from api.duty_doors import existing
    from api.settings import load_settings
    from api.wiring_record import make_clock
    from models.domain.audit import Action as Name
    from models.domain.audit import deed_of, told

    chosen = load_settings(settings)
    query = _query(chosen, who, action, since, until)
    with existing(chosen) as record:
        with record.make_uow() as uow:
            found = uow.register.deeds(query, limit=limit)
            note(
                uow, console(), Name.AUDIT_READ, "audit", make_clock(chosen).now(),
                query=query.told(),
            )  # fmt: skip
            uow.commit()
        for entry in found:
            typer.echo(json.dumps(told(deed_of(entry)), ensure_ascii=False))


def export(
    out: Annotated[Path, typer.Option("--out", help="File that ends with .jsonl or .csv.")],
    who: Who = "",
    action: Action = "",
    since: Since = "",
    until: Until = "",
    *,
    settings: SettingsFile = None,
) -> None:
    """Write entries to a file, oldest first, the head last. The export is entered first."""
    from api.audit_export import export_to
    from api.auth.audit import console
    from api.duty_doors import existing
    from api.settings import load_settings
    from api.wiring_record import make_clock

    chosen = load_settings(settings)
    query = _query(chosen, who, action, since, until)
    with existing(chosen) as record:
        done = export_to(out, record.make_uow, query, console(), make_clock(chosen).now())
    typer.echo(
        f"已导出 {done.entries} 条至 {out},链头 #{done.head.seq} {done.head.hash}。 / "
        f"{done.entries} entries written to {out}, head #{done.head.seq} {done.head.hash}."
    )


def verify(
    settings: SettingsFile = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the record: database, signed heads, key.")
    ] = None,
    database: Annotated[str, typer.Option(help="Database URL, where it is not in --data.")] = "",
) -> None:
    """Check every entry's hash and place, and the signed heads; nothing is written.

    Exit status 0 only if all is well, 1 where the log was changed, 2 where it cannot be read.
    """
    from api.verifying import verified

    if data is None:
        from api.settings import load_settings

        chosen = load_settings(settings)
        data, database = chosen.data_path, database or chosen.database_url
    done = verified(data, database, audit=True)
    verdict = done.verdict
    for fault in verdict.faults:
        typer.echo(f"[{fault.kind.value}] {fault}")
    typer.echo(
        f"审计 {verdict.entries} 条,签名 {verdict.anchors} 个,密钥指纹 {done.fingerprint}。 / "
        f"{verdict.entries} entries, {verdict.anchors} signed heads, key {done.fingerprint}."
    )
    if verdict.faults:
        typer.echo(
            f"审计日志校验不通过:{len(verdict.faults)} 处问题。 / "
            f"The audit log does NOT verify: {len(verdict.faults)} fault(s)."
        )
        raise typer.Exit(1)
    typer.echo("审计日志校验通过。 / The audit log verifies.")


def _query(chosen: Settings, who: str, action: str, since: str, until: str) -> DeedQuery:
    from api.duty_doors import moment_of
    from models.domain.audit import DeedQuery

    return DeedQuery(
        who=who,
        action=action,
        since=moment_of(since, chosen, "--since") if since else None,
        until=moment_of(until, chosen, "--until") if until else None,
    )
