"""A picture of evidence (证据图片) as somebody may see it: in their scope, entered, watermarked.

Pages, the API and exports all give pictures out by way of this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from api.auth.visitor import Visitor
from api.errors import NotThere, missing
from api.purged import purged
from api.wiring import WebParts
from models.domain.audit import Action
from models.domain.ports import UnitOfWork
from models.domain.records import EvidencePicture, FindingQuery
from models.storage.evidence_store import EvidenceMissing
from vision.watermark import watermarked

SHA256: Final = re.compile(r"[0-9a-f]{64}")
AROUND: Final = timedelta(days=1)
"""How far a picture's moment may lie from the stretch that it speaks for."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown to whom.

    Attributes:
        findings: Numbers of the findings that the picture speaks for and the viewer sees.
        hall_id: Its hall, for the time zone.
        viewer: The viewer's login and name.
    """

    picture: EvidencePicture
    findings: tuple[int, ...]
    hall_id: str
    viewer: str


def view(parts: WebParts, visitor: Visitor, sha256: str, *, action: str = "") -> bytes:
    """A marked copy, entered in the audit log before it is given.

    Args:
        parts: The web's parts.
        visitor: Who looks.
        sha256: Which picture.
        action: What is entered; looking at it by default.

    Raises:
        NotThere: there is none, or none in the visitor's scope.
        EvidencePurged: it was destroyed when its time was over.
        AuditFailed: the view cannot be entered.
        StorageError: the stored bytes are missing or changed.
    """
    with parts.make_uow(read_only=True) as uow:
        shown = _shown(parts, visitor, sha256, uow)
    now = parts.clock.now()
    try:
        stored = parts.evidence.read(shown.picture.path)
    except EvidenceMissing:
        with parts.make_uow(read_only=True) as uow:
            gone = purged(uow, sha256, shown.picture.taken_at)
        if gone is None:
            raise
        raise gone from None
    marked = watermarked(stored, *_marks(shown, now.astimezone(parts.teller.zone(shown.hall_id))))
    parts.audit.enter(
        visitor,
        action or Action.EVIDENCE_VIEWED,
        f"evidence:{sha256}",
        findings=shown.findings,
        window=shown.picture.window_id,
        taken_at=shown.picture.taken_at,
    )
    return marked


def _shown(parts: WebParts, visitor: Visitor, sha256: str, uow: UnitOfWork) -> Shown:
    picture = uow.evidence.get(sha256) if SHA256.fullmatch(sha256) else None
    if picture is None:
        raise _missing(sha256)
    asked = FindingQuery(
        window_id=picture.window_id,
        since=picture.taken_at - AROUND,
        until=picture.taken_at + AROUND,
    )
    holding = [row for row in uow.findings.list(asked, limit=1000) if sha256 in row.evidence]
    seen = [row for row in holding if visitor.sees(row.hall_id, row.unit_id)]
    window = parts.settings.windows.get(picture.window_id)
    hall_id = holding[0].hall_id if holding else window.hall if window else ""
    unit_id = window.unit if window else ""
    if not seen and (holding or not visitor.sees(hall_id, unit_id)):
        raise _missing(sha256)
    account = uow.accounts.get(visitor.name)
    viewer = f"{visitor.name} {account.name}" if account and account.name else visitor.name
    return Shown(picture, tuple(sorted(row.id for row in seen)), hall_id, viewer)


def _missing(sha256: str) -> NotThere:
    return missing("证据图片", "evidence picture", sha256)


def _marks(shown: Shown, local: datetime) -> tuple[str, str]:
    """What is repeated over the picture, and the line below it."""
    numbers = " ".join(f"#{number}" for number in shown.findings)
    said = [shown.viewer, local.isoformat(" ", "seconds"), shown.picture.window_id]
    if numbers:
        said.append(f"情形 {numbers}")
    return f"{shown.viewer} {local:%Y-%m-%d %H:%M}", " · ".join(said)
