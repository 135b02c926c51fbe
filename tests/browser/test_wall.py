from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from models.domain.presence import State
from tests.fakes_web import MORNING, Served, lay, off_post

pytestmark = pytest.mark.browser


def test_the_wall_shows_82_tiles_with_picture_and_age_on_one_screen(page: Page) -> None:
    page.goto("/", wait_until="domcontentloaded")
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(82)
    expect(tiles.nth(0).locator(".age")).to_have_text(re.compile(r"\d+(秒|分)"))
    ages = page.locator(".tile .age").all_text_contents()
    assert len(ages) == 82
    assert all(re.fullmatch(r"\d+(秒|分)", age) for age in ages)
    page.wait_for_function(
        "[...document.querySelectorAll('.tile img')].every((img) => img.naturalWidth === 320)"
    )
    inside = page.evaluate(
        "[...document.querySelectorAll('.tile')].every((tile) => {"
        "const box = tile.getBoundingClientRect();"
        "return box.width > 80 && box.top >= 0 && box.bottom <= innerHeight; })"
    )
    assert inside


def test_states_are_told_by_shape_and_word_and_unknown_by_its_reason(page: Page) -> None:
    page.goto("/", wait_until="domcontentloaded")
    tile = page.locator('.tile[data-camera="c09"]')
    expect(tile.locator(".chips")).to_contain_text("▲ 无人×2")
    expect(page.locator('.tile[data-camera="c06"] .fault')).to_have_text("镜头被遮挡")
    expect(page.locator('.tile[data-camera="c06"] .chips')).to_contain_text("? 无法核查")
    expect(page.locator('.tile[data-camera="c07"] .fault')).to_have_text("摄像头离线")
    expect(page.locator('.tile[data-camera="c07"] .age.old')).to_have_text(re.compile(r"1\d分"))
    expect(page.locator('.tile[data-camera="c01"] .chips')).to_contain_text("● 在岗")


def test_the_wall_is_sifted_by_state_and_by_hall(page: Page) -> None:
    page.goto("/", wait_until="domcontentloaded")
    expect(page.locator(".tile")).to_have_count(82)
    page.locator('button[data-state="absent"]').click()
    expect(page.locator(".tile:visible")).to_have_count(1)
    page.locator('button[data-state="unknown"]').click()
    expect(page.locator(".tile:visible")).to_have_count(2)
    page.locator('button[data-state=""]').click()
    page.get_by_label("全部大厅").select_option(label="第3分中心")
    expect(page.locator(".tile:visible")).to_have_count(3)


def test_a_picture_and_a_state_change_without_a_reload(page: Page, hall: Served) -> None:
    page.goto("/", wait_until="domcontentloaded")
    image = page.locator('.tile[data-camera="c20"] img')
    expect(image).to_have_attribute("src", re.compile("thumbnail.jpg"))
    before = image.get_attribute("src")
    page.evaluate("window.untouched = true")
    later = MORNING + timedelta(seconds=30)
    lay(hall.shelf, hall.settings, "c20", later, state=State.ABSENT, shade=50)
    expect(image).not_to_have_attribute("src", before or "", timeout=10_000)
    expect(page.locator('.tile[data-camera="c20"] .chips')).to_contain_text("▲ 无人")
    assert page.evaluate("window.untouched") is True


def test_an_alert_arrives_by_itself_and_opens_its_finding(page: Page, hall: Served) -> None:
    page.goto("/", wait_until="domcontentloaded")
    expect(page.locator(".tile")).to_have_count(82)
    expect(page.locator("aside .count")).to_have_text("0")
    page.evaluate("window.untouched = true")
    finding = off_post(hall.record, hall.settings, "w09-1", MORNING)
    expect(page.locator("aside .count")).to_have_text("1", timeout=10_000)
    notice = page.locator(f'aside [data-finding="{finding.id}"]')
    expect(notice).to_contain_text("脱岗 · 9-1号窗口")
    expect(page.locator("aside [data-alert]")).to_contain_text("▲ 离岗 · 9-1号窗口")
    assert page.evaluate("window.untouched") is True
    notice.click()
    expect(page).to_have_url(f"{hall.address}/findings/{finding.id}")
    expect(page.locator(".why")).to_contain_text("09:24:00 起至少到 09:40:00 工位无人")
    expect(page.locator(".why")).to_contain_text("班表第3版:A岗应在岗")
    expect(page.locator(".pictures img")).to_have_count(2)
    page.wait_for_function(
        "[...document.querySelectorAll('.pictures img')].every((img) => img.naturalWidth === 640)"
    )
    facts = page.locator(".sheet").inner_text()
    for said in ("16分", ">= 15 min", "#1", "待核实", "班表版本"):
        assert said in facts
    expect(page.locator(".day .span.absent")).to_have_count(1)


def test_a_tile_opens_large_with_its_windows(page: Page) -> None:
    page.goto("/", wait_until="domcontentloaded")
    page.locator('.tile[data-camera="c01"]').click()
    dialog = page.locator("dialog.big")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("1-1号窗口 在岗")
    page.wait_for_function("document.querySelector('dialog.big img').naturalWidth === 640")
    expect(dialog.locator("polygon")).to_have_count(2)
    expect(dialog.locator(".labels")).to_contain_text("● 1-1号窗口")
    page.keyboard.press("z")
    expect(dialog.locator("polygon")).to_have_count(0)
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(dialog.locator(".trouble")).to_have_text("? 无法核查:镜头被遮挡")
    dialog.get_by_role("button", name="关闭").click()
    expect(dialog).to_have_count(0)


def test_nine_large_pictures_take_turns(page: Page) -> None:
    page.goto("/", wait_until="domcontentloaded")
    expect(page.locator(".tile")).to_have_count(82)
    page.keyboard.press("9")
    shown = page.locator(".tile:visible")
    expect(shown).to_have_count(9)
    expect(page.locator(".turns")).to_contain_text("1/10")
    first = shown.first.get_attribute("data-camera")
    expect(shown.first.locator("img")).to_have_attribute("src", re.compile("latest.jpg"))
    page.keyboard.press("ArrowRight")
    expect(page.locator(".turns")).to_contain_text("2/10")
    expect(shown.first).not_to_have_attribute("data-camera", first or "")
    page.get_by_label("全部大厅").select_option(label="第3分中心")
    expect(shown).to_have_count(3)
    page.get_by_label("全部大厅").select_option(label="全部大厅")
    page.get_by_role("button", name="九宫格轮巡").click()
    expect(shown).to_have_count(82)


def test_the_wall_says_so_when_the_server_is_gone(page: Page) -> None:
    page.goto("/", wait_until="domcontentloaded")
    expect(page.locator(".tile")).to_have_count(82)
    page.route("**/api/v1/wall", lambda route: route.abort())
    expect(page.locator(".banner.shown")).to_contain_text("连接中断", timeout=15_000)


def test_the_wall_says_that_nobody_watches(page: Page) -> None:
    page.goto("/", wait_until="domcontentloaded")
    expect(page.locator(".banner.shown")).to_contain_text("监测进程未运行", timeout=10_000)


def test_english_is_a_switch_away(page: Page) -> None:
    page.goto("/", wait_until="domcontentloaded")
    page.get_by_text("English").click()
    expect(page.locator('.tile[data-camera="c06"] .fault')).to_have_text("lens covered")
    page.goto("/findings", wait_until="domcontentloaded")
    expect(page.locator(".listing th").first).to_have_text("No.")
