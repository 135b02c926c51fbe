"""One finding: the pictures, why, from when to when, by which limits, and its register entry."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from fastapi import Request
from nicegui import run, ui

from api.auth.guard import needs
from api.auth.visitor import Visitor
from api.deps import VisitorDep
from api.pages.language import Page
from api.pages.layout import page_frame
from api.schemas.finding import FindingDetail, PictureOut, SpanOut
from api.wiring import WebParts
from api.wording import KINDS, LIMITS, LIVES, MOMENTS, REASONS, STATES, length, word
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/findings/{id}`."""

    @ui.page(
        "/findings/{finding_id}",
        title="在岗 OnPost · 登记",
        dependencies=[needs(Permission.SEE_FINDINGS)],
    )
    async def finding(request: Request, visitor: VisitorDep, finding_id: int) -> None:
        page = page_frame(parts, request)
        found = await run.io_bound(_load, parts, visitor, finding_id)
        with ui.element("div").classes("sheet"):
            if found is None:
                ui.label(page.text(f"登记 #{finding_id} 不存在。", f"There is no #{finding_id}."))
                ui.link(page.text("返回登记台账", "back to the list"), "/findings")
                return
            _head(page, found)
            _pictures(parts, page, found)
            _day(parts, page, found)
            _facts(page, found)
            _entry(page, found)


def _load(parts: WebParts, visitor: Visitor, finding_id: int) -> FindingDetail | None:
    with parts.make_uow(read_only=True) as uow:
        record = uow.findings.get(finding_id) if 0 < finding_id < 2**63 else None
        if record is None or not visitor.sees(record.hall_id, record.unit_id):
            return None
        return parts.teller.detail(record, uow)


def _head(page: Page, found: FindingDetail) -> None:
    with ui.element("div").classes("headline"):
        label = found.label if page.language == "zh" and found.label else ""
        ui.label(label or word(KINDS, found.kind, page.language)).classes("kind")
        ui.label(f"{found.hall} · {found.window}").classes("title")
        ui.label(word(LIVES, found.state, page.language)).classes("life")
        if not found.ended:
            ui.label(page.text("仍在继续", "goes on")).classes("goes-on")
    ui.label(found.sentence[page.language]).classes("why")


def _pictures(parts: WebParts, page: Page, found: FindingDetail) -> None:
    with ui.element("div").classes("pictures"):
        for picture in found.pictures:
            _picture(parts, page, picture)
    if not found.pictures:
        ui.label(page.text("没有证据图片。", "No pictures of evidence.")).classes("warning")


def _picture(parts: WebParts, page: Page, picture: PictureOut) -> None:
    camera = parts.settings.cameras.get(picture.camera_id)
    name = camera.name if camera else picture.camera_id
    masked = page.text("工位外已模糊", "masked outside the post") if picture.masked else ""
    with ui.element("figure"):
        ui.element("img").props(f'src="{picture.url}" alt="{picture.moment}"')
        with ui.element("figcaption"):
            ui.label(word(MOMENTS, picture.moment, page.language)).classes("moment")
            ui.label(f"{picture.taken_at:%Y-%m-%d %H:%M:%S} · {name} {masked}")
            ui.label(f"SHA-256 {picture.sha256}").classes("hash")


def _day(parts: WebParts, page: Page, found: FindingDetail) -> None:
    """The window's day as a line of stretches, the finding's own marked."""
    ui.label(page.text("该窗口当日", "The window's day")).classes("section")
    now = parts.clock.now()
    first, last = _frame(found, now)
    whole = (last - first).total_seconds()

    def place(start: datetime, end: datetime) -> str:
        left = max(0.0, (start - first).total_seconds()) / whole
        right = min(whole, max(0.0, (end - first).total_seconds())) / whole
        return f"left:{100 * left:.3f}%;width:{100 * max(right - left, 0.001):.3f}%"

    with ui.element("div").classes("day"):
        for span in found.day:
            tip = _tip(page, span)
            ui.element("div").classes(f"span {span.state}").style(
                place(span.start, span.end or now)
            ).props(f'title="{tip}"')
        ui.element("div").classes("mark").style(place(found.started_at, found.until_at_least))
        _hours(first, last, whole)
    with ui.element("div").classes("legend"):
        for state, shape in (("present", "●"), ("absent", "▲"), ("unknown", "?")):
            ui.label(f"{shape} {word(STATES, state, page.language)}").classes(f"chip {state}")
        ui.label(page.text("▭ 本次登记(至少)", "▭ this finding (at least)"))


def _frame(found: FindingDetail, now: datetime) -> tuple[datetime, datetime]:
    """From the full hour before the day's first stretch to the one after its last."""
    starts = [span.start for span in found.day] + [found.started_at]
    ends = [span.end or now for span in found.day] + [found.until_at_least]
    zone = found.started_at.tzinfo
    first = min(starts).astimezone(zone).replace(minute=0, second=0, microsecond=0)
    midnight = found.started_at.replace(hour=0, minute=0, second=0, microsecond=0)
    first = max(first, midnight)
    last = min(max(ends).astimezone(zone), midnight + timedelta(days=1))
    full = last.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return first, max(full, first + timedelta(hours=1))


TICKS_S = (300, 600, 900, 1800, 3600, 7200)


def _hours(first: datetime, last: datetime, whole: float) -> None:
    """Times under the line, as many as stay readable."""
    step = next((step for step in TICKS_S if whole / step <= 12), 4 * 3600)
    for number in range(int(whole // step) + 1):
        moment = first + timedelta(seconds=number * step)
        if moment <= last:
            ui.label(f"{moment:%H:%M}").classes("hour").style(
                f"left:{100 * number * step / whole:.3f}%"
            )


def _tip(page: Page, span: SpanOut) -> str:
    end = f"{span.end:%H:%M:%S}" if span.end else "…"
    state = word(STATES, span.state, page.language)
    reason = word(REASONS, span.reason, page.language)
    return f"{span.start:%H:%M:%S}–{end} {state} ({reason}, {span.samples})"


def _facts(page: Page, found: FindingDetail) -> None:
    most = found.possible_s
    facts = [
        (
            page.text("起(首个无人样本)", "from (first empty sample)"),
            f"{found.started_at:%H:%M:%S}",
        ),
        (
            page.text("至少到(最后无人样本)", "at least until (last empty sample)"),
            f"{found.until_at_least:%H:%M:%S}",
        ),
        (page.text("至少(下限)", "at least"), length(found.proven_s, page.language)),
        (
            page.text("至多(上限)", "at most"),
            length(most, page.language) if most is not None else page.text("未定", "open"),
        ),
        (page.text("岗位", "post"), found.post or "—"),
        (page.text("单位", "unit"), found.unit or "—"),
        (page.text("班表版本", "roster version"), found.roster_version or "—"),
        (page.text("规则", "profile"), found.profile or "—"),
        (page.text("登记时间", "registered at"), f"{found.opened_at:%Y-%m-%d %H:%M:%S}"),
    ]
    facts += [
        (word(LIMITS, name, page.language), f"{limit['operator']} {limit['minutes']:g} min")
        for name, limit in found.thresholds.items()
    ]
    ui.label(page.text("事实与阈值", "Facts and thresholds")).classes("section")
    _grid(facts)


def _entry(page: Page, found: FindingDetail) -> None:
    entry = found.register_entry
    ui.label(page.text("登记链", "Register")).classes("section")
    if entry is None or found.last_entry is None:
        ui.label(page.text("找不到登记条目!", "The register entry is missing!")).classes("warning")
        return
    _grid(
        [
            (page.text("条目编号", "entry"), f"#{entry.seq}"),
            (page.text("哈希", "hash"), entry.hash),
            (page.text("上一条哈希", "hash before"), entry.prev_hash),
            (
                page.text("最近一条", "newest entry"),
                f"#{found.last_entry.seq} {found.last_entry.kind}",
            ),
        ]
    )
    text = json.dumps(entry.payload, ensure_ascii=False, indent=2, sort_keys=True)
    with ui.element("details"):
        with ui.element("summary"):
            ui.label(page.text("登记内容(原样)", "what was registered, as it stands"))
        with ui.element("pre"):
            ui.label(text)


def _grid(facts: list[tuple[str, str]]) -> None:
    with ui.element("dl").classes("facts"):
        for name, value in facts:
            with ui.element("dt"):
                ui.label(name)
            with ui.element("dd"):
                ui.label(value)
