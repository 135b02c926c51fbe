"""Figures of cases (办件统计) by unit, from the record, with the formulas that are printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from api.reports.deadlines import deadlines_of
from api.settings import Settings
from models.domain.case import Case
from models.domain.case_cards import standing_of
from models.domain.case_kpi import (
    CLOSING_FORMULA,
    EARLY_FORMULA,
    ON_TIME_FORMULA,
    OWN_CLOSING_FORMULA,
    STOCK_FORMULA,
    CaseCounts,
    count_cases,
)
from models.domain.ports import UnitOfWork
from models.domain.report import ReportPeriod
from models.domain.workdays import WorkCalendar

AVERAGE_FORMULA: Final = "平均用时=办结各件所用工作日之和/办结"
CARDS_FORMULA: Final = "预警、黄牌、红牌、严重=到期时刻在本期内、未撤回的牌数,每件每级一次"
FORMULAS: Final = (
    STOCK_FORMULA,
    CLOSING_FORMULA,
    OWN_CLOSING_FORMULA,
    ON_TIME_FORMULA,
    EARLY_FORMULA,
    AVERAGE_FORMULA,
    CARDS_FORMULA,
)
"""Printed with every figure."""


def counts_by_unit(
    uow: UnitOfWork,
    settings: Settings,
    period: ReportPeriod,
    calendar: WorkCalendar,
    now: datetime,
    *,
    units: frozenset[str] | None = None,
) -> dict[str, CaseCounts]:
    """What a period's cases come to, of every unit that has any.

    Cards are those that stand in the record; of a case on which none was ever raised there they
    are reckoned, so that figures do not wait for a job.
    """
    cases = uow.cases.touching(period.start, period.end, units=units)
    standing = standing_of(uow.cases.card_rows([case.project_no for case in cases]))
    deadlines = deadlines_of(settings, calendar)
    return {
        unit: count_cases(found, period.start, period.end, deadlines, until=now, standing=standing)
        for unit, found in _by_unit(cases).items()
    }


def open_at_end(
    uow: UnitOfWork, period: ReportPeriod, *, units: frozenset[str] | None = None
) -> dict[str, int]:
    """Cases in the stock when a period ended, counted one by one: what the first formula must
    come to."""
    last = period.end - timedelta(microseconds=1)
    cases = uow.cases.touching(period.start, period.end, units=units)
    return {
        unit: sum(case.open_at(last) for case in found) for unit, found in _by_unit(cases).items()
    }


def units_of(
    settings: Settings, counted: Mapping[str, CaseCounts], seen: frozenset[str] | None
) -> list[str]:
    """Units that have a window, in the settings' order, and then others that have cases."""
    windows = [one.unit for one in settings.windows.values() if one.unit]
    names = dict.fromkeys([*windows, *sorted(counted)])
    return [unit for unit in names if seen is None or unit in seen]


def _by_unit(cases: Iterable[Case]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(case.unit_id, []).append(case)
    return found
