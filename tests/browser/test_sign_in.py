"""Signing in with a browser, by role and by password, and what each role then sees."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from api.auth.account_office import AccountOffice
from api.auth.audit import Actor
from models.domain.access import Access, Role, Scope
from tests.fakes_web import MORNING, PASSWORD, Served, StillClock, off_post

pytestmark = pytest.mark.browser


def by_role(page: Page, name: str) -> None:
    page.goto("/")
    page.get_by_role("button", name=name, exact=True).click()


def test_a_stranger_signs_in_and_comes_back_to_where_they_wanted_to_go(stranger: Page) -> None:
    stranger.goto("/findings?kind=off_post")
    expect(stranger).to_have_url(re.compile(r"/sign-in\?next=%2Ffindings%3Fkind%3Doff_post$"))
    stranger.get_by_role("button", name="监察员", exact=True).click()
    expect(stranger).to_have_url(re.compile(r"/findings\?kind=off_post$"))
    expect(stranger.locator(".bar .who")).to_have_text("demo-operator")


def test_the_wall_lives_for_whoever_is_signed_in_and_ends_with_signing_out(stranger: Page) -> None:
    by_role(stranger, "监察员")
    expect(stranger).to_have_url(re.compile("/today$"))
    stranger.get_by_role("link", name="监控墙").click()
    expect(stranger.locator(".tile")).to_have_count(82)
    stranger.get_by_role("button", name="退出").click()
    expect(stranger).to_have_url(re.compile("/sign-in$"))
    stranger.goto("/findings")
    expect(stranger).to_have_url(re.compile("/sign-in"))


def test_a_liaison_begins_at_their_unit_and_reaches_no_wall(stranger: Page, hall: Served) -> None:
    off_post(hall.record, hall.settings, "w11-1", MORNING)
    by_role(stranger, "单位联络员")
    expect(stranger).to_have_url(re.compile("/unit$"))
    expect(stranger.locator(".bar a", has_text="监控墙")).to_have_count(0)
    stranger.goto("/")
    expect(stranger).to_have_url(re.compile("/unit$"))


def test_an_administrator_is_told_that_a_page_is_not_theirs(stranger: Page) -> None:
    by_role(stranger, "系统管理员")
    expect(stranger.locator(".bar .who")).to_have_text("demo-system-admin")
    answer = stranger.goto("/findings")
    assert answer is not None
    assert answer.status == 403
    expect(stranger.locator(".warning")).to_contain_text("无此权限")


def test_a_password_signs_in_by_keyboard_and_a_first_one_is_changed_at_once(
    stranger: Page, hall: Served
) -> None:
    office = AccountOffice(hall.record.make_uow, StillClock(datetime.now(UTC)))
    access = Access(frozenset({Role.OPERATOR}), Scope())
    office.add("wang.fang", "王芳", access, Actor("test"), password=PASSWORD)
    stranger.goto("/sign-in")
    stranger.keyboard.type("wang.fang")
    stranger.keyboard.press("Tab")
    stranger.keyboard.type("wrong")
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("alert")).to_contain_text("登录名或口令不正确")
    stranger.get_by_label("登录名").fill("wang.fang")
    stranger.get_by_label("口令", exact=True).fill(PASSWORD)
    stranger.keyboard.press("Enter")
    expect(stranger).to_have_url(re.compile("/account$"))
    expect(stranger.get_by_role("alert")).to_contain_text("请先修改口令")
    stranger.get_by_label("原口令").fill(PASSWORD)
    stranger.get_by_label("新口令").fill("Harbour-8-lantern")
    stranger.get_by_label("再输一次").fill("Harbour-8-lantern")
    stranger.get_by_role("button", name="修改口令").click()
    expect(stranger.locator("[data-figure]")).to_have_count(8)


def test_a_link_on_another_site_opens_the_page_for_whoever_is_signed_in(
    browser: Browser, hall: Served
) -> None:
    elsewhere = hall.address.replace("127.0.0.1", "localhost") + "/elsewhere"
    context = browser.new_context()
    page = context.new_page()
    link = f'<a href="{hall.address}/findings">go</a>'
    page.route(elsewhere, lambda route: route.fulfill(content_type="text/html", body=link))
    page.goto(f"{hall.address}/sign-in")
    page.get_by_role("button", name="监察员", exact=True).click()
    page.goto(elsewhere)
    page.get_by_text("go").click()
    expect(page.locator(".bar .who")).to_have_text("demo-operator")
    context.close()
