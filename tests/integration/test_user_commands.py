"""`onpost user` and `onpost token`: the first account, one-time passwords, tokens, refusals."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.auth.account_desk import AccountDesk
from api.auth.passwords import CHEAP, Cost, Passwords
from api.cli import build
from api.clock import RealClock
from models.domain.access import Permission
from models.domain.audit import AUDIT_CHAIN
from models.domain.errors import InputError
from models.storage.record import open_record

SETTINGS = """
data_dir: data
halls: {main: {name: 市政务服务中心}}
cameras: {c1: {hall: main, name: 一号, source: "http://127.0.0.1:1/1.jpg"}}
windows:
  W1:
    hall: main
    name: 1号窗口
    unit: 税务局
    views: [{camera: c1, polygon: [[0.1, 0.2], [0.4, 0.2], [0.4, 0.9]]}]
"""


class Cheap(Passwords):
    """Hashes that cost a test nothing."""

    def __init__(self, _cost: Cost | None = None) -> None:
        super().__init__(CHEAP)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("api.auth.account_office.Passwords", Cheap)
    file = tmp_path / "onpost.yaml"
    file.write_text(SETTINGS, encoding="utf-8")
    return file


def run(settings: Path, *words: str, typed: str = "") -> str:
    result = CliRunner().invoke(build(), [*words, "--settings", str(settings)], input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def refused(settings: Path, *words: str, typed: str = "") -> str:
    with pytest.raises(InputError) as caught:
        run(settings, *words, typed=typed)
    return str(caught.value)


def test_the_first_account_signs_in_with_the_password_that_was_printed_once(
    settings: Path,
) -> None:
    told = run(settings, "user", "add", "Admin-1", "--role", "security_admin", "--name", "安全员")
    (password,) = re.findall(r"one-time password: (\S+)", told)
    assert re.search(r"good until: \d{4}-\d\d-\d\d \d\d:\d\d", told)
    record = open_record(settings.parent / "data")
    desk = AccountDesk(record.make_uow, RealClock(), passwords=Cheap())
    secret, _ = desk.sign_in("admin-1", password, "127.0.0.1")
    found = desk.who(secret)
    assert found is not None
    assert found.must_change
    with record.make_uow(read_only=True) as uow:
        (added, _) = uow.register.entries(chain=AUDIT_CHAIN)
    record.close()
    assert added.payload["who"].startswith("console:")
    listed = run(settings, "user", "list")
    assert listed.split("  ")[:3] == ["admin-1", "安全员", "security_admin"]
    assert password not in listed


def test_accounts_are_shut_opened_unlocked_moved_and_reset(settings: Path) -> None:
    run(settings, "user", "add", "admin-1", "--role", "security_admin")
    run(settings, "user", "add", "li", "--role", "operator", "--role", "reviewer", "--hall", "main")
    for command in ("disable", "enable", "unlock"):
        assert "li" in run(settings, "user", command, "li")
    moved = run(settings, "user", "roles", "li", "--role", "liaison", "--unit", "税务局")
    assert "liaison  unit=税务局" in moved
    assert "one-time password: " in run(settings, "user", "reset", "li")
    told = run(settings, "user", "reset", "li", "--password-stdin", typed="Tea-house-7\n")
    assert "Tea-house-7" not in told
    assert "最后一个" in refused(settings, "user", "disable", "admin-1")


def test_what_is_wrong_is_refused_in_both_languages(settings: Path) -> None:
    run(settings, "user", "add", "li", "--role", "operator")
    before = run(settings, "user", "list")
    assert "已被使用" in refused(settings, "user", "add", "LI", "--role", "operator")
    assert "大厅" in refused(settings, "user", "add", "b2", "--role", "operator", "--hall", "x")
    assert "liaison needs" in refused(settings, "user", "add", "b2", "--role", "liaison")
    both = ("--role", "operator", "--role", "auditor")
    assert "stand alone" in refused(settings, "user", "add", "b2", *both)
    typed = ("user", "add", "b2", "--role", "operator", "--password-stdin")
    assert "口令" in refused(settings, *typed, typed="12345\n")
    assert "口令" in refused(settings, *typed, typed="")
    assert "b2" in refused(settings, "user", "disable", "b2")
    assert run(settings, "user", "list") == before


def test_a_token_is_made_listed_and_revoked_and_its_secret_is_shown_once(settings: Path) -> None:
    run(settings, "user", "add", "li", "--role", "operator")
    made = ("token", "add", "li", "--name", "大屏", "--allow", "see_findings", "--days", "30")
    told = run(settings, *made)
    (secret,) = re.findall(r"(onpost_\S+)", told)
    (name,) = re.findall(r"令牌 (\S+)", told)
    listed = run(settings, "token", "list", "li")
    assert secret not in listed
    assert f"{name}  li  大屏  see_findings" in listed
    record = open_record(settings.parent / "data")
    found = AccountDesk(record.make_uow, RealClock(), passwords=Cheap()).who_by_token(secret)
    assert found is not None
    assert found.access.permissions == {Permission.SEE_FINDINGS}
    assert found.token is not None
    assert (found.token.expires_at - datetime.now(UTC)).days in {29, 30}
    run(settings, "token", "revoke", name)
    assert AccountDesk(record.make_uow, RealClock(), passwords=Cheap()).who_by_token(secret) is None
    record.close()
    assert "revoked" in run(settings, "token", "list")
    too_much = ("token", "add", "li", "--name", "x", "--allow", "manage_accounts")
    assert "manage_accounts" in refused(settings, *too_much)


def test_listing_makes_no_record_where_there_is_none(settings: Path) -> None:
    assert run(settings, "user", "list") == ""
    assert run(settings, "token", "list") == ""
    assert not (settings.parent / "data").exists()
