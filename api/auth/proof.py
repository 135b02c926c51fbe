"""Whether somebody knows an account's password: counted, compared, and refused in one way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.auth.audit import Actor, note
from api.auth.back_off import BackOff, network_of
from api.auth.passwords import Passwords
from models.domain.accounts import (
    Account,
    AccountRules,
    FirstPasswordExpired,
    LockedOut,
    SignInRefused,
)
from models.domain.audit import Action
from models.domain.ports import Clock, MakeUnitOfWork, UnitOfWork

NOBODY: Final = "?"
"""Stands in the audit log for a name that is no account's: it may be a mistyped password."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A name and password that were right a moment ago.

    Attributes:
        kept: The hash they were right by.
        better: A hash of the present cost, where that one was of another; else empty.
    """

    login: str
    network: str
    kept: str
    better: str = ""


class Prover:
    """Holds passwords against accounts. Safe from any thread."""

    def __init__(
        self,
        make_uow: MakeUnitOfWork,
        clock: Clock,
        rules: AccountRules,
        passwords: Passwords,
    ) -> None:
        self._make_uow = make_uow
        self._clock = clock
        self._rules = rules
        self._passwords = passwords
        self._back_off = BackOff(make_uow, clock)

    def prove(self, login: str, password: str, address: str) -> Proof:
        """Hold a password against the account; the same steps whether there is one or not.

        The attempt counts as failed until `accept` or `forgive`.

        Raises:
            SignInRefused: not right, or the account is not open.
            FirstPasswordExpired: right, but it was to be changed long ago.
            LockedOut: too many failures before; the password was not looked at.
        """
        network = network_of(address)
        try:
            self._back_off.count(login, network)
        except LockedOut as error:
            self._refused(login, address, why="locked", wait_s=error.wait_s)
            raise
        with self._make_uow(read_only=True) as uow:
            account = uow.accounts.get(login)
            kept = next(iter(uow.accounts.hashes(login)), None)
        right = self._passwords.matches(password, kept)
        if not right or kept is None or account is None or not self.lets_in(account):
            self._refused(login, address, why="disabled" if right else "wrong")
            raise SignInRefused
        self._require_in_time(account, network, address)
        better = self._passwords.hash(password) if self._passwords.outdated(kept) else ""
        return Proof(login, network, kept, better)

    def _require_in_time(self, account: Account, network: str, address: str) -> None:
        """Refuse a one-time password that is too old; it was right, so no failure counts.

        Raises:
            FirstPasswordExpired: it was not changed in time.
        """
        ends, age = account.first_password_ends(self._rules), self._rules.first_password
        if age is None or ends is None or self._clock.now() < ends:
            return
        self._refused(account.login, address, why="expired")
        with self._make_uow() as uow:
            self._back_off.forgive(uow, account.login, network)
            uow.commit()
        raise FirstPasswordExpired(age.total_seconds() / 3600)

    def lets_in(self, account: Account) -> bool:
        """Whether anybody gets in by this account."""
        return not account.disabled and (self._rules.demo or not account.demo)

    def accept(self, uow: UnitOfWork, proof: Proof) -> Account:
        """The account, held in an open transaction, with its failures forgiven.

        Raises:
            SignInRefused: it was shut, or its password changed, since the proof.
        """
        account = uow.accounts.get(proof.login, hold=True)
        hashes = uow.accounts.hashes(proof.login)
        if account is None or not self.lets_in(account) or hashes[0] != proof.kept:
            raise SignInRefused
        self._back_off.forgive(uow, proof.login, proof.network)
        if proof.better:
            uow.accounts.set_hashes(proof.login, [proof.better, *hashes[1:]])
        return account

    def forgive(self, proof: Proof) -> None:
        """Forgive the attempt where nothing else comes of it."""
        with self._make_uow() as uow:
            self._back_off.forgive(uow, proof.login, proof.network)
            uow.commit()

    def _refused(self, login: str, address: str, **said: str | int) -> None:
        with self._make_uow() as uow:
            there = uow.accounts.get(login) is not None
            target = f"account:{login if there else NOBODY}"
            by, now = Actor("", address), self._clock.now()
            note(uow, by, Action.SIGN_IN_REFUSED, target, now, outcome="refused", **said)
            uow.commit()
