"""S16: monitor, webhook, spot check and a restart between them make exactly one finding."""

from __future__ import annotations

import pytest

from models.domain.check_result import Result
from models.domain.clue_rows import ClueKind, ClueRow
from models.domain.finding import SourceKind
from models.domain.finding_json import from_json
from models.domain.inspection import Check, CheckState
from models.domain.records import FindingRecord
from tests.acceptance.checked_town import EMPTY, Watching, watching
from tests.acceptance.town import Town, at

PROFILE = {"off_post": {"minutes": 5, "operator": ">="}, "alert": {"minutes": 3}}


@pytest.fixture
def rostered(town: Town) -> Town:
    town.duty = PROFILE
    town.roster("2026-11-23,W12,公安局,甲,A,08:30,12:00,")
    return town


def webhook(watch: Watching, clock: str) -> None:
    with watch.record.make_uow() as uow:
        uow.clues.put(
            ClueRow(
                "W12",
                "main",
                "公安局",
                ClueKind.EMPTY,
                at(clock),
                SourceKind.WEBHOOK,
                "vias",
                "7",
                at(clock),
                "vias",
            )
        )
        uow.commit()


def sources(row: FindingRecord) -> list[tuple[str, SourceKind]]:
    finding = from_json(row.details["finding"])
    return [
        (one.at.astimezone(at("10:00").tzinfo).strftime("%H:%M"), one.kind)
        for one in finding.sources
    ]


def one_check(watch: Watching, check: Check) -> Result | None:
    (one,) = watch.results(check).values()
    return one.result


def test_s16_exactly_one_finding_with_all_its_sources(rostered: Town) -> None:
    with watching(rostered, "09:55") as watch:
        watch.until("09:59", every_s=60)
        watch.until("10:04", sees=EMPTY, every_s=60)
    with watching(rostered, "10:05") as watch:
        watch.until("10:06", sees=EMPTY, every_s=60)
        webhook(watch, "10:06")
        watch.until("10:07", sees=EMPTY, every_s=60)
        check = watch.check("10:07")
        watch.until("10:08", sees=EMPTY)
        watch.until("10:13", sees=EMPTY, every_s=60)
        watch.until("10:16", every_s=60)
        (finding,) = watch.findings()
        assert (finding.started_at, finding.until_at_least) == (at("10:00"), at("10:13"))
        assert (finding.kind, finding.ended) == ("off_post", True)
        assert sources(finding) == [
            ("10:00", SourceKind.MONITOR),
            ("10:06", SourceKind.WEBHOOK),
            ("10:07", SourceKind.SPOT_CHECK),
        ]
        assert watch.kinds().count("finding_opened") == 1
        (result,) = watch.results(check).values()
        assert (result.result, result.finding_key) == (Result.OFF_POST, finding.key)
        assert watch.state(check) is CheckState.SETTLED


def test_s16_a_gap_of_more_than_two_samples_splits(rostered: Town) -> None:
    with watching(rostered, "09:55") as watch:
        watch.until("09:59", every_s=60)
        watch.until("10:06", sees=EMPTY, every_s=60)
        check = watch.check("10:06")
        watch.until("10:07", sees=EMPTY)
        watch.until("10:11", sees=None, every_s=60)
        watch.until("10:18", sees=EMPTY, every_s=60)
        first, second = sorted(watch.findings(), key=lambda one: one.started_at)
        assert (first.until_at_least, second.started_at) == (at("10:07"), at("10:12"))
        assert one_check(watch, check) is Result.OFF_POST
        assert [kind for _, kind in sources(first)] == [SourceKind.MONITOR, SourceKind.SPOT_CHECK]
        assert [kind for _, kind in sources(second)] == [SourceKind.MONITOR]


def test_a_check_alone_sees_an_absence_that_becomes_one_finding_of_both(rostered: Town) -> None:
    with watching(rostered, "09:55") as watch:
        watch.until("09:59", every_s=60)
        check = watch.check("09:59")
        watch.until("10:02", sees=EMPTY)
        assert one_check(watch, check) is None
        watch.until("10:06", sees=EMPTY)
        (finding,) = watch.findings()
        assert [kind for _, kind in sources(finding)] == [
            SourceKind.MONITOR,
            SourceKind.SPOT_CHECK,
        ]
        assert one_check(watch, check) is Result.OFF_POST
