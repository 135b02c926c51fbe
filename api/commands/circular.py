"""`onpost circular`: circulars from draft to issued, corrections, verification (通报)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.roster import SettingsFile
from models.domain.access import Permission

if TYPE_CHECKING:
    from api.reports.circular_paper import CircularPaper
    from api.reports.circulars import Desk

WRITE = Permission.WRITE_CIRCULARS
Key = Annotated[str, typer.Argument(help="As `onpost circular list` prints it.")]
By = Annotated[
    str, typer.Option("--by", help="Account of who does it; drafter and signer must differ.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]


def add_to(app: typer.Typer) -> None:
    """Add the group `circular`."""
    group = typer.Typer(no_args_is_help=True, help="Circulars (通报).")
    app.add_typer(group, name="circular")
    group.command("draft")(draft)
    group.command("submit")(submit)
    group.command("sign")(sign)
    group.command("return")(give_back)
    group.command("drop")(drop)
    group.command("issue")(issue)
    group.command("correct")(correct)
    group.command("list")(list_)
    group.command("verify")(verify)


@contextmanager
def _desk(settings: SettingsFile) -> Iterator[Desk]:
    from api.duty_doors import opened
    from api.reports.desk import desk_of
    from api.settings import load_settings
    from api.wiring import make_clock

    chosen = load_settings(settings)
    with opened(chosen) as record:
        yield desk_of(chosen, record.make_uow, make_clock(chosen))


def draft(
    period: Annotated[str, typer.Argument(help="2026-11, 2026-W48, 2026-Q4, 2026-H2, 2026.")],
    by: By,
    kind: Annotated[str, typer.Option("--kind", help="special, criticism; else by period.")] = "",
    settings: SettingsFile = None,
) -> None:
    """Begin a circular (起草) of a period."""
    from api.commands.papers import actor_of
    from api.reports.circulars import draft as begin
    from models.domain.circular import CircularKind

    with _desk(settings) as desk:
        _tell(begin(desk, period, actor_of(desk, by, WRITE), CircularKind(kind) if kind else None))


def submit(
    key: Key,
    by: By,
    despite: Annotated[str, typer.Option(help="Why it goes although not all is decided.")] = "",
    settings: SettingsFile = None,
) -> None:
    """Send a draft to review (送审): words and figures are frozen."""
    from api.commands.papers import actor_of
    from api.reports.circulars import submit as send

    with _desk(settings) as desk:
        _tell(send(desk, key, actor_of(desk, by, WRITE), despite=despite))


def sign(key: Key, by: By, settings: SettingsFile = None) -> None:
    """Sign what was reviewed (签发); not by who drafted it."""
    _move(key, "signed", by, "", settings)


def give_back(key: Key, by: By, reason: Reason, settings: SettingsFile = None) -> None:
    """Send it back to draft (退回)."""
    _move(key, "draft", by, reason, settings)


def drop(key: Key, by: By, reason: Reason, settings: SettingsFile = None) -> None:
    """Give a draft up (作废)."""
    _move(key, "dropped", by, reason, settings)


def issue(key: Key, by: By, settings: SettingsFile = None) -> None:
    """Issue a signed circular (印发): number, files, findings published; for good."""
    from api.commands.papers import actor_of
    from api.reports.issuing import issue as give_out

    with _desk(settings) as desk:
        _tell(give_out(desk, key, actor_of(desk, by, Permission.APPROVE)))


def correct(
    number: Annotated[str, typer.Argument(help="Number of the original, 监通〔2026〕3号.")],
    finding: Annotated[int, typer.Option("--finding", help="Number of the finding.")],
    what: Annotated[str, typer.Option("--what", help="What holds instead.")],
    by: By,
    settings: SettingsFile = None,
) -> None:
    """Draft a correction notice (更正通知); the original stays as it is."""
    from api.commands.papers import actor_of
    from api.reports.circular_paper import Corrected
    from api.reports.circulars import draft_correction
    from models.domain.errors import InputError

    with _desk(settings) as desk:
        with desk.make_uow(read_only=True) as uow:
            row = uow.findings.get(finding)
        if row is None:
            raise InputError(
                f"没有编号 {finding} 的情形。", f"there is no finding {finding}.", where="--finding"
            )
        actor = actor_of(desk, by, WRITE)
        _tell(draft_correction(desk, number, [Corrected(row.id, row.unit_id, what)], actor))


def list_(settings: SettingsFile = None) -> None:
    """Print circulars as JSON lines, newest first."""
    from api.reports.circular_paper import circular_of
    from api.reports.papers import every
    from models.domain.papers import PaperKind

    with _desk(settings) as desk, desk.make_uow(read_only=True) as uow:
        found = [circular_of(paper) for paper in every(uow, PaperKind.CIRCULAR)]
    for one in found:
        told = {
            "key": one.key,
            "kind": one.kind.value,
            "title": one.title,
            "state": one.state.value,
            "number": "" if one.number is None else str(one.number),
            "corrects": one.corrects,
        }
        typer.echo(json.dumps(told, ensure_ascii=False))


def verify(
    number: Annotated[str, typer.Argument(help="监通〔2026〕3号.")], settings: SettingsFile = None
) -> None:
    """Compare an issued circular's files with the register."""
    from api.reports.issuing import verify as compare

    with _desk(settings) as desk:
        checked = compare(desk, number)
    for zh, en in checked.faults:
        typer.echo(f"{zh} / {en}", err=True)
    if checked.faults:
        raise typer.Exit(1)
    typer.echo(f"{number}: {checked.files} 个文件与登记一致 / files agree with the register")


def _move(key: str, to: str, by: str, reason: str, settings: SettingsFile) -> None:
    from api.commands.papers import actor_of
    from api.reports.circulars import move
    from models.domain.circular import CircularState

    needed = WRITE if to == "dropped" else Permission.APPROVE
    with _desk(settings) as desk:
        _tell(move(desk, key, CircularState(to), actor_of(desk, by, needed), reason=reason))


def _tell(one: CircularPaper) -> None:
    from models.domain.circular import CIRCULAR_STATE_NAMES

    number = f" {one.number}" if one.number else ""
    state = CIRCULAR_STATE_NAMES[one.state]
    typer.echo(f"{one.key}{number} {one.title} {state} / {one.state.value}")
