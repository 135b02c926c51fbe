"""39 halls checked at once from the 82 cameras of the rehearsal: how soon is every window told?

    python -m benchmarks.checks [--speed 1] [--settle 0] [--warm 90] [--rtsp 8]

The watch runs as it does for real (two cores: the pictures are drawn on the same machine). After
`--warm` seconds one roll-call of every hall is written; 130 first looks should be told within
90 s, while empty windows stay 待复核. `--settle S` goes on for S seconds of the clock and tells
what became of those.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from api.demo_cast import Cast, Places
from api.duty_desk import DutyDesk
from api.duty_record import of_record
from api.metrics import WATCH
from api.roll_call import PENDING, Progress, progress, start
from api.settings import load_settings
from api.wiring import make_shelf
from models.domain.inspection import CheckQuery, CheckResult
from models.storage.record import Record, open_existing_record
from vision.sources.rehearsal.city import built
from vision.sources.rehearsal.crew import second_of
from vision.sources.rehearsal.day import Day, written

BEGINS = 9 * 3600 + 1500.0
UNTIL = 11 * 3600.0
GOAL_S = 90.0
SHARES = (0.5, 0.9, 1.0)


class Corner(Places):
    """A folder of its own; photographs and masks are the demo's."""

    @property
    def run(self) -> Path:
        return self.root / "bench-checks"


@dataclass
class Call:
    """One roll-call, and how soon its windows were told."""

    cast: Cast
    record: Record
    plan: str
    look: Callable[[], Progress]
    began: float
    reached: dict[float, float]

    def follow(self, within_s: float) -> Progress:
        """Look until every window was told, or the time is over."""
        while True:
            self.cast.check()
            done = self.look()
            passed = time.monotonic() - self.began
            for share in SHARES:
                if done.told >= share * done.windows:
                    self.reached.setdefault(share, passed)
            if done.first_looked or passed >= within_s:
                return done
            time.sleep(0.25)


def called(cast: Cast) -> Call:
    """Call every hall that is open."""
    settings = load_settings(cast.settings_file)
    record = open_existing_record(settings.data_path, settings.database_url)
    with record.make_uow() as uow:
        ruled = of_record(settings, uow)
        desk = DutyDesk(settings, ruled.duty, ruled.calendar)
        plan = start(uow, desk, None, by="bench", reason="", now=cast.clock.now())
        uow.commit()

    def look() -> Progress:
        with record.make_uow(read_only=True) as uow:
            return progress(uow, plan, desk.windows.values())

    return Call(cast, record, plan, look, time.monotonic(), {})


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--speed", type=float, default=1.0)
    asked.add_argument("--warm", type=float, default=90.0, help="real seconds before the call")
    asked.add_argument("--settle", type=float, default=0.0, help="seconds of the clock after it")
    asked.add_argument("--rtsp", type=int, default=8, help="cameras that come as real RTSP")
    asked.add_argument("--seed", type=int, default=2026)
    given = asked.parse_args()
    day = written(built(given.seed), UNTIL)
    places = Corner(Path("var"))
    print("preparing the pictures of 82 cameras …", flush=True)
    with Cast(day, given.speed, places, print, rtsp_cameras=given.rtsp) as cast:
        cast.start(web=False, begins=BEGINS)
        _waited(cast, given.warm)
        call = called(cast)
        first = call.follow(3 * GOAL_S)
        _tell_first(call, first, day)
        if given.settle:
            _waited(cast, given.settle / given.speed)
            _tell_rest(call, day)
        samples = make_shelf(load_settings(cast.settings_file)).process(WATCH) or {}
        cast.stop_watching()
        call.record.close()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"samples due {samples.get('samples_due')}, missed {samples.get('samples_missed')}")
    print(f"processor seconds of pictures and watch: {used.ru_utime + used.ru_stime:.0f}")


def _waited(cast: Cast, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        cast.check()
        time.sleep(0.5)


def _tell_first(call: Call, done: Progress, day: Day) -> None:
    for share, passed in sorted(call.reached.items()):
        print(f"{share:4.0%} of {done.windows} windows told after {passed:5.1f} s")
    if not done.first_looked:
        print(f"NOT all told: {done.told}/{done.windows}")
    print(f"halls {len(done.halls)}; results {_counted(done.results)}")
    now = second_of(call.cast.clock.now())
    empty = sum(not day.is_present(window, now) for window in day.city.windows)
    print(f"待复核 {done.results.get(PENDING, 0)}; empty by the script {empty}")
    met = 1.0 in call.reached and call.reached[1.0] <= GOAL_S
    print(f"goal of {GOAL_S:g} s: {'met' if met else 'MISSED'}")


def _tell_rest(call: Call, day: Day) -> None:
    """What became of the windows, against the script."""
    done = call.look()
    print(f"later: results {_counted(done.results)}; halls settled {done.ended}")
    wrong = []
    with call.record.make_uow(read_only=True) as uow:
        checks = uow.checks.find(CheckQuery(plan=call.plan), limit=1000)
        found = uow.checks.results_of([check.id for check in checks])
    for one in (result for results in found.values() for result in results):
        if not _bears_out(one, day):
            wrong.append(f"{one.window_id} {one.result} {one.reason} {one.details}")
    print(f"against the script: {len(wrong)} otherwise")
    for line in wrong:
        print(f"  {line}")


def _bears_out(one: CheckResult, day: Day) -> bool:
    """Whether what was seen is what the script shows at that moment; a blind look may be."""
    seen = one.details.get("seen")
    if one.looked_at is None or seen not in {"present", "absent"}:
        return True
    return day.is_present(one.window_id, second_of(one.looked_at)) is (seen == "present")


def _counted(results: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in Counter(results).most_common())


if __name__ == "__main__":
    main()
