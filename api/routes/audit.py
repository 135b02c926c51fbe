"""The audit log (审计日志), for auditors. Reading it is entered too."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.audit_export import Format, entered, exported, file_name
from api.auth.guard import needs
from api.auth.rule import Audit
from api.deps import PartsDep, VisitorDep
from api.schemas.audit import AuditVerified, DeedOut, DeedPage, FaultOut
from api.schemas.fields import Asked, Maybe, Moment
from api.verifying import verified
from models.domain.access import Permission
from models.domain.audit import DeedQuery, deed_of, told

router = APIRouter(prefix="/audit", tags=["audit"])

MOST_FAULTS = 200


class DeedFilter(Asked):
    """Which entries; empty asks for all. Times carry an offset."""

    who: Maybe = ""
    action: Maybe = ""
    target: Maybe = ""
    outcome: Maybe = ""
    since: Moment | None = None
    until: Moment | None = None

    def query(self) -> DeedQuery:
        """The question to the record."""
        return DeedQuery(self.who, self.action, self.target, self.outcome, self.since, self.until)


class DeedPageFilter(DeedFilter):
    """Which page of them."""

    after: str = Field("", max_length=19, pattern=r"^\d*$", description="`next_after` of before.")
    limit: int = Field(50, ge=1, le=500)


class ExportFilter(DeedFilter):
    """As what they are written."""

    format: Format = Format.JSONL


@router.get("", dependencies=[needs(Permission.READ_AUDIT, audit=Audit.EACH)])
def list_deeds(parts: PartsDep, wanted: Annotated[DeedPageFilter, Query()]) -> DeedPage:
    """Entries, newest first."""
    query = wanted.query()
    with parts.make_uow(read_only=True) as uow:
        before = min(int(wanted.after or 0), 2**63 - 1)
        found = uow.register.deeds(query, before_seq=before, limit=wanted.limit + 1)
        total = uow.register.count_deeds(query)
    page = found[: wanted.limit]
    return DeedPage(
        items=[DeedOut.model_validate(told(deed_of(entry))) for entry in page],
        total=total,
        next_after=str(page[-1].seq) if len(found) > wanted.limit else None,
        limit=wanted.limit,
    )


@router.get("/verify", dependencies=[needs(Permission.VERIFY_AUDIT, audit=Audit.EACH)])
def verify(parts: PartsDep) -> AuditVerified:
    """Hold the log against its hashes and signed heads, as `onpost audit verify` does."""
    settings = parts.settings
    done = verified(settings.data_path, settings.database_url, audit=True)
    faults = done.verdict.faults
    return AuditVerified(
        whole=not faults,
        entries=done.verdict.entries,
        signed_heads=done.verdict.anchors,
        key=done.fingerprint,
        faults=[
            FaultOut(kind=one.kind, seq=one.seq, zh=one.zh, en=one.en)
            for one in faults[:MOST_FAULTS]
        ],
    )


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}, "text/csv": {}}}},
    dependencies=[needs(Permission.EXPORT_AUDIT, audit=Audit.CHANGE)],
)
def export(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[ExportFilter, Query()]
) -> Response:
    """Entries, oldest first, with all that was hashed; the head last. Entered first."""
    now, query = parts.clock.now(), wanted.query()
    head = entered(parts.make_uow, query, wanted.format, visitor, now)
    kind = "text/csv" if wanted.format is Format.CSV else "application/x-ndjson"
    return StreamingResponse(
        exported(parts.make_uow, query, head, wanted.format),
        media_type=f"{kind}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{file_name(now, wanted.format)}"',
            "Cache-Control": "private, no-store",
        },
    )
