"""What re-judging changes about findings that are already registered.

Nothing is edited or deleted: each action becomes an entry of its own in the register, with
what was and what is. Source: domain.md §2.3 (late notices), scenarios S15, S16, S20.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.domain.duty import Duty
from models.domain.finding import Finding, Kind, Level, Source


class Move(StrEnum):
    """What happens to a finding when it is judged again."""

    OPEN = "open"  # 登记
    EXTEND = "extend"  # 延续
    CHANGE_KIND = "change_kind"  # 改类
    AMEND = "amend"  # 更正
    END = "end"  # 结束
    EXCUSE = "excuse"  # 情况说明成立
    EXEMPT = "exempt"  # 转豁免
    WITHDRAW = "withdraw"  # 撤销


@dataclass(frozen=True, slots=True)
class Action:
    """One entry to be written.

    Attributes:
        before: The finding as registered, None for OPEN.
        after: The finding as judged now, None where nothing of it is left.
        reference: What caused it: a notice's or an exemption's id, a roster version.
    """

    move: Move
    key: str
    before: Finding | None
    after: Finding | None
    reference: str = ""


def reconcile(known: Iterable[Finding], judged: Sequence[Finding], duty: Duty) -> list[Action]:
    """The actions that bring what is registered up to what is judged now.

    Args:
        known: Findings and alerts as last registered, not yet withdrawn, of the windows and
            sessions that `judged` speaks of, and of no others.
        judged: What `judge` says now of the same windows and sessions.
        duty: What it was judged by; its notices and exemptions are the references.

    Returns:
        Withdrawals first, then the rest in the order of `judged`. Empty where nothing changed:
        judging again changes nothing.
    """
    before = {one.key: one for one in known}
    after = {one.key: one for one in judged if one.level is not Level.NOTE}
    actions = [_gone(one, judged, duty) for key, one in before.items() if key not in after]
    for key, now in after.items():
        was = before.get(key)
        if was is None:
            actions.append(Action(Move.OPEN, key, None, now, _reference(now)))
        else:
            moved = _moved(was, now)
            if moved is not None:
                actions.append(moved)
    return actions


def _moved(was: Finding, now: Finding) -> Action | None:
    """One step from what is registered to what is; the richest name that fits."""
    now = now.with_sources(was.sources)
    if _facts(was) == _facts(now):
        return None
    if (was.kind, was.level) != (now.kind, now.level):
        move = Move.CHANGE_KIND
    elif was.post != now.post or was.unit_id != now.unit_id or now.lower_s < was.lower_s:
        move = Move.AMEND
    elif now.ended and not was.ended:
        move = Move.END
    elif now.lower_s > was.lower_s or was.ended != now.ended or now.sources != was.sources:
        move = Move.EXTEND
    else:
        move = Move.AMEND
    reference = now.roster_version if was.roster_version != now.roster_version else ""
    return Action(move, now.key, was, now, _reference(now) or reference)


def _facts(one: Finding) -> tuple[object, ...]:
    """What of a finding is worth an entry of its own when it changes."""
    sources: tuple[Source, ...] = one.sources
    return (
        one.kind,
        one.level,
        one.post,
        one.unit_id,
        one.until_at_least,
        one.ended,
        one.late_notice,
        one.notice_ids,
        one.remark_ids,
        sources,
    )


def _gone(was: Finding, judged: Sequence[Finding], duty: Duty) -> Action:
    """Why a registered finding is no longer judged, and what stands in its place."""
    over = [one for one in judged if _overlap(one, was) and one.window_id == was.window_id]
    exempt = next((one for one in over if one.kind is Kind.EXEMPT), None)
    if exempt is not None:
        return Action(Move.EXEMPT, was.key, was, exempt, exempt.exemption_id)
    excused = next((one for one in over if one.notice_ids), None)
    if excused is not None:
        return Action(Move.EXCUSE, was.key, was, excused, ",".join(excused.notice_ids))
    reference = _cause(was, duty)
    instead = over[0] if over else None
    return Action(Move.WITHDRAW, was.key, was, instead, reference)


def _cause(was: Finding, duty: Duty) -> str:
    """A stop, a notice or a new roster that fell on the finding's time, for the trace."""
    for stop in duty.exemptions:
        within = stop.start < was.until_at_least and stop.end > was.since
        if within and stop.covers(was.window_id, was.hall_id):
            return stop.id
    for notices in duty.notices.values():
        for notice in notices:
            named = notice.person_id in duty.roster.people(
                was.window_id, was.since, was.until_at_least
            )
            if named and notice.start < was.until_at_least and notice.until > was.since:
                return notice.id
    if duty.roster.version != was.roster_version:
        return duty.roster.version
    return "spans"


def _overlap(one: Finding, other: Finding) -> bool:
    return one.since < other.until_at_least and other.since < one.until_at_least


def _reference(now: Finding) -> str:
    return now.exemption_id or ",".join((*now.notice_ids, *now.remark_ids))
