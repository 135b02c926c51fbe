"""Which tables are sealed row by row, by which columns a row is named, and what is left out why."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Table

from models.domain.errors import RegisterError
from models.domain.inspection import OPEN_STATES
from models.domain.register import canonical
from models.storage import tables

Values = dict[str, Any]


def _as_it_is(values: Values) -> Values:
    return values


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table whose rows are sealed.

    Attributes:
        table: The table.
        key: Columns that name a row, the same in every copy of the database.
        moving: Columns that are never sealed: what they say is of no consequence.
        shape: Leaves out what still moves, where a row is not final.
    """

    table: Table
    key: tuple[str, ...]
    moving: tuple[str, ...] = ()
    shape: Callable[[Values], Values] = _as_it_is

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def columns(self) -> list[Column[Any]]:
        """Sealed columns, in their order in the table."""
        return [one for one in self.table.columns if one.name not in self.moving]


FINDING_MOVES: Final = ("until_at_least", "proven_s", "possible_s")
"""Of a finding that lasts: they grow with every look, without an entry."""
FINDING_SAYS: Final = ("finding", "length_zh", "label", "why_zh", "why_en")
"""Of its details: told anew with every look."""
CHECK_MOVES: Final = (
    "state",
    "epoch",
    "claimed_by",
    "claimed_at",
    "started_at",
    "ended_at",
    "reason",
    "late_s",
    "by",
    "details",
)
"""Of a check that is not over: the process that looks claims it again and again."""
_OPEN: Final = frozenset(state.value for state in OPEN_STATES)


def _finding(values: Values) -> Values:
    """Of a finding that lasts, what every look moves is left out; once it ended, nothing is."""
    if values["ended"] is not False:
        return values
    kept = {**values, **dict.fromkeys(FINDING_MOVES)}
    try:
        details = json.loads(values["details"])
        kept["details"] = canonical(
            {name: one for name, one in details.items() if name not in FINDING_SAYS}
        )
    except (ValueError, TypeError, AttributeError, RegisterError):  # no JSON any more
        return values
    return kept


def _check(values: Values) -> Values:
    return {**values, **dict.fromkeys(CHECK_MOVES)} if values["state"] in _OPEN else values


_ALL: Final = (
    SealedTable(tables.findings, ("key",), shape=_finding),
    SealedTable(tables.evidence, ("sha256",)),
    SealedTable(tables.papers, ("kind", "key", "version")),
    SealedTable(tables.paper_files, ("paper", "name", "sha256")),
    SealedTable(tables.paper_numbers, ("series", "year")),
    SealedTable(tables.cases, ("project_no",)),
    SealedTable(tables.case_cards, ("project_no", "card")),
    SealedTable(tables.accounts, ("login",)),
    SealedTable(tables.tokens, ("id",), moving=("used_at",)),
    SealedTable(tables.duty_rows, ("number",)),
    SealedTable(tables.clues, ("source_kind", "source", "external_id")),
    SealedTable(tables.checks, ("plan", "hall_id", "number"), shape=_check),
    SealedTable(tables.check_results, ("check_id", "window_id")),
    SealedTable(tables.check_days, ("day",)),
    SealedTable(tables.check_campaigns, ("id", "version")),
    SealedTable(tables.roster_versions, ("number",)),
    SealedTable(tables.settings_snapshots, ("sha256",)),
)
SEALED: Final[Mapping[str, SealedTable]] = {one.name: one for one in _ALL}

CHAINED: Final = frozenset({"register_entries", "register_heads"})
"""Tables that the chains themselves hold together."""

UNSEALED: Final = {
    "spans": "written with every look; what is accused is in the finding, which is sealed",
    "presences": "memory of the filters; a wrong one makes a window UNKNOWN",
    "camera_events": "condition of cameras; accuses nobody",
    "alerts": "what stands on the wall now; what it grew into is a finding",
    "sessions": "live for hours; the audit log says who signed in",
    "sign_in_failures": "counts, forgotten after a day",
    "notices": "messages, removed in time; each follows from an entry",
    "deliveries": "messages, removed in time",
    "hooks": "addresses of receivers; the audit log says who changed them",
    "leases": "which process works",
    "schedule_jobs": "how jobs went",
    "schedule_days": "which daily jobs are done",
}
"""Tables that are not sealed, and why."""
