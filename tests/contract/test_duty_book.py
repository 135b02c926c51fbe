"""The duty record behaves alike on SQLite and PostgreSQL: added, replaced, never changed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.domain.duty_rows import (
    DutyKind,
    calendar_of,
    day_from_json,
    day_to_json,
    exemption_of,
    notice_key,
    notice_of,
    override_key,
    plain,
    staff_from_json,
    staff_to_json,
)
from models.domain.errors import InputError, StorageError
from models.domain.leave import Exemption, ExemptionKind, Notice, NoticeKind
from models.domain.workdays import CalendarDay, DayKind, DayStatus
from models.storage.record import Record
from tests.builders import NINE, at
from tests.roster_city import STAFF

LEAVE = Notice("L-1", "u1/张三", NoticeKind.SICK, at(0), at(3600), at(-60), approver="李主任")


def test_a_correction_is_a_new_row_and_the_old_one_stays_to_be_read(record: Record) -> None:
    with record.make_uow() as uow:
        first = uow.duty.put(DutyKind.NOTICE, "L-1", plain(LEAVE), at=at(0), by="甲")
        same = uow.duty.put(DutyKind.NOTICE, "L-1", plain(LEAVE), at=at(5), by="乙")
        assert same == first
        changed = plain(LEAVE) | {"back_at": at(1800).isoformat()}
        second = uow.duty.put(DutyKind.NOTICE, "L-1", changed, at=at(9), by="乙", reason="提前销假")
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert uow.duty.get(DutyKind.NOTICE, "L-1") == second
        assert uow.duty.standing() == [second]
        assert list(uow.duty.history(DutyKind.NOTICE, "L-1")) == [first, second]
        assert (second.number, second.replaces, uow.duty.counter()) == (2, 1, 2)
    assert notice_of(second.content).until == at(1800)
    assert notice_of(first.content) == LEAVE


def test_a_withdrawal_is_a_row_too_and_what_was_withdrawn_can_come_again(record: Record) -> None:
    with record.make_uow() as uow:
        uow.duty.put(DutyKind.NOTICE, "L-1", plain(LEAVE), at=at(0), by="甲")
        uow.duty.withdraw(DutyKind.NOTICE, "L-1", at=at(1), by="甲", reason="登记错误")
        assert uow.duty.standing() == []
        with pytest.raises(InputError, match="L-1"):
            uow.duty.withdraw(DutyKind.NOTICE, "L-1", at=at(2), by="甲", reason="again")
        again = uow.duty.put(DutyKind.NOTICE, "L-1", plain(LEAVE), at=at(3), by="甲")
        uow.commit()
    assert again.replaces == 2
    with record.make_uow(read_only=True) as uow:
        assert [row.withdrawn for row in uow.duty.history(DutyKind.NOTICE, "L-1")] == [
            False,
            True,
            False,
        ]
        assert uow.duty.standing(DutyKind.EXEMPTION) == []
        assert uow.duty.standing(DutyKind.NOTICE, DutyKind.EXEMPTION) == [again]


@pytest.mark.parametrize("statement", ["UPDATE duty_rows SET reason = ''", "DELETE FROM duty_rows"])
def test_the_database_itself_refuses_to_change_a_row(record: Record, statement: str) -> None:
    with record.make_uow() as uow:
        uow.duty.put(DutyKind.PUBLISHED, "2026-10", {"by": "3号通报"}, at=NINE, by="甲")
        uow.commit()
    with pytest.raises(StorageError, match="never changed"), record.make_uow() as uow:
        uow.duty._connection.exec_driver_sql(statement)  # type: ignore[attr-defined]


def test_counters_tell_whether_there_is_anything_new(record: Record) -> None:
    with record.make_uow() as uow:
        assert (uow.duty.counter(), uow.rosters.counter()) == (0, 0)
        uow.rosters.save({"a": 1}, "a.csv", NINE)
        uow.duty.put(DutyKind.FILE, "a.csv", {"sha256": "x"}, at=NINE, by="settings")
        assert (uow.duty.counter(), uow.rosters.counter()) == (1, 1)


def test_the_calendar_is_the_built_in_one_with_what_was_put_in(record: Record) -> None:
    off = CalendarDay(date(2027, 1, 1), DayKind.HOLIDAY, DayStatus.OFFICIAL, "2027.json", "元旦")
    stop = CalendarDay(
        date(2026, 11, 24), DayKind.REST, DayStatus.OVERRIDE, "停业通知", "搬迁", "main"
    )
    with record.make_uow() as uow:
        before = calendar_of(uow.duty.standing())
        uow.duty.put(DutyKind.YEAR, "2027", {"days": [day_to_json(off)]}, at=NINE, by="甲")
        key = override_key("main", stop.date)
        uow.duty.put(DutyKind.OVERRIDE, key, day_to_json(stop), at=NINE, by="甲")
        after = calendar_of(uow.duty.standing())
    assert before.notice(2027)
    assert after.notice(2027) is None
    assert after.day(date(2027, 1, 1)) == off == day_from_json(day_to_json(off))
    assert not after.is_workday(date(2026, 11, 24), "main")
    assert after.is_workday(date(2026, 11, 24), "other")


def test_exemptions_and_staff_come_back_as_they_were() -> None:
    stop = Exemption(
        "X-1", ExemptionKind.DRILL, at(0), at(60), "main", approver="王主任", approved_at=at(-9)
    )
    assert exemption_of(plain(stop)) == stop
    back = staff_from_json(staff_to_json(STAFF))
    assert (back.persons, back.units) == (STAFF.persons, STAFF.units)


def test_a_notices_id_is_the_same_whichever_form_it_comes_by_and_names_nobody() -> None:
    key = notice_key("u1/张三", NoticeKind.SICK, at(0))
    assert key == notice_key("u1/张三", NoticeKind.SICK, at(0).astimezone())
    assert key != notice_key("u1/张三", NoticeKind.SICK, at(0) + timedelta(minutes=1))
    assert "张三" not in key
