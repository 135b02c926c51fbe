"""Pictures of evidence (证据图片), each marked with who looks at it and when."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.auth.guard import needs
from api.auth.rule import Audit
from api.deps import PartsDep, VisitorDep
from api.evidence_view import view
from models.domain.access import Permission

router = APIRouter(tags=["findings"])

NOT_KEPT = {"Cache-Control": "private, no-store"}
"""A picture carries its viewer and minute: none is kept, none is the same twice."""


@router.get(
    "/evidence/{sha256}.jpg",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
    dependencies=[needs(Permission.SEE_EVIDENCE, audit=Audit.CHANGE)],
)
def evidence(sha256: str, parts: PartsDep, visitor: VisitorDep) -> Response:
    """A picture of evidence with a watermark (水印); its stored bytes are checked against their
    hash each time. Each view is entered in the audit log before the picture is given."""
    return Response(view(parts, visitor, sha256), media_type="image/jpeg", headers=NOT_KEPT)
