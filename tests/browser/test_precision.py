"""Learning from decisions on its page: what errs first, why, and an administrator's answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from api.decisions import move_on
from models.domain.access import Role
from models.domain.life import Stage
from models.domain.records import FindingRecord
from tests.fakes_web import MORNING, Served

pytestmark = pytest.mark.browser
SLOW = 60_000


@pytest.fixture
def judged(hall: Served) -> Iterator[Served]:
    """Window 1-1 was dismissed four times because people stood beside the zone."""
    for number in range(4):
        key, at = f"off_post:w01-1@{number}", MORNING - timedelta(hours=number + 1)
        with hall.record.make_uow() as uow:
            row = uow.findings.add(
                FindingRecord(
                    key=key,
                    window_id="w01-1",
                    hall_id="h00",
                    kind="off_post",
                    state=Stage.TO_VERIFY.value,
                    opened_at=at,
                    started_at=at,
                    until_at_least=at,
                    proven_s=60.0,
                    ended=True,
                    unit_id="户籍",
                    details={"finding": {"key": key}},
                )
            )
            move_on(uow, row, Stage.DISMISSED, by="wang", reason="站在旁边", now=MORNING)
            uow.commit()
    yield hall


def test_an_administrator_accepts_what_would_mend_the_window_that_errs(
    stranger: Page, judged: Served
) -> None:
    with judged.client(Role.SYSTEM_ADMIN) as client:
        cookies = [
            {"name": one.name, "value": str(one.value), "url": judged.address}
            for one in client.cookies.jar
        ]
    stranger.context.add_cookies(cookies)  # type: ignore[arg-type]
    stranger.goto("/precision", wait_until="domcontentloaded")
    first = stranger.locator("table.listing tbody tr").first
    expect(first).to_contain_text("1-1号窗口", timeout=SLOW)
    expect(first).to_contain_text("▲ 工位区域过窄")
    expect(first).to_contain_text("0.0%")
    first.get_by_role("button", name="采纳", exact=True).click()
    stranger.get_by_role("button", name="确定").click()
    expect(stranger.get_by_text("✓ 已采纳")).to_be_visible(timeout=SLOW)
    with judged.record.make_uow(read_only=True) as uow:
        assert any(row.key == "w01-1" for row in uow.duty.standing())
