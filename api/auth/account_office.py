"""Making and changing accounts; every change is in the audit log, in its own transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.auth.audit import Acting
from api.auth.passwords import Passwords
from models.domain.access import Access
from models.domain.accounts import Account
from models.domain.ports import Clock, MakeUnitOfWork


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """An account as an administrator sees it."""

    account: Account
    locked_until: datetime | None
    sessions: int
    tokens: int


class AccountOffice:
    """Accounts: add, disable, enable, unlock, roles, passwords. Safe from any thread.

    Args:
        make_uow: Makes units of work.
        clock: The real clock.
        passwords: Hashes.
        forget: Called with a sign-in name whose sessions must be looked up afresh
            (`AccountDesk.forget`).
    """

    def __init__(
        self,
        make_uow: MakeUnitOfWork,
        clock: Clock,
        passwords: Passwords | None = None,
        forget: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._make_uow = make_uow
        self._clock = clock
        self._passwords = passwords or Passwords()
        self._forget = forget

    def list(self) -> Sequence[AccountSeen]:
        """All accounts by sign-in name."""
        raise NotImplementedError

    def add(
        self,
        login: str,
        name: str,
        access: Access,
        by: Acting,
        *,
        password: str = "",
        demo: bool = False,
    ) -> tuple[Account, str]:
        """Add an account, whose password must be changed at the first sign-in.

        Returns:
            The account and its password, to be shown once.

        Raises:
            InputError: the name is taken or not usable, or the password too weak.
        """
        raise NotImplementedError

    def disable(self, login: str, by: Acting) -> Account:
        """Shut an account: its sessions end, its tokens do not work.

        Raises:
            InputError: no such account, or the last security administrator.
        """
        raise NotImplementedError

    def enable(self, login: str, by: Acting) -> Account:
        """Open a disabled account again."""
        raise NotImplementedError

    def unlock(self, login: str, by: Acting) -> Account:
        """Forget failed sign-ins."""
        raise NotImplementedError

    def set_access(self, login: str, access: Access, by: Acting) -> Account:
        """Give other roles or another scope; sessions end.

        Raises:
            InputError: no such account, or the last security administrator.
        """
        raise NotImplementedError

    def reset_password(self, login: str, by: Acting, *, password: str = "") -> str:
        """Give a one-time password; sessions end, failures are forgotten.

        Returns:
            The password, to be shown once.
        """
        raise NotImplementedError

    def end_sessions(self, login: str, by: Acting) -> int:
        """End all sessions of an account; how many."""
        raise NotImplementedError
