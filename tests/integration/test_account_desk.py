"""Signing in on a real record: brute force, fixation, sessions, passwords.

What hangs on locks and on what is stored runs on both databases, the rest on SQLite.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from api.auth import signed
from api.auth.audit import Actor
from api.auth.passwords import CHEAP, Passwords, digest
from api.errors import status_of
from models.domain.access import Access, Role
from models.domain.accounts import (
    FREE_FAILURES,
    AccountRules,
    FirstPasswordExpired,
    LockedOut,
    SignInRefused,
)
from models.domain.audit import Action
from models.domain.errors import InputError
from models.storage.record import Record
from tests.accounts_builders import BETTER, BY, GOOD, HERE, Town, settled, town


@pytest.fixture
def here(embedded: Record) -> Town:
    return settled(embedded)


@pytest.fixture
def both(record: Record) -> Town:
    return settled(record)


def everything(record: Record) -> str:
    """All that the database holds, as text."""
    tables = ("accounts", "sessions", "tokens", "sign_in_failures", "register_entries")
    with record.make_uow.engine.connect() as connection:
        rows = [connection.exec_driver_sql(f"SELECT * FROM {one}").all() for one in tables]  # noqa: S608
    return json.dumps(rows, default=str)


def test_whoever_signs_in_is_known_by_the_secret_and_by_nothing_else(here: Town) -> None:
    secret, session = here.desk.sign_in(" ZHANG ", GOOD, HERE)
    found = here.desk.who(secret)
    assert found is not None
    assert (found.name, found.means, found.must_change) == (
        "zhang",
        f"session:{session.id}",
        False,
    )
    assert found.access.may(
        here.office.get("zhang").account.access.permissions.__iter__().__next__()
    )
    for other in ("", secret[:-1], secret + "x", session.id, digest(secret), f"onpost_{secret}"):
        assert here.desk.who(other) is None
        assert here.desk.who_by_token(other) is None
    assert len(secret) >= 43
    (deed,) = here.deeds(Action.SIGN_IN)[-1:]
    assert (deed.who, deed.address, deed.target, deed.roles) == (
        "zhang",
        HERE,
        "account:zhang",
        ("operator",),
    )


def test_neither_passwords_nor_secrets_are_anywhere_in_the_record(
    both: Town, record: Record
) -> None:
    secret, _ = both.desk.sign_in("zhang", GOOD, HERE)
    with pytest.raises(SignInRefused):
        both.desk.sign_in("My-password-9", "x", HERE)
    kept = everything(record)
    assert digest(secret) in kept
    for one in (GOOD, secret, "My-password-9", "my-password-9"):
        assert one not in kept


def test_each_sign_in_has_a_new_secret_and_the_one_held_before_ends(here: Town) -> None:
    planted, _ = here.desk.sign_in("zhang", GOOD, HERE)
    secret, _ = here.desk.sign_in("zhang", GOOD, HERE, instead_of=planted)
    assert secret != planted
    assert here.desk.who(planted) is None
    assert here.desk.who(secret) is not None
    made_up, _ = here.desk.sign_in("zhang", GOOD, HERE, instead_of="chosen-by-an-attacker")
    assert made_up != "chosen-by-an-attacker"
    assert here.desk.who("chosen-by-an-attacker") is None


def test_a_session_ends_unused_after_its_whole_time_and_by_signing_out(here: Town) -> None:
    idle, _ = here.desk.sign_in("zhang", GOOD, HERE)
    out, session = here.desk.sign_in("zhang", GOOD, HERE)
    here.clock.on(minutes=29)
    assert here.desk.who(idle) is not None
    here.desk.sign_out(out, HERE)
    here.desk.sign_out(out, HERE)
    here.desk.sign_out("never-was", HERE)
    assert here.desk.who(out) is None
    (left,) = here.deeds(Action.SIGN_OUT)
    assert left.means == f"session:{session.id}"
    for _ in range(23):
        here.clock.on(minutes=29)
        still = here.desk.who(idle)
    assert still is not None
    here.clock.on(minutes=2)
    assert here.desk.who(idle) is not None
    here.clock.on(hours=12)
    assert here.desk.who(idle) is None
    unused, _ = here.desk.sign_in("zhang", GOOD, HERE)
    here.clock.on(minutes=30)
    assert here.desk.who(unused) is None


def test_use_is_written_once_a_minute_and_answers_are_kept_for_seconds(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, _ = here.desk.sign_in("zhang", GOOD, HERE)
    opened: list[bool] = []
    real = here.make_uow

    def counted(*, read_only: bool = False):
        opened.append(read_only)
        return real(read_only=read_only)

    monkeypatch.setattr(here.desk, "_make_uow", counted)
    for _ in range(100):
        assert here.desk.who(secret) is not None
    assert opened == [True]
    here.clock.on(seconds=61)
    here.desk.forget("zhang")
    assert here.desk.who(secret) is not None
    assert opened == [True, True, False]


def test_what_another_process_ends_is_out_when_kept_answers_are_old(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]
    monkeypatch.setattr(here.desk, "_kept", signed.Kept(lambda: seconds[0]))
    secret, _ = here.desk.sign_in("zhang", GOOD, HERE)
    assert here.desk.who(secret) is not None
    here.another().office.disable("zhang", BY)
    seconds[0] += signed.KEPT_S
    assert signed.KEPT_S < 5
    assert here.desk.who(secret) is None


def test_what_was_looked_up_before_a_change_is_not_kept_after_it() -> None:
    kept = signed.Kept(lambda: 0.0)
    mark = kept.mark()
    kept.forget("zhang")
    kept.put("key", None, mark)  # type: ignore[arg-type]
    assert kept.get("key") is None


@pytest.mark.parametrize("what", ["disable", "roles", "reset", "password", "end"])
def test_every_session_of_an_account_ends_when_it_changes(here: Town, what: str) -> None:
    secrets = [here.desk.sign_in("zhang", GOOD, HERE)[0] for _ in range(2)]
    other = here.person("li")
    bystander, _ = here.desk.sign_in(other, GOOD, HERE)
    assert all(here.desk.who(one) for one in secrets)
    fresh = ""
    if what == "disable":
        here.office.disable("zhang", BY)
    elif what == "roles":
        here.office.set_access("zhang", Access(frozenset({Role.AUDITOR})), BY)
    elif what == "reset":
        here.office.reset_password("zhang", BY)
    elif what == "end":
        here.office.end_sessions("zhang", BY)
    else:
        fresh, _ = here.desk.change_password(Actor("zhang", HERE), GOOD, BETTER)
    assert not any(here.desk.who(one) for one in secrets)
    assert not any(here.another().desk.who(one) for one in secrets)
    assert here.desk.who(bystander) is not None
    if fresh:
        assert here.desk.who(fresh) is not None


def test_the_first_password_has_to_be_changed_and_old_ones_do_not_come_back(here: Town) -> None:
    _, first = here.office.add("new", "", Access(frozenset({Role.OPERATOR})), BY)
    secret, _ = here.desk.sign_in("new", first, HERE)
    found = here.desk.who(secret)
    assert found is not None
    assert found.must_change
    own = Actor("new", HERE)
    before = first
    for number in range(5):
        chosen = f"Tea-house-no-{number}"
        secret, _ = here.desk.change_password(own, before, chosen)
        before = chosen
        found = here.desk.who(secret)
        assert found is not None
        assert not found.must_change
    for used in ("Tea-house-no-4", "Tea-house-no-0"):
        with pytest.raises(InputError, match=r"最近 5 次"):
            here.desk.change_password(own, before, used)
    here.desk.change_password(own, before, first)  # the sixth before it
    assert len(here.deeds(Action.PASSWORD_CHANGED)) == 1 + 6


def test_a_one_time_password_opens_nothing_when_its_time_is_over(here: Town) -> None:
    access = Access(frozenset({Role.OPERATOR}))
    _, first = here.office.add("new", "", access, BY)
    here.clock.on(hours=71, minutes=59)
    session, _ = here.desk.sign_in("new", first, HERE)
    here.clock.on(minutes=1)
    for _ in range(FREE_FAILURES + 2):  # it is no failure: nobody is locked out by it
        with pytest.raises(FirstPasswordExpired, match="72") as told:
            here.desk.sign_in("new", first, HERE)
    assert "重置口令" in told.value.zh
    assert status_of(told.value) == 401
    with pytest.raises(FirstPasswordExpired):
        here.desk.change_password(Actor("new", HERE), first, BETTER)
    with pytest.raises(SignInRefused) as other:  # only who knows the password is told
        here.desk.sign_in("new", BETTER, HERE)
    assert not isinstance(other.value, FirstPasswordExpired)
    assert {one.said["why"] for one in here.deeds(Action.SIGN_IN_REFUSED)} == {"expired", "wrong"}
    again = here.office.reset_password("new", BY)
    assert here.desk.who(session) is None
    here.desk.sign_in("new", again, HERE)
    here.desk.change_password(Actor("new", HERE), again, BETTER)
    here.clock.on(days=30)
    here.desk.sign_in("new", BETTER, HERE)


def test_the_time_of_a_one_time_password_is_set_and_may_be_endless(embedded: Record) -> None:
    access = Access(frozenset({Role.OPERATOR}))
    short = town(embedded.make_uow, rules=AccountRules(first_password=timedelta(hours=1)))
    _, first = short.office.add("new", "", access, BY)
    assert short.office.first_password_ends("new") == short.clock.now() + timedelta(hours=1)
    short.clock.on(hours=1)
    with pytest.raises(FirstPasswordExpired, match="1 小时"):
        short.desk.sign_in("new", first, HERE)
    never = town(embedded.make_uow, rules=AccountRules(first_password=None))
    never.clock.on(days=100)
    assert never.office.first_password_ends("new") is None
    never.desk.sign_in("new", first, HERE)


def test_changing_a_password_takes_the_old_one_and_is_no_way_to_guess_it(here: Town) -> None:
    own = Actor("zhang", HERE)
    for _ in range(FREE_FAILURES + 1):
        with pytest.raises(SignInRefused):
            here.desk.change_password(own, "Wrong-one-1", BETTER)
    with pytest.raises(LockedOut):
        here.desk.change_password(own, GOOD, BETTER)
    here.clock.on(minutes=2)
    with pytest.raises(InputError):
        here.desk.change_password(own, GOOD, "weak")
    here.desk.change_password(own, GOOD, BETTER)
    with pytest.raises(SignInRefused):
        here.desk.sign_in("zhang", GOOD, HERE)
    here.desk.sign_in("zhang", BETTER, HERE)


def test_an_old_password_has_to_be_changed(here: Town) -> None:
    here.clock.on(days=180)
    secret, _ = here.desk.sign_in("zhang", GOOD, HERE)
    found = here.desk.who(secret)
    assert found is not None
    assert found.must_change


def test_the_oldest_session_ends_when_there_are_too_many(embedded: Record) -> None:
    here = town(embedded.make_uow, rules=AccountRules(sessions_each=2))
    here.person("zhang")
    secrets = []
    for _ in range(3):
        here.clock.on(seconds=1)
        secrets.append(here.desk.sign_in("zhang", GOOD, HERE)[0])
    assert [here.desk.who(one) is not None for one in secrets] == [False, True, True]


def test_a_hash_of_another_cost_is_made_anew_at_the_next_sign_in(here: Town) -> None:
    with here.make_uow() as uow:
        dearer = Passwords(replace(CHEAP, time=2)).hash(GOOD)
        uow.accounts.set_hashes("zhang", [dearer, "older"])
        uow.commit()
    here.desk.sign_in("zhang", GOOD, HERE)
    with here.make_uow(read_only=True) as uow:
        now, older = uow.accounts.hashes("zhang")
    assert (now != dearer, older) == (True, "older")
    here.desk.sign_in("zhang", GOOD, HERE)


def test_demo_accounts_open_in_the_rehearsal_alone(embedded: Record) -> None:
    demo = town(embedded.make_uow, rules=AccountRules(demo=True))
    demo.office.add("demo-auditor", "审计员", Access(frozenset({Role.AUDITOR})), BY, demo=True)
    demo.person("real")
    secret, _ = demo.desk.sign_in_to_demo(Role.AUDITOR, HERE)
    found = demo.desk.who(secret)
    assert found is not None
    assert not found.must_change
    with pytest.raises(SignInRefused):
        demo.desk.sign_in_to_demo(Role.OPERATOR, HERE)  # there is one, but it is a real account
    elsewhere = town(embedded.make_uow)
    with pytest.raises(SignInRefused):
        elsewhere.desk.sign_in_to_demo(Role.AUDITOR, HERE)
    assert elsewhere.desk.who(secret) is None
