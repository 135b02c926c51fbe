"""Accounts and tokens changed: what is refused, what the audit log says, what never grows."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.auth.audit import Actor
from api.auth.demo_accounts import make_demo_accounts
from api.auth.secrets import check_ready, is_local
from api.settings import Settings, parse_settings
from models.domain.access import Access, Permission, Role, Scope
from models.domain.accounts import AccountRules, Failures, SignInRefused
from models.domain.audit import Action
from models.domain.errors import InputError, RegisterError, SettingsError
from models.storage.record import Record
from tests.accounts_builders import BY, GOOD, HERE, Town, town

SECURITY = Access(frozenset({Role.SECURITY_ADMIN}))
OPERATOR = Access(frozenset({Role.OPERATOR}))
ODD = Scope(halls=frozenset({"\ud800"}))
SEES = frozenset({Permission.SEE_FINDINGS, Permission.SEE_EVIDENCE})
TAX = Access(frozenset({Role.LIAISON}), Scope(frozenset({"main"}), frozenset({"tax", "water"})))


@pytest.fixture
def here(embedded: Record) -> Town:
    found = town(embedded.make_uow)
    found.office.add("admin-1", "", SECURITY, BY)
    return found


def test_each_change_is_in_the_audit_log_with_who_did_it_and_without_passwords(here: Town) -> None:
    account, password = here.office.add(" LI ", "李娜", TAX, BY)
    here.office.rename("li", "", BY)
    here.office.disable("li", BY)
    here.office.enable("li", BY)
    here.office.unlock("li", BY)
    here.office.set_access("li", OPERATOR, BY)
    reset = here.office.reset_password("li", BY)
    here.office.end_sessions("li", BY)
    assert (account.login, account.name, here.office.get("li").account.name) == ("li", "李娜", "li")
    added = here.deeds(Action.ACCOUNT_ADDED)[-1]
    assert (added.who, added.target) == ("console:test", "account:li")
    assert added.said["roles"] == ["liaison"]
    assert added.said["units"] == ["tax", "water"]
    changes = [deed.said["what"] for deed in here.deeds(Action.ACCOUNT_CHANGED)]
    assert changes == ["renamed", "disabled", "enabled", "unlocked", "access", "reset", "sessions"]
    told = str([deed.said for deed in here.deeds()])
    assert password not in told
    assert reset not in told
    assert "李娜" not in told


def test_what_cannot_be_entered_in_the_audit_log_is_not_done(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise RegisterError("满", "full")

    before = here.office.list()
    for module in ("account_office", "token_desk", "account_desk"):
        monkeypatch.setattr(f"api.auth.{module}.note", full)
    for deed in (
        lambda: here.office.add("li", "", OPERATOR, BY),
        lambda: here.office.unlock("admin-1", BY),
        lambda: here.office.reset_password("admin-1", BY),
        lambda: here.office.rename("admin-1", "x", BY),
    ):
        with pytest.raises(RegisterError):
            deed()
    assert here.office.list() == before


@pytest.mark.parametrize("how", ["disable", "roles"])
def test_the_last_security_administrator_stays(here: Town, how: str) -> None:
    def go(login: str) -> None:
        if how == "disable":
            here.office.disable(login, BY)
        else:
            here.office.set_access(login, Access(frozenset({Role.AUDITOR})), BY)

    with pytest.raises(InputError, match=r"最后一个.*last security administrator"):
        go("admin-1")
    here.office.add("admin-2", "", SECURITY, BY)
    go("admin-1")
    with pytest.raises(InputError, match="admin-2"):
        go("admin-2")


def test_two_security_administrators_who_shut_each_other_at_once_do_not_both_succeed(
    record: Record,
) -> None:
    both = town(record.make_uow)
    names = ("admin-1", "admin-2")
    for name in names:
        both.office.add(name, "", SECURITY, BY)
    ready, failed = threading.Barrier(2), []

    def shut(login: str) -> None:
        ready.wait(60)
        try:
            both.office.disable(login, BY)
        except InputError:
            failed.append(login)

    threads = [threading.Thread(target=shut, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(failed) == 1
    assert [
        seen.account.login for seen in both.office.list() if not seen.account.disabled
    ] == failed


def test_nobody_changes_their_own_roles_or_resets_their_own_password(here: Town) -> None:
    own = Actor("admin-1", HERE)
    with pytest.raises(InputError, match="另一名"):
        here.office.set_access("Admin-1", OPERATOR, own)
    with pytest.raises(InputError, match="另一名"):
        here.office.reset_password("admin-1", own)


def test_bad_input_changes_nothing(here: Town) -> None:
    before, deeds = here.office.list(), len(here.deeds())
    for deed in (
        lambda: here.office.add("ADMIN-1", "", OPERATOR, BY),
        lambda: here.office.add("a b", "", OPERATOR, BY),
        lambda: here.office.add("li", "a\nb", OPERATOR, BY),
        lambda: here.office.add("li", "", OPERATOR, BY, password="weak"),
        lambda: here.office.add("li", "", OPERATOR, BY, password="Admin@123456"),
        lambda: here.office.reset_password("admin-1", BY, password="weak"),
        lambda: here.office.add("li", "\ud800", OPERATOR, BY),
        lambda: here.office.add("li", "", Access(OPERATOR.roles, ODD), BY),
        lambda: here.office.set_access("admin-1", Access(SECURITY.roles, ODD), BY),
        lambda: here.office.disable("nobody", BY),
        lambda: here.office.enable("nobody", BY),
        lambda: here.office.unlock("nobody", BY),
        lambda: here.office.get("nobody"),
        lambda: here.office.end_sessions("nobody", BY),
    ):
        with pytest.raises(InputError):
            deed()
    assert here.office.list() == before
    assert len(here.deeds()) == deeds


def test_a_list_shows_who_is_locked_out_and_what_is_open(here: Town) -> None:
    here.person("li")
    here.tokens.make("li", "x", SEES, Scope(), here.clock.now() + timedelta(days=9), BY)
    with here.make_uow() as uow:
        uow.accounts.set_failures("li", HERE, Failures(9, here.clock.now()))
        uow.commit()
    seen = here.office.get("li")
    assert seen.locked_until == here.clock.now() + timedelta(minutes=16)
    assert (seen.sessions, seen.tokens) == (1, 1)
    here.clock.on(days=10)
    seen = here.office.get("li")
    assert (seen.locked_until, seen.sessions, seen.tokens) == (None, 0, 0)
    assert here.office.get("admin-1").locked_until is None


def _token(here: Town, login: str, **other: Any) -> str:
    asked: dict[str, Any] = {
        "name": "统计平台",
        "permissions": SEES,
        "scope": Scope(),
        "expires_at": here.clock.now() + timedelta(days=30),
    }
    return here.tokens.make(login, **asked | other, by=BY)[1]


def test_a_token_opens_what_it_names_until_it_ends_or_is_revoked(here: Town) -> None:
    here.person("li", Role.REVIEWER)
    secret = _token(here, "li")
    assert secret.startswith("onpost_")
    found = here.desk.who_by_token(secret)
    assert found is not None
    (token,) = here.tokens.list("li")
    assert (found.name, found.means) == ("li", f"token:{token.id}")
    assert found.access.permissions == SEES
    assert not found.access.may(Permission.DECIDE)
    for foreign in ("", secret[:-1], secret[7:], "onpost_", "onpost_" + token.id, secret + "="):
        assert here.desk.who_by_token(foreign) is None
    assert here.desk.who(secret) is None
    here.tokens.revoke(token.id, BY)
    here.tokens.revoke(token.id, BY)
    assert here.desk.who_by_token(secret) is None
    assert len(here.deeds(Action.TOKEN_REVOKED)) == 1
    second = _token(here, "li")
    here.clock.on(days=30)
    assert here.desk.who_by_token(second) is None


def test_a_reset_ends_an_account_s_sessions_and_tokens_and_no_other_s(here: Town) -> None:
    here.person("li", Role.REVIEWER)
    here.person("wang", Role.REVIEWER)
    other = _token(here, "wang")
    gone = _token(here, "li")
    here.tokens.revoke(here.tokens.list("li")[0].id, BY)
    held = [_token(here, "li") for _ in range(2)]
    session, _ = here.desk.sign_in("li", GOOD, HERE)
    assert here.desk.who(session) is not None
    assert all(here.desk.who_by_token(one) for one in held)
    here.office.reset_password("li", BY)
    assert here.desk.who(session) is None
    assert [here.desk.who_by_token(one) for one in (gone, *held)] == [None] * 3
    assert here.desk.who_by_token(other) is not None
    assert here.office.get("li").tokens == here.office.get("li").sessions == 0
    said = here.deeds(Action.ACCOUNT_CHANGED)[-1].said
    assert (said["what"], said["tokens_revoked"], said["sessions_ended"]) == ("reset", 2, 2)


def test_a_token_never_outgrows_its_account(here: Town) -> None:
    here.office.add("li", "", TAX, BY)
    secret = _token(here, "li", scope=Scope(units=frozenset({"tax"})))

    def access() -> Access:
        found = here.desk.who_by_token(secret)
        assert found is not None
        return found.access

    assert access().scope == Scope(frozenset({"main"}), frozenset({"tax"}))
    moved = Access(frozenset({Role.LIAISON}), Scope(units=frozenset({"water"})))
    here.office.set_access("li", moved, BY)
    assert access().scope.units == frozenset()
    assert not access().may_at(Permission.SEE_FINDINGS, "main", "tax")
    here.office.set_access("li", Access(frozenset({Role.AUDITOR})), BY)
    assert access().permissions == frozenset()
    here.office.disable("li", BY)
    assert here.desk.who_by_token(secret) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"permissions": frozenset()},
        {"permissions": SEES | {Permission.DECIDE}},
        {"permissions": frozenset({Permission.OWN_ACCOUNT})},
        {"permissions": frozenset({Permission.SEND_CLUES})},
        {"scope": Scope(units=frozenset({"police"}))},
        {"scope": Scope(halls=frozenset({"branch"}))},
        {"scope": Scope(units=frozenset({"tax\0"}))},
        {"scope": Scope(halls=frozenset({""}))},
        {"name": " "},
        {"name": "a\nb"},
        {"days": 0},
        {"days": 367},
    ],
)
def test_a_token_with_too_much_is_not_made(here: Town, wrong: dict[str, Any]) -> None:
    here.office.add("li", "", TAX, BY)
    if "days" in wrong:
        wrong = {"expires_at": here.clock.now() + timedelta(days=wrong["days"])}
    with pytest.raises(InputError):
        _token(here, "li", **wrong)
    assert here.tokens.list() == []


def test_tokens_are_of_open_accounts_and_revoked_by_those_who_may(here: Town) -> None:
    here.office.add("li", "", TAX, BY)
    here.office.add("wang", "", OPERATOR, BY)
    _token(here, "li")
    (token,) = here.tokens.list()
    with pytest.raises(InputError):
        here.tokens.revoke(token.id, BY, login="wang")
    with pytest.raises(InputError):
        here.tokens.revoke("nothing", BY)
    here.office.disable("wang", BY)
    for login in ("wang", "nobody"):
        with pytest.raises(InputError):
            _token(here, login)


def test_clues_are_sent_by_a_token_alone(here: Town) -> None:
    here.person("sys", Role.SYSTEM_ADMIN)
    secret, _ = here.desk.sign_in("sys", GOOD, HERE)
    signed = here.desk.who(secret)
    token = here.desk.who_by_token(
        _token(here, "sys", permissions=frozenset({Permission.SEND_CLUES}))
    )
    assert signed is not None
    assert token is not None
    assert not signed.access.may(Permission.SEND_CLUES)
    assert token.access.permissions == frozenset({Permission.SEND_CLUES})


def settings(folder: Path, **web: Any) -> Settings:
    values = ", ".join(f"{key}: {str(value).lower()}" for key, value in web.items())
    return parse_settings(f"data_dir: {folder}\nweb: {{{values}}}\n", folder / "x.yaml", {})


def test_nothing_is_open_to_the_network_before_there_is_a_security_administrator(
    embedded: Record, tmp_path: Path
) -> None:
    here = town(embedded.make_uow)
    check_ready(settings(tmp_path), here.make_uow)
    wide = settings(tmp_path, open_to_network=True)
    here.person("li")
    with pytest.raises(SettingsError, match=r"onpost user add .* --role security_admin"):
        check_ready(wide, here.make_uow)
    with pytest.raises(SettingsError, match="security_admin"):
        check_ready(settings(tmp_path), here.make_uow, host="192.168.1.10")
    here.office.add("admin-1", "", SECURITY, BY)
    check_ready(wide, here.make_uow)


def test_the_rehearsals_accounts_are_made_once_and_keep_a_real_door_shut(
    embedded: Record, tmp_path: Path
) -> None:
    demo = town(embedded.make_uow, rules=AccountRules(demo=True))
    chosen = settings(tmp_path, demo=True)
    check_ready(chosen, demo.make_uow)
    make_demo_accounts(chosen, demo.office)
    made = demo.office.list()
    make_demo_accounts(chosen, demo.office)
    assert demo.office.list() == made
    assert {role for seen in made for role in seen.account.access.roles} == set(Role)
    for role in Role:
        secret, _ = demo.desk.sign_in_to_demo(role, HERE)
        assert demo.desk.who(secret) is not None
    with pytest.raises(SettingsError, match=r"web\.demo"):
        check_ready(settings(tmp_path, demo=True, open_to_network=True), demo.make_uow)
    real = town(embedded.make_uow)
    with pytest.raises(SettingsError, match="onpost user disable demo-"):
        check_ready(settings(tmp_path), real.make_uow)
    with pytest.raises(SignInRefused):
        real.desk.sign_in_to_demo(Role.OPERATOR, HERE)


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.b", False)],  # noqa: S104
)
def test_what_is_local(host: str, local: bool) -> None:
    assert is_local(host) is local
