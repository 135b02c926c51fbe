"""Accounts of the rehearsal: one for each role, entered without a password and nowhere else."""

from __future__ import annotations

from typing import Final

from api.auth.account_office import AccountOffice
from api.auth.audit import Actor
from api.settings import Settings
from models.domain.access import ROLE_NAMES, Access, Role, Scope

PREFIX: Final = "demo-"
BY: Final = Actor("console:demo", means="console")


def make_demo_accounts(settings: Settings, office: AccountOffice) -> None:
    """Make those that are not there yet; their passwords are random and nobody learns them.

    The liaison is of the unit that has the most windows.

    Raises:
        StorageError: the record cannot be written.
    """
    there = {seen.account.login for seen in office.list()}
    for role in Role:
        login = PREFIX + role.value.replace("_", "-")
        if login in there:
            continue
        scope = Scope(units=frozenset({_unit(settings)})) if role is Role.LIAISON else Scope()
        office.add(login, ROLE_NAMES[role], Access(frozenset({role}), scope), BY, demo=True)


def _unit(settings: Settings) -> str:
    units = [window.unit for window in settings.windows.values() if window.unit]
    return max(sorted(set(units)), key=units.count) if units else "-"
