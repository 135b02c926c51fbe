"""What the record keeps: accounts (账号), failed sign-ins, sessions, tokens.

Secrets come here only as SHA-256 (session, token) or as a password hash, and go out as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from models.domain.accounts import Account, Failures, Session, Token


class AccountBook(Protocol):
    """Accounts (账号), failed sign-ins, sessions, tokens."""

    def add(self, account: Account, password_hash: str) -> None:
        """Add an account.

        Raises:
            InputError: the sign-in name is taken.
        """
        ...

    def get(self, login: str, *, hold: bool = False) -> Account | None:
        """One account; `hold` keeps others from changing it until the transaction ends."""
        ...

    def list(self, *, hold: bool = False) -> Sequence[Account]:
        """All accounts by sign-in name; `hold` as in `get`."""
        ...

    def save(self, account: Account) -> None:
        """Write all of an account but its password."""
        ...

    def hashes(self, login: str) -> Sequence[str]:
        """Password hashes, the present one first, then those before it."""
        ...

    def set_hashes(self, login: str, hashes: Sequence[str]) -> None:
        """Replace the password hashes."""
        ...

    def failures(self, login: str, address: str, *, hold: bool = False) -> Failures:
        """Failed sign-ins of a name from an address; an empty one is any."""
        ...

    def set_failures(self, login: str, address: str, failures: Failures) -> None:
        """Write them; a count of 0 takes them out."""
        ...

    def failing(self) -> Sequence[tuple[str, str, Failures]]:
        """All that failed: name, address, failures."""
        ...

    def clear_failures(self, login: str) -> None:
        """Forget all failed sign-ins of a name."""
        ...

    def knows(self, login: str, address: str, since: datetime) -> bool:
        """Whether this account signed in from this address since then."""
        ...

    def open_session(self, session: Session, secret_sha256: str) -> None:
        """Keep a session under the hash of its secret."""
        ...

    def session(self, secret_sha256: str) -> Session | None:
        """The session of a secret, also an ended one."""
        ...

    def sessions(self, login: str) -> Sequence[Session]:
        """Sessions of an account that were not ended, oldest first."""
        ...

    def use_session(self, session_id: str, at: datetime) -> None:
        """Note that a session was used; never earlier than noted already."""
        ...

    def end_session(self, session_id: str, at: datetime, why: str) -> bool:
        """End one; False where it was ended already."""
        ...

    def end_sessions(self, login: str, at: datetime, why: str) -> int:
        """End all of an account; how many."""
        ...

    def add_token(self, token: Token, secret_sha256: str) -> None:
        """Keep a token under the hash of its secret."""
        ...

    def token(self, secret_sha256: str) -> Token | None:
        """The token of a secret, also a revoked or expired one."""
        ...

    def tokens(self, login: str = "") -> Sequence[Token]:
        """Tokens of an account, or of all, newest first."""
        ...

    def use_token(self, token_id: str, at: datetime) -> None:
        """Note that a token was used; never earlier than noted already."""
        ...

    def revoke_token(self, token_id: str, at: datetime) -> Token | None:
        """Revoke one; as it was before, None where there is none."""
        ...

    def sweep(self, *, sessions_before: datetime, failures_before: datetime) -> None:
        """Take out sessions last used, and failed sign-ins, before these moments."""
        ...
