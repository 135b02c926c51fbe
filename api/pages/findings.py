"""The list of findings, newest first."""

from __future__ import annotations

from fastapi import Request
from nicegui import run, ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.language import Page
from api.pages.layout import page_frame
from api.schemas.finding import FindingOut
from api.wiring import WebParts
from api.wording import KINDS, LIVES, length, word
from models.domain.access import Permission, Scope
from models.domain.records import FindingQuery

SHOWN = 100


def add_page(parts: WebParts) -> None:
    """Add `/findings`."""

    @ui.page(
        "/findings",
        title="在岗 OnPost · 登记台账",
        dependencies=[needs(Permission.SEE_FINDINGS)],
    )
    async def findings(
        request: Request, visitor: VisitorDep, after: int = 0, kind: str = "", hall: str = ""
    ) -> None:
        page = page_frame(parts, request)
        scope = visitor.scope
        query = FindingQuery(kind=kind, hall_id=hall, scope=scope)
        loaded = await run.io_bound(_load, parts, query, after)
        if loaded is None:  # the process is stopping
            return
        found, total = loaded
        with ui.element("div").classes("sheet"):
            ui.label(page.text(f"登记台账:共 {total} 条", f"{total} findings")).classes("title")
            _filters(parts, page, kind, hall, scope)
            _table(page, found)
            if len(found) == SHOWN:
                ui.link(
                    page.text("更早 →", "older →"),
                    f"/findings?after={found[-1].id}&kind={kind}&hall={hall}",
                )


def _load(parts: WebParts, query: FindingQuery, after: int) -> tuple[list[FindingOut], int]:
    with parts.make_uow(read_only=True) as uow:
        records = uow.findings.list(query, after_id=max(0, after), limit=SHOWN)
        return [parts.teller.finding(record) for record in records], uow.findings.count(query)


def _filters(parts: WebParts, page: Page, kind: str, hall: str, scope: Scope) -> None:
    kinds = {"": page.text("全部情形", "every kind")} | {
        name: word(KINDS, name, page.language) for name in KINDS
    }
    halls = {"": page.text("全部大厅", "every hall")} | {
        hall_id: item.name
        for hall_id, item in parts.settings.halls.items()
        if scope.halls is None or hall_id in scope.halls
    }
    with ui.element("div").classes("filters"):
        ui.select(
            kinds,
            value=kind if kind in kinds else "",
            on_change=lambda event: ui.navigate.to(f"/findings?kind={event.value}&hall={hall}"),
        ).props("dense outlined")
        ui.select(
            halls,
            value=hall if hall in halls else "",
            on_change=lambda event: ui.navigate.to(f"/findings?kind={kind}&hall={event.value}"),
        ).props("dense outlined")


def _table(page: Page, found: list[FindingOut]) -> None:
    heads = (
        ("编号", "No."),
        ("情形", "kind"),
        ("状态", "state"),
        ("大厅", "hall"),
        ("窗口", "window"),
        ("起", "from"),
        ("至少到", "at least until"),
        ("至少", "at least"),
        ("至多", "at most"),
        ("班表版本", "roster"),
    )
    with ui.element("table").classes("listing"):
        with ui.element("thead"), ui.element("tr"):
            for zh, en in heads:
                with ui.element("th"):
                    ui.label(page.text(zh, en))
        with ui.element("tbody"):
            for finding in found:
                _row(page, finding)
    if not found:
        ui.label(page.text("暂无登记。", "Nothing registered yet."))


def _row(page: Page, finding: FindingOut) -> None:
    most = finding.possible_s
    cells = (
        (finding.label if page.language == "zh" else "")
        or word(KINDS, finding.kind, page.language),
        word(LIVES, finding.state, page.language),
        finding.hall,
        finding.window,
        f"{finding.started_at:%Y-%m-%d %H:%M:%S}",
        f"{finding.until_at_least:%H:%M:%S}",
        length(finding.proven_s, page.language),
        length(most, page.language) if most is not None else page.text("未定", "open"),
        finding.roster_version or "—",
    )
    with ui.element("tr"):
        with ui.element("td"):
            ui.link(f"#{finding.id}", f"/findings/{finding.id}")
        for cell in cells:
            with ui.element("td"):
                ui.label(cell)
