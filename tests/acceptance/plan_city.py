"""A city of halls whose spot checks are planned and carried out, for S08, S09, S14, S19, S27."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from api.inspection_plans import SettingsPlans, tick_rules
from api.plan_keys import PLAN_KEY, PlanKey, plan_key
from api.settings import Settings, load_settings
from models.domain.check_result import Result
from models.domain.inspection import Check, CheckQuery, CheckResult
from models.domain.inspection_record import settle
from models.domain.inspection_tick import Did, Done, Planner
from models.domain.ports import UnitOfWork
from models.storage.files import write_new
from models.storage.record import Record, open_record
from tests.acceptance.town import ZONE, ZONE_OF_WINDOW, onpost
from tests.acceptance.town import Done as Ran

MONDAY = date(2026, 11, 23)
NONCE = "a nonce of the tests"


def at(clock: str, day: date = MONDAY) -> datetime:
    """`09:10` or `09:10:20` on the day, in the city."""
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


@dataclass
class City:
    """Its folder, its settings, and its record while it is open."""

    folder: Path
    halls: int = 3
    checks: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    clock: datetime = field(default_factory=lambda: at("06:00"))
    key_hex: str = "5a" * 32

    @property
    def names(self) -> list[str]:
        """Ids of the halls."""
        return [f"h{number:02}" for number in range(1, self.halls + 1)]

    @property
    def file(self) -> Path:
        """The settings file, written anew."""
        content: dict[str, Any] = {
            "data_dir": "data",
            "shelf_dir": "shelf",
            "clock": {"kind": "simulated", "start": self.clock.isoformat()},
            "checks": self.checks,
            "halls": {one: {"name": f"大厅{one}"} for one in self.names},
            "cameras": {
                f"c-{one}": {"hall": one, "name": "一号", "source": f"{one}.mp4"}
                for one in self.names
            },
            "windows": {
                f"w-{one}": {
                    "hall": one,
                    "name": "1号窗口",
                    "unit": "公安局",
                    "views": [{"camera": f"c-{one}", "polygon": ZONE_OF_WINDOW}],
                }
                for one in self.names
            },
            **self.more,
        }
        path = self.folder / "onpost.yaml"
        path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        return path

    @property
    def settings(self) -> Settings:
        """Its settings, loaded."""
        return load_settings(self.file)

    def run(self, *arguments: str, now: datetime | None = None) -> Ran:
        """`onpost …` at a moment."""
        self.clock = now or self.clock
        return onpost(*arguments, "--settings", self.file)

    def good(self, *arguments: str, now: datetime | None = None) -> Ran:
        """The same, which must succeed."""
        ran = self.run(*arguments, now=now)
        assert ran.code == 0, ran.out + ran.err
        return ran

    @cached_property
    def key(self) -> PlanKey:
        """The master key of its random checks, the same in every run."""
        write_new(self.folder / "data" / PLAN_KEY, self.key_hex.encode(), mode=0o600)
        return plan_key(self.settings, create=False)

    @contextmanager
    def open(self) -> Iterator[Running]:
        """Its record opened and its planner running."""
        record = open_record(self.folder / "data")
        try:
            yield Running(self, record)
        finally:
            record.close()


@dataclass
class Running:
    """A planner that ticks, and a watch that finds everybody at their post."""

    city: City
    record: Record
    planner: Planner = field(init=False)
    plans: SettingsPlans = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """The process anew, with the settings as they are now."""
        settings = self.city.settings
        self.plans = SettingsPlans(settings)
        self.planner = Planner(self.plans, self.city.key, tick_rules(settings), lambda: NONCE)

    def tick(self, now: datetime) -> list[Done]:
        """One tick; what it did is committed."""
        with self.record.make_uow() as uow:
            done = self.planner.tick(uow, now)
            uow.commit()
        return done

    def did(self, now: datetime, what: Did) -> list[Done]:
        """The same, one kind of thing."""
        return [one for one in self.tick(now) if one.what is what]

    def look(self, now: datetime) -> int:
        """Make every check that is there to be made; gives how many."""
        with self.record.make_uow() as uow:
            found = uow.checks.due(now - timedelta(minutes=5))
            for one in found:
                carry_out(uow, one, self.plans.windows(one.hall_id), now)
            uow.commit()
        return len(found)

    def day(self, day: date = MONDAY, *, minutes: int = 9, start: str = "06:00") -> list[Done]:
        """A whole day, a tick and a look every so many minutes, and its reveal."""
        now, end, done = at(start, day), at("19:00", day), []
        while now < end:
            done += self.tick(now)
            self.look(now)
            now += timedelta(minutes=minutes)
        return done

    def checks(self, day: date = MONDAY) -> list[Check]:
        """Every check of the day's plans, by moment."""
        with self.record.make_uow(read_only=True) as uow:
            found = uow.checks.find(CheckQuery(day=day.isoformat()), limit=10_000)
        return sorted(found, key=lambda one: (one.due_at, one.key))


def carry_out(uow: UnitOfWork, check: Check, windows: Iterable[str], now: datetime) -> None:
    """Everybody is at their post."""
    epoch = uow.checks.claim(check.id, "test", now, epoch=check.epoch)
    assert epoch is not None
    uow.checks.look(check.id, epoch, now)
    results = [
        CheckResult(one, "公安局", Result.ON_POST, "seen", looked_at=now, settled_at=now)
        for one in windows
    ]
    uow.checks.save_results(check.id, epoch, results, now)
    settle(uow, check.id, epoch, now)
