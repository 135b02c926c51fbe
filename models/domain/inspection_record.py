"""Spot checks into the record: each move with its register entry, in the caller's transaction.

Entries: `plan_committed`, `plan_nonce`, `plan_revealed`, `plan_inputs_changed`, `plan_lost`,
`check_settled`, `check_not_done`, `campaign_kept`. None of them, and no row, tells a moment
before it has come.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from models.domain.campaign import Campaign, check_edit, check_new, to_json
from models.domain.commitment import (
    SYSTEM,
    DayPlan,
    PlanInputs,
    checked_nonce,
    commitment_of,
    inputs_hash,
)
from models.domain.errors import ForbiddenMove, NotYet
from models.domain.inspection import Check, CheckKey, CheckState, NotDone
from models.domain.inspection_plan import Due
from models.domain.ports import UnitOfWork
from models.domain.ports_checks import PlanSecret
from models.domain.register import Entry

COMMITTED: Final = "plan_committed"
NONCE: Final = "plan_nonce"
REVEALED: Final = "plan_revealed"
CHANGED: Final = "plan_inputs_changed"
LOST: Final = "plan_lost"
CHECK_SETTLED: Final = "check_settled"
CHECK_NOT_DONE: Final = "check_not_done"
CAMPAIGN_KEPT: Final = "campaign_kept"


def day_key(kind: str, day: date) -> str:
    """Key of the one entry of this kind about a day."""
    return f"{kind}:{day.isoformat()}"


def ended_key(check: Check | CheckKey) -> str:
    """Key of the one entry that says how a check ended."""
    return f"check:{check.plan}:{check.hall_id}:{check.number}"


def commit_day(
    uow: UnitOfWork, inputs: PlanInputs, secret: PlanSecret, now: datetime
) -> DayPlan | None:
    """Publish a day's commitment; None where no hall opens on it, and the standing one where
    the day is committed already."""
    opens_at, closes_at = inputs.opens_at, inputs.closes_at
    if opens_at is None or closes_at is None:
        return None
    standing = uow.checks.day(inputs.day)
    if standing is not None:
        return standing
    text = inputs.text
    plan = DayPlan(
        day=inputs.day,
        inputs=text,
        commitment=commitment_of(secret.seed(inputs.day), inputs.day, text),
        key_id=secret.key_id,
        committed_at=now,
        opens_at=opens_at,
        closes_at=closes_at,
        late=now >= opens_at,
    )
    said = {
        "day": inputs.day.isoformat(),
        "commitment": plan.commitment,
        "inputs": text,
        "inputs_sha256": inputs_hash(text),
        "key_id": plan.key_id,
        "opens_at": opens_at.isoformat(),
        "late": plan.late,
    }
    uow.register.append(COMMITTED, said, now, key=day_key(COMMITTED, inputs.day))
    return uow.checks.commit_day(plan)


def give_nonce(uow: UnitOfWork, day: date, nonce: str, by: str, now: datetime) -> DayPlan:
    """Mix a nonce into a committed day, before its first opening.

    Raises:
        InputError: the nonce is not usable.
        ForbiddenMove: the day is not committed, has a nonce, or a person is too late.
    """
    plan = uow.checks.day(day)
    if plan is not None and by != SYSTEM and now >= plan.opens_at:
        raise ForbiddenMove(
            f"{day} 已开门,不能再给出随机数;系统已自行抽取。",
            f"{day} has opened; a nonce is given before that, now the system draws it.",
            where=str(day),
        )
    plan = uow.checks.give_nonce(day, checked_nonce(nonce), by, now)
    said = {
        "day": day.isoformat(),
        "nonce": plan.nonce,
        "by": by,
        "commitment": plan.commitment,
    }
    uow.register.append(NONCE, said, now, key=day_key(NONCE, day))
    return plan


def note_change(uow: UnitOfWork, plan: DayPlan, inputs: PlanInputs, now: datetime) -> bool:
    """Register once that halls, hours, rules or campaigns are not what the day was committed to;
    the day goes on as committed. Whether that was new."""
    changed = inputs_hash(inputs.text)
    if changed == inputs_hash(plan.inputs):
        return False
    key = f"{day_key(CHANGED, plan.day)}:{changed[:32]}"
    if uow.register.by_key(key) is not None:
        return False
    said = {
        "day": plan.day.isoformat(),
        "commitment": plan.commitment,
        "inputs_sha256": changed,
        "what": differing(plan.plan_inputs, inputs),
    }
    uow.register.append(CHANGED, said, now, key=key)
    return True


def note_lost(uow: UnitOfWork, plan: DayPlan, now: datetime) -> bool:
    """Register once that a day's random moments are lost with the key that they came from.
    Whether that was new."""
    key = day_key(LOST, plan.day)
    if uow.register.by_key(key) is not None:
        return False
    said = {"day": plan.day.isoformat(), "commitment": plan.commitment, "key_id": plan.key_id}
    uow.register.append(LOST, said, now, key=key)
    return True


def differing(before: PlanInputs, after: PlanInputs) -> list[str]:
    """Which parts of two inputs differ: `rules`, `hall:<id>`, `campaign:<id>`."""
    found = [] if before.rules == after.rules else ["rules"]
    for word, old, new in (
        ("hall", {one.id: one for one in before.halls}, {one.id: one for one in after.halls}),
        (
            "campaign",
            {one.id: one for one in before.campaigns},
            {one.id: one for one in after.campaigns},
        ),
    ):
        names = sorted({*old, *new})
        found += [f"{word}:{name}" for name in names if old.get(name) != new.get(name)]
    return found


def reveal_day(
    uow: UnitOfWork, day: date, secret: PlanSecret, planned: int, now: datetime
) -> DayPlan:
    """Tell seed and nonce of a day that is over, so that anybody can verify it.

    Args:
        uow: The open transaction.
        day: The day.
        secret: The master key.
        planned: How many checks the plan had.
        now: The moment.

    Raises:
        NotYet: the last hall has not closed, or a check of the day has not ended.
        ForbiddenMove: the day is not committed, has no nonce, or is revealed.
    """
    plan = uow.checks.day(day)
    if plan is not None:
        refuse_early(plan, now)
        still = [one for one in uow.checks.open() if one.plan.endswith(f":{day.isoformat()}")]
        if still:
            raise NotYet(
                f"{day} 还有 {len(still)} 次抽查未结束,结束后才能公开。",
                f"{len(still)} check(s) of {day} have not ended; it is revealed after that.",
                where=str(day),
            )
    plan = uow.checks.reveal_day(day, secret.seed(day).hex(), now)
    said = {
        "day": day.isoformat(),
        "seed": plan.seed,
        "nonce": plan.nonce,
        "nonce_by": plan.nonce_by,
        "commitment": plan.commitment,
        "key_id": plan.key_id,
        "planned": planned,
    }
    uow.register.append(REVEALED, said, now, key=day_key(REVEALED, day))
    return plan


def refuse_early(plan: DayPlan, now: datetime) -> None:
    """Nobody is told a plan before the day is over, whoever asks.

    Raises:
        NotYet: the last hall has not closed.
    """
    if now < plan.closes_at:
        raise NotYet(
            f"{plan.day} 的抽查计划在 {plan.closes_at.isoformat()} 之后才公开,任何人不得提前查看。",
            f"the plan of {plan.day} is told after {plan.closes_at.isoformat()}, to nobody before.",
            where=str(plan.day),
        )


def write_due(
    uow: UnitOfWork, due: Due, windows: Mapping[str, str], now: datetime
) -> tuple[Check, Entry | None]:
    """Write a check whose time has come; one that cannot be made any more ends at once.

    Args:
        uow: The open transaction.
        due: From `due_checks`.
        windows: Window → unit of its hall, as it is now.
        now: The moment.
    """
    check = uow.checks.put_check(due.check(now))
    reason = due.reason
    if reason is None and not windows:
        reason = NotDone.NO_WINDOW
    if reason is None or check.ended:
        return check, None
    return give_up(uow, check, reason, windows, now) or (check, None)


def give_up(
    uow: UnitOfWork,
    check: Check,
    reason: NotDone,
    windows: Mapping[str, str],
    now: datetime,
) -> tuple[Check, Entry] | None:
    """Say 未执行 of a check, with its entry; for the process that schedules, nobody else.

    None where it was claimed since, or has ended.
    """
    ended = uow.checks.not_done(check.id, check.epoch, reason, windows, now)
    if ended is None:
        return None
    kind = CHECK_NOT_DONE if ended.state is CheckState.NOT_DONE else CHECK_SETTLED
    return ended, uow.register.append(kind, _said(uow, ended), now, key=ended_key(ended))


def settle(uow: UnitOfWork, check_id: int, epoch: int, now: datetime) -> tuple[Check, Entry]:
    """End a check whose windows all have their result, with its entry and counts.

    Raises:
        StaleClaim: the claim is stale, or the check has ended.
        ForbiddenMove: a window has no certain result.
    """
    ended = uow.checks.settle(check_id, epoch, now)
    entry = uow.register.append(CHECK_SETTLED, _said(uow, ended), now, key=ended_key(ended))
    return ended, entry


def _said(uow: UnitOfWork, check: Check) -> dict[str, Any]:
    """What an entry tells of a check that ended; its counts balance with its windows."""
    counts = uow.checks.tallies([check.id])[check.id]
    said: dict[str, Any] = {
        "check": check.id,
        "plan": check.plan,
        "hall": check.hall_id,
        "number": check.number,
        "kind": check.kind.value,
        "due_at": check.due_at.isoformat(),
        "late_s": check.late_s,
        "started_at": None if check.started_at is None else check.started_at.isoformat(),
        "windows": sum(counts.values()),
        "results": dict(sorted(counts.items())),
        "counted": check.counted,
        "found": {
            one.window_id: {"result": one.result, "finding": one.finding_key}
            for one in uow.checks.results(check.id)
        },
    }
    for name, value in (("reason", check.reason), ("by", check.by)):
        if value:
            said[name] = value
    return said


def keep_campaign(
    uow: UnitOfWork,
    campaign: Campaign,
    halls: Mapping[str, Any],
    today: date,
    now: datetime,
) -> Campaign:
    """Keep a campaign or a new version of it, with its entry.

    Raises:
        InputError: it would change a day that was, or names a hall that does not exist.
    """
    before = uow.checks.campaign(campaign.id)
    if before is None:
        check_new(campaign, halls, today)
    else:
        check_edit(before, campaign, halls, today)
    kept = uow.checks.put_campaign(campaign, now)
    if before is not None and kept.version == before.version:
        return kept
    said = {"id": kept.id, "version": kept.version, "by": kept.by, **to_json(kept)}
    uow.register.append(CAMPAIGN_KEPT, said, now, key=f"campaign:{kept.id}:{kept.version}")
    return kept
