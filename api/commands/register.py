"""`onpost register verify`: does the register (登记台账) stand as it was written?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the group `register`."""
    group = typer.Typer(no_args_is_help=True, help="The register of findings (登记台账).")
    group.callback()(_group)
    group.command("verify")(verify)
    app.add_typer(group, name="register")


def _group() -> None:
    """The register of findings (登记台账)."""


def verify(
    settings: Annotated[
        Path | None, typer.Option(help="Settings file; else $ONPOST_SETTINGS.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the record: database, signed heads, key.")
    ] = None,
    database: Annotated[str, typer.Option(help="Database URL, where it is not in --data.")] = "",
    evidence: Annotated[
        Path | None, typer.Option(help="Folder of the pictures, where it is not in --data.")
    ] = None,
) -> None:
    """Check every entry, the signed heads, the rows of all tables, pictures and documents.

    What no option names comes from the settings. Exit status 0 only if all is well, 1 where
    the register was changed, 2 where it cannot be read.
    """
    from api.verifying import verified

    place: Path | str | None = evidence
    if data is None:
        from api.settings import load_settings

        chosen = load_settings(settings)
        data = chosen.data_path
        database = database or chosen.database_url
        place = evidence or chosen.evidence_place
    done = verified(data, database, evidence=place)
    verdict, fingerprint = done.verdict, done.fingerprint
    for fault in verdict.faults:
        typer.echo(f"[{fault.kind.value}] {fault}")
    typer.echo(
        f"登记 {verdict.entries} 条,签名 {verdict.anchors} 个,证据图片 {verdict.pictures} 张"
        f"(已按规定销毁 {verdict.purged} 张),密钥指纹 {fingerprint}。 / "
        f"{verdict.entries} entries, {verdict.anchors} signed heads, "
        f"{verdict.pictures} pictures ({verdict.purged} purged), key {fingerprint}."
    )
    typer.echo(
        f"已核对各表 {verdict.rows} 行、文书 {verdict.documents} 份。 / "
        f"{verdict.rows} rows of tables and {verdict.documents} documents compared."
    )
    if verdict.faults:
        typer.echo(
            f"登记台账校验不通过:{len(verdict.faults)} 处问题。 / "
            f"The register does NOT verify: {len(verdict.faults)} fault(s)."
        )
        raise typer.Exit(1)
    typer.echo("登记台账校验通过。 / The register verifies.")
