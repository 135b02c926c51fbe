"""A name after `--by` is an account that is there, may do the deed, and proves it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.acceptance.signatures import PASSWORD, ROLES, add_account
from tests.acceptance.town import Town, spans

SHIFTS = ("2026-11-23,W12,公安局,甲,A,08:30,12:00,",)


@pytest.fixture
def found(town: Town) -> Town:
    """A town with a finding, number 1, and who may decide on it or not."""
    town.roster(*SHIFTS)
    town.watched(spans("W12", ("09:10", "09:30")))
    days = ("--from", "2026-11-23", "--to", "2026-11-23")
    town.good("duty", "rejudge", *days, now="11-24 00:10")
    with town.record() as record:
        add_account(record, "gone", disabled=True)
        add_account(record, "first.day", must_change=True)
    return town


def state(town: Town) -> str:
    (row,) = town.good("finding", "list").lines
    return str(row["state"])


@pytest.fixture
def confirm(found: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Town, tuple[str, ...]]]:
    """The command without whose name it is, and without the help of other tests."""
    monkeypatch.setattr("tests.acceptance.town.signed", lambda _: patch.dict("os.environ"))
    yield found, ("finding", "confirm", "1", "--by")


@pytest.mark.parametrize(
    ("login", "said"),
    [
        ("nobody", "不是可用的账号"),
        ("gone", "不是可用的账号"),
        ("first.day", "不是可用的账号"),
        ("hu.ji", "缺少权限 decide"),
        ("x", "登录名须为"),
    ],
)
def test_who_is_not_there_or_may_not_do_it_decides_nothing(
    confirm: tuple[Town, tuple[str, ...]], tmp_path: Path, login: str, said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    town, command = confirm
    with town.record() as record:
        for one in ROLES:
            add_account(record, one)
    file = tmp_path / "password"
    file.write_text(PASSWORD, "utf-8")
    monkeypatch.setenv("ONPOST_PASSWORD_FILE", str(file))
    done = town.run(*command, login)
    assert (done.code, said in done.err) == (2, True), done.err
    assert state(town) == "待核实"


def test_a_wrong_password_decides_nothing_and_is_in_the_audit_log(
    confirm: tuple[Town, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    town, command = confirm
    with town.record() as record:
        add_account(record, "wang.wei")
    without = town.run(*command, "wang.wei")
    assert (without.code, "ONPOST_PASSWORD_FILE" in without.err) == (2, True), without.err
    file = tmp_path / "password"
    file.write_text("Lantern-8-harbour\n", "utf-8")
    monkeypatch.setenv("ONPOST_PASSWORD_FILE", str(file))
    done = town.run(*command, "wang.wei")
    assert (done.code, "口令不正确" in done.err) == (2, True), done.err
    monkeypatch.setenv("ONPOST_PASSWORD_FILE", str(tmp_path / "none"))
    assert "口令文件不可读取" in town.run(*command, "wang.wei").err
    assert state(town) == "待核实"
    told = town.good("audit", "list", "--action", "sign_in_refused").lines
    assert [one["target"] for one in told] == ["account:wang.wei"]


def test_on_a_terminal_the_password_is_asked_and_the_entry_names_account_and_console(
    confirm: tuple[Town, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    town, command = confirm
    with town.record() as record:
        add_account(record, "wang.wei")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    with patch("api.auth.console_proof.getpass", lambda _: PASSWORD):
        town.good(*command, "wang.wei")
    assert state(town) == "确认"
    (told,) = town.good("audit", "list", "--action", "finding_decided").lines
    assert told["who"] == "wang.wei"
    assert f"console:{getpass.getuser()}" in str(told)


def test_without_by_a_deed_is_the_consoles_and_a_decision_needs_somebody(found: Town) -> None:
    found.good("calendar", "override", "2026-11-28", "--work", "--reason", "延时服务")
    with found.record() as record, record.make_uow(read_only=True) as uow:
        kept = [row.by for row in uow.duty.standing() if row.key.endswith("2026-11-28")]
    assert kept == [f"console:{getpass.getuser()}"]
    assert found.run("finding", "confirm", "1").code == 2
    assert state(found) == "待核实"
