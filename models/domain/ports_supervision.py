"""What the record keeps of the electronic supervision: cases, cards, numbers, papers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from models.domain.case import Case
from models.domain.case_cards import StoredCard
from models.domain.circular import DocumentNumber
from models.domain.deadline import Card
from models.domain.papers import Paper, PaperFile, PaperKind


class CaseBook(Protocol):
    """Cases (办件), found by their project number, and the cards they raised."""

    def put(self, cases: Iterable[Case], at: datetime) -> int:
        """Write cases, new or again; gives how many are new or differ."""
        ...

    def get(self, project_no: str) -> Case | None: ...

    def get_many(self, numbers: Collection[str]) -> dict[str, Case]:
        """Those of these numbers that are there."""
        ...

    def touching(
        self, start: datetime, end: datetime, *, units: frozenset[str] | None = None
    ) -> list[Case]:
        """Cases that were open, accepted or ended in [start, end), by number."""
        ...

    def open(self) -> list[Case]:
        """Cases that have not ended, by number."""
        ...

    def list(
        self,
        *,
        units: frozenset[str] | None = None,
        open_only: bool = False,
        card: Card | None = None,
        after: str = "",
        limit: int = 100,
    ) -> Sequence[Case]:
        """By project number, after `after`; `card` asks for those on which one stands."""
        ...

    def count(
        self,
        *,
        units: frozenset[str] | None = None,
        open_only: bool = False,
        card: Card | None = None,
    ) -> int: ...

    def hold(self) -> None:
        """Whoever else holds the cases waits until this transaction ends: what is renewed from
        what stands is read after this."""
        ...

    def raise_card(self, project_no: str, card: Card, due: datetime, at: datetime) -> bool:
        """A card, once per case and level; False where it stands already. One that was taken
        back may be raised again."""
        ...

    def move_card(self, project_no: str, card: Card, due: datetime) -> None:
        """A standing card was due at another moment than was thought."""
        ...

    def take_card_back(self, project_no: str, card: Card, reason: str, at: datetime) -> bool:
        """It should not have been raised (a suspension told late); it stays, marked. False where
        none stands."""
        ...

    def cards(self, start: datetime, end: datetime) -> Sequence[tuple[str, Card, datetime]]:
        """Standing cards due in [start, end): project number, level, moment."""
        ...

    def cards_of(self, numbers: Collection[str]) -> dict[str, dict[Card, datetime]]:
        """Standing cards by case."""
        ...

    def card_rows(self, numbers: Collection[str]) -> dict[str, tuple[StoredCard, ...]]:
        """Every card that was ever raised, taken back ones too, of the cases that have any."""
        ...

    def carded(self, after: str = "", limit: int = 500) -> Sequence[str]:
        """Numbers of the cases on which a card stands, in order, after `after`."""
        ...


class PaperBook(Protocol):
    """Papers (文书) in versions, their numbers and files."""

    def put(self, paper: Paper) -> Paper:
        """Write a paper or its next version: `paper.version` is one more than the standing one's.

        Raises:
            StalePaper: another version was written since.
        """
        ...

    def get(self, kind: PaperKind, key: str) -> Paper | None:
        """Its newest version."""
        ...

    def history(self, kind: PaperKind, key: str) -> Sequence[Paper]:
        """Every version, oldest first."""
        ...

    def list(
        self,
        kind: PaperKind,
        *,
        units: frozenset[str] | None = None,
        state: str = "",
        after: int = 0,
        limit: int = 100,
    ) -> Sequence[Paper]:
        """Newest versions, newest first; `after` is the last number of the page before."""
        ...

    def count(
        self, kind: PaperKind, *, units: frozenset[str] | None = None, state: str = ""
    ) -> int: ...

    def holding(self, kind: PaperKind, name: str, text: str) -> Paper | None:
        """The newest paper whose newest version holds this text under a name of its content."""
        ...

    def next_number(self, series: str, year: int) -> DocumentNumber:
        """The next number of a series, without a gap: it is given back where the transaction is
        undone, and others wait for its end."""
        ...

    def last_number(self, series: str, year: int) -> int:
        """The newest number given in a series, 0 for none."""
        ...

    def add_file(self, file: PaperFile) -> None:
        """Name a file that is safe on disk already; the same again changes nothing."""
        ...

    def files(self, paper: str) -> Sequence[PaperFile]: ...

    def known_files(self) -> set[str]:
        """SHA-256 of every file that is named here."""
        ...
