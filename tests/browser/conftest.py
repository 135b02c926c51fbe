from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from models.domain.presence import Reason, State
from tests.fakes_web import MORNING, Served, lay, served, town

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """82 cameras in 39 halls: one offline, one covered, one with nobody at its windows."""
    folder = tmp_path_factory.mktemp("wall")
    with served(folder, town(folder, main=30, branches=7, townships=31)) as running:
        for number, camera in enumerate(running.settings.cameras, 1):
            if number == 6:
                lay(running.shelf, running.settings, camera, MORNING, fault=Reason.COVERED)
            elif number == 7:
                early = MORNING - timedelta(minutes=10)
                lay(running.shelf, running.settings, camera, early, fault=Reason.OFFLINE)
            elif number == 9:
                lay(running.shelf, running.settings, camera, MORNING, state=State.ABSENT)
            else:
                lay(running.shelf, running.settings, camera, MORNING)
        yield running


@pytest.fixture
def stranger(browser: Browser, hall: Served) -> Iterator[Page]:
    """A page at the size of an office screen that reports errors and foreign addresses; nobody
    is signed in."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=hall.address)
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    own = (hall.address, hall.address.replace("http", "ws"), "data:", "blob:")
    opened.on(
        "request", lambda asked: None if asked.url.startswith(own) else wrong.append(asked.url)
    )
    opened.on("console", lambda said: wrong.append(said.text) if _is_policy(said.text) else None)
    yield opened
    context.close()
    assert wrong == []


def _is_policy(text: str) -> bool:
    return "Content Security Policy" in text


@pytest.fixture
def page(stranger: Page, hall: Served) -> Page:
    """The same, with an operator signed in."""
    with hall.client() as client:
        cookies = [
            {"name": cookie.name, "value": str(cookie.value), "url": hall.address}
            for cookie in client.cookies.jar
        ]
    stranger.context.add_cookies(cookies)  # type: ignore[arg-type]
    return stranger
