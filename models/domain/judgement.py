"""What an empty window means: spans of absence held against sessions and the roster.

Source: domain.md §2.1 (session rule, boundary rule, measurement rule) and §2.3 (decision
table). Pure: it judges live, while an absence goes on, and in retrospect, with the same
answer for the same facts; as `now` grows a finding keeps its key and only moves on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.domain.duty import Duty, Expectation, Standing, Status, cut
from models.domain.finding import Finding, Kind, Level, Source, SourceKind, key_of
from models.domain.hall import Window
from models.domain.hours import Session, joined
from models.domain.profiles import DutyProfile
from models.domain.spans import Span
from models.domain.stretches import Stretch, stretches

SLOWEST_PERIOD_S = 60.0
_NOTED = {Status.EXEMPT: Kind.EXEMPT, Status.NO_ROSTER: Kind.NO_ROSTER}


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything one window's day is judged by."""

    window: Window
    duty: Duty
    profile: DutyProfile
    now: datetime
    near: timedelta  # two sample periods: how close to an edge a sample must lie


@dataclass(frozen=True, slots=True)
class _Held:
    """A session, or the part of it for which there is a roster (or none), and its course."""

    session: Session
    course: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch clipped to a session and to one standing."""

    session: Session
    standing: Standing
    since: datetime
    until: datetime
    earliest: datetime
    latest: datetime
    touches_start: bool
    touches_end: bool
    ended: bool
    stretch: Stretch

    @property
    def seconds(self) -> float:
        return (self.until - self.since).total_seconds()


def judge(
    window: Window,
    spans: Sequence[Span],
    sessions: Iterable[Session],
    duty: Duty,
    *,
    profile: DutyProfile,
    now: datetime,
    slowest_period_s: float = SLOWEST_PERIOD_S,
) -> list[Finding]:
    """Judge a window's spans in its open sessions.

    Args:
        window: The window.
        spans: Its spans, oldest first; the last may still go on.
        sessions: Its open sessions, extra ones included (`models.domain.workdays.sessions_of`).
        duty: Roster, notices and exemptions.
        profile: The thresholds valid on that day.
        now: Up to when the spans are known.
        slowest_period_s: The slowest sampling period. A gap of more than twice as long splits
            a stretch; an edge is touched only when a sample lies within twice as long of it.

    Returns:
        Findings, alerts and notes (无排班, 豁免), oldest first. An empty stretch shorter than
        the alert threshold gives none.
    """
    near = timedelta(seconds=2 * slowest_period_s)
    empty = stretches(spans, now, near)
    if not empty:
        return []
    case = _Case(window, duty, profile, now, near)
    found: list[Finding] = []
    for session in joined(list(sessions)):
        inside = [one for one in empty if one.since < session.end and one.until > session.start]
        if inside and session.start <= now:
            for held in _held(case, session):
                found += _in_session(case, held, inside)
    return found


def _held(case: _Case, session: Session) -> list[_Held]:
    """The session in parts with a roster and parts without: a shift's own start and end are
    the edges that its person is held to."""
    parts: list[list[Standing]] = []
    for standing in case.duty.course(case.window, session.start, session.end):
        bare = standing.expectation.status is Status.NO_ROSTER
        if parts and (parts[-1][-1].expectation.status is Status.NO_ROSTER) == bare:
            parts[-1].append(standing)
        else:
            parts.append([standing])
    return [
        _Held(Session(part[0].start, part[-1].end, session.kind), tuple(part)) for part in parts
    ]


def _in_session(case: _Case, held: _Held, empty: Sequence[Stretch]) -> list[Finding]:
    found: list[Finding] = []
    half_day_taken = False
    for stretch in empty:
        for piece in _clipped(case, held, stretch):
            judged = _judged(case, piece, half_day_taken=half_day_taken)
            if judged is not None:
                half_day_taken = half_day_taken or judged.kind is Kind.ABSENT_HALF_DAY
                found.append(judged)
    return found


def _clipped(case: _Case, held: _Held, stretch: Stretch) -> list[_Piece]:
    """The stretch inside the session, cut where accountability changes hands."""
    session = held.session
    since = max(stretch.since, session.start)
    until = min(stretch.until, session.end)
    if until <= since:
        return []
    starts = _touches_start(case, session, stretch)
    ends = _touches_end(case, session, stretch)
    earliest = max(stretch.last_present or session.start, session.start)
    upper = stretch.next_present or max(case.now, stretch.until)
    latest = min(upper, session.end)
    over = not stretch.open or _settled(case, session, stretch)
    standings = cut(held.course, since, until)
    last = len(standings) - 1
    return [
        _Piece(
            session=session,
            standing=standing,
            since=standing.start,
            until=standing.end,
            earliest=earliest if index == 0 else standing.start,
            latest=latest if index == last else standing.end,
            touches_start=starts and index == 0,
            touches_end=ends and index == last,
            ended=over or index < last,
            stretch=stretch,
        )
        for index, standing in enumerate(standings)
    ]


def _touches_start(case: _Case, session: Session, stretch: Stretch) -> bool:
    """Empty from the session's start on: nobody was seen in the session before, and a usable
    sample lies near the edge. Otherwise the milder reading, inside the session."""
    if stretch.last_present is not None and (session.start <= stretch.last_present < stretch.since):
        return False
    return stretch.since - session.start <= case.near


def _settled(case: _Case, session: Session, stretch: Stretch) -> bool:
    """The session is over, and so long ago that the filter can no longer change its mind."""
    return stretch.until >= session.end or case.now >= session.end + case.near


def _touches_end(case: _Case, session: Session, stretch: Stretch) -> bool:
    """Empty to the session's end; never before the session has ended."""
    if case.now < session.end or not _settled(case, session, stretch):
        return False
    if stretch.next_present is not None and stretch.next_present < session.end:
        return False
    return session.end - stretch.until <= case.near


def _judged(case: _Case, piece: _Piece, *, half_day_taken: bool) -> Finding | None:
    expectation = piece.standing.expectation
    verdict = _verdict(case.profile, piece, expectation, half_day_taken)
    if verdict is None:
        return None
    kind, level = verdict
    of_unit = kind in {Kind.UNMANNED, Kind.NO_ROSTER, Kind.EXEMPT}
    of_unit = of_unit or expectation.status is Status.UNMANNED
    accountable = None if of_unit else expectation.accountable
    zh, en = expectation.why()
    return Finding(
        key=key_of(case.window.id, piece.since, of_unit=of_unit),
        window_id=case.window.id,
        hall_id=case.window.hall_id,
        unit_id=expectation.unit_id,
        kind=kind,
        level=level,
        post=accountable.post if accountable else "",
        roster_version=expectation.roster_version,
        session_start=piece.session.start,
        session_end=piece.session.end,
        since=piece.since,
        until_at_least=piece.until,
        lower_s=piece.seconds,
        upper_s=max(piece.seconds, (piece.latest - piece.earliest).total_seconds()),
        ended=piece.ended,
        touches_start=piece.touches_start,
        touches_end=piece.touches_end,
        covering=expectation.status is Status.COVERING,
        late_notice=expectation.late,
        notice_ids=expectation.notice_ids,
        remark_ids=expectation.remark_ids,
        exemption_id=expectation.exemption.id if expectation.exemption else "",
        samples=piece.stretch.samples,
        weakest=piece.stretch.weakest,
        sources=(Source(piece.since, SourceKind.MONITOR),),
        profile=case.profile.version,
        why_zh=zh,
        why_en=en,
    )


def _verdict(
    profile: DutyProfile, piece: _Piece, expectation: Expectation, half_day_taken: bool
) -> tuple[Kind, Level] | None:
    """Kind and level by the session rule and the decision table; None below every threshold."""
    alerting = profile.alert.reached(piece.seconds)
    if expectation.status in _NOTED:
        return (_NOTED[expectation.status], Level.NOTE) if alerting else None
    if expectation.status is Status.UNMANNED:
        kind = Kind.UNMANNED if profile.unmanned.reached(piece.seconds) else None
    else:
        kind = _at_edge(profile, piece, half_day_taken)
        if kind is None and profile.off_post.reached(piece.seconds):
            covering = expectation.status is Status.COVERING
            kind = Kind.COVER_OFF_POST if covering else Kind.OFF_POST
    if kind is not None:
        return kind, Level.FINDING
    return (Kind.AWAY, Level.ALERT) if alerting else None


def _at_edge(profile: DutyProfile, piece: _Piece, half_day_taken: bool) -> Kind | None:
    """迟到, 早退 or 缺岗, where the stretch touches an edge long enough to be one."""
    if not (piece.touches_start or piece.touches_end):
        return None
    if piece.touches_start and piece.touches_end:
        return Kind.ABSENT_SESSION
    if profile.half_day.reached(piece.seconds):
        # One half day is absent once; a second stretch of the same session is the milder 脱岗.
        return None if half_day_taken else Kind.ABSENT_HALF_DAY
    if piece.touches_start:
        return Kind.LATE if profile.late.reached(piece.seconds) else None
    return Kind.EARLY if profile.early.reached(piece.seconds) else None
