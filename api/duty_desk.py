"""The duty rules with a city's own hours, thresholds and rosters put into them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby

from api.settings import Settings
from api.settings.domain import halls_of, presence_profile_of, windows_of
from api.settings.sections import DutySettings, HoursSettings
from api.settings.sections import Threshold as ThresholdSettings
from models.domain.duty import Duty, Expectation
from models.domain.finding import Finding
from models.domain.hall import Window
from models.domain.hours import HoursBook, Session, Sitting, WorkHours, zone_of
from models.domain.judgement import judge
from models.domain.profiles import DutyProfile, Operator, Threshold
from models.domain.spans import Span
from models.domain.workdays import CalendarDay, WorkCalendar, day_of, sessions_of

MARGIN = timedelta(minutes=10)
"""How long before a session's start and after its end a hall is watched."""


class DutyDesk:
    """Judges windows of the settings.

    Args:
        settings: Halls, windows, hours and thresholds.
        duty: Roster, notices and exemptions.
        calendar: Which days are worked.
    """

    def __init__(
        self, settings: Settings, duty: Duty, calendar: WorkCalendar | None = None
    ) -> None:
        self.duty = duty
        self.halls = halls_of(settings)
        self.windows = windows_of(settings)
        self.hours = hours_of(settings)
        self._calendar = calendar or WorkCalendar.builtin()
        self._settings = settings
        self._rules: dict[str, tuple[DutyProfile, float]] = {}
        self._sessions: dict[tuple[str, date], list[Session]] = {}

    def renew(self, duty: Duty, calendar: WorkCalendar) -> None:
        """Judge by another roster, other notices, another calendar from here on."""
        self.duty, self._calendar, self._sessions = duty, calendar, {}

    def judge(self, window: Window, spans: Sequence[Span], now: datetime) -> list[Finding]:
        """What the window's spans mean on the local day of `now`."""
        profile, slowest = self._rules_of(window.id)
        return judge(
            window,
            spans,
            self.sessions(window, self.local_day(window, now)),
            self.duty,
            profile=profile,
            now=now,
            slowest_period_s=slowest,
        )

    def _rules_of(self, window_id: str) -> tuple[DutyProfile, float]:
        """A window's thresholds and its slowest sampling period; a page never asks for them."""
        if window_id not in self._rules:
            slowest = presence_profile_of(self._settings, window_id).slowest_period_s
            self._rules[window_id] = profile_of(self._settings, window_id), slowest
        return self._rules[window_id]

    def sessions(self, window: Window, on: date) -> list[Session]:
        """The window's open sessions on a local day."""
        key = (window.id, on)
        if key not in self._sessions:
            self._sessions = {k: v for k, v in self._sessions.items() if k[1] >= on}
            self._sessions[key] = sessions_of(
                window,
                self.halls[window.hall_id],
                on,
                hours=self.hours,
                calendar=self._calendar,
                roster=self.duty.roster,
            )
        return self._sessions[key]

    def local_day(self, window: Window, moment: datetime) -> date:
        """The date in the window's hall at `moment`."""
        return moment.astimezone(zone_of(self.halls[window.hall_id])).date()

    def local(self, window_id: str, moment: datetime) -> datetime:
        """A moment as the clock on the wall of the window's hall shows it."""
        return moment.astimezone(zone_of(self.halls[self.windows[window_id].hall_id]))

    def day_start(self, now: datetime) -> datetime:
        """The earliest midnight that any hall's present day began at."""
        zones = [zone_of(hall) for hall in self.halls.values()]
        starts = [datetime.combine(now.astimezone(zone).date(), time(0), zone) for zone in zones]
        return min(starts, default=now - timedelta(days=1))

    def day_bounds(self, window: Window, on: date) -> tuple[datetime, datetime]:
        """A local day of the window's hall as two instants."""
        return day_of(self.halls[window.hall_id], on)

    def day(self, hall_id: str, moment: datetime) -> CalendarDay:
        """What the local date of a moment is in a hall: worked or not, and its name."""
        hall = self.halls[hall_id]
        return self._calendar.day(moment.astimezone(zone_of(hall)).date(), hall_id)

    def window_day_start(self, window: Window, now: datetime) -> datetime:
        """Midnight, in the window's hall, of the day of `now`."""
        return self.day_bounds(window, self.local_day(window, now))[0]

    def watched(self, window: Window, now: datetime) -> bool:
        """Whether the window is in or near an open session; nobody is watched otherwise."""
        return any(
            session.start - MARGIN <= now < session.end + MARGIN
            for session in self.sessions(window, self.local_day(window, now))
        )

    def expectation(self, window: Window, at: datetime) -> Expectation:
        """Who must be at the window, and why."""
        return self.duty.expectation(window, at)


def hours_of(settings: Settings) -> HoursBook:
    """Working hours of the settings, general ones and the halls' own."""
    found = _work_hours("", settings.hours)
    for hall_id, hall in settings.halls.items():
        if hall.hours is not None:
            found += _work_hours(hall_id, hall.hours)
    return HoursBook(found)


def _work_hours(hall_id: str, rows: Sequence[HoursSettings]) -> list[WorkHours]:
    """Rows with the same first day make one set of hours; weekdays none names are closed."""
    found = []
    ordered = sorted(rows, key=lambda row: row.valid_from)
    for valid_from, same_day in groupby(ordered, key=lambda row: row.valid_from):
        by_weekday = {
            weekday - 1: tuple(Sitting.parse(text) for text in row.sessions)
            for row in same_day
            for weekday in row.weekdays
        }
        found.append(WorkHours(valid_from, hall_id, sittings=(), by_weekday=by_weekday))
    return found


def profile_of(settings: Settings, window_id: str) -> DutyProfile:
    """The thresholds that judge a window.

    Raises:
        InputError: they do not go together.
    """
    duty: DutySettings = settings.duty_of(window_id)
    return DutyProfile(
        name=settings.windows[window_id].profile,
        alert=_threshold(duty.alert),
        off_post=_threshold(duty.off_post),
        unmanned=_threshold(duty.off_post),
        late=_threshold(duty.late),
        early=_threshold(duty.early),
        half_day=_threshold(duty.missing),
    )


def _threshold(given: ThresholdSettings) -> Threshold:
    return Threshold(Operator(given.operator), given.minutes * 60)
