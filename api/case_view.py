"""Cases, their cards and figures as the API and the commands tell them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from api.case_rules import rules_of
from api.errors import mend_of
from api.reports.cases import FORMULAS, counts_by_unit, open_at_end, units_of
from api.reports.periods import period_of
from api.schemas.case import (
    CardOut,
    CaseClueOut,
    CaseDetail,
    CaseImportOut,
    CaseOut,
    FiguresOut,
    KpiOut,
    RateOut,
    SuspensionOut,
)
from api.schemas.roster import FileOut
from api.settings import Settings
from models.domain.case import CASE_TYPE_NAMES, Case, masked
from models.domain.case_cards import Move, StoredCard
from models.domain.case_kpi import CaseCounts
from models.domain.deadline import CARD_NAMES, Card, Deadlines
from models.domain.duty_rows import DutyKind, calendar_of
from models.domain.item_rules import asked_twice, longest_promise, promises_too_long
from models.domain.ports import UnitOfWork
from models.domain.ratio import NOTHING, Ratio
from scheduler.cases.importing import CaseImport

ALL = "合计"
MOST_PROBLEMS = 500


@dataclass(frozen=True, slots=True)
class CaseTeller:
    """Tells cases by the calendar that the record holds at one moment."""

    deadlines: Deadlines
    zone: ZoneInfo
    now: datetime

    @classmethod
    def of(cls, settings: Settings, uow: UnitOfWork, now: datetime) -> CaseTeller:
        """One for a transaction."""
        return cls(rules_of(settings)(uow).deadlines, ZoneInfo(settings.time_zone), now)

    def case(self, case: Case, standing: Mapping[Card, datetime]) -> CaseOut:
        """A case with the cards that stand."""
        until = self.deadlines.date_of(case.ended_at or self.now)
        return CaseOut(
            project_no=case.project_no,
            unit=case.unit_id,
            case_type=case.case_type,
            case_type_name=CASE_TYPE_NAMES[case.case_type],
            task_code=case.task_code,
            task_name=case.task_name,
            accepted_at=case.accepted_at.astimezone(self.zone),
            promise_days=case.promise_days,
            statutory_days=case.statutory_days,
            due_at=self._local(self.deadlines.due_at(case)),
            statutory_at=self._local(self.deadlines.statutory_at(case)),
            ended_at=self._local(case.ended_at),
            ending=case.ending,
            on_time=self.deadlines.on_time(case),
            used_days=max(0, self.deadlines.used(case, until)),
            corrections=case.corrections,
            applicant=masked(case.applicant),
            suspensions=[
                SuspensionOut(first=one.first, last=one.last, name=one.name)
                for one in case.suspensions
            ],
            cards=[card for card in Card if card in standing],
        )

    def detail(self, case: Case, cards: Sequence[StoredCard]) -> CaseDetail:
        """A case with every card that was ever raised."""
        standing = {one.card: one.due_at for one in cards if one.stands}
        history = [
            CardOut(
                card=one.card,
                name=CARD_NAMES[one.card],
                due_at=one.due_at.astimezone(self.zone),
                raised_at=one.raised_at.astimezone(self.zone),
                taken_back_at=self._local(one.taken_back_at),
                reason=one.reason,
            )
            for one in cards
        ]
        told = self.case(case, standing).model_dump()
        return CaseDetail(**told, source=case.source, history=history)

    def _local(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else moment.astimezone(self.zone)


def import_told(found: CaseImport, files: Iterable[tuple[str, str]]) -> CaseImportOut:
    """What an import does or did."""
    raised = [one.change.card for one in found.cards if one.change.move is Move.RAISED]
    return CaseImportOut(
        written=bool(found.seq),
        **found.counts,
        files=[FileOut(name=name, sha256=digest) for name, digest in files],
        cards={card: raised.count(card) for card in Card},
        register_seq=found.seq or None,
        problems=[mend_of(one) for one in found.problems[:MOST_PROBLEMS]],
    )


def kpi_of(
    uow: UnitOfWork,
    settings: Settings,
    name: str,
    now: datetime,
    *,
    seen: frozenset[str] | None = None,
) -> KpiOut:
    """A period's figures by unit and together.

    Raises:
        InputError: the name means no period.
    """
    period = period_of(name, ZoneInfo(settings.time_zone))
    calendar = calendar_of(uow.duty.standing(DutyKind.YEAR, DutyKind.OVERRIDE))
    counted = counts_by_unit(uow, settings, period, calendar, now, units=seen)
    units, open_then = units_of(settings, counted, seen), open_at_end(uow, period, units=seen)
    return KpiOut(
        period=name,
        name=period.name,
        first=period.first,
        last=period.last,
        formulas=list(FORMULAS),
        units=[
            _figures(unit, counted.get(unit, CaseCounts()), open_then.get(unit, 0))
            for unit in units
        ],
        total=_figures(ALL, sum(counted.values(), CaseCounts()), sum(open_then.values())),
    )


def clues_in(
    uow: UnitOfWork, settings: Settings, name: str, seen: frozenset[str] | None
) -> list[CaseClueOut]:
    """Items that break the cut by a third, and cases that were asked twice for papers, of the
    cases that touch a period.

    Raises:
        InputError: the name means no period.
    """
    period = period_of(name, ZoneInfo(settings.time_zone))
    cases = uow.cases.touching(period.start, period.end, units=seen)
    return [*_too_long(cases), *(_twice(case) for case in cases if asked_twice(case))]


def _too_long(cases: Iterable[Case]) -> Iterator[CaseClueOut]:
    items: dict[tuple[str, str, str, int, int], list[Case]] = {}
    for case in cases:
        days = case.statutory_days
        if days is not None and promises_too_long(case.promise_days, days):
            key = case.unit_id, case.task_code, case.task_name, case.promise_days, days
            items.setdefault(key, []).append(case)
    for (unit, code, task, promised, days), found in items.items():
        longest = longest_promise(days)
        yield CaseClueOut(
            kind="promise_too_long",
            unit=unit,
            task_code=code,
            task_name=task,
            promise_days=promised,
            statutory_days=days,
            longest_days=longest,
            corrections=0,
            cases=len(found),
            project_no=found[0].project_no,
            zh=f"承诺 {promised} 个工作日;法定 {days} 个,压缩三分之一后应不超过 {longest} 个。",
            en=f"{promised} working days are promised; of {days} statutory ones {longest} at most.",
        )


def _twice(case: Case) -> CaseClueOut:
    return CaseClueOut(
        kind="asked_twice",
        unit=case.unit_id,
        task_code=case.task_code,
        task_name=case.task_name,
        promise_days=case.promise_days,
        statutory_days=case.statutory_days,
        longest_days=None,
        corrections=case.corrections,
        cases=1,
        project_no=case.project_no,
        zh=f"补正 {case.corrections} 次,超过一次性告知。",
        en=f"papers were asked for {case.corrections} times; once is the rule.",
    )


def _figures(unit: str, counts: CaseCounts, open_then: int) -> FiguresOut:
    return FiguresOut(
        unit=unit,
        opening=counts.opening,
        accepted=counts.accepted,
        closed=counts.closed,
        left=counts.left,
        closing=counts.closing,
        balanced=counts.closing == open_then,
        closing_rate=_rate(counts.closing_rate),
        own_closing_rate=_rate(counts.own_closing_rate),
        on_time_rate=_rate(counts.on_time_rate),
        early_rate=_rate(counts.early_rate),
        average_days=_average(counts),
        cards={card: counts.cards.get(card, 0) for card in Card},
    )


def _average(counts: CaseCounts) -> str:
    if not counts.closed:
        return NOTHING
    exact = Decimal(counts.days_used) / Decimal(counts.closed)
    return str(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


def _rate(ratio: Ratio) -> RateOut:
    return RateOut(text=str(ratio), part=ratio.part, whole=ratio.whole)
