"""The list of findings, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request
from nicegui import run, ui
from pydantic import BaseModel, Field

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.language import Page
from api.pages.layout import in_language, page_frame
from api.schemas.finding import FindingOut
from api.wiring import WebParts
from api.wording import KINDS, LIVES, Language, length, word
from models.domain.access import Permission, Scope
from models.domain.records import FindingQuery

SHOWN = 100


class Choice(BaseModel):
    """What the address asks for; empty is everything."""

    after: int = Field(0, ge=0)
    kind: str = ""
    hall: str = ""
    state: str = ""


def add_page(parts: WebParts) -> None:
    """Add `/findings`."""

    @ui.page(
        "/findings",
        title="在岗 OnPost · 登记台账",
        dependencies=[needs(Permission.SEE_FINDINGS)],
    )
    async def findings(
        request: Request, visitor: VisitorDep, wanted: Annotated[Choice, Query()]
    ) -> None:
        page = page_frame(parts, request)
        chosen = wanted.model_dump(exclude={"after"})
        scope = visitor.scope
        query = FindingQuery(kind=wanted.kind, hall_id=wanted.hall, state=wanted.state, scope=scope)
        loaded = await run.io_bound(_load, parts, query, wanted.after)
        if loaded is None:  # the process is stopping
            return
        found, total = loaded
        with ui.element("div").classes("sheet"):
            ui.label(page.text(f"登记台账:共 {total} 条", f"{total} findings")).classes(
                "title"
            ).props('role="heading" aria-level="1"')
            _filters(parts, page, chosen, scope)
            if found and visitor.may(Permission.EXPORT):
                ui.link(
                    page.text("导出 Excel", "Export to Excel"), _workbook(chosen, page.language)
                )
            _table(page, found)
            if len(found) == SHOWN:
                ui.link(
                    page.text("更早 →", "older →"),
                    _address(chosen, after=found[-1].id),
                )


def _load(parts: WebParts, query: FindingQuery, after: int) -> tuple[list[FindingOut], int]:
    with parts.make_uow(read_only=True) as uow:
        records = uow.findings.list(query, after_id=max(0, after), limit=SHOWN)
        return [parts.teller.finding(record) for record in records], uow.findings.count(query)


def _address(chosen: Mapping[str, str], **more: object) -> str:
    """The list with these filters."""
    return f"/findings?{urlencode({**chosen, **more})}"


def _workbook(chosen: Mapping[str, str], language: Language) -> str:
    """The same list as a workbook."""
    asked = {"hall_id" if name == "hall" else name: text for name, text in chosen.items() if text}
    return f"/api/v1/findings/export.xlsx?{urlencode({**asked, 'language': language})}"


def _filters(parts: WebParts, page: Page, chosen: Mapping[str, str], scope: Scope) -> None:
    halls = {
        hall_id: item.name
        for hall_id, item in parts.settings.halls.items()
        if scope.halls is None or hall_id in scope.halls
    }
    tables = {
        "state": (page.text("全部状态", "every state"), in_language(LIVES, page.language)),
        "kind": (page.text("全部情形", "every kind"), in_language(KINDS, page.language)),
        "hall": (page.text("全部大厅", "every hall"), halls),
    }
    with ui.element("div").classes("filters"):
        for name, (every, table) in tables.items():
            _filter(name, every, table, chosen)


def _filter(name: str, every: str, table: Mapping[str, str], chosen: Mapping[str, str]) -> None:
    ui.select(
        {"": every, **table},
        value=chosen[name] if chosen[name] in table else "",
        on_change=lambda event: ui.navigate.to(_address({**chosen, name: event.value})),
    ).props(f'dark options-dark dense outlined aria-label="{every}"')


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
        ui.label(
            page.text(
                "没有符合条件的登记。可放宽上面的筛选条件。",
                "Nothing registered like this. Choose less above.",
            )
        )


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
