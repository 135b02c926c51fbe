"""How long it takes to judge a year: 39 halls, 130 windows, 300 people, on one core.

    python -m benchmarks.duty [--seed 2026] [--limit 10]

Every window has two shifts a day of an A and a B post, people have some 12 notices a year, and
every window-day has about four empty stretches, so that there is much to judge. Times are the
process's own on one core; ends with 1 where the year takes longer than the limit in seconds.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from datetime import date, datetime, timedelta

from models.domain.duty import Duty
from models.domain.finding import Level
from models.domain.hall import Hall, Window
from models.domain.hours import HoursBook
from models.domain.judgement import judge
from models.domain.leave import Notice, NoticeKind
from models.domain.people import Person, Staff
from models.domain.presence import Reason, State
from models.domain.profiles import DutyProfile
from models.domain.roster import Roster, Shift
from models.domain.spans import Span
from models.domain.tally import tally
from models.domain.workdays import WorkCalendar, day_of, sessions_of

HALLS, WINDOWS, PEOPLE = 39, 130, 300
FIRST, DAYS = date(2026, 1, 1), 365
REASONS = {State.PRESENT: Reason.SEEN, State.ABSENT: Reason.EMPTY, State.UNKNOWN: Reason.OFFLINE}


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, default=2026)
    asked.add_argument("--limit", type=float, default=10.0)
    given = asked.parse_args()
    dice = random.Random(given.seed)  # noqa: S311  a made-up year, no secret
    calendar, hours = WorkCalendar.builtin(), HoursBook()
    halls = [Hall(f"h{n}", f"大厅{n}") for n in range(HALLS)]
    windows = [Window(f"w{n}", f"h{n % HALLS}", f"{n}号窗口", ()) for n in range(WINDOWS)]
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    worked = [day for day in days if calendar.is_workday(day)]
    people = [Person(f"p{n}", f"人{n}") for n in range(PEOPLE)]
    lines = {(w.id, day): _line(dice, w, day, halls[0]) for w in windows for day in worked}
    shifts = tuple(one for day in worked for one in _shifts(dice, windows, halls[0], day))
    notices = [one for person in people for one in _notices(dice, person, worked, halls[0])]

    began = time.process_time()
    duty = Duty(Roster(shifts), notices, staff=Staff(people))
    built = time.process_time() - began
    counts = dict.fromkeys(Level, 0)
    by_id = {hall.id: hall for hall in halls}
    profile = DutyProfile()
    for window in windows:
        hall = by_id[window.hall_id]
        for day in worked:
            opened = sessions_of(
                window, hall, day, hours=hours, calendar=calendar, roster=duty.roster
            )
            now = day_of(hall, day)[1]
            found = judge(window, lines[window.id, day], opened, duty, profile=profile, now=now)
            for one in found:
                counts[one.level] += 1
    took = time.process_time() - began

    began = time.process_time()
    for day in worked:
        window, hall = windows[0], halls[0]
        opened = sessions_of(window, hall, day, hours=hours, calendar=calendar, roster=duty.roster)
        start, end = day_of(hall, day)
        tally(window, lines[window.id, day], opened, duty, start=start, end=end)
    tallied = (time.process_time() - began) / len(worked)
    calls = len(windows) * len(worked)
    print(f"{len(shifts)} shifts, {len(notices)} notices, {calls} window-days: {took:.2f} s")
    print(f"  roster and notices indexed in {built:.2f} s")
    print(f"  {1e3 * (took - built) / calls:.3f} ms per window-day judged")
    print(f"  {1e3 * tallied:.3f} ms per window-day tallied")
    print("  " + ", ".join(f"{count} {level.value}s" for level, count in counts.items()))
    return 0 if took <= given.limit else 1


def _line(dice: random.Random, window: Window, day: date, hall: Hall) -> list[Span]:
    """A day from 08:00 to 18:00: mostly staffed, some six empty stretches, now and then blind."""
    here = day_of(hall, day)[0] + timedelta(hours=8)
    end = here + timedelta(hours=10)
    spans: list[Span] = []
    while here < end:
        (state,) = dice.choices(list(State), (6, 3, 1))
        length = dice.expovariate(1 / (60 * 60 if state is State.PRESENT else 12 * 60))
        until = min(end, here + timedelta(seconds=30 + length))
        spans.append(Span(window.id, state, REASONS[state], here, until))
        here = until
    return spans


def _shifts(dice: random.Random, windows: list[Window], hall: Hall, day: date) -> list[Shift]:
    midnight = day_of(hall, day)[0]
    order = dice.sample(range(PEOPLE), 2 * len(windows))
    found = []
    for place, window in enumerate(windows):
        for begins, ends in ((8.5, 12.0), (14.5, 17.5)):
            start, end = _hour(midnight, begins), _hour(midnight, ends)
            for grade, who in zip("AB", order[2 * place : 2 * place + 2], strict=True):
                found.append(Shift(window.id, start, end, f"p{who}", grade))
    return found


def _notices(dice: random.Random, person: Person, worked: list[date], hall: Hall) -> list[Notice]:
    found = []
    for number, day in enumerate(dice.sample(worked, 12)):
        start = _hour(day_of(hall, day)[0], dice.uniform(8.5, 15))
        registered = start + timedelta(minutes=dice.uniform(-600, 120))
        end = start + timedelta(hours=dice.uniform(0.5, 4))
        found.append(
            Notice(f"{person.id}-{number}", person.id, NoticeKind.OUT, start, end, registered)
        )
    return found


def _hour(midnight: datetime, hour: float) -> datetime:
    return midnight + timedelta(hours=hour)


if __name__ == "__main__":
    sys.exit(main())
