"""One finding: the pictures, why, from when to when, by which limits, its register entry, and
what to do with it, by keys alone; `/findings/{id}`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime

from fastapi import Request
from nicegui import run, ui

from api.auth.guard import needs
from api.auth.visitor import Visitor
from api.deps import VisitorDep
from api.pages.language import Page
from api.pages.layout import in_language, island, not_there, page_frame
from api.pages.window_day import show_day
from api.routes.duty import one_day
from api.schemas.duty import DayFilter, WindowDayOut
from api.schemas.finding import FindingDetail, PictureOut
from api.wiring import WebParts
from api.wording import KINDS, LIMITS, LIVES, MOMENTS, length, word
from models.domain.access import Permission
from models.domain.errors import OnPostError
from models.domain.records import EvidenceKind


def add_page(parts: WebParts) -> None:
    """Add `/findings/{id}`."""

    @ui.page(
        "/findings/{finding_id}",
        title="在岗 OnPost · 登记",
        dependencies=[needs(Permission.SEE_FINDINGS)],
    )
    async def finding(request: Request, visitor: VisitorDep, finding_id: str) -> None:
        for style in ("desk.css", "watch.css"):
            ui.add_head_html(f'<link rel="stylesheet" href="/static/{style}">')
        ui.add_body_html('<script src="/static/desk.js" defer></script>')
        page = page_frame(parts, request, script="finding.js")
        loaded = await run.io_bound(_load, parts, visitor, _number(finding_id))
        if loaded is None:
            not_there(page, f"登记 #{finding_id[:20]} ", f"finding #{finding_id[:20]}", "/findings")
            return
        found, day = loaded
        with ui.element("div").classes("sheet"):
            _head(page, found)
            _decide(page, visitor, found)
            _pictures(parts, page, found)
            show_day(page, found, day, parts.clock.now())
            _facts(page, found)
            _entry(page, found)


def _number(text: str) -> int:
    """The number in an address; 0, which nothing has, where it is none."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0


def _load(
    parts: WebParts, visitor: Visitor, finding_id: int
) -> tuple[FindingDetail, WindowDayOut | None] | None:
    with parts.make_uow(read_only=True) as uow:
        record = uow.findings.get(finding_id) if 0 < finding_id < 2**63 else None
        if record is None or not visitor.sees(record.hall_id, record.unit_id):
            return None
        found = parts.teller.detail(record, uow)
    try:
        day = one_day(found.window_id, parts, visitor, DayFilter(date=found.started_at.date()))
    except OnPostError:  # a window of old settings, or another unit's by now: no sessions are told
        return found, None
    return found, day


def _head(page: Page, found: FindingDetail) -> None:
    with ui.element("div").classes("headline"):
        label = found.label if page.language == "zh" and found.label else ""
        ui.label(label or word(KINDS, found.kind, page.language)).classes("kind")
        title = ui.label(f"{found.hall} · {found.window}").classes("title")
        title.props('role="heading" aria-level="1"')
        ui.label(word(LIVES, found.state, page.language)).classes("life")
        if not found.ended:
            ui.label(page.text("仍在继续", "goes on")).classes("goes-on")
    ui.label(found.sentence[page.language]).classes("why")


def _decide(page: Page, visitor: Visitor, found: FindingDetail) -> None:
    """Where the script puts what may be done; who did what so far stands above it."""
    behaviour = "behaviour" in found.details
    deciding = Permission.DECIDE_BEHAVIOUR if behaviour else Permission.DECIDE
    known = {
        "language": page.language,
        "login": visitor.name,
        "may": sorted(one.value for one in visitor.access.permissions),
        "lives": in_language(LIVES, page.language),
        "finding": {
            "id": found.id,
            "seq": found.register_seq,
            "state": found.state,
            "behaviour": behaviour,
            "decides": visitor.may(deciding),
        },
    }
    with ui.element("div").classes("decide desk"):
        for step in _steps(found):
            ui.label(_said(page, found, step)).classes("dim")
        island("desk", known)


Step = tuple[str, str, datetime, str]
"""To what a decision led, by whom, when, why."""


def _steps(found: FindingDetail) -> Sequence[Step]:
    life = found.details.get("life", ())
    if life:
        return [
            (one["stage"], one["by"], datetime.fromisoformat(one["at"]), one["reason"])
            for one in life
        ]
    last = found.last_entry
    if last is None or "to" not in last.payload or "by" not in last.payload:
        return []
    return [(last.payload["to"], last.payload["by"], last.at, last.payload.get("reason", ""))]


def _said(page: Page, found: FindingDetail, step: Step) -> str:
    to, by, at, reason = step
    name = word(LIVES, to, page.language)
    why = f"{page.text(':', ': ')}{reason}" if reason else ""
    return f"{at.astimezone(found.started_at.tzinfo):%Y-%m-%d %H:%M:%S} {by} → {name}{why}"


def _pictures(parts: WebParts, page: Page, found: FindingDetail) -> None:
    kept = {picture.moment for picture in found.pictures}
    with ui.element("div").classes("pictures"):
        for moment in MOMENTS:
            for picture in found.pictures:
                if picture.moment == moment:
                    _picture(parts, page, picture)
            if moment not in kept and found.pictures and not found.details.get("behaviour"):
                _no_picture(page, found, moment)
    if not found.pictures:
        ui.label(page.text("没有证据图片。", "No pictures of evidence.")).classes("warning")


def _no_picture(page: Page, found: FindingDetail, moment: str) -> None:
    later = page.text("仍在继续,结束后补上。", "It goes on; taken when it is over.")
    none = page.text("未留存此时画面。", "No picture was kept of this moment.")
    with ui.element("figure"):
        ui.label(later if moment == EvidenceKind.AFTER and not found.ended else none).classes(
            "none"
        )
        with ui.element("figcaption"):
            ui.label(word(MOMENTS, moment, page.language)).classes("moment")


def _picture(parts: WebParts, page: Page, picture: PictureOut) -> None:
    camera = parts.settings.cameras.get(picture.camera_id)
    name = camera.name if camera else picture.camera_id
    masked = page.text("工位外已模糊", "masked outside the post") if picture.masked else ""
    with ui.element("figure"):
        if picture.destroyed_at is not None:
            ui.label(
                page.text(
                    f"图片已按保存期限于 {picture.destroyed_at:%Y-%m-%d} 销毁,登记与审计记录仍在。",
                    f"The picture was destroyed on {picture.destroyed_at:%Y-%m-%d} when its time "
                    "was over; register and audit log stay.",
                )
            ).classes("warning")
        else:
            ui.element("img").props(f'src="{picture.url}" alt="{picture.moment}"')
        with ui.element("figcaption"):
            ui.label(word(MOMENTS, picture.moment, page.language)).classes("moment")
            ui.label(f"{picture.taken_at:%Y-%m-%d %H:%M:%S} · {name} {masked}")
            ui.label(f"SHA-256 {picture.sha256}").classes("hash")


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
