"""What a day's plan follows from, put together from halls, hours, calendar and campaigns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from models.domain.campaign import Campaign
from models.domain.commitment import CampaignInputs, DrawRules, HallInputs, PlanInputs
from models.domain.fixed_plan import FixedRules, at_times, fixed_times
from models.domain.hall import Hall, Window
from models.domain.hours import HoursBook, Session, joined
from models.domain.workdays import DayKind, WorkCalendar, sessions_on


@dataclass(frozen=True, slots=True)
class PlanRules:
    """How the checks of every day are planned.

    Attributes:
        fixed: The fixed checks.
        draws: How random ones are drawn.
        mean: Random checks per hall and day on average.
        key_post_extra: So many more in a hall with a key post (重要岗位).
        mean_of: The mean of single halls, which key posts do not add to.
    """

    fixed: FixedRules = field(default_factory=FixedRules)
    draws: DrawRules = field(default_factory=DrawRules)
    mean: int = 2
    key_post_extra: int = 1
    mean_of: Mapping[str, int] = field(default_factory=dict)

    def mean_for(self, hall_id: str, windows: Iterable[Window]) -> int:
        """Random checks of one hall on average."""
        if hall_id in self.mean_of:
            return self.mean_of[hall_id]
        key_post = any(one.key_post for one in windows if one.hall_id == hall_id)
        return self.mean + (self.key_post_extra if key_post and self.mean else 0)


def plan_inputs(
    day: date,
    halls: Iterable[Hall],
    windows: Sequence[Window],
    *,
    hours: HoursBook,
    calendar: WorkCalendar,
    rules: PlanRules,
    campaigns: Iterable[Campaign] = (),
    since: datetime | None = None,
) -> PlanInputs:
    """The inputs of a local date.

    Args:
        day: The date.
        halls: All halls; those without a window, or closed on the day, are left out.
        windows: All windows.
        hours: Their hours.
        calendar: Which days are worked.
        rules: How checks are planned.
        campaigns: The newest version of each.
        since: Plan nothing before this moment.
    """
    staffed = {one.hall_id for one in windows}
    sessions, own = {}, {}
    for hall in halls:
        found = _since(joined(sessions_on(hall, day, hours, calendar)), since)
        if hall.id in staffed and found:
            sessions[hall.id], own[hall.id] = tuple(found), hall
    return PlanInputs(
        day=day,
        halls=tuple(
            HallInputs(
                hall_id,
                sessions[hall_id],
                rules.mean_for(hall_id, windows),
                tuple(
                    fixed_times(
                        own[hall_id],
                        day,
                        sessions[hall_id],
                        rules.fixed,
                        make_up=calendar.day(day, hall_id).kind is DayKind.MAKE_UP,
                    )
                ),
            )
            for hall_id in sorted(own)
        ),
        campaigns=_campaigns(day, campaigns, own, sessions),
        rules=rules.draws,
        since=since,
    )


def _since(sessions: Iterable[Session], since: datetime | None) -> list[Session]:
    if since is None:
        return list(sessions)
    cut = [Session(max(one.start, since), one.end, one.kind) for one in sessions]
    return [one for one in cut if one.start < one.end]


def _campaigns(
    day: date,
    campaigns: Iterable[Campaign],
    halls: Mapping[str, Hall],
    sessions: Mapping[str, Sequence[Session]],
) -> tuple[CampaignInputs, ...]:
    found = []
    for one in sorted(campaigns, key=lambda campaign: campaign.id):
        running = sorted(hall_id for hall_id in halls if one.runs(day, hall_id))
        if running:
            times = tuple(
                (hall_id, tuple(at_times(halls[hall_id], day, sessions[hall_id], one.times)))
                for hall_id in running
            )
            found.append(CampaignInputs(one.id, one.version, one.kind, one.random, times))
    return tuple(found)
