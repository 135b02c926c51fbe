"""Alerts in a browser: they arrive by themselves, are heard, counted, claimed, snoozed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from models.domain.access import Role
from tests.fakes_web import MORNING, Served, off_post

pytestmark = pytest.mark.browser


def test_an_alert_arrives_without_reload_and_is_taken_in_hand_by_keys(
    page: Page, hall: Served
) -> None:
    page.goto("/alerts", wait_until="domcontentloaded")
    expect(page.locator(".alert-list .empty")).to_contain_text("目前没有告警")
    page.evaluate("window.untouched = true")
    off_post(hall.record, hall.settings, "w12-1", MORNING)
    alert = page.locator(".alert")
    expect(alert).to_have_count(1, timeout=15_000)
    expect(page.locator(".alert-window h2")).to_contain_text("12-1号窗口")
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    expect(page.locator("#desk")).to_have_attribute("data-rings", "1")
    page.keyboard.press("c")
    expect(alert).to_contain_text("demo-operator 已认领")
    page.keyboard.press("s")
    expect(alert).to_contain_text("后提醒")
    page.keyboard.press("u")
    expect(alert).to_contain_text("已升级(demo-operator)")
    assert page.evaluate("window.untouched") is True
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="声音:关")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/findings/\d+$"))


def test_who_comes_second_is_told_who_has_it(page: Page, hall: Served) -> None:
    off_post(hall.record, hall.settings, "w14-1", MORNING)
    with hall.client(Role.REVIEWER) as other:
        page.goto("/alerts", wait_until="domcontentloaded")
        alert = page.locator('[data-window="w14-1"] .alert')
        expect(alert).to_have_count(1, timeout=15_000)
        number = alert.get_attribute("data-alert")
        assert other.post(f"/api/v1/alerts/{number}/claim").is_success
        alert.get_by_role("button", name="认领").click()
        expect(page.get_by_role("alert").filter(has_text="demo-reviewer 认领")).to_be_visible()
        expect(alert).to_contain_text("demo-reviewer 已认领", timeout=15_000)


def test_today_tells_in_figures_what_stands_and_what_waits(page: Page, hall: Served) -> None:
    off_post(hall.record, hall.settings, "w16-1", MORNING)
    page.goto("/today", wait_until="domcontentloaded")
    expect(page.locator('[data-figure="alerts"] b')).to_have_text(re.compile(r"^[1-9]"))
    expect(page.locator('[data-figure="waiting"] b')).to_have_text(re.compile(r"^[1-9]"))
    expect(page.locator('[data-figure="rate"] b')).to_have_text(re.compile(r"^\d+\.\d%$"))
    expect(page.locator('[data-figure="cameras"] b')).to_have_text("2")
    expect(page.locator('[data-list="cameras"]')).to_contain_text("? 6号机 · 镜头被遮挡")
    expect(page.locator('[data-figure="checks"]')).to_contain_text("未执行 0")
    expect(page.locator('[data-figure="cases"]')).to_contain_text("红牌 0")
