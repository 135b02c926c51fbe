"""An installation's accounts on a real record, with a clock that a test sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from api.auth.account_desk import AccountDesk
from api.auth.account_office import AccountOffice
from api.auth.audit import Actor
from api.auth.passwords import CHEAP, Passwords
from api.auth.token_desk import TokenDesk
from models.domain.access import Access, Role, Scope
from models.domain.accounts import AccountRules, SignInRefused
from models.domain.audit import AUDIT_CHAIN, Deed, deed_of
from models.domain.ports import MakeUnitOfWork
from models.storage.record import Record, open_record
from tests.fakes_clock import StillClock

HERE, ELSEWHERE = "10.0.0.5", "203.0.113.9"
GOOD, BETTER = "Tea-house-7", "Rice-field-8"
BY = Actor("console:test", means="console")


class SetClock(StillClock):
    """A clock that a test moves."""

    def on(self, **delta: float) -> None:
        """Go on by `minutes=5` and the like."""
        self.moment += timedelta(**delta)


class CountingPasswords(Passwords):
    """Real hashes, cheap ones, and how many were compared."""

    def __init__(self) -> None:
        self.compared = 0
        super().__init__(CHEAP)

    def matches(self, password: str, kept: str | None) -> bool:
        self.compared += 1
        return super().matches(password, kept)


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Record]:
    """A record on SQLite."""
    opened = open_record(tmp_path / "data")
    yield opened
    opened.close()


@dataclass(slots=True)
class Town:
    """Desk, office and tokens of one process; `another()` is a second process."""

    make_uow: MakeUnitOfWork
    clock: SetClock
    passwords: CountingPasswords
    rules: AccountRules
    desk: AccountDesk
    office: AccountOffice
    tokens: TokenDesk

    def another(self) -> Town:
        """Another process on the same record."""
        return town(self.make_uow, self.clock, self.rules)

    def person(self, login: str, *roles: Role, scope: Scope | None = None) -> str:
        """An account whose own password is `GOOD`; its sign-in name."""
        access = Access(frozenset(roles or {Role.OPERATOR}), scope or Scope())
        account, first = self.office.add(login, "", access, BY)
        self.desk.change_password(Actor(account.login, HERE), first, GOOD)
        return account.login

    def deeds(self, action: str = "") -> list[Deed]:
        """Entries of the audit log, of one action or all."""
        with self.make_uow(read_only=True) as uow:
            found = [deed_of(entry) for entry in uow.register.entries(chain=AUDIT_CHAIN)]
        return [one for one in found if action in {"", one.action}]


def settled(record: Record) -> Town:
    """Where `zhang`, an operator, signed in at HERE an hour ago."""
    found = town(record.make_uow)
    found.person("zhang")
    found.clock.on(hours=1)
    return found


def fail(here: Town, login: str, address: str, times: int = 1) -> None:
    """Sign in with a wrong password."""
    for _ in range(times):
        with pytest.raises(SignInRefused):
            here.desk.sign_in(login, "Wrong-one-1", address)


def town(
    make_uow: MakeUnitOfWork, clock: SetClock | None = None, rules: AccountRules | None = None
) -> Town:
    """Accounts on a record."""
    clock, rules, passwords = clock or SetClock(), rules or AccountRules(), CountingPasswords()
    desk = AccountDesk(make_uow, clock, rules, passwords)
    return Town(
        make_uow,
        clock,
        passwords,
        rules,
        desk,
        AccountOffice(make_uow, clock, passwords, desk.forget, rules),
        TokenDesk(make_uow, clock, rules, desk.forget),
    )
