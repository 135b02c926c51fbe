from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.domain.case_cards import Move, StoredCard, changes_of, standing_of
from models.domain.deadline import Card, Raised

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LEVELS = list(Card)
moments = st.integers(0, 3).map(lambda hours: NOW + timedelta(hours=hours))


@st.composite
def stored(draw: st.DrawFn) -> list[StoredCard]:
    return [
        StoredCard(card, draw(moments), NOW, draw(st.sampled_from([None, NOW])))
        for card in draw(st.lists(st.sampled_from(LEVELS), unique=True))
    ]


due_cards = st.dictionaries(st.sampled_from(LEVELS), moments).map(
    lambda found: [Raised(card, at) for card, at in found.items()]
)


@given(stored(), due_cards)
def test_after_the_changes_exactly_the_due_cards_stand(
    before: list[StoredCard], due: list[Raised]
) -> None:
    standing = {one.card: one.due_at for one in before if one.stands}
    for change in changes_of(before, due):
        if change.move is Move.TAKEN_BACK:
            del standing[change.card]
            continue
        assert (change.card in standing) == (change.move is Move.MOVED)
        standing[change.card] = change.due
    assert standing == {one.card: one.at for one in due}


@given(due_cards)
def test_what_stands_as_it_should_changes_nothing(due: list[Raised]) -> None:
    assert changes_of([StoredCard(one.card, one.at, NOW) for one in due], due) == []


def test_only_cards_that_stand_count_and_none_is_not_unknown() -> None:
    gone = StoredCard(Card.RED, NOW, NOW, NOW, "特别程序补录")
    here = StoredCard(Card.YELLOW, NOW, NOW)
    assert standing_of({"P1": (gone,), "P2": (here, gone)}) == {
        "P1": [],
        "P2": [Raised(Card.YELLOW, NOW)],
    }
