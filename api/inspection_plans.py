"""What plans of spot checks follow from, out of settings, calendar and campaigns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.duty_desk import hours_of
from api.settings import Settings
from api.settings.check_sections import FixedTimesSettings
from api.settings.domain import halls_of, windows_of
from models.domain.commitment import DrawRules, PlanInputs
from models.domain.duty_rows import DutyKind, calendar_of
from models.domain.fixed_plan import FixedRules, FixedTimes
from models.domain.hours import Season, zone_of
from models.domain.inspection_inputs import PlanRules, plan_inputs
from models.domain.inspection_tick import TickRules
from models.domain.ports import UnitOfWork
from models.domain.workdays import DayKind, WorkCalendar, sessions_on
from scheduler.jobs.checks import Patience


def plan_rules(settings: Settings) -> PlanRules:
    """How checks are planned."""
    checks = settings.checks
    rows = [_row("", one) for one in checks.fixed]
    per_hall, mean_of = {}, {}
    for hall_id, own in checks.halls.items():
        rows += [_row(hall_id, one) for one in own.fixed]
        if own.per_day is not None:
            per_hall[hall_id] = own.per_day
        if own.random is not None:
            mean_of[hall_id] = own.random
    return PlanRules(
        fixed=FixedRules(tuple(rows), checks.per_day, per_hall),
        draws=DrawRules(gap_s=60 * checks.gap_min, vary=checks.vary, most=checks.most),
        mean=checks.random,
        key_post_extra=checks.key_post_extra,
        mean_of=mean_of,
    )


def tick_rules(settings: Settings) -> TickRules:
    """When plans are committed, drawn and caught up with."""
    checks = settings.checks
    return TickRules(
        commit_ahead=timedelta(minutes=checks.commit_ahead_min),
        nonce_before=timedelta(minutes=checks.nonce_before_min),
        grace=timedelta(minutes=checks.grace_min),
        look_back_days=checks.look_back_days,
    )


def patience_of(settings: Settings) -> Patience:
    """How long a check may stand still, for the watch and for the sweep alike."""
    grace = timedelta(minutes=settings.checks.grace_min)
    return Patience(unclaimed=max(grace, timedelta(minutes=1)))


def _row(hall_id: str, given: FixedTimesSettings) -> FixedTimes:
    season = given.season
    return FixedTimes(
        times=tuple(time.fromisoformat(one) for one in given.times),
        valid_from=given.valid_from,
        hall_id=hall_id,
        weekdays=frozenset(one - 1 for one in given.weekdays),
        season=None
        if season is None
        else Season(_month_day(season.first), _month_day(season.last)),
    )


def _month_day(text: str) -> tuple[int, int]:
    month, _, day = text.partition("-")
    return int(month), int(day)


class SettingsPlans:
    """`PlanSource` on the settings; the calendar is read anew where the record has news."""

    def __init__(self, settings: Settings) -> None:
        self.halls = halls_of(settings)
        self.rules = plan_rules(settings)
        self._windows = list(windows_of(settings).values())
        self._hours = hours_of(settings)
        self._zone = ZoneInfo(settings.time_zone)
        self._calendar: tuple[int, WorkCalendar] | None = None

    def today(self, now: datetime) -> date:
        return now.astimezone(self._zone).date()

    def calendar(self, uow: UnitOfWork) -> WorkCalendar:
        """The work calendar as the record has it now."""
        mark = uow.duty.counter()
        if self._calendar is None or self._calendar[0] != mark:
            rows = uow.duty.standing(DutyKind.YEAR, DutyKind.OVERRIDE)
            self._calendar = (mark, calendar_of(rows))
        return self._calendar[1]

    def inputs(self, uow: UnitOfWork, day: date, since: datetime | None = None) -> PlanInputs:
        # A campaign's edit holds from the next day on: the day's plan is as it began.
        midnight = datetime.combine(day, time(0), self._zone)
        return plan_inputs(
            day,
            self.halls.values(),
            self._windows,
            hours=self._hours,
            calendar=self.calendar(uow),
            rules=self.rules,
            campaigns=uow.checks.campaigns(before=midnight),
            since=since,
        )

    def closed(self, uow: UnitOfWork, day: date) -> str:
        on = self.calendar(uow).day(day)
        if on.worked:
            return "无开放时段"
        return f"法定节假日({on.name})" if on.kind is DayKind.HOLIDAY else "休息日"

    def windows(self, hall_id: str) -> Mapping[str, str]:
        return {one.id: one.unit_id for one in self._windows if one.hall_id == hall_id}

    def still_open(self, uow: UnitOfWork) -> Callable[[str, datetime], bool]:
        calendar = self.calendar(uow)

        def is_open(hall_id: str, at: datetime) -> bool:
            hall = self.halls.get(hall_id)
            if hall is None:
                return False
            day = at.astimezone(zone_of(hall)).date()
            found = sessions_on(hall, day, self._hours, calendar)
            return any(one.start <= at < one.end for one in found)

        return is_open
