"""What a finding was before a register entry and what it is after it, from the register alone.

The list row of a finding only tells how it stands now; an event that is told late, or once more,
must tell how it stood then. No snapshot holds a person's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from models.domain.life import Stage
from models.domain.register import Entry

Snapshot = dict[str, Any]

_FROM_FACTS: Final = {
    "window": "window_id",
    "hall": "hall_id",
    "unit": "unit",
    "post": "post",
    "kind": "kind",
    "behaviour": "kind",
    "label": "label",
    "since": "started_at",
    "until": "until_at_least",
    "until_at_least": "until_at_least",
    "at_least_s": "proven_s",
    "at_most_s": "possible_s",
    "ended": "ended",
    "roster_version": "roster_version",
    "sources": "sources",
}
"""What an entry's facts are called in an event."""

_BY_SYSTEM: Final = {
    "excused": Stage.EXCUSED,
    "exempted": Stage.EXEMPTED,
    "withdrawn": Stage.REVOKED,
}
_SAYS_NOTHING_NEW: Final = "finding_questioned"


def finding_of(entry: Entry) -> str:
    """Key of the finding that an entry is about, empty for none."""
    if entry.kind.partition("_")[0] not in {"finding", "behaviour"}:
        return ""
    return str(entry.payload.get("finding", ""))


def before_and_after(
    entry: Entry, by_key: Callable[[str], Entry | None]
) -> tuple[Snapshot | None, Snapshot | None]:
    """The finding before an entry (None where it begins there) and after it.

    Args:
        entry: An entry about a finding.
        by_key: Looks entries up in the register.
    """
    key = finding_of(entry)
    earlier = [one for one in _story(key, by_key, entry.seq) if one.seq < entry.seq]
    before = _folded(earlier)
    return before, _step(before, entry)


def _story(key: str, by_key: Callable[[str], Entry | None], until: int) -> Iterator[Entry]:
    """A finding's entries up to number `until`, oldest first."""
    entry = by_key(f"{key}:opened")
    while entry is not None and entry.seq <= until:
        yield entry
        entry = by_key(f"{key}:after:{entry.seq}") or by_key(f"{key}:reopened:{entry.seq}")


def _folded(entries: Iterable[Entry]) -> Snapshot | None:
    found: Snapshot | None = None
    for entry in entries:
        found = _step(found, entry)
    return found


def _step(before: Snapshot | None, entry: Entry) -> Snapshot:
    said = entry.payload
    after: Snapshot = dict(before or {"key": finding_of(entry), "evidence_sha256": []})
    if entry.kind == _SAYS_NOTHING_NEW:
        return after
    after |= {name: said[fact] for fact, name in _FROM_FACTS.items() if fact in said}
    pictures = [str(one["sha256"]) for one in said.get("evidence") or ()]
    after["evidence_sha256"] = list(dict.fromkeys((*after["evidence_sha256"], *pictures)))
    return after | _standing(after, entry.kind, said)


def _standing(held: Snapshot, kind: str, said: Mapping[str, Any]) -> Snapshot:
    """Where it is in its life, and why."""
    last = kind.rpartition("_")[2]
    if last in {"opened", "reopened"}:
        return {"state": Stage.TO_VERIFY.value, "reason": "empty"}
    if "to" in said:
        return {"state": said["to"], "reason": said.get("reason") or held.get("reason")}
    if last in _BY_SYSTEM:
        stage = _BY_SYSTEM[last].value
        if held.get("state") == Stage.DISMISSED.value:  # what a person called false stays so
            stage = Stage.DISMISSED.value
        return {"state": stage, "reason": last, "ended": True}
    return {"state": said["state"]} if "state" in said else {}
