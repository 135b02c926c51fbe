"""The register (登记台账) as a hash chain: pure rules for sealing and checking entries.

An entry is what was stored, byte for byte: its moment and its payload are kept as the text
that was hashed, so that no edit of any column goes unseen. Deletion, insertion and
reordering break the chain. What a chain alone cannot show, a cut tail and a chain rewritten
from some entry on, shows against signed heads (anchors) kept outside the database.
Source: architecture.md, decision 9.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from typing import Any, Final

from models.domain.errors import RegisterError

GENESIS: Final = "0" * 64
"""Hash before the first entry of a chain."""

MAIN_CHAIN: Final = "register"

_FORMAT: Final = "onpost-register-1"


class AlreadyRegistered(RegisterError):
    """An entry with this key stands already; nothing was added.

    Attributes:
        entry: The entry that stands.
    """

    def __init__(self, entry: Entry) -> None:
        super().__init__(
            f"“{entry.key}”已登记为第 {entry.seq} 条,未重复登记。",
            f"{entry.key!r} is already registered as entry {entry.seq}; not registered again.",
            where=f"register#{entry.seq}",
        )
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Entry:
    """One register entry as stored.

    Attributes:
        seq: 1, 2, 3, … without a gap, per chain.
        chain: Name of the chain.
        at_text: When it was registered, RFC 3339 in UTC with microseconds.
        kind: What was registered, e.g. `absence_opened`.
        key: Unique name within the chain, empty for none.
        body: The payload, canonical JSON.
        prev_hash: Hash of the entry before, `GENESIS` for the first.
        hash: SHA-256 over everything above, hex.
    """

    seq: int
    chain: str
    at_text: str
    kind: str
    key: str
    body: str
    prev_hash: str
    hash: str

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.at_text)

    @property
    def payload(self) -> dict[str, Any]:
        """The payload, read from `body`."""
        loaded: dict[str, Any] = json.loads(self.body)
        return loaded


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a chain; `seq` 0 and `GENESIS` while there is none."""

    chain: str = MAIN_CHAIN
    seq: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Anchor:
    """A signed head kept outside the database.

    Written twice for each transaction that appends: before the commit (`settled` False: the
    entries `first`..`seq` are ours) and after it (`settled` True: they must stay).
    """

    chain: str
    first: int
    seq: int
    hash: str
    settled: bool
    at_text: str


class FaultKind(StrEnum):
    """What is wrong with a register."""

    GAP = "gap"
    ORDER = "order"
    EDITED = "edited"
    LINK = "link"
    UNREADABLE = "unreadable"
    CUT_TAIL = "cut_tail"
    REWRITTEN = "rewritten"
    UNSIGNED = "unsigned"
    HEAD = "head"
    ANCHOR = "anchor"
    EVIDENCE_MISSING = "evidence_missing"
    EVIDENCE_CHANGED = "evidence_changed"
    VERSION_CHANGED = "version_changed"
    ROW_CHANGED = "row_changed"
    ROW_MISSING = "row_missing"
    ROW_FOREIGN = "row_foreign"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong, at entry `seq` where it can be told (0 otherwise)."""

    kind: FaultKind
    seq: int
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"


def moment_text(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds, e.g. `2026-11-23T00:30:00.000000+00:00`.

    Raises:
        RegisterError: the time is naive.
    """
    if at.tzinfo is None:
        raise RegisterError(
            f"时间 {at.isoformat()} 没有时区,拒绝登记。",
            f"time {at.isoformat()} has no time zone; refused.",
        )
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(payload: Mapping[str, Any]) -> str:
    """Canonical JSON: keys sorted, no spaces, times RFC 3339 in UTC, no NaN.

    Raises:
        RegisterError: a value that JSON cannot hold, NaN or infinity, a naive time.
    """
    try:
        text = json.dumps(
            _plain(payload),
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
            allow_nan=False,
        )
        text.encode("utf-8")
    except (TypeError, ValueError) as error:
        raise RegisterError(
            f"登记内容不能写成 JSON:{error}。", f"the payload cannot be written as JSON: {error}."
        ) from error
    return text


def _plain(value: Any) -> Any:  # noqa: PLR0911 - one line per JSON type
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("every key must be text")
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(item) for item in value), key=str)
    raise TypeError(f"{type(value).__name__} {value!r}")


def entry_hash(  # noqa: PLR0917 - the columns of an entry, in their order
    seq: int, chain: str, at_text: str, kind: str, key: str, body: str, prev_hash: str
) -> str:
    """SHA-256 (hex) over all that an entry says, in one unambiguous text."""
    parts = [_FORMAT, seq, chain, at_text, kind, key, body, prev_hash]
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def seal(head: Head, kind: str, payload: Mapping[str, Any], at: datetime, key: str = "") -> Entry:
    """The entry that follows `head`.

    Raises:
        RegisterError: the payload or the time cannot be registered.
    """
    seq, at_text, body = head.seq + 1, moment_text(at), canonical(payload)
    digest = entry_hash(seq, head.chain, at_text, kind, key, body, head.hash)
    return Entry(seq, head.chain, at_text, kind, key, body, head.hash, digest)


def head_of(entry: Entry) -> Head:
    """The head once `entry` is the newest."""
    return Head(entry.chain, entry.seq, entry.hash)


def evidence_named(entry: Entry) -> Iterator[tuple[str, str]]:
    """Pictures an entry names: `payload["evidence"]`, items with `sha256` and `path`."""
    for item in entry.payload.get("evidence") or ():
        yield str(item["sha256"]), str(item["path"])


def documents_named(entry: Entry) -> Iterator[tuple[str, str]]:
    """Documents an entry names, as (path, SHA-256): `payload["files"]` where it maps paths to
    hashes, and `payload["frozen"]`, paths that are named by their hash."""
    files = entry.payload.get("files")
    if isinstance(files, dict):
        yield from ((str(path), str(digest)) for path, digest in files.items())
    for path in entry.payload.get("frozen") or ():
        yield str(path), str(path).rpartition("/")[2].partition(".")[0]


PURGED: Final = "evidence_purged"
"""Kind of the entry that says which pictures were destroyed as the rules demand
(payload `sha256`: list)."""


def evidence_purged(entry: Entry) -> Sequence[str]:
    """SHA-256 of the pictures that this entry says were destroyed."""
    return tuple(entry.payload.get("sha256") or ()) if entry.kind == PURGED else ()
