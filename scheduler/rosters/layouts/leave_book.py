"""Layout E: the book of leave and going out (请假、外出台账)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.domain.duty_rows import notice_key
from models.domain.hours import zone_of
from models.domain.leave import NO_APPROVAL, Notice, NoticeKind
from scheduler.rosters.columns import Column, head_key, recognised
from scheduler.rosters.entries import Reader
from scheduler.rosters.harvest import Harvest, PlacedNotice
from scheduler.rosters.leave_csv import HEADS, KINDS, Field
from scheduler.rosters.names import written_people
from scheduler.rosters.sheets import Cell, Sheet
from scheduler.rosters.spelling import NOBODY, read_clock
from scheduler.rosters.titles import TITLE_ROWS, is_note

NEEDED = frozenset({Field.PERSON, Field.KIND, Field.START, Field.END})
APPROVER = frozenset({"审批人", "批准人", "approver"})
_TIME = re.compile(r"^(.*?[\d日号])\s*(上午|下午|[\sT]\s*\d{1,2}\s*[::点时].*)$")


def take(sheet: Sheet, reader: Reader, harvest: Harvest) -> bool:
    """Read the sheet where it is such a book; False where it is none."""
    for number, row in enumerate(sheet.rows[: TITLE_ROWS + 4]):
        keys = [head_key(cell.text) for cell in row]
        columns = {
            field: place
            for field, names in HEADS.items()
            for place, key in reversed(list(enumerate(keys)))
            if key in names
        }
        if not columns.keys() >= NEEDED or Column.DATE in recognised(row):
            continue  # a list of shifts may have the same heads, and a date beside them
        harvest.layouts.append((f"{sheet.file} [{sheet.name}]", "E"))
        approver = next((place for place, key in enumerate(keys) if key in APPROVER), None)
        for cells in sheet.rows[number + 1 :]:
            if not is_note(cells):
                by = _text(cells, approver)
                _take_row(cells, columns, by, reader, harvest)
        return True
    return False


def _text(cells: Sequence[Cell], place: int | None) -> str:
    return cells[place].text if place is not None and place < len(cells) else ""


def _take_row(
    cells: Sequence[Cell],
    columns: Mapping[Field, int],
    approver: str,
    reader: Reader,
    harvest: Harvest,
) -> None:
    row = {
        field: cells[place] if place < len(cells) else Cell("", cells[0].where)
        for field, place in columns.items()
    }
    person_cell = row[Field.PERSON]
    unit = row[Field.UNIT].text if Field.UNIT in row else ""
    written = written_people(person_cell.text)
    person = reader.person(person_cell, written[0].name if written else "", unit)
    kind = _kind(row[Field.KIND], reader)
    start = _moment(row[Field.START], reader, opening=True)
    end = _moment(row[Field.END], reader, opening=False)
    approved = _moment(row.get(Field.APPROVED), reader, opening=True)
    registered = _moment(row.get(Field.REGISTERED), reader, opening=True) or approved
    back = _moment(row.get(Field.BACK), reader, opening=True)
    cover = _cover(row.get(Field.COVER), unit, reader)
    if registered is None and start is not None:
        reader.notebook.note(
            "E103",
            row.get(Field.REGISTERED, row[Field.START]).where,
            "登记时间为空,请填写登记时间或审批时间。",
            "the time of registration is missing; write it, or the time of approval.",
        )
    if person is None or kind is None or start is None or end is None or registered is None:
        return
    if not _makes_sense(row, person.id, cover, (start, end, registered), reader):
        return
    if approved is None and approver and approver not in NOBODY and kind not in NO_APPROVAL:
        approved = registered
    notice = Notice(
        id=notice_key(person.id, kind, start),
        person_id=person.id,
        kind=kind,
        start=start,
        end=end,
        registered_at=registered,
        cover_id=cover,
        approved_at=approved,
        approver=approver,
        back_at=back,
    )
    harvest.notices.append(PlacedNotice(notice, person_cell.where))


def _kind(cell: Cell, reader: Reader) -> NoticeKind | None:
    kind = KINDS.get(cell.text)
    if kind is None:
        known = "、".join(name for name in KINDS if not name.isascii())
        reader.notebook.note(
            "E106",
            cell.where,
            f"请假类别“{cell.text}”无法识别,可写:{known}。",
            f"kind of leave {cell.text!r} is not known; write one of {known}.",
        )
    return kind


def _cover(cell: Cell | None, unit: str, reader: Reader) -> str:
    written = written_people(cell.text) if cell is not None else []
    if cell is None or not written:
        return ""
    person = reader.person(cell, written[0].name, unit)
    return person.id if person else ""


def _makes_sense(
    row: Mapping[Field, Cell],
    person_id: str,
    cover: str,
    times: tuple[datetime, datetime, datetime],
    reader: Reader,
) -> bool:
    start, end, registered = times
    note = reader.notebook.note
    if end <= start:
        where = row[Field.END].where
        note("E120", where, f"请假结束早于开始({where})。", "the leave ends before it starts.")
        return False
    if cover == person_id:
        cell = row[Field.COVER]
        note("E117", cell.where, f"顶岗人“{cell.text}”与请假人相同。", "the cover is who is away.")
        return False
    if registered > start:
        zone = _zone(reader)
        at, since = registered.astimezone(zone), start.astimezone(zone)
        where = row.get(Field.REGISTERED, row[Field.START]).where
        note(
            "W119",
            where,
            f"请假登记时间 {at:%Y-%m-%d %H:%M} 晚于开始时间 {since:%Y-%m-%d %H:%M},"
            "将标记为“补登记”。",
            f"registered {at:%Y-%m-%d %H:%M}, after the start {since:%Y-%m-%d %H:%M}: marked late.",
        )
    return True


def _zone(reader: Reader) -> ZoneInfo:
    return zone_of(next(iter(reader.context.halls.values())))


def _moment(cell: Cell | None, reader: Reader, *, opening: bool) -> datetime | None:
    """A date with a time, with 上午 or 下午, or alone: the day's opening or closing then."""
    if cell is None or not cell.text:
        return None
    zone = _zone(reader)
    if isinstance(cell.value, datetime) and cell.value.time() != time(0):
        return cell.value.replace(tzinfo=zone).astimezone(UTC)
    parts = _TIME.match(cell.text)
    day = reader.any_day(Cell(parts.group(1), cell.where) if parts else cell)
    if day is None:
        return None
    said = parts.group(2).strip(" T") if parts else ""
    own = reader.hall_sittings(day)
    if said == "上午":
        clock = own[0].opens if opening else own[0].closes
    elif said == "下午":
        clock = own[-1].opens if opening else own[-1].closes
    elif said:
        try:
            clock = read_clock(said)
        except ValueError:
            reader.bad_times(cell.where, cell.text)
            return None
    else:
        clock = own[0].opens if opening else own[-1].closes
    moment = datetime.combine(day, clock, zone)
    if not opening and clock == time(0):
        moment += timedelta(days=1)
    return moment.astimezone(UTC)
