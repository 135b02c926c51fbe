"""Rosters out: what was imported as a workbook that can be imported again, and empty templates."""

from __future__ import annotations

import io
from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import openpyxl
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from models.domain.errors import InputError
from models.domain.hours import SessionKind, zone_of
from models.domain.leave import NOTICE_NAMES, Notice
from models.domain.roster import Roster
from scheduler.cells import put_text
from scheduler.rosters.context import RosterContext

KIND_NAMES: Final = {
    SessionKind.REGULAR: "正常",
    SessionKind.LUNCH: "午间",
    SessionKind.WEEKEND: "周末",
    SessionKind.EXTENDED: "延时",
    SessionKind.APPOINTMENT: "预约",
}
SHIFT_HEADS: Final = ("日期", "星期", "窗口", "单位", "姓名", "岗位", "开始", "结束", "类别")
NOTICE_HEADS: Final = (
    "姓名",
    "单位",
    "类别",
    "开始",
    "结束",
    "顶岗人",
    "审批人",
    "审批时间",
    "登记时间",
    "销假时间",
)
TEMPLATES: Final = {
    "A": (
        "窗口值班表",
        ("日期", "星期", "时间段", "窗口", "单位", "姓名", "岗位", "联系电话", "备注"),
    ),
    "B": ("窗口排班表", ("姓名", "窗口", "单位")),
    "C": ("AB岗表", ("单位", "窗口", "A岗", "B岗", "C岗", "审批领导", "生效日期")),
    "D": ("综合窗口轮值表", ("日期段", "窗口", "值班单位", "值班人", "联系电话")),
    "E": (
        "请假外出台账",
        ("姓名", "单位", "窗口", "类别", "事由", *NOTICE_HEADS[3:5], "天数", *NOTICE_HEADS[5:]),
    ),
    "F": ("午间值班表", ("日期", "时间段", "姓名", "窗口", "单位")),
}
HELP: Final = {
    "A": "说明:每人每班一行;时间段写 08:30-12:00、上午、下午或全天;岗位写 A、B、C。",
    "B": "说明:班/值=全天,早=上午,中=下午,午=午间;"
    "休、假、公、病、事、年、会、训、差=不在岗,空白=不值班。",
    "C": "说明:A岗不在时B岗递补,B岗不在时C岗递补,列数不够可加 D岗、E岗。",
    "D": "说明:日期段写 11.23-11.27;各单位不得空档或重叠。",
    "E": "说明:时间写 2026-11-23 09:00;登记时间晚于开始时间的按补登记处理。",
    "F": "说明:时间段写 12:00-14:30。",
}


class _Names:
    """Names and units of person ids, so that a reader comes to the same ids."""

    def __init__(self, context: RosterContext) -> None:
        self._staff = context.staff

    def of(self, person_id: str) -> tuple[str, str]:
        """Name and unit name."""
        if self._staff is None:
            unit, _, name = person_id.rpartition("/")
            return name, unit
        person = self._staff.persons.get(person_id)
        if person is None:
            return person_id, ""
        return person.name, self.unit(person.unit_id)

    def unit(self, unit_id: str) -> str:
        """A unit's name, its id where no list names it."""
        known = self._staff.units.get(unit_id) if self._staff else None
        return known.name if known else unit_id


def export_roster(roster: Roster, context: RosterContext, notices: Iterable[Notice] = ()) -> bytes:
    """A roster as .xlsx: a sheet of shifts, and one each of standing chains, turns, notices.

    Reading it again with the same context gives the same roster.
    """
    book = _empty()
    names = _Names(context)
    halls = {one.id: context.hall_of(one) for one in context.windows}

    def zone(window_id: str) -> ZoneInfo:
        hall = halls.get(window_id) or next(iter(context.halls.values()))
        return zone_of(hall)

    _sheet(book, "班次", SHIFT_HEADS, _shift_rows(roster, names, zone))
    if roster.chains:
        most = max(len(one.person_ids) for one in roster.chains)
        grades = [f"{chr(ord('A') + n)}岗" for n in range(max(most, 2))]
        rows = [
            [
                names.unit(one.unit_id),
                one.window_id,
                *_padded([names.of(who)[0] for who in one.person_ids], len(grades)),
                _date(one.valid_from, zone(one.window_id)),
            ]
            for one in roster.chains
        ]
        _sheet(book, "AB岗表", ("单位", "窗口", *grades, "生效日期"), rows)
    if roster.turns:
        turns = [
            [
                _date(one.start, zone(one.window_id)),
                _date(one.end - timedelta(seconds=1), zone(one.window_id)),
                one.window_id,
                names.unit(one.unit_id),
                names.of(one.person_id)[0] if one.person_id else "",
            ]
            for one in roster.turns
        ]
        _sheet(book, "轮值表", ("开始", "结束", "窗口", "值班单位", "值班人"), turns)
    listed = [_notice_row(one, names, context) for one in notices]
    if listed:
        _sheet(book, "请假外出", NOTICE_HEADS, listed)
    return _bytes(book)


def _padded(texts: list[str], length: int) -> list[str]:
    return [text or "—" for text in texts] + ["—"] * (length - len(texts))


def _shift_rows(roster: Roster, names: _Names, zone: Callable[[str], ZoneInfo]) -> list[list[str]]:
    rows = []
    for one in sorted(roster.shifts, key=lambda one: (one.start, one.window_id, one.rank)):
        place = zone(one.window_id)
        start, end = one.start.astimezone(place), one.end.astimezone(place)
        name, unit = names.of(one.person_id) if one.person_id else ("", names.unit(one.unit_id))
        rows.append(
            [
                start.date().isoformat(),
                "一二三四五六日"[start.weekday()],
                one.window_id,
                unit,
                name,
                one.grade,
                _clock(start),
                "24:00" if (end.hour, end.minute) == (0, 0) else _clock(end),
                KIND_NAMES[one.kind],
            ]
        )
    return rows


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def _date(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).date().isoformat()


def _notice_row(one: Notice, names: _Names, context: RosterContext) -> list[str]:
    zone = zone_of(next(iter(context.halls.values())))

    def written(moment: datetime | None) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""

    name, unit = names.of(one.person_id)
    return [
        name,
        unit,
        NOTICE_NAMES[one.kind],
        written(one.start),
        written(one.end),
        names.of(one.cover_id)[0] if one.cover_id else "",
        one.approver,
        written(one.approved_at),
        written(one.registered_at),
        written(one.back_at),
    ]


def template(letter: str, month: date | None = None) -> bytes:
    """An empty .xlsx of layout A–F with its heads and a line of help.

    Args:
        letter: A–F.
        month: The month it is for, for the title and for B's days; 31 days where none is given.

    Raises:
        InputError: There is no such layout.
    """
    found = TEMPLATES.get(letter.strip().upper())
    if found is None:
        raise InputError(
            f"没有版式“{letter}”,可选 A、B、C、D、E、F。",
            f"there is no layout {letter!r}; choose A, B, C, D, E or F.",
            where="layout",
        )
    title, heads = found
    if letter.strip().upper() == "B":
        days = monthrange(month.year, month.month)[1] if month else 31
        heads = (*heads, *(str(day) for day in range(1, days + 1)))
    book = _empty()
    when = f"{month.year}年{month.month}月" if month else ""
    _sheet(book, title, heads, [[HELP[letter.strip().upper()]]], above=f"{when}{title}")
    return _bytes(book)


def _sheet(
    book: openpyxl.Workbook,
    name: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    above: str = "",
) -> None:
    sheet = book.create_sheet(name)
    if above:
        sheet.append([above])
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(heads))
        sheet["A1"].font = Font(bold=True, size=14)
        sheet["A1"].alignment = Alignment(horizontal="center")
    sheet.append(list(heads))
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = f"A{sheet.max_row + 1}"
    for row in rows:
        line = sheet.max_row + 1
        for place, text in enumerate(row, 1):
            put_text(sheet.cell(line, place), text)
    for place, head in enumerate(heads, 1):
        sheet.column_dimensions[get_column_letter(place)].width = 5 if head.isdigit() else 14


def _empty() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for sheet in book.worksheets:
        book.remove(sheet)
    return book


def _bytes(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    # A fixed date: the same roster gives the same file.
    book.properties.created = book.properties.modified = datetime(2000, 1, 1, tzinfo=UTC).replace(
        tzinfo=None
    )
    book.save(out)
    return out.getvalue()
