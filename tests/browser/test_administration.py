"""Setting up and keeping: zones drawn and judged, an account that signs in, an exported log."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from models.domain.access import Role
from tests.fakes_web import Served

pytestmark = pytest.mark.browser

SLOW = 90_000
SignIn = Callable[[Role], Page]


@pytest.fixture
def signed(browser: Browser, hall: Served) -> Iterator[SignIn]:
    """Pages of an office screen, each signed in by a role of the rehearsal."""
    opened: list[Page] = []

    def sign_in(role: Role) -> Page:
        size = {"width": 1366, "height": 768}
        page = browser.new_context(viewport=size, base_url=hall.address).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(SLOW)
        with hall.client(role) as client:
            cookies = [
                {"name": cookie.name, "value": str(cookie.value), "url": hall.address}
                for cookie in client.cookies.jar
            ]
        page.context.add_cookies(cookies)  # type: ignore[arg-type]
        opened.append(page)
        return page

    yield sign_in
    for page in opened:
        page.context.close()


@pytest.mark.weights
def test_a_zone_is_moved_by_mouse_and_keys_judged_and_saved_as_a_version(signed: SignIn) -> None:
    page = signed(Role.SYSTEM_ADMIN)
    page.goto("/zones", wait_until="domcontentloaded")
    page.get_by_role("link", name="1号机", exact=True).click()
    panel, canvas = page.locator(".zone-panel"), page.locator("canvas")
    expect(panel).to_contain_text("第 1 版", timeout=SLOW)
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.05 * box["width"], box["y"] + 0.1 * box["height"], steps=4)
    page.mouse.up()
    expect(panel).to_contain_text("1 个窗口有改动")
    canvas.focus()
    page.keyboard.press("n")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+z")
    page.get_by_role("button", name="立即测试").click()
    expect(page.locator("[data-tried] tbody tr")).to_have_count(2, timeout=SLOW)
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".said .good")).to_contain_text("已保存 1 个窗口", timeout=SLOW)
    expect(panel).to_contain_text("第 2 版")
    expect(page.locator(".versions tbody tr")).to_have_count(3, timeout=SLOW)
    expect(page.locator(".versions")).to_contain_text("demo-system-admin")


def test_a_zone_that_crosses_itself_is_refused_by_the_page_and_by_the_server(
    signed: SignIn,
) -> None:
    page = signed(Role.SYSTEM_ADMIN)
    page.goto("/zones/c03", wait_until="domcontentloaded")
    panel, canvas = page.locator(".zone-panel"), page.locator("canvas")
    expect(panel).to_contain_text("第 1 版", timeout=SLOW)
    page.get_by_role("button", name="重新画").click()
    box = canvas.bounding_box()
    assert box is not None
    for x, y in ((0.2, 0.2), (0.6, 0.8), (0.6, 0.2), (0.2, 0.8)):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.keyboard.press("Enter")
    expect(panel.locator(".late")).to_contain_text("相交")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".fault")).to_contain_text("多边形不能自相交", timeout=SLOW)


def test_an_administrator_adds_an_account_and_it_signs_in(
    signed: SignIn, stranger: Page, hall: Served
) -> None:
    page = signed(Role.SECURITY_ADMIN)
    page.goto("/admin/accounts", wait_until="domcontentloaded")
    form = page.locator("form.fields").last
    form.locator("[name=login]").fill("zhou.min")
    form.locator("[name=name]").fill("周敏")
    form.get_by_label("监察员").check()
    form.get_by_role("button", name="新建").click()
    password = page.locator("dialog .secret").inner_text(timeout=SLOW)
    page.get_by_role("button", name="已抄录").click()
    expect(page.locator(".listing tbody")).to_contain_text("zhou.min", timeout=SLOW)
    stranger.goto("/sign-in")
    stranger.get_by_label("登录名").fill("zhou.min")
    stranger.get_by_label("口令", exact=True).fill(password)
    stranger.keyboard.press("Enter")
    expect(stranger).to_have_url(re.compile("/account"), timeout=SLOW)


def test_an_auditor_verifies_searches_and_exports_the_log(signed: SignIn) -> None:
    page = signed(Role.AUDITOR)
    page.goto("/audit", wait_until="domcontentloaded")
    page.get_by_role("button", name="核验审计日志").click()
    expect(page.locator(".said .good")).to_contain_text("完整", timeout=SLOW)
    page.locator("form [name=action]").fill("account_added")
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".list tbody tr").first).to_contain_text("account_added", timeout=SLOW)
    with page.expect_download(timeout=SLOW) as coming:
        page.get_by_role("link", name="JSONL").click()
    lines = coming.value.path().read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    assert any("account_added" in json.dumps(entry) for entry in entries)
    with page.expect_download(timeout=SLOW) as coming:
        page.get_by_role("link", name="导出 Excel").click()
    assert coming.value.suggested_filename.startswith("onpost-audit-")
    book = load_workbook(io.BytesIO(coming.value.path().read_bytes()))
    rows = book.worksheets[0].iter_rows(values_only=True)
    assert "account_added" in {row[6] for row in rows}


def test_health_tells_who_does_not_run_and_about_tells_everybody_what_is_kept(
    signed: SignIn,
) -> None:
    page = signed(Role.SYSTEM_ADMIN)
    page.goto("/health", wait_until="domcontentloaded")
    expect(page.locator(".listing").first).to_contain_text("未运行", timeout=SLOW)
    expect(page.locator("#desk")).to_contain_text("镜头被遮挡")
    reader = signed(Role.LIAISON)
    reader.goto("/about", wait_until="domcontentloaded")
    expect(reader.locator(".about")).to_contain_text("不做人脸识别", timeout=SLOW)
    expect(reader.locator(".about")).to_contain_text("12 个月")
