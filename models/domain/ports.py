"""Where the rooms meet: what `vision` and `scheduler` need of each other and of the record.

Adapters live beside what they adapt; fakes live in `tests/fakes.py` under the same names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from models.domain.audit import DeedQuery
from models.domain.duty_rows import DutyKind, DutyRow
from models.domain.ports_accounts import AccountBook
from models.domain.ports_checks import CheckBook
from models.domain.ports_jobs import JobBook
from models.domain.ports_outbox import ClueBook, OutboxBook
from models.domain.ports_supervision import CaseBook, PaperBook
from models.domain.presence import Presence
from models.domain.records import (
    CameraEvent,
    EvidencePicture,
    FindingQuery,
    FindingRecord,
    LiveAlert,
    RosterVersion,
    StoredFile,
)
from models.domain.register import MAIN_CHAIN, Entry, Head
from models.domain.spans import Span


class Clock(Protocol):
    """The one clock of a process, real or simulated (accelerated)."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of this clock's time (less real time when accelerated)."""
        ...

    @property
    def speed(self) -> float:
        """Seconds of this clock per real second; 1.0 for the real clock."""
        ...


class SpanBook(Protocol):
    """Spans of all windows. The running one is carried on in place, a closed one is for good."""

    def save(self, spans: Iterable[Span]) -> None:
        """Write spans, new or carried on, in one batch.

        Raises:
            StorageError: a closed span would change, or a window would have two running ones.
        """
        ...

    def running(self) -> dict[str, Span]:
        """The running span of every window that has one, by window."""
        ...

    def between(self, window_id: str | None, start: datetime, end: datetime) -> list[Span]:
        """Spans that touch [start, end), of one window or of all, by window and start."""
        ...


class PresenceBook(Protocol):
    """The filter's memory per (window, camera), so that a restart goes on where it stood."""

    def save(self, presences: Mapping[tuple[str, str], Presence]) -> None: ...

    def load(self) -> dict[tuple[str, str], Presence]:
        """All that can be read; one that cannot is left out, which makes it UNKNOWN."""
        ...


class RegisterBook(Protocol):
    """The register (登记台账): append-only, hash-chained. There is no other way to write it."""

    def append(
        self,
        kind: str,
        payload: Mapping[str, Any],
        at: datetime,
        *,
        key: str = "",
        chain: str = MAIN_CHAIN,
    ) -> Entry:
        """Register something. Pictures it names stand in `payload["evidence"]` as
        `{"sha256": …, "path": …}`.

        Raises:
            AlreadyRegistered: an entry with this `key` stands; its `.entry` is that one, and
                the transaction may go on.
            RegisterError: the payload cannot be written as JSON.
        """
        ...

    def by_key(self, key: str, *, chain: str = MAIN_CHAIN) -> Entry | None: ...

    def get(self, seq: int, *, chain: str = MAIN_CHAIN) -> Entry | None: ...

    def entries(
        self, after_seq: int = 0, limit: int = 1000, *, kind: str = "", chain: str = MAIN_CHAIN
    ) -> list[Entry]:
        """Up to `limit` entries after `after_seq`, oldest first; of a kind where one is told."""
        ...

    def find(
        self,
        *,
        kind: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
        chain: str = MAIN_CHAIN,
    ) -> list[Entry]:
        """Entries of a kind registered in [since, until), oldest first."""
        ...

    def deeds(self, query: DeedQuery, *, before_seq: int = 0, limit: int = 100) -> list[Entry]:
        """Entries of the audit log, newest first; `before_seq` is the last number of the page
        before, 0 for the first page."""
        ...

    def count_deeds(self, query: DeedQuery) -> int: ...

    def head(self, *, chain: str = MAIN_CHAIN) -> Head:
        """The newest entry's number and hash."""
        ...


class FindingBook(Protocol):
    """Findings as lists and pages see them."""

    def add(self, finding: FindingRecord) -> FindingRecord:
        """Keep a new finding; gives it back with its `id`.

        Raises:
            StorageError: a finding with this key is there.
        """
        ...

    def update(self, finding: FindingRecord) -> None:
        """Write a finding again, found by its key.

        Raises:
            StorageError: there is none with this key.
        """
        ...

    def get(self, finding_id: int) -> FindingRecord | None: ...

    def by_key(self, key: str) -> FindingRecord | None: ...

    def open(self) -> list[FindingRecord]:
        """Findings whose stretch still lasts, oldest first."""
        ...

    def list(
        self, query: FindingQuery = ..., *, after_id: int = 0, limit: int = 100
    ) -> Sequence[FindingRecord]:
        """Newest first; `after_id` is the last id of the page before, 0 for the first page."""
        ...

    def count(self, query: FindingQuery = ...) -> int: ...

    def tally(self) -> dict[tuple[str, str], int]:
        """How many findings there are of each kind in each state."""
        ...


class EvidenceBook(Protocol):
    """What is known of each stored picture."""

    def add(self, picture: EvidencePicture) -> EvidencePicture:
        """Keep a picture's data; the same picture (SHA-256) twice gives the first back."""
        ...

    def get(self, sha256: str) -> EvidencePicture | None: ...

    def known(self) -> set[str]:
        """SHA-256 of every picture that is named here."""
        ...

    def of_window(
        self, window_id: str, start: datetime, end: datetime
    ) -> Sequence[EvidencePicture]: ...


class AlertBook(Protocol):
    """Live alerts (告警)."""

    def raise_(self, alert: LiveAlert) -> LiveAlert:
        """Raise one; where one of this kind stands for the window already, that one is given
        back unchanged."""
        ...

    def clear(
        self, window_id: str, kind: str, at: datetime, *, finding_key: str = ""
    ) -> LiveAlert | None:
        """The alert is over. None where none stood."""
        ...

    def link(self, window_id: str, kind: str, finding_key: str) -> None:
        """The standing alert grew into this finding."""
        ...

    def open(self) -> Sequence[LiveAlert]:
        """Standing alerts, oldest first."""
        ...

    def recent(self, limit: int = 50) -> Sequence[LiveAlert]:
        """Standing and cleared, newest first."""
        ...

    def take(self, alert_id: int) -> LiveAlert | None:
        """One alert, kept from others until the transaction ends."""
        ...

    def keep(self, alert: LiveAlert) -> None:
        """Its details as they are now; everything else stays."""
        ...


class CameraBook(Protocol):
    """What condition each camera was in, and when."""

    def note(self, camera_id: str, state: str, reason: str, at: datetime) -> bool:
        """Note a camera's condition; True where it differs from the one that lasted, which is
        then closed at `at`."""
        ...

    def current(self) -> dict[str, CameraEvent]: ...

    def between(
        self, camera_id: str | None, start: datetime, end: datetime
    ) -> Sequence[CameraEvent]: ...


class RosterBook(Protocol):
    """Imported rosters (排班表), every version kept."""

    def save(self, content: Mapping[str, Any], file_name: str, at: datetime) -> RosterVersion:
        """Keep a roster; one with the content of the newest version gives that one back."""
        ...

    def current(self, at: datetime) -> RosterVersion | None:
        """The newest version imported at or before `at`."""
        ...

    def get(self, number: int) -> RosterVersion | None: ...

    def counter(self) -> int:
        """Number of the newest version, 0 for none: whether there is anything new."""
        ...

    def list(self) -> Sequence[RosterVersion]:
        """All versions, newest first."""
        ...


class DutyBook(Protocol):
    """The duty record (值守台账): leave, exemptions, calendar, staff; added, never changed."""

    def put(
        self,
        kind: DutyKind,
        key: str,
        content: Mapping[str, Any],
        *,
        at: datetime,
        by: str,
        reason: str = "",
    ) -> DutyRow:
        """Add a row that replaces the standing one of this key; the same content gives the
        standing one back."""
        ...

    def withdraw(self, kind: DutyKind, key: str, *, at: datetime, by: str, reason: str) -> DutyRow:
        """Add a row that says nothing stands here any more.

        Raises:
            InputError: nothing stood.
        """
        ...

    def get(self, kind: DutyKind, key: str) -> DutyRow | None:
        """The standing row."""
        ...

    def standing(self, *kinds: DutyKind) -> list[DutyRow]:
        """Every standing row of these kinds, of all where none is named, oldest first."""
        ...

    def history(self, kind: DutyKind, key: str) -> Sequence[DutyRow]:
        """Every row that was ever written under this key, oldest first."""
        ...

    def counter(self) -> int:
        """Number of the newest row, 0 for none: whether there is anything new."""
        ...


class SettingsBook(Protocol):
    """Settings as they were, so that the hash in a register entry can be looked up."""

    def save(self, settings: Mapping[str, Any], at: datetime) -> str:
        """Keep a snapshot; returns the SHA-256 of its canonical JSON."""
        ...

    def get(self, sha256: str) -> Mapping[str, Any] | None: ...


class UnitOfWork(Protocol):
    """One transaction of the record. `with make_uow() as uow: …; uow.commit()`.

    Leaving without `commit` undoes everything. Keep it short: on SQLite it holds the only
    writer's place from its beginning. Used by one thread; make one for each use.

    Raises:
        StorageError: the database cannot be used (locked, full, gone); nothing was written.
    """

    spans: SpanBook
    presences: PresenceBook
    register: RegisterBook
    findings: FindingBook
    evidence: EvidenceBook
    alerts: AlertBook
    cameras: CameraBook
    rosters: RosterBook
    duty: DutyBook
    settings: SettingsBook
    accounts: AccountBook
    jobs: JobBook
    checks: CheckBook
    outbox: OutboxBook
    cases: CaseBook
    papers: PaperBook
    clues: ClueBook

    def __enter__(self) -> UnitOfWork: ...

    def __exit__(self, *exc: object) -> None: ...

    def commit(self) -> None:
        """Keep everything written since the beginning; at most once."""
        ...


class MakeUnitOfWork(Protocol):
    """Makes units of work; safe from any thread."""

    def __call__(self, *, read_only: bool = False) -> UnitOfWork:
        """`read_only` sees one moment of the record, never waits for a writer and cannot
        commit."""
        ...


class EvidenceStore(Protocol):
    """Pictures kept as evidence (证据), outside the database, named by their hash."""

    def put(self, data: bytes, taken_at: datetime) -> StoredFile:
        """Keep bytes so that they survive a power cut; the same bytes twice are one file.

        Raises:
            StorageError: disk full or not writable; no half file is left.
        """
        ...

    def read(self, path: str) -> bytes:
        """The bytes at `path` (as in `StoredFile.path`), checked against their hash.

        Raises:
            StorageError: missing, or changed since.
        """
        ...

    def sweep(self, known: set[str], older_than: datetime) -> int:
        """Remove files that no record names (SHA-256 not in `known`) and that were written
        before `older_than` (real time); returns how many."""
        ...
