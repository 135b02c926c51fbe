"""Cards as they are kept: raised once per case and level, moved or taken back with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.domain.deadline import Card, Raised

EXTERNAL: frozenset[Card] = frozenset({Card.YELLOW, Card.RED, Card.SERIOUS})
"""Levels that are told to people; a reminder (提示) only shows in lists."""


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A card of a case.

    Attributes:
        due_at: From when it was due.
        raised_at: When it was raised.
        taken_back_at: When it was taken back, None while it stands.
        reason: Why it was taken back.
    """

    card: Card
    due_at: datetime
    raised_at: datetime
    taken_back_at: datetime | None = None
    reason: str = ""

    @property
    def stands(self) -> bool:
        """Whether it was not taken back."""
        return self.taken_back_at is None


class Move(StrEnum):
    """What becomes of a card; the kind of its entry in the register."""

    RAISED = "case_card_raised"
    TAKEN_BACK = "case_card_taken_back"
    MOVED = "case_card_moved"


@dataclass(frozen=True, slots=True)
class CardChange:
    """One change of one card: `due` is from when it is due, `before` what was thought."""

    move: Move
    card: Card
    due: datetime
    before: datetime | None = None


def changes_of(stored: Sequence[StoredCard], due: Sequence[Raised]) -> list[CardChange]:
    """What has to change so that exactly the cards that are due stand.

    Args:
        stored: Every card of the case, as kept.
        due: The cards that are due now, each level once.
    """
    wanted = {one.card: one.at for one in due}
    standing = {one.card: one.due_at for one in stored if one.stands}
    found = [
        CardChange(Move.TAKEN_BACK, card, at) for card, at in standing.items() if card not in wanted
    ]
    for card, at in wanted.items():
        before = standing.get(card)
        if before is None:
            found.append(CardChange(Move.RAISED, card, at))
        elif before != at:
            found.append(CardChange(Move.MOVED, card, at, before))
    return found


def standing_of(
    stored: Mapping[str, Sequence[StoredCard]],
) -> dict[str, list[Raised]]:
    """Cards that stand, of the cases on which any card was ever raised."""
    return {
        number: [Raised(one.card, one.due_at) for one in cards if one.stands]
        for number, cards in stored.items()
    }
