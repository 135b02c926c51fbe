"""`onpost case`: cases of electronic supervision (电子监察办件), their cards and figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.roster import SettingsFile

if TYPE_CHECKING:
    from api.schemas.case import FiguresOut
    from models.domain.deadline import Card
    from scheduler.cases.importing import CaseImport

MOST_SHOWN = 40
UnitOnly = Annotated[str, typer.Option("--unit", help="Only this unit's.")]


def add_to(app: typer.Typer) -> None:
    """Add the group `case`."""
    group = typer.Typer(
        no_args_is_help=True, help="Cases of electronic supervision (电子监察办件)."
    )
    app.add_typer(group, name="case")
    group.command("import")(import_)
    group.command("list")(list_)
    group.command("show")(show)
    group.command("kpi")(kpi)
    group.command("items")(items)
    group.command("cards")(cards)
    group.command("pull")(pull)


def import_(
    files: Annotated[list[Path], typer.Argument(help=".csv (UTF-8, GB18030), .xlsx or .xls.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """Import case files, all of them or nothing; exit 2 and nothing written on any error."""
    from api.auth.audit import console
    from api.cases import imported_files, previewed
    from api.duty_doors import contents_of, looked_at, opened
    from api.settings import load_settings
    from api.wiring import make_clock

    chosen = load_settings(settings)
    content = contents_of(files)
    with looked_at(chosen) as make_uow:  # whatever is wrong is told before a record is made
        found = previewed(chosen, make_uow, content)
    if not dry_run:
        now = make_clock(chosen).now()
        with opened(chosen) as record:
            found = imported_files(chosen, record.make_uow, content, console(), now)
    _tell(found, dry_run=dry_run)


def _tell(found: CaseImport, *, dry_run: bool) -> None:
    from scheduler.cases.cards import said_of

    for warning in found.problems[:MOST_SHOWN]:
        typer.echo(str(warning))
    if len(found.problems) > MOST_SHOWN:
        typer.echo(f"… 另有 {len(found.problems) - MOST_SHOWN} 条提示 / more notes")
    counts = found.counts
    said = (
        f"新增 / new {counts['new']}, 更新 / changed {counts['changed']}, "
        f"无变化 / same {counts['same']}"
    )
    if dry_run:
        typer.echo(f"试导入,未写入任何内容 / dry run, nothing written: {said}")
        return
    raised = said_of(found.cards)
    typer.echo(f"已导入,登记第 {found.seq} 条 / imported, register entry {found.seq}: {said}")
    if raised:
        typer.echo(f"预警 / cards: {raised}")


def list_(
    *,
    unit: UnitOnly = "",
    open_only: Annotated[bool, typer.Option("--open", help="Only cases in the stock.")] = False,
    signal: Annotated[
        str, typer.Option("--signal", help="reminder, yellow, red or serious: on which it stands.")
    ] = "",
    after: Annotated[str, typer.Option("--after", help="Project number to go on from.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 100,
    settings: SettingsFile = None,
) -> None:
    """Print cases as JSON lines, by project number; who applied is masked."""
    from api.case_view import CaseTeller
    from api.duty_doors import looked_at
    from api.settings import load_settings
    from api.wiring import make_clock

    chosen, card = load_settings(settings), _card_of(signal)
    units = frozenset({unit}) if unit else None
    with looked_at(chosen) as make_uow:
        if make_uow is None:
            return
        with make_uow(read_only=True) as uow:
            found = uow.cases.list(
                units=units, open_only=open_only, card=card, after=after, limit=limit
            )
            standing = uow.cases.cards_of([one.project_no for one in found])
            teller = CaseTeller.of(chosen, uow, make_clock(chosen).now())
    for one in found:
        typer.echo(teller.case(one, standing[one.project_no]).model_dump_json())


def show(
    project_no: Annotated[str, typer.Argument(help="Project number (办件编号).")],
    settings: SettingsFile = None,
) -> None:
    """Print one case with its deadlines and every card that was ever raised, as JSON."""
    from api.case_view import CaseTeller
    from api.duty_doors import existing
    from api.errors import missing
    from api.settings import load_settings
    from api.wiring import make_clock

    chosen = load_settings(settings)
    with existing(chosen) as record, record.make_uow(read_only=True) as uow:
        found = uow.cases.get(project_no)
        if found is None:
            raise missing("办件", "case", project_no)
        cards = uow.cases.card_rows([project_no]).get(project_no, ())
        told = CaseTeller.of(chosen, uow, make_clock(chosen).now()).detail(found, cards)
    typer.echo(told.model_dump_json(indent=1))


def kpi(
    period: Annotated[str, typer.Argument(help="2026-11, 2026-W48, 2026-Q4, 2026-H2 or 2026.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Print a period's figures by unit, with the formulas that they are made by."""
    from api.case_view import kpi_of
    from api.duty_doors import existing
    from api.settings import load_settings
    from api.wiring import make_clock

    chosen = load_settings(settings)
    with existing(chosen) as record, record.make_uow(read_only=True) as uow:
        told = kpi_of(uow, chosen, period, make_clock(chosen).now())
    if as_json:
        typer.echo(told.model_dump_json(indent=1))
        return
    typer.echo(f"{told.name} {told.first} — {told.last}")
    for row in (*told.units, told.total):
        typer.echo(_line(row))
    for formula in told.formulas:
        typer.echo(formula)


def _line(row: FiguresOut) -> str:
    from models.domain.deadline import CARD_NAMES

    cards = " ".join(f"{CARD_NAMES[card]}{count}" for card, count in row.cards.items())
    return (
        f"{row.unit}: 期初在办{row.opening} 受理{row.accepted} 办结{row.closed} "
        f"退回/撤销{row.left} 期末在办{row.closing}{'' if row.balanced else '(不平)'} "
        f"办结率A {row.closing_rate.text} 办结率B {row.own_closing_rate.text} "
        f"按期 {row.on_time_rate.text} 提前 {row.early_rate.text} "
        f"平均用时 {row.average_days} {cards}"
    )


def items(
    period: Annotated[str, typer.Argument(help="2026-11; its cases are looked at.")],
    unit: UnitOnly = "",
    settings: SettingsFile = None,
) -> None:
    """Print clues: promises longer than 2/3 of the statutory time, papers asked for twice."""
    from api.case_view import clues_in
    from api.duty_doors import existing
    from api.settings import load_settings

    chosen = load_settings(settings)
    with existing(chosen) as record, record.make_uow(read_only=True) as uow:
        found = clues_in(uow, chosen, period, frozenset({unit}) if unit else None)
    for one in found:
        name = one.task_name or one.task_code
        typer.echo(f"{one.unit} {name} {one.project_no} ({one.cases}): {one.zh} / {one.en}")


def cards(
    *,
    review: Annotated[
        bool, typer.Option("--review", help="First raise what is due now, as the job does.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """List the standing cards of open cases, by moment."""
    from zoneinfo import ZoneInfo

    from api.duty_doors import existing
    from api.settings import load_settings
    from api.wiring import make_clock
    from api.wiring_cases import case_work
    from models.domain.deadline import CARD_NAMES
    from scheduler.timetable import CASE_CARDS

    chosen = load_settings(settings)
    zone = ZoneInfo(chosen.time_zone)
    with existing(chosen) as record:
        if review:
            said = case_work(chosen, record.make_uow, make_clock(chosen))[CASE_CARDS]()
            typer.echo(f"预警 / cards: {said or '—'}")
        with record.make_uow(read_only=True) as uow:
            opened = {case.project_no: case for case in uow.cases.open()}
            standing = uow.cases.cards_of(opened)
    found = sorted((at, no, card) for no, own in standing.items() for card, at in own.items())
    for at, number, card in found:
        unit = opened[number].unit_id
        typer.echo(f"{at.astimezone(zone):%Y-%m-%d %H:%M} {CARD_NAMES[card]} {unit} {number}")


def pull(
    name: Annotated[str, typer.Argument(help="Of supervision.case_sources; else all.")] = "",
    settings: SettingsFile = None,
) -> None:
    """Read cases of another database now, as the job does; nothing is written there."""
    from api.auth.audit import console
    from api.case_rules import entering
    from api.duty_doors import opened
    from api.errors import missing
    from api.settings import load_settings
    from api.wiring import make_clock
    from api.wiring_cases import pull_tick

    chosen = load_settings(settings)
    names = sorted(chosen.supervision.case_sources)
    if name and name not in names:
        raise missing("数据源", "source in supervision.case_sources", name)
    with opened(chosen) as record:
        tick = pull_tick(chosen, record.make_uow, make_clock(chosen), entering(console()))
        for one in [name] if name else names:
            counts = tick.pull(one, console().name).counts
            said = ", ".join(f"{what} {count}" for what, count in counts.items())
            typer.echo(f"{one}: {said}")


def _card_of(text: str) -> Card | None:
    """A card by its English or Chinese name.

    Raises:
        InputError: there is none of that name.
    """
    from models.domain.deadline import CARD_NAMES, Card
    from models.domain.errors import InputError

    known = {**{card.value: card for card in Card}, **{zh: c for c, zh in CARD_NAMES.items()}}
    if text and text not in known:
        raise InputError(
            f"“{text}”无法识别,应为:{'、'.join(known)}。",
            f"{text!r} is none of {', '.join(Card)}.",
            where="--signal",
        )
    return known.get(text)
