"""Cases and their cards in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, func, or_, select, update

from models.domain.case import Case
from models.domain.case_cards import StoredCard
from models.domain.case_json import case_json, case_of
from models.domain.deadline import Card
from models.storage.statements import insert_or
from models.storage.tables import case_cards, cases

_AT_ONCE: Final = 500
"""Numbers in one statement: SQLite bounds its parameters."""

_LOCK: Final = 0x0C45E5
"""Of whoever writes cases, among PostgreSQL's advisory locks; SQLite has one writer anyway."""


class StoredCases:
    """CaseBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, given: Iterable[Case], at: datetime) -> int:
        wanted = {case.project_no: case for case in given}
        known = self.get_many(wanted)
        changed = [case for number, case in wanted.items() if known.get(number) != case]
        if changed:
            statement = insert_or(self._connection, cases)
            fresh = {name: statement.excluded[name] for name in _row(changed[0], at)}
            self._connection.execute(
                statement.on_conflict_do_update(index_elements=["project_no"], set_=fresh),
                [_row(case, at) for case in changed],
            )
        return len(changed)

    def get(self, project_no: str) -> Case | None:
        return self.get_many([project_no]).get(project_no)

    def get_many(self, numbers: Collection[str]) -> dict[str, Case]:
        found: dict[str, Case] = {}
        wanted = list(numbers)
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            for case in self._cases(select(cases.c.content).where(cases.c.project_no.in_(some))):
                found[case.project_no] = case
        return found

    def touching(
        self, start: datetime, end: datetime, *, units: frozenset[str] | None = None
    ) -> list[Case]:
        there = and_(
            cases.c.accepted_at < end, or_(cases.c.ended_at.is_(None), cases.c.ended_at >= start)
        )
        return self._cases(_scoped(select(cases.c.content).where(there), units))

    def open(self) -> list[Case]:
        return self._cases(select(cases.c.content).where(cases.c.ended_at.is_(None)))

    def count(
        self,
        *,
        units: frozenset[str] | None = None,
        open_only: bool = False,
        card: Card | None = None,
    ) -> int:
        query = _narrowed(select(func.count()).select_from(cases), units, card, open_only=open_only)
        return int(self._connection.execute(query).scalar_one())

    def hold(self) -> None:
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))

    def raise_card(self, project_no: str, card: Card, due: datetime, at: datetime) -> bool:
        fresh = {"due_at": due, "raised_at": at, "taken_back_at": None, "reason": ""}
        done = self._connection.execute(
            insert_or(self._connection, case_cards)
            .on_conflict_do_update(
                index_elements=["project_no", "card"],
                set_=fresh,
                where=case_cards.c.taken_back_at.is_not(None),
            )
            .returning(case_cards.c.card),
            {"project_no": project_no, "card": card.value, **fresh},
        )
        return done.scalar() is not None

    def move_card(self, project_no: str, card: Card, due: datetime) -> None:
        columns = case_cards.c
        self._connection.execute(
            update(case_cards)
            .where(
                columns.project_no == project_no,
                columns.card == card.value,
                columns.taken_back_at.is_(None),
            )
            .values(due_at=due)
        )

    def take_card_back(self, project_no: str, card: Card, reason: str, at: datetime) -> bool:
        columns = case_cards.c
        done = self._connection.execute(
            update(case_cards)
            .where(
                columns.project_no == project_no,
                columns.card == card.value,
                columns.taken_back_at.is_(None),
            )
            .values(taken_back_at=at, reason=reason)
        )
        return bool(done.rowcount)

    def cards(self, start: datetime, end: datetime) -> list[tuple[str, Card, datetime]]:
        columns = case_cards.c
        query = (
            select(columns.project_no, columns.card, columns.due_at)
            .where(columns.taken_back_at.is_(None), columns.due_at >= start, columns.due_at < end)
            .order_by(columns.due_at, columns.project_no)
        )
        return [
            (row.project_no, Card(row.card), row.due_at) for row in self._connection.execute(query)
        ]

    def cards_of(self, numbers: Collection[str]) -> dict[str, dict[Card, datetime]]:
        columns, found = case_cards.c, {number: dict[Card, datetime]() for number in numbers}
        wanted = list(numbers)
        for start in range(0, len(wanted), _AT_ONCE):
            query = select(columns.project_no, columns.card, columns.due_at).where(
                columns.taken_back_at.is_(None),
                columns.project_no.in_(wanted[start : start + _AT_ONCE]),
            )
            for row in self._connection.execute(query):
                found[row.project_no][Card(row.card)] = row.due_at
        return found

    def card_rows(self, numbers: Collection[str]) -> dict[str, tuple[StoredCard, ...]]:
        found: dict[str, list[StoredCard]] = {}
        wanted = list(numbers)
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            query = select(case_cards).where(case_cards.c.project_no.in_(some))
            for row in self._connection.execute(query.order_by(case_cards.c.due_at)):
                one = StoredCard(
                    Card(row.card), row.due_at, row.raised_at, row.taken_back_at, row.reason
                )
                found.setdefault(row.project_no, []).append(one)
        return {number: tuple(cards) for number, cards in found.items()}

    def carded(self, after: str = "", limit: int = 500) -> Sequence[str]:
        columns = case_cards.c
        query = (
            select(columns.project_no)
            .distinct()
            .where(columns.taken_back_at.is_(None), columns.project_no > after)
            .order_by(columns.project_no)
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def _cases(self, query: Select[Any]) -> list[Case]:
        rows = self._connection.execute(query.order_by(cases.c.project_no))
        return [case_of(row.content) for row in rows]

    def list(
        self,
        *,
        units: frozenset[str] | None = None,
        open_only: bool = False,
        card: Card | None = None,
        after: str = "",
        limit: int = 100,
    ) -> Sequence[Case]:
        query = select(cases.c.content).where(cases.c.project_no > after)
        return self._cases(_narrowed(query, units, card, open_only=open_only).limit(limit))


def _narrowed(
    query: Select[Any], units: frozenset[str] | None, card: Card | None, *, open_only: bool
) -> Select[Any]:
    query = _scoped(query, units)
    if open_only:
        query = query.where(cases.c.ended_at.is_(None))
    if card is not None:
        columns = case_cards.c
        standing = select(columns.project_no).where(
            columns.card == card.value, columns.taken_back_at.is_(None)
        )
        query = query.where(cases.c.project_no.in_(standing))
    return query


def _scoped(query: Select[Any], units: frozenset[str] | None) -> Select[Any]:
    return query if units is None else query.where(cases.c.unit_id.in_(sorted(units)))


def _row(case: Case, at: datetime) -> dict[str, Any]:
    return {
        "project_no": case.project_no,
        "unit_id": case.unit_id,
        "accepted_at": case.accepted_at,
        "ended_at": case.ended_at,
        "content": case_json(case),
        "written_at": at,
    }
