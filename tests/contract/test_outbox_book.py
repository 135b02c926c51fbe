"""The outbox and the clues on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from models.domain.access import EVERYWHERE, Role, Scope
from models.domain.clue_rows import ClueKind, ClueRow
from models.domain.finding import SourceKind
from models.domain.hooks import Hook
from models.domain.notice import Audience, ItemState, Notice, Severity
from models.domain.ports_outbox import Delivery
from models.storage.record import Record
from tests.builders import NINE, at

NOTICE = Notice(
    "finding",
    "finding:1",
    Severity.SERIOUS,
    Audience(frozenset({Role.REVIEWER}), "h1", "u1"),
    {"id": 1},
    "标题",
    "title",
    "正文",
    "text",
)


def delivery(number: int, target: str = "hook:1", notice_id: int = 0) -> Delivery:
    return Delivery(
        f"{target}#{number}", target, {"n": number}, due_at=NINE, first_at=NINE, notice_id=notice_id
    )


def put(record: Record, *notices: Notice) -> list[bool]:
    with record.make_uow() as uow:
        done = [uow.outbox.put(one, NINE) for one in notices]
        uow.commit()
    return done


def send(record: Record, *rows: Delivery) -> int:
    with record.make_uow() as uow:
        done = uow.outbox.send(rows)
        uow.commit()
    return done


def claim(record: Record, by: str, moment: int = 0, length: int = 60) -> list[Delivery]:
    with record.make_uow() as uow:
        done = uow.outbox.claim(by, at(moment), at(moment + length))
        uow.commit()
    return list(done)


def settle(record: Record, row: Delivery, claim: str, state: ItemState, due: int = 0) -> bool:
    with record.make_uow() as uow:
        done = uow.outbox.settle(
            replace(row, state=state, due_at=at(due), tries=row.tries + 1, error="x" * 900), claim
        )
        uow.commit()
    return done


def test_a_notice_comes_back_as_it_was_put_and_the_same_key_is_one(record: Record) -> None:
    assert put(record, NOTICE, replace(NOTICE, title_zh="另一")) == [True, False]
    with record.make_uow(read_only=True) as uow:
        (kept,) = uow.outbox.unrouted()
        assert (kept.notice, kept.at, kept.state) == (NOTICE, NINE, ItemState.WAITING)
        assert uow.outbox.notice(kept.id) == kept
        assert uow.outbox.notices(scope=Scope(units=frozenset({"u1"}))) == [kept]
        assert uow.outbox.count(scope=Scope(halls=frozenset({"h2"}))) == 0


def test_a_notice_in_a_transaction_that_is_undone_was_never_put(record: Record) -> None:
    with record.make_uow() as uow:
        assert uow.outbox.put(NOTICE, NINE)
    with record.make_uow(read_only=True) as uow:
        assert uow.outbox.unrouted() == []
        assert uow.outbox.count() == 0


def test_a_notice_is_given_to_its_channels_once(record: Record) -> None:
    put(record, NOTICE)
    with record.make_uow() as uow:
        (kept,) = uow.outbox.unrouted()
        assert uow.outbox.route(kept.id, [delivery(1, "channel:a", kept.id)])
        assert not uow.outbox.route(kept.id, [delivery(2, "channel:b", kept.id)])
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert uow.outbox.unrouted() == []
        assert [one.target for one in uow.outbox.deliveries([kept.id])] == ["channel:a"]
        assert uow.outbox.count(ItemState.WAITING) == 1
        assert uow.outbox.count(ItemState.NO_CHANNEL) == 0


def test_a_notice_without_a_channel_is_shown_so_and_can_be_routed_again(record: Record) -> None:
    put(record, NOTICE)
    with record.make_uow() as uow:
        (kept,) = uow.outbox.unrouted()
        assert uow.outbox.route(kept.id, [])
        uow.commit()
    with record.make_uow() as uow:
        (lone,) = uow.outbox.notices(ItemState.NO_CHANNEL)
        assert lone.notice.key == "finding:1"
        assert uow.outbox.again(kept.id, at(5)) == 1
        assert [one.id for one in uow.outbox.unrouted()] == [kept.id]


def test_two_senders_never_hold_the_same_delivery(record: Record) -> None:
    assert send(record, *(delivery(number) for number in range(4))) == 4
    assert send(record, delivery(0)) == 0
    assert [one.key for one in claim(record, "a")] == [f"hook:1#{n}" for n in range(4)]
    assert claim(record, "b") == []


def test_what_a_sender_took_and_let_lapse_is_taken_by_another_and_only_that_one_settles(
    record: Record,
) -> None:
    send(record, delivery(1))
    (first,) = claim(record, "a")
    assert claim(record, "b", 59) == []
    (second,) = claim(record, "b", 60)
    assert second.claim == "b"
    assert not settle(record, first, "a", ItemState.SENT)
    assert settle(record, second, "b", ItemState.SENT)
    assert claim(record, "c", 9999) == []


def test_a_failed_delivery_comes_back_when_it_is_due(record: Record) -> None:
    send(record, delivery(1))
    (row,) = claim(record, "a")
    assert settle(record, row, "a", ItemState.WAITING, due=300)
    assert claim(record, "a", 299) == []
    (again,) = claim(record, "a", 300)
    assert (again.tries, len(again.error)) == (1, 500)


def test_a_receiver_that_many_wait_for_leaves_room_for_the_others(record: Record) -> None:
    send(record, *(delivery(number, "hook:1") for number in range(30)), delivery(1, "hook:2"))
    taken = claim(record, "a")
    assert [one.target for one in taken].count("hook:1") == 10
    assert "hook:2" in {one.target for one in taken}


def test_what_was_given_up_is_tried_again_when_somebody_asks(record: Record) -> None:
    send(record, delivery(1, "channel:a", 7))
    (row,) = claim(record, "a")
    settle(record, row, "a", ItemState.DEAD)
    assert claim(record, "a", 99999) == []
    with record.make_uow() as uow:
        assert uow.outbox.again(7, at(100)) == 1
        uow.commit()
    (again,) = claim(record, "a", 100)
    assert (again.tries, again.first_at) == (0, at(100))


def test_hooks_are_kept_with_their_scope_and_advance_by_compare_and_set(record: Record) -> None:
    scope = Scope(frozenset({"h1"}), None)
    hook = Hook("https://x.example/in", "salt", NINE, "admin", frozenset({"finding"}), scope, 3)
    with record.make_uow() as uow:
        kept = uow.outbox.add_hook(hook)
        uow.commit()
    assert kept == replace(hook, id=kept.id)
    send(record, delivery(1, f"hook:{kept.id}"))
    with record.make_uow() as uow:
        assert uow.outbox.hooks() == [kept]
        assert uow.outbox.switch_hook(kept.id, enabled=False)
        assert uow.outbox.hook(kept.id) == replace(kept, enabled=False)
        assert not uow.outbox.switch_hook(kept.id + 1, enabled=False)
        assert not uow.outbox.advance(kept.id, 2, 5)
        assert uow.outbox.advance(kept.id, 3, 5)
        assert uow.outbox.pending(f"hook:{kept.id}") == 1
        assert uow.outbox.remove_hook(kept.id)
        assert uow.outbox.drop(f"hook:{kept.id}") == 1
        assert not uow.outbox.remove_hook(kept.id)
        uow.commit()
    with record.make_uow() as uow:
        assert uow.outbox.add_hook(hook).id > kept.id


def clue(number: str, kind: ClueKind = ClueKind.EMPTY, second: int = 0) -> ClueRow:
    return ClueRow(
        "w1", "h1", "u1", kind, at(second), SourceKind.WEBHOOK, "vias", number, at(second), "ext", 0
    )


def test_a_clue_that_comes_twice_is_one_and_the_first_stands(record: Record) -> None:
    with record.make_uow() as uow:
        first = uow.clues.put(clue("1"))
        again = uow.clues.put(clue("1", second=40))
        other = uow.clues.put(clue("2", ClueKind.PHONE))
        uow.commit()
    assert first == again == replace(clue("1"), number=first.number)
    with record.make_uow(read_only=True) as uow:
        assert uow.clues.empty(NINE, at(1)) == [first]
        assert uow.clues.empty(at(1), at(9)) == []
        everywhere = uow.clues.newest(EVERYWHERE, after=0, limit=9)
        assert everywhere == [other, first]
        assert uow.clues.newest(EVERYWHERE, after=other.number, limit=9) == [first]
        assert uow.clues.count(Scope(halls=frozenset({"h2"}))) == 0
        assert uow.clues.count(Scope(units=frozenset({"u1"}))) == 2
        assert uow.clues.get(first.number) == first


@pytest.mark.parametrize("change", ["UPDATE clues SET score = 1", "DELETE FROM clues"])
def test_a_clue_is_never_changed(record: Record, change: str) -> None:
    with record.make_uow() as uow:
        uow.clues.put(clue("1"))
        uow.commit()
    with pytest.raises(DatabaseError), record.make_uow.engine.begin() as connection:
        connection.execute(text(change))


def test_an_item_waits_for_nobody(record: Record) -> None:
    send(record, replace(delivery(1), due_at=NINE + timedelta(hours=1)))
    assert claim(record, "a") == []
