"""S16: the monitor, a webhook and a spot check see one absence; it is one finding."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.domain.clue_rows import ClueKind, ClueRow, clues_of
from models.domain.clues import Clue
from models.domain.finding import SourceKind
from models.domain.notice import Severity
from models.storage.unit_of_work import UnitOfWorkFactory
from tests.builders import at, seen
from tests.integration.test_record_keeper import Watch, findings, kinds, record
from vision.record_keeper import RecordKeeper, memory_of

__all__ = ["record"]

MINUTE = 60


def others(record: UnitOfWorkFactory, watch: Watch) -> None:
    """Let the watch's keeper hear what others saw."""

    def heard(now: datetime) -> list[Clue]:
        with record(read_only=True) as uow:
            return clues_of(uow.clues.empty(now - timedelta(days=1), now))

    keeper: RecordKeeper = watch.keeper
    keeper._others = heard


def put(record: UnitOfWorkFactory, second: int, kind: SourceKind, window: str = "w1") -> None:
    with record() as uow:
        row = ClueRow(
            window, "h1", "u1", ClueKind.EMPTY, at(second), kind, "s", f"{second}", at(second), "x"
        )
        uow.clues.put(row)
        uow.commit()


def sources(record: UnitOfWorkFactory) -> list[list[tuple[str, str]]]:
    return [
        [(kind, ref) for _, kind, ref in row.details["finding"]["sources"]]
        for row in findings(record)
    ]


def test_clues_of_the_same_absence_join_one_finding_also_after_a_restart(
    record: UnitOfWorkFactory,
) -> None:
    watch = Watch(record)
    others(record, watch)
    watch.show(seen(0))
    watch.empty_from(MINUTE, 6 * MINUTE)
    put(record, 6 * MINUTE, SourceKind.WEBHOOK)
    put(record, 7 * MINUTE, SourceKind.SPOT_CHECK)
    put(record, 7 * MINUTE + 1, SourceKind.SPOT_CHECK, "w9")
    assert kinds(record) == []  # a clue opens no finding
    watch.empty_from(7 * MINUTE, 20 * MINUTE)
    assert kinds(record) == ["finding_opened"]
    wanted = [("monitor", ""), ("webhook", "s/360"), ("spot_check", "s/420")]
    assert sources(record) == [wanted]
    with record(read_only=True) as uow:
        (entry,) = uow.register.entries()
    assert [one[1] for one in entry.payload["sources"]] == ["monitor", "webhook", "spot_check"]
    put(record, 18 * MINUTE, SourceKind.WEBHOOK)
    watch.empty_from(21 * MINUTE, 22 * MINUTE)
    assert sources(record) == [[*wanted, ("webhook", "s/1080")]]
    assert kinds(record) == ["finding_opened"]
    again = Watch(record, memory_of(record, at(-3600), at(22 * MINUTE)))
    again.keeper.take_up(at(-3600))
    again.empty_from(23 * MINUTE, 24 * MINUTE)
    assert sources(record) == [[*wanted, ("webhook", "s/1080")]]  # joined stays joined
    assert findings(record)[0].proven_s == 23 * MINUTE


def test_a_clue_of_another_time_joins_nothing(record: UnitOfWorkFactory) -> None:
    watch = Watch(record)
    others(record, watch)
    put(record, -30 * MINUTE, SourceKind.WEBHOOK)
    watch.show(seen(0))
    watch.empty_from(MINUTE, 20 * MINUTE)
    assert sources(record) == [[("monitor", "")]]


def test_a_serious_finding_is_told_once_in_its_own_transaction_and_an_ordinary_one_is_not(
    record: UnitOfWorkFactory,
) -> None:
    watch = Watch(record)
    watch.empty_from(-30 * MINUTE, -8 * MINUTE)
    with record(read_only=True) as uow:
        assert uow.outbox.notices() == []
    assert [row.kind for row in findings(record)] == ["late"]
    watch.empty_from(-7 * MINUTE, 10 * MINUTE)
    assert [row.kind for row in findings(record)] == ["absent_half_day"]
    with record(read_only=True) as uow:
        (kept,) = uow.outbox.notices()
    assert kept.notice.severity is Severity.SERIOUS
    assert kept.notice.data["kind"] == "absent_half_day"
    assert (kept.notice.audience.hall_id, kept.notice.audience.unit_id) == ("h1", "u1")
