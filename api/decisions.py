"""A person's decision on a finding: confirmed, dismissed, excused; an entry for each.

Source: domain.md §2.9. The name of a person stands in the entry of the confirmation and
nowhere else, and only where the roster holds exactly one person to account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models.domain.duty import Duty
from models.domain.errors import InputError
from models.domain.hall import Window
from models.domain.life import SYSTEM, Life, Stage, Step
from models.domain.ports import UnitOfWork
from models.domain.records import FindingRecord


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision left: the finding as it stands, and whom the roster names.

    Attributes:
        person: Name of the one accountable person, empty where there is none, or before a
            confirmation.
    """

    row: FindingRecord
    person: str = ""


def life_of(row: FindingRecord) -> Life:
    """Every move of a finding so far, oldest first."""
    begun = Step(Stage.TO_VERIFY, SYSTEM, row.opened_at)
    later = [
        Step(Stage(one["stage"]), one["by"], datetime.fromisoformat(one["at"]), one["reason"])
        for one in row.details.get("life", ())
    ]
    last = later[-1].stage if later else begun.stage
    if last.value != row.state:  # the system moved it: excused, exempted, withdrawn
        moved_at = later[-1].at if later else row.opened_at
        later.append(Step(Stage(row.state), SYSTEM, moved_at))
    return Life((begun, *later))


def decide(
    uow: UnitOfWork,
    finding_id: int,
    to: Stage,
    *,
    by: str,
    reason: str,
    now: datetime,
    duty: Duty,
    windows: Mapping[str, Window],
) -> Decided:
    """Carry out a person's decision in an open transaction; the caller commits.

    Raises:
        InputError: there is no such finding, or actor or reason is missing.
        ForbiddenMove: the table of moves does not allow it.
    """
    row = uow.findings.get(finding_id)
    if row is None or "finding" not in row.details:
        raise InputError(
            f"没有编号 {finding_id} 的情形。",
            f"there is no finding {finding_id}.",
            where=str(finding_id),
        )
    life = _moved(row, to, by, reason, now)
    person = _named(row, duty, windows) if to is Stage.CONFIRMED and life.may_name else ""
    return Decided(_enter(uow, row, life.steps[-1], {"person": person} if person else {}), person)


def move_on(
    uow: UnitOfWork, row: FindingRecord, to: Stage, *, by: str, reason: str, now: datetime
) -> FindingRecord:
    """A finding of either sort goes on after its confirmation: 入通报, 整改, 销号, 申诉, 撤销.

    Nobody is named here. The caller commits.

    Raises:
        InputError: actor or reason is missing.
        ForbiddenMove: the table of moves does not allow it.
    """
    life = _moved(row, to, by, reason, now)
    return _enter(uow, row, life.steps[-1], {})


def _moved(row: FindingRecord, to: Stage, by: str, reason: str, now: datetime) -> Life:
    before = life_of(row)
    # A clock that was set back a little must not keep a person from deciding.
    now = max(now, before.steps[-1].at)
    return before.move(to, by, now, reason=reason)


def _enter(
    uow: UnitOfWork, row: FindingRecord, step: Step, more: Mapping[str, Any]
) -> FindingRecord:
    """The step as an entry and in the finding's row."""
    said: dict[str, Any] = {
        "finding": row.key,
        "from": row.state,
        "to": step.stage.value,
        "by": step.actor,
        "reason": step.reason,
        **more,
    }
    entry = uow.register.append(
        f"finding_{step.stage.value}", said, step.at, key=f"{row.key}:after:{row.last_seq}"
    )
    kept = {
        "stage": step.stage.value,
        "by": step.actor,
        "at": step.at.isoformat(),
        "reason": step.reason,
    }
    details = {**row.details, "life": [*row.details.get("life", ()), kept]}
    after = replace(row, state=step.stage.value, last_seq=entry.seq, details=details)
    uow.findings.update(after)
    return after


def _named(row: FindingRecord, duty: Duty, windows: Mapping[str, Window]) -> str:
    """The one person whom the roster holds to account; nobody where it is the unit's."""
    window = windows.get(row.window_id)
    if window is None or not row.post:
        return ""
    found = duty.named(window, row.started_at, row.until_at_least)
    return found.name if found else ""
