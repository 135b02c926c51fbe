"""`onpost backup` and `onpost restore`: one file with all that is kept, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.roster import SettingsFile

if TYPE_CHECKING:
    from models.storage.verification import Verdict

KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        help="File with the passphrase in its first line; else $ONPOST_BACKUP_PASSPHRASE.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands `backup` and `restore`."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    target: Annotated[Path, typer.Argument(help="A folder, or the file to be written.")],
    *,
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Encrypt it; then it also holds the private keys.")
    ] = False,
    key_file: KeyFile = None,
    settings: SettingsFile = None,
) -> None:
    """Write a backup (备份) of one moment, beside a running watch. Entered in the audit log."""
    from api.auth.audit import console
    from api.backup import backup as write
    from api.backup_seal import passphrase
    from api.duty_doors import existing, typed
    from api.settings import load_settings
    from api.wiring_record import evidence_in, make_clock

    chosen = load_settings(settings)
    secret = passphrase(key_file) if encrypt else None
    with existing(chosen) as found:
        record = evidence_in(chosen, found)
        now = make_clock(chosen).now()
        with record.make_uow() as uow:
            typed(uow, "backup_made", str(target.name), now, console())
            uow.commit()
        made = write(record, chosen, target, now, secret=secret)
    typer.echo(
        f"已备份到 {made.file}:{made.rows} 行,证据图片 {made.pictures} 张,"
        f"{made.bytes / 1e6:.1f} MB,密钥指纹 {made.fingerprint}。 / "
        f"backed up: {made.rows} rows, {made.pictures} pictures, {made.bytes / 1e6:.1f} MB, "
        f"key {made.fingerprint}."
    )
    if not made.encrypted:
        typer.echo(
            "未加密,不含密钥:请另行保存 keys 文件夹。 / "
            "not encrypted, so without the private keys: keep the folder `keys` elsewhere."
        )
    if made.missing:
        typer.echo(
            f"缺失证据图片 {len(made.missing)} 张(onpost register verify 有详情)。 / "
            f"{len(made.missing)} picture(s) were missing; see onpost register verify."
        )
        raise typer.Exit(1)


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    *,
    keys: Annotated[
        Path | None, typer.Option("--keys", help="Folder of the keys, where it holds none.")
    ] = None,
    key_file: KeyFile = None,
    check_only: Annotated[
        bool, typer.Option("--check", help="Only read it to its end; change nothing.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """Bring a backup (备份) into an empty data folder and database, and verify the register."""
    import os

    from api.auth.audit import console
    from api.backup_read import checked
    from api.backup_read import restore as bring_in
    from api.backup_seal import passphrase
    from api.duty_doors import opened, typed
    from api.settings import load_settings
    from api.settings.load import PASSPHRASE_VARIABLE
    from api.wiring_record import evidence_in, make_clock, make_evidence
    from models.domain.errors import InputError
    from models.storage.verification import verify_record

    chosen = load_settings(settings, look_up=False)  # the store may be in the backup
    if ("database",) in chosen.secret_names and not check_only:
        raise InputError(
            "恢复时口令库尚未就位,请用环境变量 ONPOST_DATABASE 给出数据库地址。",
            "the store of secrets is not there yet: give the database's address by "
            "ONPOST_DATABASE for the restoring.",
            where="database",
        )
    given = key_file is not None or bool(os.environ.get(PASSPHRASE_VARIABLE))
    held = checked(file, passphrase(key_file) if given else None)
    told = held.manifest
    typer.echo(
        f"备份完好:{told['made_at']},OnPost {told['onpost']},版本 {told['revision']}。 / "
        f"the backup is whole: made {told['made_at']} by OnPost {told['onpost']}."
    )
    if check_only:
        return
    bring_in(held, chosen, make_evidence(chosen), keys=keys)
    with opened(chosen) as found:
        record = evidence_in(chosen, found)
        verdicts = [verify_record(record), verify_record(record, audit=True)]
        with record.make_uow() as uow:
            typed(uow, "backup_restored", file.name, make_clock(chosen).now(), console())
            uow.commit()
    _tell(verdicts, str(told["key"]))


def _tell(verdicts: list[Verdict], key: str) -> None:
    faults = [fault for verdict in verdicts for fault in verdict.faults]
    for fault in faults:
        typer.echo(f"[{fault.kind.value}] {fault}")
    entries = sum(verdict.entries for verdict in verdicts)
    if faults:
        typer.echo(
            f"已恢复,但登记校验不通过:{len(faults)} 处(备份时即如此)。 / "
            f"restored, but the register does NOT verify: {len(faults)} fault(s), as when it was "
            "backed up."
        )
        raise typer.Exit(1)
    typer.echo(
        f"已恢复,登记与审计 {entries} 条校验通过,密钥指纹 {key}。 / "
        f"restored; {entries} entries of register and audit log verify, key {key}."
    )
