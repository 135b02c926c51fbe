"""A first leave book (请假、外出台账): notices from a simple CSV.

Heads: person, kind, start, end, registered [, unit, cover, approved, back], or in Chinese 姓名,
类别, 开始, 结束, 登记时间 [, 单位, 顶岗人, 审批时间, 销假时间]. Source: domain.md §4.1, layout E.
All or nothing: one bad row refuses the file, and every problem in it is told at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from models.domain.errors import InputError
from models.domain.leave import NOTICE_NAMES, Notice, NoticeKind
from scheduler.rosters.columns import head_key
from scheduler.rosters.problems import Notebook, RosterProblems
from scheduler.rosters.sheets import Cell, read_csv, unreadable
from scheduler.rosters.spelling import fold, fold_name, read_clock, read_date


class Field(StrEnum):
    """What a column of the leave book holds."""

    PERSON = "person"
    UNIT = "unit"
    KIND = "kind"
    START = "start"
    END = "end"
    COVER = "cover"
    APPROVED = "approved"
    REGISTERED = "registered"
    BACK = "back"


HEADS: Final[Mapping[Field, frozenset[str]]] = {
    Field.PERSON: frozenset({"person", "name", "姓名", "人员", "请假人"}),
    Field.UNIT: frozenset({"unit", "单位", "部门", "所属单位"}),
    Field.KIND: frozenset({"kind", "类别", "请假类别", "类型"}),
    Field.START: frozenset({"start", "from", "开始", "开始时间"}),
    Field.END: frozenset({"end", "to", "结束", "结束时间"}),
    Field.COVER: frozenset({"cover", "顶岗人", "替岗人"}),
    Field.APPROVED: frozenset({"approved", "审批时间", "批准时间"}),
    Field.REGISTERED: frozenset({"registered", "登记时间"}),
    Field.BACK: frozenset({"back", "销假时间"}),
}

NEEDED: Final = (Field.PERSON, Field.KIND, Field.START, Field.END, Field.REGISTERED)

KINDS: Final[Mapping[str, NoticeKind]] = {
    **{name: kind for kind, name in NOTICE_NAMES.items()},
    **{kind.value: kind for kind in NoticeKind},
    "公出": NoticeKind.OFFICIAL,
    "外出": NoticeKind.OUT,
    "会议": NoticeKind.MEETING,
    "培训": NoticeKind.MEETING,
    "下乡": NoticeKind.FIELD_WORK,
}

_BETWEEN: Final = re.compile(r"^(.*?[\d日])[\sT]+(\d{1,2}[::点时].*)$")


def read_leave_file(path: Path, time_zone: str) -> tuple[Notice, ...]:
    """Read a leave book from disk; an empty file is an empty book.

    Args:
        path: The CSV.
        time_zone: IANA name of the zone that its times are in.

    Raises:
        RosterProblems: The file cannot be read, or something in it is wrong; nothing is taken.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(str(path), f"cannot be read ({error.strerror})") from None
    return read_leave(path.name, data, time_zone)


def read_leave(file: str, data: bytes, time_zone: str) -> tuple[Notice, ...]:
    """Read the bytes of a leave book; `file` is the name that messages show.

    Raises:
        RosterProblems: Something in it is wrong; nothing is taken.
    """
    notebook = Notebook()
    rows = [row for row in read_csv(file, data).rows if any(cell.text for cell in row)]
    if not rows:
        return ()
    columns = _columns(file, rows[0], notebook)
    zone = ZoneInfo(time_zone)
    found = [
        notice
        for number, row in enumerate(rows[1:], 1)
        if (notice := _notice(f"{file}-{number}", row, columns, zone, notebook)) is not None
    ]
    notebook.stop_if_blocked()
    return tuple(found)


def _columns(file: str, head: Sequence[Cell], notebook: Notebook) -> dict[Field, int]:
    keys = [head_key(cell.text) for cell in head]
    columns = {
        field: place
        for field, names in HEADS.items()
        for place in [next((i for i, key in enumerate(keys) if key in names), -1)]
        if place >= 0
    }
    missing = [field for field in NEEDED if field not in columns]
    if missing:
        notebook.note(
            "E102",
            file,
            "没有找到表头行:请假台账需要“姓名、类别、开始、结束、登记时间”五列。",
            f"no head row: the leave book lacks {', '.join(missing)}.",
        )
        raise RosterProblems(notebook.problems)
    return columns


def _notice(
    name: str,
    row: Sequence[Cell],
    columns: Mapping[Field, int],
    zone: tzinfo,
    notebook: Notebook,
) -> Notice | None:
    cells = {field: row[place] for field, place in columns.items() if place < len(row)}
    text = {field: cell.text for field, cell in cells.items()}
    where = row[0].where
    if any(not text.get(field) for field in NEEDED):
        empty = ", ".join(field for field in NEEDED if not text.get(field))
        notebook.note("E102", where, f"这一行缺少 {empty},请补全。", f"this row lacks {empty}.")
        return None
    kind = KINDS.get(fold(text[Field.KIND]))
    if kind is None:
        known = "、".join(NOTICE_NAMES.values())
        zh = f"类别“{text[Field.KIND]}”无法识别,可写:{known}。"
        notebook.note("E106", where, zh, f"kind {text[Field.KIND]!r}: write one of {known}.")
    times = {
        field: _moment(cells[field], zone, notebook)
        for field in (Field.START, Field.END, Field.REGISTERED, Field.APPROVED, Field.BACK)
        if text.get(field)
    }
    start, end, registered = (times[field] for field in (Field.START, Field.END, Field.REGISTERED))
    if kind is None or start is None or end is None or registered is None:
        return None
    unit = fold(text.get(Field.UNIT, ""))
    try:
        return Notice(
            id=name,
            person_id=_person(text[Field.PERSON], unit),
            kind=kind,
            start=start,
            end=end,
            registered_at=registered,
            cover_id=_person(text.get(Field.COVER, ""), unit),
            approved_at=times.get(Field.APPROVED),
            back_at=times.get(Field.BACK),
        )
    except InputError as error:
        notebook.note(error.code or "E106", where, error.zh, error.en)
        return None


def _person(text: str, unit: str) -> str:
    """The id that the shifts reader gives the same person of the same unit."""
    name = fold_name(text)
    return f"{unit}/{name}" if unit and name else name


def _moment(cell: Cell, zone: tzinfo, notebook: Notebook) -> datetime | None:
    """A date with a time of day, in the book's zone."""
    parts = _BETWEEN.match(fold(cell.text))
    day, clock = parts.groups() if parts else ("", "")
    try:
        return datetime.combine(read_date(day), read_clock(clock), zone)
    except ValueError:
        notebook.note(
            "E103",
            cell.where,
            f"“{cell.text}”不是有效的日期和时间。可写成 2026-11-23 08:30。",
            f"{cell.text!r} is no date and time; write 2026-11-23 08:30.",
        )
        return None
