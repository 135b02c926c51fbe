"""Back-off after failed sign-ins (登录失败锁定): counted before a password is looked at.

Two tallies: of the name and of the address that a call comes from. An address from which an
account signed in within thirty days is *known* to it: there a tally of its own counts instead.
So whoever fails from elsewhere, however often, locks nobody out at their usual place, and no
name is tried more often because there are many addresses to try it from. Names that do not exist
are counted like those that do, but under a hash that only this process can make: what was typed
there may be a password.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from dataclasses import replace
from typing import Final

from models.domain.accounts import (
    FREE_FAILURES,
    FREE_FAILURES_OF_ADDRESS,
    KNOWN_FOR,
    Failures,
    LockedOut,
)
from models.domain.ports import Clock, MakeUnitOfWork, UnitOfWork

ANY: Final = ""
"""Stands for any name, or any address."""

Key = tuple[str, str]


def network_of(address: str) -> str:
    """What an address counts as: IPv4 whole, IPv6 its /64, which one caller has to itself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


class BackOff:
    """Counts attempts and refuses those that come too soon. Safe from any thread."""

    def __init__(self, make_uow: MakeUnitOfWork, clock: Clock) -> None:
        self._make_uow = make_uow
        self._clock = clock
        self._salt = secrets.token_bytes(32)

    def count(self, login: str, network: str) -> None:
        """Count an attempt as failed until it is forgiven, so that many at one moment count.

        Args:
            login: As `login_of` gives it; empty where what was typed can be no name.
            network: As `network_of` gives it.

        Raises:
            LockedOut: it comes too soon, and is not counted.
        """
        with self._make_uow() as uow:
            now = self._clock.now()
            known = self._known(uow, login, network)
            # Held in one order everywhere, so that two callers never wait for each other.
            held = {key: _held(uow, key) for key in sorted({(ANY, network), *known})}
            governing = known if (login, network) in known else held
            untils = [until for key in governing if (until := held[key].locked_until())]
            if untils and now < max(untils):
                raise LockedOut(max(untils), now)
            for key, failures in held.items():
                uow.accounts.set_failures(*key, failures.one_more(now))
            uow.commit()

    def forgive(self, uow: UnitOfWork, login: str, network: str) -> None:
        """Take an attempt back that succeeded, and the failures of its name before it.

        The address keeps its others: a caller with one good account does not clear what it
        failed at with many names.
        """
        here = _held(uow, (ANY, network))
        left = replace(here, count=max(0, here.count - 1))
        uow.accounts.set_failures(ANY, network, left)
        for key in self._known(uow, login, network):
            uow.accounts.set_failures(*key, Failures())

    def _known(self, uow: UnitOfWork, login: str, network: str) -> set[Key]:
        """The tally of the name that counts for this address."""
        if not login:
            return set()
        if uow.accounts.get(login) is None:
            hashed = hashlib.blake2b(login.encode(), key=self._salt, digest_size=16)
            return {(f"?{hashed.hexdigest()}", ANY)}
        known = uow.accounts.knows(login, network, self._clock.now() - KNOWN_FOR)
        return {(login, network if known else ANY)}


def _held(uow: UnitOfWork, key: Key) -> Failures:
    free = FREE_FAILURES_OF_ADDRESS if key[0] == ANY else FREE_FAILURES
    return replace(uow.accounts.failures(*key, hold=True), free=free)
