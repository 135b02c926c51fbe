"""Who calls (访问者): the account behind a session or a token, and what it may."""

from __future__ import annotations

from dataclasses import dataclass

from api.errors import NotAllowed, NotSignedIn, PasswordDue
from models.domain.access import Access, Permission, Scope


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever is signed in for one call.

    Attributes:
        name: Login; goes into `by=` of what they do.
        access: Roles and scope of the account, or of its token.
        means: `session:<id>` or `token:<id>`; never a secret.
        ip: The address that the call came from.
        password_due: The password was given by somebody else and must be changed first.
    """

    name: str
    access: Access
    means: str
    ip: str = ""
    password_due: bool = False

    def may(self, permission: Permission) -> bool:
        """Whether this is granted to the account, and to the token where it came by one."""
        return self.access.may(permission)

    @property
    def by_session(self) -> bool:
        """Whether a browser's cookie brought them, rather than a token."""
        return self.access.only is None

    def sees_camera(self, hall_id: str) -> bool:
        """Whether a camera of this hall may be seen: it shows every unit that sits there."""
        return self.sees(hall_id, "")

    def sees(self, hall_id: str, unit_id: str) -> bool:
        """Whether something of this hall and unit is in the account's scope."""
        return self.access.scope.covers(hall_id, unit_id)

    @property
    def scope(self) -> Scope:
        """Where the account sees, for queries."""
        return self.access.scope


def not_signed_in() -> NotSignedIn:
    """For a 401."""
    return NotSignedIn(
        "尚未登录或登录已失效,请先登录。",
        "nobody is signed in, or not any more; sign in first.",
        where="session",
    )


def not_allowed(visitor: Visitor) -> NotAllowed:
    """For a 403."""
    return NotAllowed(
        f"账号“{visitor.name}”无此权限;如需使用,请联系安全管理员。",
        f"the account {visitor.name!r} is not allowed to do this; ask the security administrator.",
        where=visitor.name,
    )


def password_due() -> PasswordDue:
    """For a 403 that ends with a new password."""
    return PasswordDue(
        "请先修改初始口令(POST /api/v1/session/password)。",
        "change the first password before anything else (POST /api/v1/session/password).",
        where="password",
        code="PASSWORD_DUE",
    )
