"""What the record (台账) keeps beside register entries: plain values, kept as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.domain.access import EVERYWHERE, Scope


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """One finding as the lists and pages see it; the register stays the authority.

    Attributes:
        key: Unique name of the thing found, e.g. `off_post:<window>:<from>`.
        window_id: The window (窗口).
        hall_id: The hall (大厅) it stands in.
        kind: What was found, e.g. `off_post` (脱岗).
        state: Where it is in its life, e.g. `clue` (线索), `confirmed` (确认).
        opened_at: When it was registered.
        started_at: Where the proven stretch begins (first empty sample).
        until_at_least: Where the proven stretch ends so far (last empty sample).
        proven_s: Lower bound in seconds; the only one that a rule may use.
        possible_s: Upper bound in seconds, None while it is not known.
        ended: Whether the stretch is over.
        unit_id: The unit (单位) accountable for the window, empty where unknown.
        post: The post (岗位), empty where the roster names none.
        roster_version: Version of the roster that was held against it.
        profile: Name of the threshold profile.
        evidence: SHA-256 of the pictures, oldest first.
        last_seq: Register entry that changed it last.
        details: Whatever else the rules want to keep; JSON values only.
        id: Given by the record on `add`; 0 before.
    """

    key: str
    window_id: str
    hall_id: str
    kind: str
    state: str
    opened_at: datetime
    started_at: datetime
    until_at_least: datetime
    proven_s: float
    possible_s: float | None = None
    ended: bool = False
    unit_id: str = ""
    post: str = ""
    roster_version: str = ""
    profile: str = ""
    evidence: tuple[str, ...] = ()
    last_seq: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class FindingQuery:
    """Which findings a list shows; an empty field asks for all of them.

    Attributes:
        since: Stretches that end at or after this moment.
        until: Stretches that begin before this moment.
        scope: Where whoever asks may see.
        key_prefix: How the keys begin: `behaviour:` for clues and registrations of behaviour.
    """

    hall_id: str = ""
    window_id: str = ""
    unit_id: str = ""
    kind: str = ""
    state: str = ""
    ended: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    scope: Scope = EVERYWHERE
    key_prefix: str = ""


class EvidenceKind(StrEnum):
    """Which moment a picture shows: before the change, at it, after it."""

    BEFORE = "before"
    AT = "at"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the evidence store: its hash, its place (relative, `yyyy/mm/dd/<sha256>.jpg`)."""

    sha256: str
    path: str
    bytes: int


@dataclass(frozen=True, slots=True)
class EvidencePicture:
    """A stored picture (证据图片) and what it shows.

    Attributes:
        path: Relative to the evidence store.
        zone_version: Version of the staff zone it was masked by.
        masked: Whether everything outside the staff zones was made unrecognisable.
        id: Given by the record on `add`; 0 before.
    """

    sha256: str
    path: str
    bytes: int
    taken_at: datetime
    camera_id: str
    window_id: str
    kind: EvidenceKind
    zone_version: int
    width: int
    height: int
    masked: bool = True
    id: int = 0


@dataclass(frozen=True, slots=True)
class LiveAlert:
    """Something an operator should look at now (告警); raised once, cleared when it is over.

    Attributes:
        since: When what it warns of began.
        raised_at: When it was raised.
        cleared_at: When it was over, None while it stands.
        finding_key: The finding it grew into, empty while it has not.
        details: What the operator reads; JSON values only.
        id: Given by the record; 0 before.
    """

    window_id: str
    kind: str
    since: datetime
    raised_at: datetime
    cleared_at: datetime | None = None
    finding_key: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class CameraEvent:
    """A stretch of one camera's condition (摄像头状态); `until` is None while it lasts."""

    camera_id: str
    state: str
    reason: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RosterVersion:
    """An imported duty roster (排班表), kept for good.

    Attributes:
        number: 1, 2, 3, … in order of import.
        sha256: Hash of its canonical JSON.
        content: The roster, JSON values only; its shape is the roster rules' own.
        imported_at: When it was imported.
        file_name: The file it came from.
    """

    number: int
    sha256: str
    content: Mapping[str, Any]
    imported_at: datetime
    file_name: str
