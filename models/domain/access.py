"""Who may do what, and where: roles (角色), permissions and scope by hall and unit.

Source: domain.md §3.2 (等保 2.0: system, security and audit administration are three people) and
scenario S26: a liaison sees only their own unit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from models.domain.errors import InputError


class Role(StrEnum):
    """What an account is for."""

    OPERATOR = "operator"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    LIAISON = "liaison"
    SUPERVISOR = "supervisor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """One thing that may be allowed."""

    SEE_LIVE = "see_live"
    SEE_FINDINGS = "see_findings"
    SEE_EVIDENCE = "see_evidence"
    DECIDE = "decide"
    APPROVE = "approve"
    CHANGE_SETTINGS = "change_settings"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_AUDIT = "read_audit"
    SEE_DUTY = "see_duty"
    CHANGE_DUTY = "change_duty"
    REGISTER_LEAVE = "register_leave"
    REGISTER_BEHAVIOUR = "register_behaviour"
    READ_REGISTER = "read_register"
    SEE_SETTINGS = "see_settings"


_SEES: Final = frozenset({Permission.SEE_FINDINGS, Permission.SEE_EVIDENCE, Permission.SEE_DUTY})
_DUTY: Final = frozenset(
    {Permission.CHANGE_DUTY, Permission.REGISTER_LEAVE, Permission.REGISTER_BEHAVIOUR}
)

GRANTS: Final[dict[Role, frozenset[Permission]]] = {
    Role.OPERATOR: _SEES | _DUTY | {Permission.SEE_LIVE},
    Role.REVIEWER: _SEES
    | _DUTY
    | {Permission.SEE_LIVE, Permission.DECIDE, Permission.READ_REGISTER},
    Role.APPROVER: _SEES
    | _DUTY
    | {Permission.SEE_LIVE, Permission.APPROVE, Permission.READ_REGISTER},
    Role.LIAISON: _SEES | {Permission.REGISTER_LEAVE},
    Role.SUPERVISOR: _SEES | {Permission.SEE_LIVE, Permission.READ_REGISTER},
    Role.SYSTEM_ADMIN: frozenset({Permission.CHANGE_SETTINGS, Permission.SEE_SETTINGS}),
    Role.SECURITY_ADMIN: frozenset({Permission.MANAGE_ACCOUNTS}),
    Role.AUDITOR: frozenset({Permission.READ_AUDIT}),
}

ALONE: Final = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})
"""Roles that stand alone in an account (三员分立)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an account sees (数据范围). None is everywhere; an empty set is nowhere."""

    halls: frozenset[str] | None = None
    units: frozenset[str] | None = None

    def covers(self, hall_id: str, unit_id: str) -> bool:
        """Whether something of this hall and unit is in it; what has no unit is nobody's own."""
        in_hall = self.halls is None or hall_id in self.halls
        return in_hall and (self.units is None or (unit_id != "" and unit_id in self.units))


@dataclass(frozen=True, slots=True)
class Access:
    """The roles and the scope of one account.

    Raises:
        InputError: no role, an administrator's role beside another, a liaison without units.
    """

    roles: frozenset[Role]
    scope: Scope = Scope()

    def __post_init__(self) -> None:
        if not self.roles:
            raise _wrong("账号至少须有一个角色。", "an account has at least one role.")
        if len(self.roles) > 1 and self.roles & ALONE:
            raise _wrong(
                "系统管理员、安全管理员、审计员须各自独立,请为其他角色另建账号。",
                "system administrator, security administrator and auditor stand alone; "
                "make another account for the other role.",
            )
        if Role.LIAISON in self.roles and not self.scope.units:
            raise _wrong("单位联络员须指定所属单位。", "a liaison needs the units that are theirs.")

    def may(self, permission: Permission) -> bool:
        """Whether a role grants this, wherever it is."""
        return any(permission in GRANTS[role] for role in self.roles)

    def may_at(self, permission: Permission, hall_id: str, unit_id: str) -> bool:
        """Whether this is granted for something of this hall and unit."""
        return self.may(permission) and self.scope.covers(hall_id, unit_id)


def check_second_approver(asked_by: str, approved_by: str, roles: Collection[Role]) -> None:
    """Refuse that one person alone names a person (点名) outside the centre.

    Args:
        asked_by: Account that asks for the name.
        approved_by: Account that agrees.
        roles: Roles of the one that agrees.

    Raises:
        InputError: the same account, or one that is no approver.
    """
    if asked_by == approved_by or Role.APPROVER not in roles:
        raise _wrong(
            "点名须由另一名审批人同意。", "naming a person takes another person who is an approver."
        )


def _wrong(zh: str, en: str) -> InputError:
    return InputError(zh, en, where="account")
