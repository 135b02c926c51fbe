"""Rosters, roll-calls and the unit's own view, in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.inspection_plans import SettingsPlans
from models.domain.access import Role
from models.domain.check_result import Result
from models.domain.inspection import CheckKind, CheckQuery
from tests.browser.desk_town import desk_town, with_checks, with_circular, with_findings
from tests.checked_days import found
from tests.fakes_duty import NOVEMBER, ROSTER_HEADS, workbook
from tests.fakes_web import MORNING, Served

pytestmark = [pytest.mark.browser, pytest.mark.fonts]

SOON_MS = 30_000


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with desk_town(tmp_path_factory.mktemp("desk")) as running:
        yield running


def signed_in(page: Page, hall: Served, role: Role) -> Page:
    with hall.client(role) as client:
        cookies: Any = [
            {"name": one.name, "value": str(one.value), "url": hall.address}
            for one in client.cookies.jar
        ]
    page.context.add_cookies(cookies)
    page.set_default_timeout(SOON_MS)
    return page


def csv(name: str, *rows: str) -> Any:
    text = "\n".join((ROSTER_HEADS, *rows))
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def test_a_bad_roster_is_refused_with_every_place_and_a_good_one_is_imported(
    stranger: Page, hall: Served
) -> None:
    page = signed_in(stranger, hall, Role.REVIEWER)
    page.goto("/roster#import")
    bad = workbook(
        tuple(ROSTER_HEADS.split(",")),
        ("2026-11-31", "08:30-12:00", "w01-1", "户籍", "李四", "A"),
        ("2026-11-26", "08:30-12:00", "w99", "户籍", "李四", "A"),
    )
    page.locator("input[type=file]").set_input_files(
        {"name": "坏.xlsx", "mimeType": "application/octet-stream", "buffer": bad}
    )
    page.get_by_role("button", name="预览").click()
    rows = page.locator(".fault tbody tr")
    expect(rows).to_have_count(2, timeout=SOON_MS)
    for row, said in zip(rows.all(), (("E103", "A2"), ("E108", "C3")), strict=True):
        for text in ("坏.xlsx", "Sheet", *said):
            expect(row).to_contain_text(text)
    expect(page.get_by_role("button", name="确认导入")).to_have_count(0)

    page.locator("input[type=file]").set_input_files(csv("好.csv", *NOVEMBER))
    page.get_by_role("button", name="预览").click()
    expect(page.locator(".result")).to_contain_text("新增 4 条", timeout=SOON_MS)
    with hall.record.make_uow(read_only=True) as uow:
        assert uow.rosters.counter() == 0
    page.get_by_role("button", name="确认导入").click()
    expect(page.locator(".result")).to_contain_text("已导入", timeout=SOON_MS)
    with hall.record.make_uow(read_only=True) as uow:
        assert uow.rosters.counter() == 1

    page.get_by_role("tab", name="排班月表").click()
    window = page.locator("table.month tbody tr", has_text="1-1号窗口")
    expect(window).to_contain_text("李四 A", timeout=SOON_MS)
    expect(window).to_contain_text("△无排班")


def test_a_roll_call_by_one_key_is_followed_to_its_end(stranger: Page, hall: Served) -> None:
    page = signed_in(stranger, hall, Role.OPERATOR)
    page.goto("/checks#rollcall")
    page.get_by_label("大厅").select_option("h00")
    page.get_by_role("button", name="一键查岗").click()
    expect(page.locator("p.progress")).to_contain_text("3 个窗口", timeout=SOON_MS)
    expect(page.locator("p.progress")).to_contain_text("正在核查")
    with hall.record.make_uow() as uow:
        (check,) = uow.checks.find(CheckQuery(kind=CheckKind.ROLL_CALL.value))
        windows = SettingsPlans(hall.settings).windows(check.hall_id)
        found(uow, check, windows, Result.ON_POST, MORNING)
        uow.commit()
    expect(page.locator("p.progress")).to_contain_text("查岗完成", timeout=SOON_MS)
    assert page.locator("progress").evaluate("(bar) => bar.value") == 3
    expect(page.locator(".panel tbody tr")).to_contain_text("● 在岗×3")


def test_a_past_day_is_verified_in_words_and_today_tells_no_moment(
    stranger: Page, hall: Served
) -> None:
    with_checks(hall)
    page = signed_in(stranger, hall, Role.SUPERVISOR)
    page.goto("/checks")
    expect(page.locator(".panel")).to_contain_text("已承诺", timeout=SOON_MS)
    page.get_by_role("tab", name="事后验证").click()
    page.get_by_label("日期").fill("2026-11-20")
    page.get_by_role("button", name="验证").click()
    expect(page.locator(".verdict")).to_contain_text("验证通过", timeout=SOON_MS)
    page.get_by_label("日期").fill("2026-11-23")
    page.get_by_role("button", name="验证").click()
    expect(page.locator(".said .fault")).to_be_visible(timeout=SOON_MS)
    expect(page.locator(".verdict")).to_have_count(0)


def test_a_liaison_answers_signs_for_the_report_and_sees_nothing_else(
    stranger: Page, hall: Served
) -> None:
    findings = with_findings(hall)
    key = with_circular(hall)
    page = signed_in(stranger, hall, Role.LIAISON)
    page.goto("/")
    expect(page).to_have_url(re.compile("/unit$"))
    expect(page.locator(".panel")).to_contain_text("不是实时视频", timeout=SOON_MS)
    expect(page.locator(".panel tbody")).to_contain_text("2-1号窗口", timeout=SOON_MS)
    expect(page.locator(".panel tbody")).not_to_contain_text("1-1号窗口")

    page.get_by_role("tab", name="我的登记").click()
    rows = page.locator(".panel tbody tr")
    expect(rows).to_have_count(2, timeout=SOON_MS)
    waiting = page.locator(f'.panel tr[data-id="{findings["w03-1"]}"]')
    waiting.get_by_role("button", name="情况说明").click()
    page.locator("dialog textarea").fill("领取物料,已请同事代看")
    page.locator("dialog").get_by_role("button", name="确定").click()
    expect(page.locator("dialog")).to_have_count(0, timeout=SOON_MS)
    page.locator(f'.panel tr[data-id="{findings["w02-1"]}"]').get_by_role(
        "button", name="申诉"
    ).click()
    page.locator("dialog textarea").fill("当日停电,已报备")
    page.locator("dialog").get_by_role("button", name="确定").click()
    expect(page.locator("dialog")).to_have_count(0, timeout=SOON_MS)
    page.get_by_role("tab", name="说明与申诉").click()
    expect(page.locator(".panel")).to_contain_text("◑ 待审", timeout=SOON_MS)
    expect(page.locator(".panel")).to_contain_text("◑ 受理")

    page.get_by_role("tab", name="通报与签收").click()
    page.get_by_role("button", name="打开").click()
    expect(page.locator(".panel")).to_contain_text("(税务).pdf", timeout=SOON_MS)
    expect(page.locator(".panel")).not_to_contain_text("户籍")
    page.get_by_role("button", name="签收(税务)").click()
    expect(page.locator(".panel")).to_contain_text("税务 已签收", timeout=SOON_MS)
    with hall.client(Role.REVIEWER) as reviewer:
        receipts = reviewer.get(f"/api/v1/circulars/{key}/receipts").json()["items"]
    assert {one["unit"]: one["by"] for one in receipts} == {"户籍": "", "税务": "demo-liaison"}

    for place in ("/scores", "/alerts"):
        answer = page.goto(place)
        assert answer is not None
        assert answer.status == 403 or page.url.endswith("/unit")
    assert page.context.request.get(f"/api/v1/findings/{findings['w01-1']}").status == 404


def test_a_circular_goes_from_draft_to_issued_by_two_people(stranger: Page, hall: Served) -> None:
    page = signed_in(stranger, hall, Role.REVIEWER)
    page.goto("/circulars")
    page.locator("input[name=period]").fill("2026-09")
    page.get_by_role("button", name="起草通报").click()
    expect(page.locator(".opened h2").first).to_contain_text("◔ 起草", timeout=SOON_MS)
    page.get_by_role("button", name="文字预览").click()
    expect(page.locator(".paper")).to_contain_text("2026年9月", timeout=SOON_MS)
    page.get_by_role("button", name="送审").click()
    page.locator("dialog").get_by_role("button", name="确定").click()
    expect(page.locator(".opened h2").first).to_contain_text("◑ 送审", timeout=SOON_MS)
    expect(page.get_by_role("button", name="签发")).to_have_count(0)

    page.context.clear_cookies()
    page = signed_in(page, hall, Role.APPROVER)
    page.goto("/circulars")
    page.locator("tbody tr", has_text="2026-09").get_by_role("button", name="打开").click()
    for step, state in (("签发", "◕ 签发"), ("印发", "● 印发")):
        page.get_by_role("button", name=step).click()
        page.locator("dialog").get_by_role("button", name="确定").click()
        expect(page.locator(".opened h2").first).to_contain_text(state, timeout=SOON_MS)
    expect(page.locator(".opened")).to_contain_text("(公开版).pdf", timeout=SOON_MS)
    page.get_by_role("button", name="验证文件").click()
    expect(page.locator(".verdict")).to_contain_text("与登记台账一致", timeout=SOON_MS)
