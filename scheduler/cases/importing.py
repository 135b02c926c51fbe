"""Cases into the record: renewed by what stands, written, entered, their cards reviewed; all of an
import or nothing. Who applied is in none of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Protocol

from models.domain.case import Case, renewed
from models.domain.case_json import case_json
from models.domain.deadline import Deadlines
from models.domain.ports import UnitOfWork
from models.domain.register import Entry
from scheduler.cases.cards import Changed, review, why_changed
from scheduler.cases.reading import CaseContext
from scheduler.rosters.problems import Problem

IMPORTED: Final = "cases_imported"
LEFT_OUT: Final = frozenset({"applicant", "source"})
"""What an entry does not tell of a changed case."""


@dataclass(frozen=True, slots=True)
class CaseRules:
    """What cases are read and reckoned by.

    Attributes:
        context: What files are read against.
        deadlines: Reckons promises and cards.
        mark: Changes where calendar, hours or rules of cards do.
    """

    context: CaseContext
    deadlines: Deadlines
    mark: str


RulesOf = Callable[[UnitOfWork], CaseRules]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where cases came from.

    Attributes:
        kind: `file`, `folder`, `api` or `source`.
        files: Name and SHA-256 of each file; of a source its name alone.
        by: Login, or the name of the job.
        key: Name of the entry, where the same must be taken only once.
    """

    kind: str
    files: tuple[tuple[str, str], ...]
    by: str
    key: str = ""


class Enter(Protocol):
    """Enters an import into the audit log, in the same transaction."""

    def __call__(
        self, uow: UnitOfWork, target: str, now: datetime, said: Mapping[str, Any]
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class CaseImport:
    """What an import does.

    Attributes:
        new: Cases that are not in the record.
        changed: Cases that differ from the record.
        same: How many are there already as they are.
        problems: What was noticed and lets it pass.
        cards: Changes of cards, once it is written.
        files: Name and SHA-256 of each file, once it is written.
        seq: Number of its entry, 0 where nothing was written.
    """

    new: tuple[Case, ...]
    changed: tuple[Case, ...]
    same: int
    problems: tuple[Problem, ...] = ()
    before: Mapping[str, Case] = field(default_factory=dict)
    cards: tuple[Changed, ...] = ()
    seq: int = 0
    files: tuple[tuple[str, str], ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {"new": len(self.new), "changed": len(self.changed), "same": self.same}


def plan_import(
    uow: UnitOfWork, given: Sequence[Case], problems: Iterable[Problem] = ()
) -> CaseImport:
    """What importing these cases would do; nothing is written."""
    before = uow.cases.get_many([case.project_no for case in given])
    new, changed = [], []
    for case in given:
        standing = before.get(case.project_no)
        if standing is None:
            new.append(case)
        elif _differs(standing, now := renewed(standing, case)):
            changed.append(now)
    same = len(given) - len(new) - len(changed)
    return CaseImport(tuple(new), tuple(changed), same, tuple(problems), before)


def write_import(
    uow: UnitOfWork,
    found: CaseImport,
    origin: Origin,
    *,
    deadlines: Deadlines,
    now: datetime,
    enter: Enter,
) -> CaseImport:
    """Write what was planned in this transaction; the caller commits.

    Raises:
        AlreadyRegistered: an import of this `origin.key` is there.
    """
    written = [*found.new, *found.changed]
    entry = uow.register.append(IMPORTED, _said(found, origin), now, key=origin.key)
    uow.cases.put(written, now)
    cards = review(
        uow,
        written,
        deadlines,
        now,
        lambda case: why_changed(found.before.get(case.project_no), case),
    )
    enter(uow, _target(entry), now, {"kind": origin.kind, **found.counts})
    return replace(found, cards=tuple(cards), seq=entry.seq, files=origin.files)


def _differs(before: Case, now: Case) -> bool:
    """Whether more than the name of the file is another."""
    return replace(now, source=before.source) != before


def _changes(before: Case, now: Case) -> dict[str, list[Any]]:
    """Each field that is another, before and now."""
    old, new = case_json(before), case_json(now)
    names = [name for name in old if old[name] != new[name] and name not in LEFT_OUT]
    return {name: [old[name], new[name]] for name in names}


def _target(entry: Entry) -> str:
    return f"cases:{entry.seq}"


def _said(found: CaseImport, origin: Origin) -> dict[str, Any]:
    """The entry of an import: files, counts, what changed in cases that stood; never who
    applied."""
    units = Counter(case.unit_id for case in (*found.new, *found.changed))
    return {
        "kind": origin.kind,
        "files": [{"name": name, "sha256": digest} for name, digest in origin.files],
        "by": origin.by,
        "units": dict(sorted(units.items())),
        "changes": {
            case.project_no: _changes(found.before[case.project_no], case) for case in found.changed
        },
        **found.counts,
    }
