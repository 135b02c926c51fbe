"""What is asked of a moment is found among years of rows, and by the index that is there for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import event

from models.domain.presence import Reason, State
from models.domain.spans import Span
from models.storage.record import Record, open_record

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_spans_that_touch_a_moment_are_found_of_one_window_and_of_all(record: Record) -> None:
    with record.make_uow() as uow:
        for window in ("w1", "w2"):
            cuts = [START, START + 400 * HOUR, START + 401 * HOUR, START + 480 * HOUR, None]
            uow.spans.save(
                Span(window, State.PRESENT, Reason.SEEN, begins, ends)
                for begins, ends in pairwise(cuts)
                if begins is not None
            )
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        for hour, expected in ((-1, []), (300, [0]), (400, [400]), (600, [480])):
            moment = START + hour * HOUR
            one = uow.spans.between("w1", moment, moment + HOUR / 2)
            assert [(span.start - START) / HOUR for span in one] == expected
            every = uow.spans.between(None, moment, moment + HOUR / 2)
            assert [span.window_id for span in every] == ["w1", "w2"][: 2 * len(expected)]
        over = uow.spans.between("w2", START + 300 * HOUR, START + 500 * HOUR)
        assert [(span.start - START) / HOUR for span in over] == [0, 400, 401, 480]


def test_a_camera_that_was_noted_while_the_clock_went_back_is_found(record: Record) -> None:
    with record.make_uow() as uow:
        uow.cameras.note("c1", "live", "", START)
        uow.cameras.note("c1", "offline", "refused", START + 10 * HOUR)
        uow.cameras.note("c1", "live", "", START + 9 * HOUR)  # an hour back
        uow.cameras.note("c1", "live", "stale", START + 20 * HOUR)
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        for camera in ("c1", None):
            moment = START + 15 * HOUR
            (found,) = uow.cameras.between(camera, moment, moment + HOUR)
            assert found.at == START + 9 * HOUR


def test_entries_of_a_kind_come_without_reading_the_others(record: Record) -> None:
    with record.make_uow() as uow:
        for number in range(30):
            kind = "evidence_purged" if number in {11, 28} else "check_settled"
            uow.register.append(kind, {"n": number}, START + number * HOUR)
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        found = uow.register.entries(kind="evidence_purged")
        assert [entry.seq for entry in found] == [12, 29]
        assert [e.seq for e in uow.register.entries(12, kind="evidence_purged")] == [29]
        assert uow.findings.tally() == {}


def test_sqlite_asks_years_by_its_indexes(tmp_path: Path) -> None:
    record = open_record(tmp_path)
    asked: list[tuple[str, Any]] = []
    event.listen(
        record.make_uow.engine,
        "before_cursor_execute",
        lambda _c, _k, statement, given, *_rest: asked.append((statement, given)),
    )
    with record.make_uow(read_only=True) as uow:
        uow.spans.between("w1", START, START + HOUR)
        uow.cameras.between("c1", START, START + HOUR)
        uow.alerts.open()
        uow.findings.open()
        uow.register.entries(5, 100, kind="evidence_purged")
    selects = [one for one in asked if one[0].startswith("SELECT")]
    with record.make_uow.engine.connect() as told:
        plans = [
            " ".join(row[3] for row in told.exec_driver_sql(f"EXPLAIN QUERY PLAN {ask}", given))
            for ask, given in selects
        ]
    record.close()
    named = ("autoindex_spans", "ix_camera_events_camera_id_started_at", "ix_alerts_standing",
             "ix_findings_standing", "ix_register_entries_chain_kind_seq")  # fmt: skip
    for plan, index in zip(plans, named, strict=True):
        assert index in plan, plan
