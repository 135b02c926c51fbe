"""Findings, read only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.auth.guard import needs
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.schemas.fields import Maybe
from api.schemas.finding import FindingDetail, FindingPage
from models.domain.access import Permission, Scope
from models.domain.errors import InputError
from models.domain.records import FindingQuery

router = APIRouter(tags=["findings"])
SEE = needs(Permission.SEE_FINDINGS)


class FindingChoice(BaseModel):
    """Which findings; empty asks for all. Times carry an offset."""

    model_config = ConfigDict(extra="forbid")

    hall_id: Maybe = ""
    window_id: Maybe = ""
    unit_id: Maybe = ""
    kind: Maybe = ""
    state: Maybe = ""
    since: datetime | None = None
    until: datetime | None = None

    def query(self, scope: Scope) -> FindingQuery:
        """The same as a question to the record, within a scope.

        Raises:
            InputError: a time has no offset.
        """
        return FindingQuery(
            hall_id=self.hall_id,
            window_id=self.window_id,
            unit_id=self.unit_id,
            kind=self.kind,
            state=self.state,
            since=_aware("since", self.since),
            until=_aware("until", self.until),
            scope=scope,
        )


class FindingFilter(FindingChoice):
    """Which findings, and which page of them."""

    after: int = Field(0, ge=0, le=2**63 - 1, description="`next_after` of the page before.")
    limit: int = Field(50, ge=1, le=500)


@router.get("/findings", dependencies=[SEE])
def list_findings(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[FindingFilter, Query()]
) -> FindingPage:
    """Findings, newest first."""
    query = wanted.query(visitor.scope)
    with parts.make_uow(read_only=True) as uow:
        records = uow.findings.list(query, after_id=wanted.after, limit=wanted.limit)
        total = uow.findings.count(query)
    return FindingPage(
        items=[parts.teller.finding(record) for record in records],
        total=total,
        next_after=records[-1].id if len(records) == wanted.limit else None,
    )


@router.get("/findings/{finding_id}", dependencies=[SEE])
def one_finding(finding_id: int, parts: PartsDep, visitor: VisitorDep) -> FindingDetail:
    """A finding with pictures, register entry and the window's day."""
    with parts.make_uow(read_only=True) as uow:
        record = uow.findings.get(finding_id) if finding_id < 2**63 else None
        if record is None or not visitor.sees(record.hall_id, record.unit_id):
            raise missing("情形", "finding", str(finding_id))
        return parts.teller.detail(record, uow)


def _aware(name: str, moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise InputError(
            f"时间 {name} 须带时区,例如 2026-11-23T08:30:00+08:00。",
            f"{name} needs an offset, like 2026-11-23T08:30:00+08:00.",
            where=name,
        )
    return moment
