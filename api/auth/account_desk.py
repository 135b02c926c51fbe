"""Signing in and out, and who a session or a token belongs to.

`AccountOffice` (account_office.py) changes accounts, `TokenDesk` (token_desk.py) makes tokens. All
three enter what they do in the audit log, in the transaction of the change itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.auth.audit import Acting
from api.auth.passwords import Passwords
from models.domain.access import Access, Role
from models.domain.accounts import Account, AccountRules, Session, Token
from models.domain.ports import Clock, MakeUnitOfWork


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody who is signed in, or whose token came.

    Attributes:
        access: What they may; of a token less than of its account.
        must_change: Nothing but a change of the password is allowed.
        session: None where a token came.
        token: None where a session came.
    """

    account: Account
    access: Access
    must_change: bool
    session: Session | None = None
    token: Token | None = None

    @property
    def name(self) -> str:
        """The sign-in name: `by` of everything they do."""
        return self.account.login

    @property
    def means(self) -> str:
        """By what they came, for the audit log; no secret."""
        if self.session is not None:
            return f"session:{self.session.id}"
        return f"token:{self.token.id}" if self.token is not None else ""


class AccountDesk:
    """Sign-in, sign-out, sessions. Safe from any thread; every call blocks on the database.

    Args:
        make_uow: Makes units of work.
        clock: The real clock, also where the rehearsal's runs faster.
        rules: What the installation chose.
        passwords: Hashes; cheap ones in tests.
    """

    def __init__(
        self,
        make_uow: MakeUnitOfWork,
        clock: Clock,
        rules: AccountRules | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        self._make_uow = make_uow
        self._clock = clock
        self._rules = rules or AccountRules()
        self._passwords = passwords or Passwords()

    def sign_in(
        self, login: str, password: str, address: str, *, instead_of: str = ""
    ) -> tuple[str, Session]:
        """Open a session; the secret is always a new one.

        Args:
            login: As typed.
            password: As typed.
            address: Where the call came from.
            instead_of: The secret that the browser held before, whose session ends.

        Returns:
            The secret for the cookie, and the session.

        Raises:
            SignInRefused: name or password wrong, or the account disabled; it takes as long
                whichever it is.
            LockedOut: too many failures before; the password was not looked at.
        """
        raise NotImplementedError

    def sign_in_to_demo(
        self, role: Role, address: str, *, instead_of: str = ""
    ) -> tuple[str, Session]:
        """Open a session of the rehearsal's account of a role, without a password.

        Raises:
            SignInRefused: this is no rehearsal, or it has no such account.
        """
        raise NotImplementedError

    def sign_out(self, secret: str, address: str) -> None:
        """End a session; nothing happens where there is none."""
        raise NotImplementedError

    def who(self, secret: str) -> Signed | None:
        """Whoever holds this session secret; None where it is over or never was.

        An answer is kept for `KEPT_S`: a session that another process ends, or an account that
        it disables, is out within that time; what this process ends is out at once.
        """
        raise NotImplementedError

    def who_by_token(self, secret: str) -> Signed | None:
        """Whoever holds this token; None where it expired, was revoked or never was."""
        raise NotImplementedError

    def change_password(self, by: Acting, old: str, new: str) -> tuple[str, Session]:
        """Change one's own password; all sessions end and a new one begins.

        Returns:
            The new secret for the cookie, and its session.

        Raises:
            SignInRefused: the old password is wrong; it counts as a failed sign-in.
            LockedOut: too many failures before.
            InputError: the new one is too weak, or among the last ones.
        """
        raise NotImplementedError
