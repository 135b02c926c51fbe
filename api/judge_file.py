"""Spans or samples from a file, judged by the rules in force; nothing is stored.

A line is a span `{"window", "state", "start", "end"}` or a sample as `onpost replay` writes it
(`t` an ISO time, `seen` null where the picture was unusable), which goes through the filter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from api.duty_desk import DutyDesk
from api.settings import Settings
from api.settings.domain import presence_profile_of
from models.domain.errors import ClockWentBack, InputError
from models.domain.finding import Finding, Kind, Level
from models.domain.hall import Coverage, Window
from models.domain.hours import zone_of
from models.domain.life import STAGE_NAMES, Stage
from models.domain.presence import Evidence, Look, Presence, Reason, State, as_of, step
from models.domain.spans import Span, ViewState, combine, follow
from models.domain.tally import tally

_REASONS = {State.PRESENT: Reason.SEEN, State.ABSENT: Reason.EMPTY}


@dataclass
class Lines:
    """What a file holds, by window; `latest` is its last moment."""

    spans: dict[str, list[Span]] = field(default_factory=dict)
    samples: dict[str, list[Evidence]] = field(default_factory=dict)
    latest: datetime | None = None
    open: str = ""

    def seen(self, moment: datetime) -> None:
        """Take a moment into account."""
        self.latest = moment if self.latest is None else max(self.latest, moment)


def read_lines(path: Path, settings: Settings) -> Lines:
    """Read a file of spans and samples.

    Raises:
        InputError: the file cannot be read, or a line of it is wrong; `where` is `file:line`.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"无法读取文件:{error}。", f"cannot read the file: {error}.", where=str(path)
        ) from None
    found = Lines()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        where = f"{path.name}:{number}"
        try:
            data = json.loads(line)
            if data["window"] not in settings.windows:
                raise _refused(
                    where, f"窗口“{data['window']}”不存在", f"no window {data['window']}"
                )
            _take(found, data, where)
        except (ValueError, KeyError, TypeError) as error:
            raise _refused(
                where, f"这一行无法识别({error})", f"this line is not understood ({error})"
            ) from None
    return found


def _refused(where: str, zh: str, en: str) -> InputError:
    return InputError(f"{zh},请改正。", f"{en}; mend it.", where=where)


def _take(found: Lines, data: Mapping[str, Any], where: str) -> None:
    if "state" in data and "start" in data:
        span = _span(data, where)
        found.spans.setdefault(span.window_id, []).append(span)
        found.seen(span.end or span.start)
        if span.end is None:
            found.open = where
        return
    at = _moment(data["t"], where)
    if data["seen"] is None:
        reason = Reason(data.get("reason") or Reason.BROKEN_PICTURE)
        sample = Evidence(at, Look.UNUSABLE, reason=reason)
    else:
        people = int(data["people"]) if data.get("people") is not None else int(data["seen"])
        sample = Evidence(at, Look.LOOKED, people, float(data.get("score") or 0.0))
    found.samples.setdefault(data["window"], []).append(sample)
    found.seen(at)


def _moment(text: object, where: str) -> datetime:
    moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    if moment is None or moment.tzinfo is None:
        raise _refused(
            where,
            f"时间“{text}”须带时区,如 2026-11-23T09:00:00+08:00",
            f"time {text!r} needs its zone, as in 2026-11-23T09:00:00+08:00",
        )
    return moment


def _span(data: Mapping[str, Any], where: str) -> Span:
    state = State(data["state"])
    reason = data.get("reason")
    end = data.get("end")
    span = Span(
        data["window"],
        state,
        Reason(reason) if reason else _REASONS.get(state, Reason.NO_SAMPLE),
        _moment(data["start"], where),
        _moment(end, where) if end else None,
        proven_since=_moment(data["proven_since"], where) if data.get("proven_since") else None,
        proven_until=_moment(data["proven_until"], where) if data.get("proven_until") else None,
    )
    if span.end is not None and span.end <= span.start:
        raise _refused(where, "结束须晚于开始", "a span must end after it starts")
    return span


def filtered(
    settings: Settings, window_id: str, samples: Sequence[Evidence], now: datetime
) -> list[Span]:
    """Spans of a window from its samples, oldest first.

    Raises:
        ClockWentBack: samples are not in order.
    """
    profile = presence_profile_of(settings, window_id)
    presence, running = Presence(), None
    done: list[Span] = []
    for sample in samples:
        presence = step(presence, sample, profile)
        ended, running = follow(
            window_id, running, combine([ViewState(Coverage.FULL, presence)]), sample.at
        )
        done += ended
    late = as_of(presence, now, profile)
    ended, running = follow(window_id, running, combine([ViewState(Coverage.FULL, late)]), now)
    return [*done, *ended, running]


@dataclass(frozen=True, slots=True)
class JudgedDay:
    """One window's local day: what was found, and how its time was spent, in seconds."""

    window: Window
    day: date
    findings: tuple[Finding, ...]
    totals: Mapping[str, float]


def judge_lines(
    settings: Settings, desk: DutyDesk, lines: Lines, now: datetime | None, file: str
) -> Iterator[JudgedDay]:
    """Judge what a file holds, day by day.

    Args:
        settings: How samples are weighed.
        desk: Hours, thresholds, roster.
        lines: What the file holds.
        now: Up to when it is known; else the end of its last day.
        file: Its name, for messages.

    Raises:
        InputError: a span has no end and `now` is not given; samples are out of order.
    """
    if lines.latest is None:
        return
    if lines.open and now is None:
        raise _refused(
            lines.open, "这一段没有结束时间,须用 --now 说明到何时", "it has no end; give --now"
        )
    for window in desk.windows.values():
        zone = zone_of(desk.halls[window.hall_id])
        midnight = datetime.combine(
            lines.latest.astimezone(zone).date() + timedelta(days=1), time(0), zone
        )
        until = now or midnight - timedelta(microseconds=1)
        spans = list(lines.spans.get(window.id, ()))
        if window.id in lines.samples:
            try:
                spans += filtered(settings, window.id, lines.samples[window.id], until)
            except ClockWentBack as error:
                raise InputError(error.zh, error.en, where=f"{file} {window.id}") from None
        if spans:
            yield from _days(desk, window, sorted(spans, key=lambda one: one.start), until)


def _days(
    desk: DutyDesk, window: Window, spans: Sequence[Span], until: datetime
) -> Iterator[JudgedDay]:
    day, last = desk.local_day(window, spans[0].start), desk.local_day(window, until)
    while day <= last:
        start, end = desk.day_bounds(window, day)
        own = [one for one in spans if one.start < end and (one.end is None or one.end > start)]
        now = min(until, end - timedelta(microseconds=1))
        if own:
            totals = tally(
                window,
                own,
                desk.sessions(window, day),
                desk.duty,
                start=start,
                end=min(end, until) if until < end - timedelta(seconds=1) else end,
            )
            found = desk.judge(window, own, now)
            yield JudgedDay(window, day, tuple(found), asdict(totals))
        day += timedelta(days=1)


_STATES = {Level.FINDING: STAGE_NAMES[Stage.TO_VERIFY], Level.ALERT: "提醒", Level.NOTE: "备注"}


def told(finding: Finding, desk: DutyDesk) -> dict[str, object]:
    """A finding as the line that is printed; a post, never a person."""
    window = desk.windows[finding.window_id]
    since, until = (desk.local(window.id, one) for one in (finding.since, finding.until_at_least))
    stretch = f"{since:%Y-%m-%d %H:%M:%S}—{until:%H:%M:%S}"
    return {
        "finding": finding.key,
        "window": finding.window_id,
        "unit": finding.unit_id,
        "post": finding.post,
        "kind": finding.kind.value,
        "label": finding.label,
        "level": finding.level.value,
        "state": _STATES[finding.level],
        "since": since.isoformat(),
        "until_at_least": until.isoformat(),
        "at_least_s": finding.lower_s,
        "at_most_s": finding.upper_s,
        "length": finding.length_zh,
        "ended": finding.ended,
        "late_notice": finding.late_notice,
        "notices": list(finding.notice_ids),
        "remarks": list(finding.remark_ids),
        "exemption": finding.exemption_id,
        "reminder_to": finding.unit_id if finding.kind is Kind.UNMANNED else "",
        "roster_version": finding.roster_version,
        "thresholds": finding.profile,
        "sentence": {
            "zh": f"{window.name} {stretch} {finding.label},{finding.length_zh}。{finding.why_zh}",
            "en": f"{window.id} {stretch} {finding.kind.value}, at least "
            f"{finding.lower_s:.0f} s: {finding.why_en}",
        },
    }
