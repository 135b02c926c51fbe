"""What the record says of a check's results: row, register entry, clue for the judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from models.domain.check_look import ACCUSING
from models.domain.check_result import Checked, Result
from models.domain.clue_rows import ClueKind, ClueRow
from models.domain.finding import SourceKind
from models.domain.hall import Window
from models.domain.inspection import Check, CheckResult
from models.domain.inspection_record import ended_key
from models.domain.ports import UnitOfWork
from models.domain.presence import Reason, State
from models.domain.records import EvidencePicture, FindingRecord
from vision.check_told import Told
from vision.entries import Proof, named_pictures

SOURCE: Final = "check"
"""Source of the clues that checks leave for the judge."""

CHECK_RESULT: Final = "check_result"
"""Kind of the register entry of a result that accuses."""


@dataclass(frozen=True, slots=True)
class Found:
    """A result on its way into the record, with the pictures that the check took for it."""

    told: Told
    window: Window
    result: CheckResult
    shots: Sequence[EvidencePicture] = ()


def result_of(
    told: Told,
    unit_id: str,
    finding: FindingRecord | None,
    shots: Sequence[EvidencePicture],
    now: datetime,
) -> CheckResult:
    """The row; a finding's pictures and the check's own stand in it together."""
    details: dict[str, Any] = {"seen": told.seen.value, "looks": told.looks}
    checked = told.checked
    if checked is None:
        return CheckResult(
            told.window_id, unit_id, None, Reason.EMPTY.value, told.at, details=details
        )
    evidence: tuple[str, ...] = ()
    if checked.result in ACCUSING:
        of_finding = finding.evidence if finding else ()
        evidence = tuple(dict.fromkeys((*of_finding, *(shot.sha256 for shot in shots))))
    return CheckResult(
        told.window_id,
        unit_id,
        checked.result,
        checked.reason.value,
        told.at,
        now,
        evidence,
        finding.key if finding else "",
        details=details,
    )


def told_of(result: CheckResult) -> Told | None:
    """What a standing row told, None where it was given up."""
    if result.result is Result.NOT_DONE or result.looked_at is None:
        return None
    reason = Reason(result.reason) if result.reason in set(Reason) else Reason.NO_SAMPLE
    checked = None if result.pending else Checked(Result(result.result or ""), reason)
    return Told(
        result.window_id,
        result.looked_at,
        State(result.details.get("seen", State.UNKNOWN)),
        checked,
        int(result.details.get("looks", 0)),
    )


def enter(uow: UnitOfWork, check: Check, found: Found, proof: Proof, now: datetime) -> CheckResult:
    """Keep the pictures of a result, and enter one that accuses; the row with its entry."""
    result = found.result
    if result.result is None or result.result not in ACCUSING:
        return result
    for shot in found.shots:
        uow.evidence.add(shot)
    said = {
        "check": check.id,
        "plan": check.plan,
        "number": check.number,
        "hall": check.hall_id,
        "window": result.window_id,
        "unit": result.unit_id,
        "result": result.result.value,
        "reason": result.reason,
        "looked_at": found.told.at.isoformat(),
        "looks": found.told.looks,
        "finding": result.finding_key,
        "evidence": named_pictures(found.shots),
        "evidence_of_finding": [
            one for one in result.evidence if one not in {shot.sha256 for shot in found.shots}
        ],
        "zones": {view.camera_id: view.version for view in found.window.views},
        "model_hash": proof.model_hash,
        "detector": proof.detector,
        "settings_hash": proof.settings_hash,
    }
    key = f"{ended_key(check)}:{result.window_id}"
    return replace(result, entry_seq=uow.register.append(CHECK_RESULT, said, now, key=key).seq)


def clue_of(check: Check, found: Found, now: datetime) -> ClueRow:
    """That the check saw the window empty, for the finding that the monitor judges."""
    told = found.told
    return ClueRow(
        window_id=told.window_id,
        hall_id=check.hall_id,
        unit_id=found.result.unit_id,
        kind=ClueKind.EMPTY,
        at=told.at,
        source_kind=SourceKind.SPOT_CHECK,
        source=SOURCE,
        external_id=f"{check.id}/{told.window_id}",
        received_at=now,
        by=check.by or check.claimed_by,
        people=0,
    )
