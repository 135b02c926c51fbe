"""Every page, opened by whoever may: no serious fault of accessibility, nothing cut or too wide."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from models.domain.access import Role
from models.domain.presence import Reason, State
from tests.browser.desk_town import desk_town, filled
from tests.browser.every_page import OFFICE, Seen, look, scripts, visits
from tests.fakes_web import MORNING, Served, lay
from tests.groups import ROOT

pytestmark = [
    pytest.mark.browser,
    pytest.mark.fonts,
    pytest.mark.axe,
    pytest.mark.timeout(600),
]

BAD = """<!doctype html><html lang="zh-CN"><title>x</title><body><div id="desk">
<p style="overflow: hidden; width: 40px; white-space: nowrap">太长的文字,被截掉了</p>
<img src="data:,"><input type="text">
<div style="width: 5000px">一屏放不下的一行文字</div></div></body>"""
NO_PAGES = {"/healthz", "/language/{language}", "/metrics"}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, dict[str, int]]]:
    """82 cameras in 39 halls with something on every page, and its findings by window."""
    folder = tmp_path_factory.mktemp("full")
    with desk_town(folder, main=30, branches=7, townships=31) as running:
        lay(running.shelf, running.settings, "c06", MORNING, fault=Reason.COVERED)
        lay(running.shelf, running.settings, "c07", MORNING, fault=Reason.OFFLINE)
        lay(running.shelf, running.settings, "c09", MORNING, state=State.ABSENT)
        yield running, filled(running)


@pytest.fixture(scope="module")
def tour(browser: Browser, full: tuple[Served, dict[str, int]]) -> dict[str, Seen]:
    """Every page seen once, with each of its tabs; the widest one in English too."""
    hall, findings = full
    context = browser.new_context(viewport=OFFICE, base_url=hall.address, locale="zh-CN")
    context.add_init_script(scripts())
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    seen: dict[str, Seen] = {}
    role: Role | None = None
    for visit in visits(findings["w03-1"], "c01"):
        if visit.role is not role:
            role = visit.role
            sign_in(context, hall, role)
        page.goto(visit.path, wait_until="domcontentloaded")
        seen[visit.name] = look(page, visit.name)
        for tab in page.locator(".tabs a").all()[1:]:
            tab.click()
            name = f"{visit.name}-{tab.get_attribute('data-tab')}"
            seen[name] = look(page, name)
        seen[visit.name].wrong += said
        said.clear()
    sign_in(context, hall, Role.REVIEWER)
    page.goto("/language/en?back=/roster", wait_until="domcontentloaded")
    seen["roster-english"] = look(page, "roster-english")
    context.close()
    return seen


def sign_in(context: BrowserContext, hall: Served, role: Role | None) -> None:
    """Nobody, or the rehearsal's account of a role, holds the browser's cookie."""
    context.clear_cookies()
    if role is None:
        return
    with hall.client(role) as client:
        held = [(one.name, str(one.value)) for one in client.cookies.jar]
    context.add_cookies(
        [{"name": name, "value": value, "url": hall.address} for name, value in held]
    )


def test_a_bad_page_is_found_out(browser: Browser) -> None:
    context = browser.new_context(viewport=OFFICE)
    context.add_init_script(scripts())
    page = context.new_page()
    page.goto("about:blank")
    page.set_content(BAD)
    seen = look(page, "bad", keep=False)
    context.close()
    assert any("image-alt" in one for one in seen.axe)
    assert any("label" in one for one in seen.axe)
    for said in ("1366: cut off: p", "too wide: div", "3840: too small for a wall"):
        assert any(said in one for one in seen.wrong), seen.wrong


def test_no_page_is_forgotten(full: tuple[Served, dict[str, int]]) -> None:
    with (ROOT / "docs" / "access-matrix.csv").open(encoding="utf-8") as file:
        endpoints = [row["endpoint"].rsplit(" ", 1) for row in csv.DictReader(file)]
    pages = {path for path, method in endpoints if method == "GET" and "/api/" not in path}
    visited = {visit.path for visit in visits(1, "c01")}
    forgotten = {
        path
        for path in pages - NO_PAGES
        if not any(re.fullmatch(re.sub(r"\{.*?\}", "[^/]+", path), one) for one in visited)
    }
    assert forgotten == set()


def test_axe_finds_no_serious_fault_on_any_page(tour: dict[str, Seen]) -> None:
    found = [f"{one.name}: {fault}" for one in tour.values() for fault in one.axe]
    assert found == [], "\n".join(found)


def test_nothing_is_cut_or_too_wide_or_empty_and_no_page_reports_an_error(
    tour: dict[str, Seen],
) -> None:
    found = [f"{one.name}: {fault}" for one in tour.values() for fault in one.wrong]
    assert found == [], "\n".join(found)
