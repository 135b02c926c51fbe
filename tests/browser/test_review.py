"""Findings and clues decided on in a browser by keyboard alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from api.settings.domain import windows_of
from models.domain.access import Role
from models.domain.behaviour import DEFAULT_BEHAVIOURS
from models.domain.hints import Hint
from models.domain.records import FindingQuery, FindingRecord
from tests.fakes_web import MORNING, Served, off_post
from vision.behaviour_clerk import BehaviourClerk
from vision.entries import Proof

pytestmark = pytest.mark.browser


def found(hall: Served, window_id: str, minutes: int = 0) -> FindingRecord:
    """A finding that a person can decide on."""
    row = off_post(hall.record, hall.settings, window_id, MORNING + timedelta(minutes=minutes))
    with hall.record.make_uow() as uow:
        uow.findings.update(replace(row, details={**row.details, "finding": {"sources": []}}))
        uow.commit()
    return row


def state_of(hall: Served, number: int) -> tuple[str, str]:
    """Where a finding stands, and why."""
    with hall.record.make_uow(read_only=True) as uow:
        row = uow.findings.get(number)
    assert row is not None
    life = row.details.get("life") or [{"reason": ""}]
    return row.state, life[-1]["reason"]


def test_ten_findings_are_reviewed_by_keyboard_alone(page: Page, hall: Served) -> None:
    rows = [found(hall, f"w{number}-1") for number in range(31, 41)]
    page.goto(f"/findings/{rows[-1].id}", wait_until="domcontentloaded")
    for place, row in enumerate(reversed(rows)):
        expect(page).to_have_url(f"{hall.address}/findings/{row.id}")
        expect(page.locator('[data-act="confirm"]')).to_be_visible()
        if place % 2:
            page.keyboard.press("d")
            expect(page.locator("dialog.ask")).to_be_visible()
            if place == 1:
                page.keyboard.press("4")
                page.keyboard.type("窗口设备检修")
            else:
                page.keyboard.press("2")
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("Enter" if place else "c")
        done = "误报排除" if place % 2 else "确认"
        expect(page.get_by_role("status")).to_contain_text(f"#{row.id} {done}")
        expect(page.locator(".headline .life")).to_have_text(done)
        if place < 9:
            page.keyboard.press("n" if place % 3 else "Enter")
    told = [state_of(hall, row.id) for row in reversed(rows)]
    assert [state for state, _ in told] == ["confirmed", "dismissed"] * 5
    assert told[1][1] == "其他:窗口设备检修"
    assert {reason for _, reason in told[3::2]} == {"人在画面外"}
    page.reload()
    expect(page.locator(".decide")).to_contain_text("demo-operator → 误报排除")


def test_what_somebody_else_decided_meanwhile_is_told_and_nothing_is_written(
    page: Page, hall: Served
) -> None:
    row = found(hall, "w41-1")
    page.goto(f"/findings/{row.id}", wait_until="domcontentloaded")
    expect(page.locator('[data-act="confirm"]')).to_be_visible()
    with hall.client(Role.REVIEWER) as other:
        assert other.post(
            f"/api/v1/findings/{row.id}/dismiss", json={"reason": "群众遮挡"}
        ).is_success
    page.keyboard.press("c")
    expect(page.locator(".stale")).to_contain_text("demo-reviewer 已处置")
    expect(page.locator(".stale")).to_contain_text("误报排除")
    assert state_of(hall, row.id) == ("dismissed", "群众遮挡")


def test_the_day_shows_sessions_roster_and_what_was_seen(page: Page, hall: Served) -> None:
    row = found(hall, "w42-1")
    page.goto(f"/findings/{row.id}", wait_until="domcontentloaded")
    expect(page.locator(".day .session")).to_have_count(2)
    expect(page.locator(".day .duty").first).to_contain_text("没有排班")
    expect(page.locator(".day .span.absent")).to_have_count(1)
    expect(page.locator(".pictures figure")).to_have_count(3)
    expect(page.locator(".pictures .none")).to_have_text("仍在继续,结束后补上。")


def test_a_liaison_sees_it_and_decides_nothing(browser: Browser, hall: Served) -> None:
    row = found(hall, "w43-1")
    context = browser.new_context(base_url=hall.address)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_role("button", name="单位联络员", exact=True).click()
    page.goto(f"/findings/{row.id}", wait_until="domcontentloaded")
    expect(page.locator(".decide")).to_contain_text("仅供查看")
    expect(page.locator(".decide button")).to_have_count(0)
    expect(page.locator(".pictures img")).to_have_count(2)
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    assert state_of(hall, row.id)[0] == "to_verify"
    context.close()


def test_s25_a_clue_counts_only_when_a_person_confirmed_it_by_its_still(
    page: Page, hall: Served
) -> None:
    window = windows_of(hall.settings)["w20-1"]
    shown = off_post(hall.record, hall.settings, "w20-1", MORNING)
    with hall.record.make_uow() as uow:
        still = uow.evidence.get(shown.evidence[0])
        assert still is not None
        phone = next(one for one in DEFAULT_BEHAVIOURS if one.code == "B-PHONE")
        hint = Hint(phone.code, MORNING - timedelta(minutes=2), MORNING, 7, 0.55)
        proof = Proof("a" * 64, "yolov8s/onnxruntime", "b" * 64)
        clue = BehaviourClerk(uow, MORNING).clue(window, phone, hint, proof, [still])
        uow.commit()

    def counted() -> int:
        with hall.client() as client:
            told = client.get("/api/v1/behaviours/report", params={"month": "2026-11"})
        return int(told.json()["total"])

    page.goto("/findings?state=clue", wait_until="domcontentloaded")
    page.get_by_role("link", name=f"#{clue.id}", exact=True).click()
    expect(page.locator(".headline .life")).to_have_text("线索")
    for said in ("yolov8s/onnxruntime", "0.55", "a" * 64):
        expect(page.locator(".sheet")).to_contain_text(said)
    assert counted() == 0
    page.keyboard.press("c")
    expect(page.get_by_role("status")).to_contain_text(f"#{clue.id} 确认")
    assert counted() == 1
    with hall.record.make_uow(read_only=True) as uow:
        (row,) = uow.findings.list(FindingQuery(key_prefix="behaviour:"))
        entry = uow.register.get(row.last_seq)
    assert entry is not None
    assert (row.state, entry.payload["by"]) == ("confirmed", "demo-operator")
    page.reload()
    expect(page.locator(".decide")).to_contain_text(re.compile("demo-operator → 确认"))
