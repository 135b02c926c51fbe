"""Pictures of evidence (证据图片)."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response

from api.deps import PartsDep
from api.errors import missing
from api.routes.cameras import unchanged

router = APIRouter(tags=["findings"])

SHA256 = re.compile(r"[0-9a-f]{64}")


@router.get("/evidence/{sha256}.jpg", response_class=Response)
def evidence(sha256: str, request: Request, parts: PartsDep) -> Response:
    """A picture of evidence; its bytes are checked against their hash each time."""
    picture = None
    if SHA256.fullmatch(sha256):
        with parts.make_uow(read_only=True) as uow:
            picture = uow.evidence.get(sha256)
    if picture is None:
        raise missing("证据图片", "evidence picture", sha256)
    headers = {"ETag": f'"{sha256}"', "Cache-Control": "private, max-age=3600"}
    if unchanged(request, sha256):
        return Response(status_code=304, headers=headers)
    return Response(parts.evidence.read(picture.path), media_type="image/jpeg", headers=headers)
