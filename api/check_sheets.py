"""The register sheet (登记表) of checks in the record, within a scope: for the API and commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from api.check_view import all_of, day_bounds, results_of
from api.queries import Teller
from api.reports.checks import reason_text
from api.settings import Settings
from api.wording import LIVES
from models.domain.access import EVERYWHERE, Scope
from models.domain.check_sheet import CheckSheet, SheetCheck, SheetLine
from models.domain.document import day_text
from models.domain.errors import InputError
from models.domain.inspection import (
    NOT_DONE_NAMES,
    VISITS,
    Check,
    CheckQuery,
    CheckResult,
    NotDone,
)
from models.domain.ports import UnitOfWork
from models.domain.records import FindingRecord

MOST_LINES: Final = 5_000
LATE_S: Final = 60.0
"""From here on the sheet says that a check was late."""


@dataclass(frozen=True, slots=True)
class SheetOf:
    """Which checks go on a sheet.

    Attributes:
        check: That one alone; 0 for all of the others.
    """

    check: int = 0
    day: date | None = None
    hall_id: str = ""
    campaign: str = ""


def sheet_of(
    uow: UnitOfWork,
    settings: Settings,
    wanted: SheetOf,
    *,
    by: str,
    now: datetime,
    scope: Scope = EVERYWHERE,
) -> CheckSheet:
    """The sheet of what is wanted; a unit's account gets its own windows.

    Raises:
        InputError: neither day nor campaign nor check is named, or they are too many.
    """
    checks, found = _chosen(uow, settings, wanted, scope)
    findings = _findings(uow, found)
    teller = Teller(settings)
    told = tuple(
        _told(teller, check, found.get(check.id, ()), findings)
        for check in checks
        if scope.units is None or found.get(check.id)
    )
    made_at = teller.local(now)
    return CheckSheet(_scope(teller, wanted), made_at, by, told)


def _chosen(
    uow: UnitOfWork, settings: Settings, wanted: SheetOf, scope: Scope
) -> tuple[list[Check], Mapping[int, Sequence[CheckResult]]]:
    if wanted.check:
        one = uow.checks.get(wanted.check)
        checks = [] if one is None else [one]
        return checks, results_of(uow, checks, scope)
    if wanted.day is None and not wanted.campaign:
        raise InputError("请指定日期或专项。", "name a day or a campaign.", where="day, campaign")
    since, until = day_bounds(wanted.day, settings) if wanted.day else (None, None)
    query = CheckQuery(
        campaign=wanted.campaign,
        hall_id=wanted.hall_id,
        since=since,
        until=until,
        halls=scope.halls,
        units=scope.units,
    )
    if uow.checks.count(query) > MOST_LINES:
        raise _too_many()
    checks = list(all_of(uow, query))
    found = results_of(uow, checks, scope)
    if sum(map(len, found.values())) > MOST_LINES:
        raise _too_many()
    return checks, found


def _too_many() -> InputError:
    return InputError(
        f"超过一张登记表的上限 {MOST_LINES} 行;请按日期或大厅分开导出。",
        f"more than {MOST_LINES} lines; ask for a day or a hall.",
        where="day, hall_id",
    )


def _findings(
    uow: UnitOfWork, found: Mapping[int, Iterable[CheckResult]]
) -> dict[str, FindingRecord]:
    keys = {one.finding_key for results in found.values() for one in results if one.finding_key}
    rows = {key: uow.findings.by_key(key) for key in keys}
    return {key: row for key, row in rows.items() if row is not None}


def _told(
    teller: Teller,
    check: Check,
    results: Iterable[CheckResult],
    findings: Mapping[str, FindingRecord],
) -> SheetCheck:
    zone = teller.zone(check.hall_id)
    return SheetCheck(
        check.id,
        teller.hall_name(check.hall_id),
        check.kind,
        check.state,
        check.due_at.astimezone(zone),
        check.started_at.astimezone(zone) if check.started_at else None,
        check.by,
        check.counted,
        _remark(check),
        tuple(_line(teller, check, one, findings.get(one.finding_key)) for one in results),
    )


def _line(
    teller: Teller, check: Check, one: CheckResult, finding: FindingRecord | None
) -> SheetLine:
    zone = teller.zone(check.hall_id)
    return SheetLine(
        teller.window_name(one.window_id),
        one.unit_id,
        one.result,
        "" if not one.reason or one.reason == check.reason else reason_text(one),
        one.looked_at.astimezone(zone) if one.looked_at else None,
        finding.proven_s if finding else None,
        one.evidence,
        one.entry_seq,
        LIVES.get(finding.state, (finding.state, ""))[0] if finding else "",
    )


def _remark(check: Check) -> str:
    said = []
    if check.reason:
        said.append(NOT_DONE_NAMES[NotDone(check.reason)][0])
    if not check.counted:
        said.append("非工作时间")
    if check.details.get("reason"):
        said.append(str(check.details["reason"]))
    if check.late_s >= LATE_S and check.kind not in VISITS:
        said.append(f"迟{check.late_s / 60:.0f}分钟")
    return ";".join(said)


def _scope(teller: Teller, wanted: SheetOf) -> str:
    parts = [day_text(wanted.day)] if wanted.day else []
    if wanted.hall_id:
        parts.append(teller.hall_name(wanted.hall_id))
    if wanted.campaign:
        parts.append(f"专项{wanted.campaign}")
    if wanted.check:
        parts.append(f"第{wanted.check}号抽查")
    return "、".join(parts)
