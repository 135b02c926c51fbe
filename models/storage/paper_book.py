"""Papers in versions, their numbers and files, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, func, select, type_coerce, update

from models.domain.circular import DocumentNumber
from models.domain.papers import Paper, PaperFile, PaperKind, StalePaper
from models.domain.register import canonical
from models.storage.statements import insert_or
from models.storage.tables import paper_files, paper_numbers, papers


class StoredPapers:
    """PaperBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, paper: Paper) -> Paper:
        standing = self.get(paper.kind, paper.key)
        expected = 1 if standing is None else standing.version + 1
        if paper.version != expected:
            raise _stale(paper)
        values = asdict(paper) | {"kind": paper.kind.value}
        del values["number"]
        done = self._connection.execute(
            insert_or(self._connection, papers)
            .on_conflict_do_nothing(index_elements=["kind", "key", "version"])
            .returning(papers.c.number),
            values,
        )
        number = done.scalar()
        if number is None:
            raise _stale(paper)
        return replace(paper, number=int(number))

    def get(self, kind: PaperKind, key: str) -> Paper | None:
        query = (
            select(papers)
            .where(papers.c.kind == kind.value, papers.c.key == key)
            .order_by(papers.c.version.desc())
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return None if row is None else _paper(row)

    def history(self, kind: PaperKind, key: str) -> Sequence[Paper]:
        query = (
            select(papers)
            .where(papers.c.kind == kind.value, papers.c.key == key)
            .order_by(papers.c.version)
        )
        return [_paper(row) for row in self._connection.execute(query)]

    def list(
        self,
        kind: PaperKind,
        *,
        units: frozenset[str] | None = None,
        state: str = "",
        after: int = 0,
        limit: int = 100,
    ) -> Sequence[Paper]:
        query = _newest(select(papers), kind, units, state)
        if after:
            query = query.where(papers.c.number < after)
        query = query.order_by(papers.c.number.desc()).limit(limit)
        return [_paper(row) for row in self._connection.execute(query)]

    def count(
        self, kind: PaperKind, *, units: frozenset[str] | None = None, state: str = ""
    ) -> int:
        query = _newest(select(func.count()).select_from(papers), kind, units, state)
        return int(self._connection.execute(query).scalar_one())

    def holding(self, kind: PaperKind, name: str, text: str) -> Paper | None:
        held = canonical({name: text})[1:-1]  # as it stands in the text of the content
        query = _newest(select(papers), kind, None, "")
        query = query.where(type_coerce(papers.c.content, Text).contains(held, autoescape=True))
        rows = self._connection.execute(query.order_by(papers.c.number.desc()))
        found = (_paper(row) for row in rows)
        return next((one for one in found if one.content.get(name) == text), None)

    def next_number(self, series: str, year: int) -> DocumentNumber:
        key = {"series": series, "year": year}
        self._connection.execute(
            insert_or(self._connection, paper_numbers).on_conflict_do_nothing(), {**key, "last": 0}
        )
        columns = paper_numbers.c
        done = self._connection.execute(
            update(paper_numbers)
            .where(columns.series == series, columns.year == year)
            .values(last=columns.last + 1)
            .returning(columns.last)
        )
        return DocumentNumber(series, year, int(done.scalar_one()))

    def last_number(self, series: str, year: int) -> int:
        columns = paper_numbers.c
        query = select(columns.last).where(columns.series == series, columns.year == year)
        return int(self._connection.execute(query).scalar() or 0)

    def add_file(self, file: PaperFile) -> None:
        self._connection.execute(
            insert_or(self._connection, paper_files).on_conflict_do_nothing(), asdict(file)
        )

    def files(self, paper: str) -> Sequence[PaperFile]:
        query = select(paper_files).where(paper_files.c.paper == paper).order_by(paper_files.c.id)
        found = []
        for row in self._connection.execute(query):
            values = dict(row._mapping)
            del values["id"]
            found.append(PaperFile(**values))
        return found

    def known_files(self) -> set[str]:
        return {row.sha256 for row in self._connection.execute(select(paper_files.c.sha256))}


def _newest(
    query: Select[Any], kind: PaperKind, units: frozenset[str] | None, state: str
) -> Select[Any]:
    inner = (
        select(func.max(papers.c.number)).where(papers.c.kind == kind.value).group_by(papers.c.key)
    )
    query = query.where(papers.c.number.in_(inner))
    if units is not None:
        query = query.where(papers.c.unit_id.in_(sorted(units)))
    return query.where(papers.c.state == state) if state else query


def _stale(paper: Paper) -> StalePaper:
    return StalePaper(
        f"“{paper.key}”已被他人更改,请刷新后重试。",
        f"{paper.key!r} was changed by somebody else; reload and try again.",
        where=f"{paper.kind.value}:{paper.key}",
    )


def _paper(row: Row[Any]) -> Paper:
    values = dict(row._mapping)
    return Paper(**values | {"kind": PaperKind(values["kind"])})
