"""Pictures whose time is over: the entry first, then the file, whatever is killed between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.domain.clue_rows import ClueKind, ClueRow
from models.domain.finding import SourceKind
from models.domain.notice import ItemState, Notice
from models.domain.ports import UnitOfWork
from models.domain.ports_outbox import Delivery
from models.domain.records import EvidenceKind, EvidencePicture, FindingRecord
from models.domain.register import PURGED, evidence_purged
from models.domain.retention import Keeping
from models.storage.record import Record
from models.storage.verification import verify_record
from scheduler.jobs.retention import Retention
from tests.storage_fixtures import evidence_root

OPENED = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = OPENED + 31 * DAY


class Killed(Exception):
    """The process ends here."""


class FilesThatKill:
    """The process ends before the first file is removed."""

    def remove(self, path: str, older_than: datetime) -> bool:
        raise Killed(path)


def job(record: Record, held: Sequence[str] = (), files: object = None) -> Retention:
    def under_way(_uow: UnitOfWork) -> set[str]:
        return set(held)

    chosen = record.evidence if files is None else files
    return Retention(
        Keeping(),
        timedelta(days=180),
        under_way,
        chosen,  # type: ignore[arg-type]
        lambda: datetime.now(UTC) + timedelta(minutes=1),
    )


def picture(record: Record, data: bytes, at: datetime = OPENED) -> EvidencePicture:
    stored = record.evidence.put(data, at)
    return EvidencePicture(
        stored.sha256, stored.path, stored.bytes, at, "c1", "w1", EvidenceKind.AT, 1, 640, 360
    )


def finding(
    record: Record, key: str, state: str, *pictures: bytes, at: datetime = OPENED
) -> FindingRecord:
    """A finding that came to its state at a moment."""
    kept = [picture(record, data, at) for data in pictures]
    named = [{"sha256": one.sha256, "path": one.path} for one in kept]
    with record.make_uow() as uow:
        for one in kept:
            uow.evidence.add(one)
        uow.register.append("finding_opened", {"finding": key, "evidence": named}, at)
        entry = uow.register.append(f"finding_{state}", {"finding": key}, at)
        row = uow.findings.add(
            FindingRecord(
                key=key,
                window_id="w1",
                hall_id="h1",
                kind="off_post",
                state=state,
                opened_at=at,
                started_at=at,
                until_at_least=at,
                proven_s=900,
                ended=True,
                evidence=tuple(one.sha256 for one in kept),
                last_seq=entry.seq,
            )
        )
        uow.commit()
    return row


def there(record: Record) -> int:
    return len(list(evidence_root(record).rglob("*.jpg")))


def purged(record: Record) -> list[str]:
    with record.make_uow(read_only=True) as uow:
        entries = uow.register.find(kind=PURGED)
    return [sha for entry in entries for sha in evidence_purged(entry)]


def test_what_was_dismissed_goes_after_thirty_days_and_verify_finds_no_fault(
    record: Record,
) -> None:
    row = finding(record, "a", "dismissed", b"before", b"at")
    finding(record, "b", "to_verify", b"waits")
    finding(record, "c", "confirmed", b"stands")
    assert job(record).purge(record.make_uow, OPENED + 29 * DAY) == (0, 0)
    assert job(record).purge(record.make_uow, LATER) == (2, 2)
    assert sorted(purged(record)) == sorted(row.evidence)
    assert there(record) == 2
    verdict = verify_record(record)
    assert (verdict.faults, verdict.purged) == ((), 2)
    assert job(record).purge(record.make_uow, LATER + DAY) == (0, 0)


def test_a_picture_that_two_name_stays_as_long_as_one_needs_it(record: Record) -> None:
    finding(record, "a", "dismissed", b"shared", b"own")
    other = finding(record, "b", "confirmed", b"shared")
    assert job(record).purge(record.make_uow, LATER) == (1, 1)
    assert other.evidence[0] not in purged(record)
    with record.make_uow() as uow:
        entry = uow.register.append("finding_closed", {"finding": "b"}, LATER)
        uow.findings.update(replace(other, state="closed", last_seq=entry.seq))
        uow.commit()
    assert job(record).purge(record.make_uow, LATER + 360 * DAY) == (0, 0)
    assert job(record).purge(record.make_uow, LATER + 366 * DAY) == (1, 1)
    assert there(record) == 0
    assert verify_record(record).faults == ()


def test_what_an_appeal_needs_stays_whatever_its_state(record: Record) -> None:
    row = finding(record, "a", "dismissed", b"disputed")
    assert job(record, held=[row.key]).purge(record.make_uow, LATER) == (0, 0)
    assert job(record).purge(record.make_uow, LATER) == (1, 1)


def test_killed_between_entry_and_file_the_next_run_removes_it(record: Record) -> None:
    finding(record, "a", "dismissed", b"one", b"two")
    with pytest.raises(Killed):
        job(record, files=FilesThatKill()).purge(record.make_uow, LATER)
    assert (len(purged(record)), there(record)) == (2, 2)
    assert verify_record(record).faults == ()
    assert job(record).purge(record.make_uow, LATER) == (0, 2)
    assert (len(purged(record)), there(record)) == (2, 0)
    assert verify_record(record).faults == ()


def test_a_file_that_is_named_again_stays(record: Record) -> None:
    finding(record, "a", "dismissed", b"again")
    with pytest.raises(Killed):
        job(record, files=FilesThatKill()).purge(record.make_uow, LATER)
    finding(record, "b", "to_verify", b"again")
    assert job(record).purge(record.make_uow, LATER) == (0, 0)
    assert there(record) == 1
    young = replace(job(record), untouched_since=lambda: datetime.now(UTC) - timedelta(hours=1))
    finding(record, "c", "dismissed", b"young")
    assert young.purge(record.make_uow, LATER) == (1, 0)


def test_pictures_of_clues_and_of_nothing_go_too(record: Record) -> None:
    joined = finding(record, "a", "confirmed", b"finding")
    alone, near, stray = (picture(record, data) for data in (b"alone", b"near", b"stray"))
    with record.make_uow() as uow:
        for one in (alone, near, stray):
            uow.evidence.add(one)
        for number, (one, at) in enumerate([(alone, OPENED - 3 * DAY), (near, OPENED)]):
            uow.clues.put(
                ClueRow("w1", "h1", "", ClueKind.EMPTY, at, SourceKind.WEBHOOK, "vias",
                        str(number), at, "vias", evidence=one.sha256)
            )  # fmt: skip
        uow.commit()
    assert job(record).purge(record.make_uow, LATER) == (1, 1)
    assert purged(record) == [alone.sha256]
    assert job(record).purge(record.make_uow, OPENED + 400 * DAY) == (1, 1)
    assert purged(record) == [alone.sha256, stray.sha256]
    assert joined.evidence[0] not in purged(record)


def test_a_finding_that_is_taken_up_again_meanwhile_keeps_its_pictures(record: Record) -> None:
    row = finding(record, "a", "dismissed", b"again")
    work = job(record)
    with record.make_uow(read_only=True) as uow:
        plan = work.plan(uow, LATER)
    with record.make_uow() as uow:
        entry = uow.register.append("finding_to_verify", {"finding": "a"}, LATER)
        uow.findings.update(replace(row, state="to_verify", last_seq=entry.seq))
        uow.commit()
    assert work._enter(record.make_uow, plan.going, plan, LATER) == 0
    assert purged(record) == []


def test_old_notices_go_and_what_waits_stays(record: Record) -> None:
    with record.make_uow() as uow:
        for key in ("sent", "waiting", "new"):
            at = OPENED if key != "new" else OPENED + 170 * DAY
            uow.outbox.put(Notice("test", key), at)
        for kept in list(uow.outbox.unrouted()):
            one = Delivery(f"{kept.notice.key}:mail", "channel:mail", due_at=kept.at,
                           first_at=kept.at, notice_id=kept.id)  # fmt: skip
            uow.outbox.route(kept.id, [one])
        for one in uow.outbox.claim("me", LATER + 170 * DAY, LATER + 171 * DAY):
            if not one.key.startswith("waiting"):
                sent = replace(one, state=ItemState.SENT, sent_at=LATER)
                assert uow.outbox.settle(sent, "me")
        uow.commit()
    with record.make_uow() as uow:
        assert uow.outbox.prune(OPENED + 160 * DAY) == 2
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert {kept.notice.key for kept in uow.outbox.notices()} == {"waiting", "new"}
