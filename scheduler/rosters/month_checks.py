"""What a month's roster misses or contradicts: gaps, rest days, leave, turns, published months.

Source: domain.md §4.4, W107, W113–W116, E118, E123, E125.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise

from models.domain.hall import Window
from models.domain.hours import SessionKind, zone_of
from models.domain.leave import NOTICE_NAMES, Notice
from models.domain.people import Staff
from models.domain.workdays import DayKind, sessions_on
from scheduler.rosters.context import RosterContext
from scheduler.rosters.entries import Placed
from scheduler.rosters.harvest import Harvest, PlacedTurn
from scheduler.rosters.problems import Notebook

MOST_GAPS = 20


def check_month(harvest: Harvest, context: RosterContext, notebook: Notebook) -> None:
    """Note everything wrong between the rows and the calendar, the hours, the leave book."""
    _published(harvest, context, notebook)
    _rest_days(harvest.placed, context, notebook)
    _outside_hours(harvest.placed, context, notebook)
    _gaps(harvest, context, notebook)
    _on_leave(harvest, context, notebook)
    _covers_away(harvest, context, notebook)
    _turns(harvest.turns, context, notebook)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _months(first: date, last: date) -> Iterator[date]:
    """The first days of all months from one day to another."""
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield date(number // 12, number % 12 + 1, 1)


def _near_rows(days: set[date]) -> Iterator[date]:
    """Days from the first to the last, without whole months of which there is no row: one wrong
    year in a file is no reason to look at a century."""
    first, last, months = min(days), max(days), {day.replace(day=1) for day in days}
    for month in sorted(months):
        end = month.replace(day=monthrange(month.year, month.month)[1])
        yield from _days(max(first, month), min(last, end))


def _published(harvest: Harvest, context: RosterContext, notebook: Notebook) -> None:
    touched: dict[date, list[str]] = defaultdict(list)
    for one in harvest.placed:
        touched[one.day.replace(day=1)].append(one.where)
    for turn in harvest.turns:
        for month in _months(turn.first, turn.last):
            touched[month].append(turn.where)
    for month in sorted(touched.keys() & context.published):
        rows = touched[month]
        notebook.note(
            "E123",
            rows[0],
            f"本次导入会改动已通报月份 {month:%Y-%m} 的 {len(rows)} 条排班;请走“更正”流程。",
            f"{len(rows)} rows are in {month:%Y-%m}, already published; use a correction.",
        )


def _rest_days(placed: Iterable[Placed], context: RosterContext, notebook: Notebook) -> None:
    seen: set[tuple[str, date]] = set()
    for one in placed:
        key = (one.window.hall_id, one.day)
        if key in seen or one.shift.kind is not SessionKind.REGULAR:
            continue
        seen.add(key)
        day = context.calendar.day(one.day, one.window.hall_id)
        if not day.worked:
            name = day.name or "休息日"
            notebook.note(
                "W114",
                one.where,
                f"{one.day} 是法定节假日/休息日({name}),该行仅在开设服务时生效。",
                f"{one.day} is a day of rest ({name}); the row counts only where service is open.",
            )


def _outside_hours(placed: Iterable[Placed], context: RosterContext, notebook: Notebook) -> None:
    seen: set[tuple[str, str]] = set()
    for one in placed:
        if one.shift.kind is not SessionKind.REGULAR or one.shift.rank:
            continue
        hall = context.hall_of(one.window)
        opened = sessions_on(hall, one.day, context.hours, context.calendar)
        inside = opened and opened[0].start <= one.shift.start and one.shift.end <= opened[-1].end
        if inside or not opened:
            continue
        zone = zone_of(hall)
        times = f"{one.shift.start.astimezone(zone):%H:%M}-{one.shift.end.astimezone(zone):%H:%M}"
        whole = f"{opened[0].start.astimezone(zone):%H:%M}-{opened[-1].end.astimezone(zone):%H:%M}"
        if (one.window.id, times) not in seen:
            seen.add((one.window.id, times))
            notebook.note(
                "W107",
                one.where,
                f"时段 {times} 超出该中心工作时间 {whole},超出部分按加班/预约处理,不参加常规抽查。",
                f"{times} goes beyond the hours {whole}; what is beyond is not checked.",
            )


def _gaps(harvest: Harvest, context: RosterContext, notebook: Notebook) -> None:
    """W113 and W115, for windows of which the file gives dated shifts and nothing standing."""
    standing = {one.window.id for one in harvest.chains} | {one.window.id for one in harvest.turns}
    by_window: dict[str, list[Placed]] = defaultdict(list)
    for one in harvest.placed:
        if one.shift.kind is SessionKind.REGULAR and one.window.id not in standing:
            by_window[one.window.id].append(one)
    if not by_window:
        return
    days = {one.day for rows in by_window.values() for one in rows}
    worked = {one.day for one in harvest.placed}
    gaps: list[tuple[Window, date, str]] = []
    for day in _near_rows(days):
        kind = context.calendar.day(day).kind
        if kind is DayKind.MAKE_UP and day not in worked:
            notebook.note(
                "W115",
                harvest.placed[0].where.split(" ")[0],
                f"{day} 是调休上班日,但没有任何排班,请确认。",
                f"{day} is a make-up workday and nobody is rostered; please check.",
            )
        elif kind in {DayKind.WORKDAY, DayKind.MAKE_UP}:
            for rows in by_window.values():
                gaps += _gaps_of(rows, day, context)
    for window, day, times in gaps[:MOST_GAPS]:
        notebook.note(
            "W113",
            window.id,
            f"窗口 {window.id} 在 {day} {times} 没有排班(工作日)。该时段将显示“无排班”,不作缺岗。",
            f"nobody is rostered at window {window.id} on {day} {times}; no absence.",
        )
    if len(gaps) > MOST_GAPS:
        more = len(gaps) - MOST_GAPS
        notebook.note(
            "W113", "…", f"另有 {more} 个时段没有排班。", f"{more} more sessions have no roster."
        )


def _gaps_of(
    rows: list[Placed], day: date, context: RosterContext
) -> list[tuple[Window, date, str]]:
    window = rows[0].window
    hall = context.hall_of(window)
    zone = zone_of(hall)
    there = [one.shift for one in rows if one.day == day]
    found = []
    for session in sessions_on(hall, day, context.hours, context.calendar):
        if not any(one.start < session.end and one.end > session.start for one in there):
            times = f"{session.start.astimezone(zone):%H:%M}-{session.end.astimezone(zone):%H:%M}"
            found.append((window, day, times))
    return found


def _on_leave(harvest: Harvest, context: RosterContext, notebook: Notebook) -> None:
    """W116: rostered as A while on leave, and nobody named or rostered to stand in."""
    notices = [*context.notices, *(one.notice for one in harvest.notices)]
    away: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.counts and not notice.cover_id:
            away[notice.person_id].append(notice)
    behind = {(one.window.id, one.day) for one in harvest.placed if one.shift.rank}
    staff = context.staff or Staff()
    for one in harvest.placed:
        shift = one.shift
        if shift.rank or (one.window.id, one.day) in behind:
            continue
        for notice in away.get(shift.person_id, ()):
            if notice.start < shift.end and notice.until > shift.start:
                name = staff.name_of(shift.person_id)
                notebook.note(
                    "W116",
                    one.where,
                    f"{name} {one.day} 已登记{NOTICE_NAMES[notice.kind]},仍排班且未填顶岗人。",
                    f"{name} has notice of absence on {one.day}, is rostered and has no cover.",
                )


def _covers_away(harvest: Harvest, context: RosterContext, notebook: Notebook) -> None:
    """E118: the person named to stand in is away too."""
    everything = [*context.notices, *(one.notice for one in harvest.notices)]
    staff = context.staff or Staff()
    for one in harvest.notices:
        mine = one.notice
        for other in everything:
            clash = other.start < mine.end and other.end > mine.start and not other.cancelled
            # Whoever leaves later than they were named has to name somebody themselves.
            clash = clash and other.registered_at <= mine.registered_at
            if mine.cover_id and other.person_id == mine.cover_id and clash:
                name = staff.name_of(mine.cover_id)
                notebook.note(
                    "E118",
                    one.where,
                    f"顶岗人“{name}”在该时段也已请假/外出。",
                    f"the cover {name} is away at that time too.",
                )


def _turns(turns: Iterable[PlacedTurn], context: RosterContext, notebook: Notebook) -> None:
    """E125: a workday between turns without a unit, or with two."""
    by_window: dict[str, list[PlacedTurn]] = defaultdict(list)
    for one in turns:
        by_window[one.window.id].append(one)
    for rows in by_window.values():
        rows.sort(key=lambda one: (one.first, one.last))
        hall_id = rows[0].window.hall_id
        for one, after in pairwise(rows):
            if after.first <= one.last and after.turn.unit_id != one.turn.unit_id:
                notebook.note(
                    "E125",
                    after.where,
                    f"轮值表 {after.first} 出现两个单位(另见 {one.where})。",
                    f"two units have their turn on {after.first} (see {one.where}).",
                )
            first, last = one.last + timedelta(days=1), after.first - timedelta(days=1)
            if first <= last and context.calendar.workdays_between(first, last, hall_id):
                notebook.note(
                    "E125",
                    after.where,
                    f"轮值表 {first}—{last} 无值班单位(轮值不得空档)。",
                    f"no unit has its turn from {first} to {last}.",
                )
