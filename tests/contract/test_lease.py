"""The schedule's lease on both databases: one holder, everybody else's writes refused."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from models.domain.errors import StorageError
from models.domain.lease import Lease, LeaseLost
from models.domain.ports_jobs import JobDay, JobRow, Outcome
from models.storage.record import Record
from tests.builders import NINE, at


def taken(record: Record, holder: str) -> Lease:
    with record.make_uow() as uow:
        lease = uow.jobs.take(holder, uow.jobs.lease(), NINE)
        uow.commit()
    return lease


def standing(record: Record) -> Lease | None:
    with record.make_uow(read_only=True) as uow:
        return uow.jobs.lease()


def test_nobody_holds_it_at_first_and_the_first_one_takes_it(record: Record) -> None:
    assert standing(record) is None
    assert taken(record, "a") == Lease("a", 1, 1, NINE) == standing(record)


def test_of_two_that_saw_the_same_only_one_takes_it(record: Record) -> None:
    first = taken(record, "a")
    with record.make_uow() as uow, pytest.raises(LeaseLost):
        uow.jobs.take("b", None, at(1))
    taken(record, "c")
    with record.make_uow() as uow, pytest.raises(LeaseLost):
        uow.jobs.take("d", first, at(1))


def test_one_that_beat_meanwhile_keeps_it(record: Record) -> None:
    seen = taken(record, "a")
    with record.make_uow() as uow:
        uow.jobs.beat(seen.epoch, at(3))
        uow.commit()
    with record.make_uow() as uow, pytest.raises(LeaseLost):
        uow.jobs.take("b", seen, at(4))
    assert standing(record) == Lease("a", 1, 2, at(3))


def test_an_epoch_that_is_over_can_write_nothing(record: Record) -> None:
    old = record.make_uow.fenced(taken(record, "a").epoch)
    with old() as uow:
        uow.jobs.save([JobRow("one", 1.0, NINE)])
        uow.commit()
    new = record.make_uow.fenced(taken(record, "b").epoch)
    with pytest.raises(LeaseLost), old():
        raise AssertionError("it was entered")
    with old(read_only=True) as uow:
        assert [row.id for row in uow.jobs.jobs()] == ["one"]
    for deed in ("beat", "give_back"):
        with record.make_uow() as uow, pytest.raises(LeaseLost):
            getattr(uow.jobs, deed)(1, at(5))
    with new() as uow:
        uow.jobs.remove("one")
        uow.commit()


def test_one_that_gave_it_back_can_write_nothing_and_another_takes_it(record: Record) -> None:
    lease = taken(record, "a")
    with record.make_uow() as uow:
        uow.jobs.give_back(lease.epoch, at(1))
        uow.commit()
    with pytest.raises(LeaseLost), record.make_uow.fenced(lease.epoch)():
        raise AssertionError("it was entered")
    found = standing(record)
    assert found is not None
    assert found.free
    assert taken(record, "b").epoch == 2


def test_taking_waits_for_a_write_of_the_holder_and_beats_do_not(record: Record) -> None:
    lease = taken(record, "a")
    order: list[str] = []

    def take() -> None:
        taken(record, "b")
        order.append("taken")

    other = threading.Thread(target=take)
    with record.make_uow.fenced(lease.epoch)() as uow:
        if "postgresql" in str(record.make_uow.engine.url):
            with record.make_uow() as beating:
                beating.jobs.beat(lease.epoch, at(1))
                beating.commit()
        other.start()
        other.join(0.5)
        uow.jobs.save([JobRow("one", 1.0, NINE)])
        uow.commit()
        order.append("written")
    other.join(30)
    assert order[-1] in {"taken", "written"}
    with record.make_uow(read_only=True) as uow:
        assert [row.id for row in uow.jobs.jobs()] == ["one"]
    found = standing(record)
    assert found is not None
    assert found.holder == "b"


def test_one_that_holds_several_writes_nothing_once_one_of_them_is_taken(record: Record) -> None:
    with record.make_uow() as uow:
        epochs = {name: uow.jobs.take("a", None, NINE, name).epoch for name in ("h2", "h1")}
        uow.commit()
    assert standing(record) is None, "the schedule's lease is another one"
    both, only_h2 = record.make_uow.fenced_by(epochs), record.make_uow.fenced_by({"h2": 1})
    with both() as uow:
        uow.jobs.save([JobRow("one", 1.0, NINE)])
        uow.commit()
    with record.make_uow() as uow:
        assert uow.jobs.take("b", uow.jobs.lease("h1"), at(1), "h1").epoch == 2
        uow.commit()
    with pytest.raises(LeaseLost, match="'h1'"), both():
        raise AssertionError("it was entered")
    with only_h2() as uow:
        uow.jobs.remove("one")
        uow.commit()


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_on_postgresql_a_holder_paused_inside_a_write_is_cut_off(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.storage.job_book._PAUSED_S", 1)
    lease = taken(record, "a")
    paused = record.make_uow.fenced(lease.epoch)()
    with pytest.raises(StorageError), paused as uow:
        uow.jobs.save([JobRow("one", 1.0, NINE)])
        assert taken(record, "b").epoch == 2
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert uow.jobs.jobs() == []


def test_jobs_come_back_as_they_were_saved(record: Record) -> None:
    first = JobRow("a", 2.0, NINE)
    ran = JobRow("b", 0.5, at(1), at(0), 0.25, Outcome.FAILED, "StorageError", 7, 1, 2)
    with record.make_uow() as uow:
        uow.jobs.save([first, JobRow("b", 9.0, NINE)])
        uow.jobs.save([ran])
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert uow.jobs.jobs() == [first, ran]


def test_a_day_is_settled_once(record: Record) -> None:
    monday = JobDay("digest", date(2026, 11, 23), Outcome.DONE, NINE, "1")
    tuesday = JobDay("digest", date(2026, 11, 24), Outcome.MISSED, NINE + timedelta(days=1))
    with record.make_uow() as uow:
        assert uow.jobs.last_day("digest") is None
        uow.jobs.settle(tuesday)
        uow.jobs.settle(monday)
        uow.commit()
    with pytest.raises(StorageError), record.make_uow() as uow:
        uow.jobs.settle(monday)
    with record.make_uow(read_only=True) as uow:
        assert uow.jobs.last_day("digest") == tuesday
        assert uow.jobs.last_day("other") is None
