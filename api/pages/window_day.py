"""A window's day as lines: open sessions, who had to be there, what was seen; one is marked."""

from __future__ import annotations

from datetime import datetime, timedelta

from nicegui import ui

from api.pages.language import Page
from api.schemas.duty import StandingOut, WindowDayOut
from api.schemas.finding import FindingDetail, SpanOut
from api.wording import REASONS, STATES, word

TICKS_S = (300, 600, 900, 1800, 3600, 7200)


def show_day(page: Page, found: FindingDetail, day: WindowDayOut | None, now: datetime) -> None:
    """The day of a finding's window.

    Args:
        page: The language.
        found: The finding, with what was seen.
        day: Sessions and roster; None where nobody can tell any more.
        now: The moment, for what goes on.
    """
    ui.label(page.text("该窗口当日", "The window's day")).classes("section")
    frame = Frame(*_bounds(found, day, now))
    with ui.element("div").classes("day"):
        for session in day.sessions if day else ():
            tip = page.text("开放时段", "open session")
            _bar(frame, "session", session.start, session.end, tip)
        for standing in day.expected if day else ():
            _duty(page, frame, standing)
        for span in found.day:
            _bar(frame, f"span {span.state}", span.start, span.end or now, _tip(page, span))
        ui.element("div").classes("mark").style(frame.place(found.started_at, found.until_at_least))
        _hours(frame)
    _legend(page, day)


class Frame:
    """From when to when the lines go."""

    def __init__(self, first: datetime, last: datetime) -> None:
        self.first, self.last = first, last
        self.whole = (last - first).total_seconds()

    def place(self, start: datetime, end: datetime) -> str:
        """Where a stretch lies, as a style."""
        left = min(self.whole, max(0.0, (start - self.first).total_seconds()))
        right = min(self.whole, max(0.0, (end - self.first).total_seconds()))
        width = max(right - left, 0.001 * self.whole)
        return f"left:{100 * left / self.whole:.3f}%;width:{100 * width / self.whole:.3f}%"


def _bounds(
    found: FindingDetail, day: WindowDayOut | None, now: datetime
) -> tuple[datetime, datetime]:
    """From the full hour before anything of the day to the one after it."""
    sessions = day.sessions if day else []
    starts = [one.start for one in found.day] + [one.start for one in sessions]
    starts.append(found.started_at)
    ends = [one.end or now for one in found.day] + [one.end for one in sessions]
    ends.append(found.until_at_least)
    zone = found.started_at.tzinfo
    midnight = found.started_at.replace(hour=0, minute=0, second=0, microsecond=0)
    first = min(starts).astimezone(zone).replace(minute=0, second=0, microsecond=0)
    first = max(first, midnight)
    last = min(max(ends).astimezone(zone), midnight + timedelta(days=1))
    full = last.replace(minute=0, second=0, microsecond=0)
    full += timedelta(hours=1) if full < last else timedelta()
    return first, max(full, first + timedelta(hours=1))


def _bar(frame: Frame, classes: str, start: datetime, end: datetime, tip: str) -> None:
    if end <= frame.first or start >= frame.last:
        return
    text = f"{start:%H:%M:%S}–{end:%H:%M:%S} {tip}".replace('"', "'")
    ui.element("div").classes(classes).style(frame.place(start, end)).props(f'title="{text}"')


def _duty(page: Page, frame: Frame, one: StandingOut) -> None:
    if one.end <= frame.first or one.start >= frame.last:
        return
    why = page.text(one.why_zh, one.why_en)
    tip = f"{one.start:%H:%M}–{one.end:%H:%M} {why}".replace('"', "'")
    bar = ui.element("div").classes(f"duty {one.status}").style(frame.place(one.start, one.end))
    with bar.props(f'title="{tip}"'):
        ui.label(why)


def _hours(frame: Frame) -> None:
    """Times under the lines, as many as stay readable."""
    step = next((step for step in TICKS_S if frame.whole / step <= 12), 4 * 3600)
    for number in range(int(frame.whole // step) + 1):
        moment = frame.first + timedelta(seconds=number * step)
        if moment <= frame.last:
            ui.label(f"{moment:%H:%M}").classes("hour").style(
                f"left:{100 * number * step / frame.whole:.3f}%"
            )


def _tip(page: Page, span: SpanOut) -> str:
    state = word(STATES, span.state, page.language)
    reason = word(REASONS, span.reason, page.language)
    samples = page.text(f"样本 {span.samples}", f"{span.samples} samples")
    return f"{state} ({reason}, {samples})"


def _legend(page: Page, day: WindowDayOut | None) -> None:
    with ui.element("div").classes("legend"):
        if day is not None:
            for name, zh, en in (
                ("session", "开放时段", "open session"),
                ("duty", "排班要求", "roster"),
            ):
                with ui.element("span"):
                    ui.element("i").classes(f"swatch {name}")
                    ui.label(page.text(zh, en)).style("display:inline")
        for state, shape in (("present", "●"), ("absent", "▲"), ("unknown", "?")):
            ui.label(f"{shape} {word(STATES, state, page.language)}").classes(f"chip {state}")
        ui.label(page.text("▭ 本次登记(至少)", "▭ this finding (at least)"))
    if day is not None and day.worked and not day.expected:
        ui.label(
            page.text("当日没有排班,请在“排班”页导入班表。", "No roster for the day; import one.")
        ).classes("dim")
