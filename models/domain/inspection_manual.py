"""Checks that people ask for by hand: one-key roll-call (一键查岗), 明查, 暗访.

Source: domain.md §1.1 lines 12 and 13; scenario S08: outside working hours one needs a reason, is
marked 非工作日 or 非工作时间, and stays out of the rates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.domain.check_result import Result
from models.domain.errors import InputError
from models.domain.inspection import VISITS, Check, CheckKind, CheckResult
from models.domain.inspection_record import settle
from models.domain.ports import UnitOfWork
from models.domain.register import Entry
from models.domain.workdays import CalendarDay

OFF_DAY = "off_day"
OFF_HOURS = "off_hours"
BY_HAND = "by_hand"
"""Reason of a result that a person entered; what they said stands in its details as `said`."""


def by_hand(
    name: str,
    hall_id: str,
    *,
    by: str,
    reason: str,
    now: datetime,
    day: CalendarDay,
    is_open: bool,
) -> Check:
    """A check of one hall, due at once.

    Args:
        name: A fresh id; checks of several halls asked for together share it.
        hall_id: The hall.
        by: Login of who asks.
        reason: Why; may be empty inside working hours.
        now: The moment.
        day: What the local date is in this hall.
        is_open: Whether the hall is open now.

    Raises:
        InputError: outside working hours and no reason, or nobody asks.
    """
    details: dict[str, Any] = {"reason": reason.strip()} if reason.strip() else {}
    if not is_open:
        if not details:
            what = day.name or ("非工作时间" if day.worked else "休息日")
            raise InputError(
                f"大厅“{hall_id}”现在不开放({what}),手动查岗须写明理由。",
                f"hall {hall_id!r} is closed now ({what}); a check by hand needs a reason.",
                where="reason",
            )
        details |= _off(day)
    _named(by)
    return Check(
        f"manual:{name}", hall_id, 1, CheckKind.ROLL_CALL, now, now, by=by, details=details
    )


def enter_visit(
    uow: UnitOfWork,
    name: str,
    hall_id: str,
    kind: CheckKind,
    results: Iterable[CheckResult],
    *,
    by: str,
    seen_at: datetime,
    now: datetime,
    note: str = "",
    closed: CalendarDay | None = None,
) -> tuple[Check, Entry]:
    """Enter a visit on the spot (明查 or 暗访) with its results; it ends at once.

    Args:
        uow: The open transaction.
        name: A fresh id.
        hall_id: The hall that was visited.
        kind: 明查 or 暗访.
        results: One per window that was looked at, each certain.
        by: Login of who enters it.
        seen_at: When the visitors were there.
        now: The moment.
        note: What they wrote.
        closed: What that day was in the hall, where the hall was closed at the moment; None
            where it was open. Such a visit needs a note and counts in no rate.

    Raises:
        InputError: another kind, a moment to come, no result, one that is not certain, or the
            hall was closed and nothing says why.
    """
    found = list(results)
    if kind not in VISITS:
        raise InputError("只能登记明查或暗访。", "only visits are entered by hand.", where="kind")
    if seen_at > now:
        raise InputError("检查时间不能晚于现在。", "a visit was in the past.", where="seen_at")
    wrong = [one for one in found if one.result in {None, Result.NOT_DONE}]
    if not found or wrong or len({one.window_id for one in found}) < len(found):
        raise InputError(
            "每个检查过的窗口须有且只有一个结果。",
            "each window that was visited needs exactly one result.",
            where="results",
        )
    _named(by)
    details: dict[str, Any] = {"note": note.strip()} if note.strip() else {}
    if closed is not None:
        if not details:
            raise InputError(
                f"大厅“{hall_id}”当时不开放,须在备注中写明理由。",
                f"hall {hall_id!r} was closed then; the note must say why it was visited.",
                where="note",
            )
        details |= _off(closed)
    check = uow.checks.put_check(
        Check(f"visit:{name}", hall_id, 1, kind, seen_at, now, by=by, details=details)
    )
    epoch = uow.checks.claim(check.id, by, now, epoch=check.epoch)
    if epoch is None:
        raise InputError("该检查已登记。", "this visit was entered already.", where="visit")
    uow.checks.look(check.id, epoch, seen_at)
    certain = [replace(one, looked_at=one.looked_at or seen_at, settled_at=now) for one in found]
    uow.checks.save_results(check.id, epoch, certain, now)
    return settle(uow, check.id, epoch, now)


def _off(day: CalendarDay) -> dict[str, Any]:
    return {OFF_DAY: True, "off": OFF_HOURS if day.worked else OFF_DAY}


def _named(by: str) -> None:
    if not by.strip():
        raise InputError("须写明操作人。", "say who does it.", where="by")
