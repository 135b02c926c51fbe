"""What the record says of a judged finding: register payload, list row, alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.domain.access import Role
from models.domain.finding import Finding, Kind
from models.domain.finding_json import to_json
from models.domain.hall import Window
from models.domain.life import Stage
from models.domain.notice import Audience, Notice, NoticeKind, Severity
from models.domain.records import EvidencePicture, FindingRecord, LiveAlert

ALERT = "away"
"""Kind of the alert that an empty window raises (离岗提醒)."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What an entry must name so that it can be checked years later.

    Attributes:
        model_hash: SHA-256 of the detector's weights.
        detector: Network and engine.
        settings_hash: SHA-256 of the settings.
    """

    model_hash: str
    detector: str
    settings_hash: str


def facts_of(finding: Finding, window: Window, proof: Proof) -> dict[str, Any]:
    """What an entry says; a post, never a person."""
    return {
        "finding": finding.key,
        "window": finding.window_id,
        "hall": finding.hall_id,
        "unit": finding.unit_id,
        "post": finding.post,
        "kind": finding.kind.value,
        "label": finding.label,
        "since": finding.since.isoformat(),
        "until_at_least": finding.until_at_least.isoformat(),
        "at_least_s": finding.lower_s,
        "at_most_s": finding.upper_s,
        "ended": finding.ended,
        "session": [finding.session_start.isoformat(), finding.session_end.isoformat()],
        "roster_version": finding.roster_version,
        "thresholds": finding.profile,
        "sources": [[one.at.isoformat(), one.kind.value, one.ref] for one in finding.sources],
        "samples": finding.samples,
        "weakest": round(finding.weakest, 4),
        "notices": list(finding.notice_ids),
        "remarks": list(finding.remark_ids),
        "exemption": finding.exemption_id,
        "why": {"zh": finding.why_zh, "en": finding.why_en},
        "zones": {view.camera_id: view.version for view in window.views},
        "model_hash": proof.model_hash,
        "detector": proof.detector,
        "settings_hash": proof.settings_hash,
    }


def named_pictures(shots: Sequence[EvidencePicture]) -> list[dict[str, Any]]:
    """Pictures as an entry names them."""
    return [
        {
            "sha256": shot.sha256,
            "path": shot.path,
            "camera": shot.camera_id,
            "taken_at": shot.taken_at.isoformat(),
            "shows": shot.kind.value,
            "zone_version": shot.zone_version,
        }
        for shot in shots
    ]


def record_of(finding: Finding, opened_at: datetime, stage: Stage) -> FindingRecord:
    """The finding as lists and pages see it."""
    return FindingRecord(
        key=finding.key,
        window_id=finding.window_id,
        hall_id=finding.hall_id,
        kind=finding.kind.value,
        state=stage.value,
        opened_at=opened_at,
        started_at=finding.since,
        until_at_least=finding.until_at_least,
        proven_s=finding.lower_s,
        possible_s=finding.upper_s,
        ended=finding.ended,
        unit_id=finding.unit_id,
        post=finding.post,
        roster_version=finding.roster_version,
        profile=finding.profile,
        details={
            "label": finding.label,
            "why_zh": finding.why_zh,
            "why_en": finding.why_en,
            "length_zh": finding.length_zh,
            "finding": to_json(finding),
        },
    )


def alert_of(finding: Finding, grown: str, now: datetime) -> LiveAlert:
    """The alert that an empty window raises; `grown` is the finding it grew into."""
    return LiveAlert(
        window_id=finding.window_id,
        kind=ALERT,
        since=finding.since,
        raised_at=now,
        finding_key=grown,
        details={
            "hall_id": finding.hall_id,
            "unit_id": finding.unit_id,
            "label": finding.label,
            "why_zh": finding.why_zh,
            "why_en": finding.why_en,
        },
    )


SERIOUS = {Kind.UNMANNED, Kind.ABSENT_HALF_DAY, Kind.ABSENT_SESSION}
"""Findings that are told at once (重大问题立即报告); at a key post (重要岗位) every one is."""


def notice_of(finding: Finding, *, key_post: bool) -> Notice | None:
    """What people are told of a finding at once; None where it waits for the digest."""
    if finding.kind not in SERIOUS and not key_post:
        return None
    return Notice(
        NoticeKind.FINDING,
        f"finding:{finding.key}",
        Severity.SERIOUS,
        Audience(frozenset({Role.OPERATOR, Role.REVIEWER}), finding.hall_id, finding.unit_id),
        {
            "finding": finding.key,
            "kind": finding.kind.value,
            "hall": finding.hall_id,
            "window": finding.window_id,
            "since": finding.since.isoformat(),
            "at_least_s": finding.lower_s,
        },
    )
