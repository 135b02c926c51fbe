"""Who may do what, and where: roles (角色), permissions and scope by hall and unit.

Source: domain.md §3.2 (等保 2.0: system, security and audit administration are three people) and
scenario S26: a liaison sees only their own unit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
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


ROLE_NAMES: Final[dict[Role, str]] = {
    Role.OPERATOR: "监察员",
    Role.REVIEWER: "复核员",
    Role.APPROVER: "审批人",
    Role.LIAISON: "单位联络员",
    Role.SUPERVISOR: "纪检监督",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDITOR: "审计员",
}


class Permission(StrEnum):
    """One thing that may be allowed."""

    OWN_ACCOUNT = "own_account"
    """Being signed in: who am I, own password, own sessions and tokens."""

    SEE_LIVE = "see_live"
    SEE_FINDINGS = "see_findings"
    SEE_EVIDENCE = "see_evidence"
    SEE_HEALTH = "see_health"
    SEE_PRECISION = "see_precision"
    """How often findings were right, by window; no picture, no name."""
    HANDLE_ALERTS = "handle_alerts"
    DECIDE = "decide"
    """Confirm or dismiss."""
    EXCUSE = "excuse"
    """Accept an explanation, exempt, also late."""
    REVERSE = "reverse"
    """Take a decision back."""
    ANSWER = "answer"
    """Explain and appeal, for one's own unit."""
    APPROVE = "approve"
    OVERRIDE_LIMITS = "override_limits"
    ASK_NAMING = "ask_naming"
    APPROVE_NAMING = "approve_naming"

    SEE_REGISTER = "see_register"
    VERIFY_REGISTER = "verify_register"
    EXPORT = "export"
    """Take a list away as a file; always together with seeing the list."""
    SEE_DUTY = "see_duty"
    """Rosters, leave, stops, calendar."""
    CHANGE_DUTY = "change_duty"
    """Rosters, stops, calendar, staff lists; leave of anybody."""
    REGISTER_LEAVE = "register_leave"
    """Leave and going out, in one's scope."""
    SEE_BEHAVIOURS = "see_behaviours"
    RECORD_BEHAVIOUR = "record_behaviour"
    DECIDE_BEHAVIOUR = "decide_behaviour"
    SEND_CLUES = "send_clues"
    """Third-party analytics; by a token only."""

    SEE_CHECKS = "see_checks"
    PLAN_CHECKS = "plan_checks"
    CALL_ROLL = "call_roll"
    ENTER_VISITS = "enter_visits"
    GIVE_NONCE = "give_nonce"
    VERIFY_CHECKS = "verify_checks"

    SEE_CASES = "see_cases"
    """Cases of electronic supervision, their cards and figures."""
    IMPORT_CASES = "import_cases"
    SEE_REPORTS = "see_reports"
    """Figures of a period and issued circulars; a liaison sees the own unit's."""
    WRITE_CIRCULARS = "write_circulars"
    """Draft, send to review, correct; signing takes APPROVE."""
    MANAGE_RECTIFICATION = "manage_rectification"
    """Issue notices (整改通知), accept or return what units report."""
    DECIDE_APPEALS = "decide_appeals"
    SEE_MEASURES = "see_measures"
    """Scores of units, suggested measures, the ledger of measures taken."""
    MANAGE_MEASURES = "manage_measures"
    """Let rules suggest, enter what was taken; deciding takes APPROVE."""
    SEE_PERSON_SCORES = "see_person_scores"
    """Scores that name persons; inside the centre only."""

    SEE_SETTINGS = "see_settings"
    CHANGE_SETTINGS = "change_settings"
    SET_UP_CAMERAS = "set_up_cameras"
    """Test addresses; pictures while zones are drawn."""
    SEE_NOTIFICATIONS = "see_notifications"
    MANAGE_NOTIFICATIONS = "manage_notifications"
    MANAGE_WEBHOOKS = "manage_webhooks"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_AUDIT = "read_audit"
    VERIFY_AUDIT = "verify_audit"
    EXPORT_AUDIT = "export_audit"


TOKEN_ONLY: Final = frozenset({Permission.SEND_CLUES})
"""What nobody does by signing in; a token has to name it."""

NEVER_BY_TOKEN: Final = frozenset(
    {
        Permission.OWN_ACCOUNT,
        Permission.MANAGE_ACCOUNTS,
        Permission.APPROVE,
        Permission.OVERRIDE_LIMITS,
        Permission.ASK_NAMING,
        Permission.APPROVE_NAMING,
        Permission.GIVE_NONCE,
        Permission.SEE_PERSON_SCORES,
    }
)
"""What a person does in person: no token may hold it."""

COMMON: Final = frozenset(
    {
        Permission.OWN_ACCOUNT,
        Permission.SEE_HEALTH,
        Permission.SEE_NOTIFICATIONS,
        Permission.VERIFY_REGISTER,
        Permission.SEE_PRECISION,
        Permission.VERIFY_CHECKS,
        Permission.EXPORT,
    }
)
"""What an administrator may share with another role: it shows no picture and changes nothing."""

_SEES: Final = frozenset(
    {
        Permission.OWN_ACCOUNT,
        Permission.SEE_FINDINGS,
        Permission.SEE_EVIDENCE,
        Permission.SEE_DUTY,
        Permission.SEE_BEHAVIOURS,
        Permission.SEE_CHECKS,
        Permission.SEE_CASES,
        Permission.SEE_REPORTS,
    }
)
_CENTRE: Final = _SEES | {
    Permission.SEE_LIVE,
    Permission.SEE_HEALTH,
    Permission.SEE_REGISTER,
    Permission.VERIFY_REGISTER,
    Permission.VERIFY_CHECKS,
    Permission.SEE_NOTIFICATIONS,
    Permission.SEE_MEASURES,
    Permission.SEE_PRECISION,
}
_WORKS: Final = _CENTRE | {
    Permission.HANDLE_ALERTS,
    Permission.DECIDE,
    Permission.RECORD_BEHAVIOUR,
    Permission.DECIDE_BEHAVIOUR,
    Permission.REGISTER_LEAVE,
    Permission.CALL_ROLL,
    Permission.ENTER_VISITS,
    Permission.IMPORT_CASES,
}

GRANTS: Final[dict[Role, frozenset[Permission]]] = {
    Role.OPERATOR: _WORKS,
    Role.REVIEWER: _WORKS
    | {
        Permission.EXCUSE,
        Permission.REVERSE,
        Permission.CHANGE_DUTY,
        Permission.PLAN_CHECKS,
        Permission.ASK_NAMING,
        Permission.WRITE_CIRCULARS,
        Permission.MANAGE_RECTIFICATION,
        Permission.DECIDE_APPEALS,
        Permission.MANAGE_MEASURES,
        Permission.SEE_PERSON_SCORES,
        Permission.EXPORT,
    },
    Role.APPROVER: _CENTRE
    | {
        Permission.APPROVE,
        Permission.OVERRIDE_LIMITS,
        Permission.ASK_NAMING,
        Permission.APPROVE_NAMING,
        Permission.DECIDE_APPEALS,
        Permission.SEE_PERSON_SCORES,
        Permission.EXPORT,
    },
    Role.LIAISON: _SEES | {Permission.ANSWER, Permission.REGISTER_LEAVE, Permission.EXPORT},
    Role.SUPERVISOR: _CENTRE
    | {
        Permission.GIVE_NONCE,
        Permission.CALL_ROLL,
        Permission.ENTER_VISITS,
        Permission.ASK_NAMING,
        Permission.EXPORT,
    },
    Role.SYSTEM_ADMIN: frozenset(
        {
            Permission.OWN_ACCOUNT,
            Permission.SEE_HEALTH,
            Permission.SEE_NOTIFICATIONS,
            Permission.SEE_PRECISION,
            Permission.EXPORT,
            Permission.SEE_SETTINGS,
            Permission.CHANGE_SETTINGS,
            Permission.SET_UP_CAMERAS,
            Permission.MANAGE_NOTIFICATIONS,
            Permission.MANAGE_WEBHOOKS,
            Permission.SEND_CLUES,
        }
    ),
    Role.SECURITY_ADMIN: frozenset(
        {Permission.OWN_ACCOUNT, Permission.MANAGE_ACCOUNTS, Permission.EXPORT}
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.OWN_ACCOUNT,
            Permission.READ_AUDIT,
            Permission.VERIFY_AUDIT,
            Permission.EXPORT_AUDIT,
            Permission.VERIFY_REGISTER,
            Permission.VERIFY_CHECKS,
        }
    ),
}

ALONE: Final = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})
"""Roles that stand alone in an account (三员分立)."""

_DECIDING: Final = frozenset({Role.OPERATOR, Role.REVIEWER})
_OVERSEEING: Final = frozenset({Role.APPROVER, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an account sees (数据范围). None is everywhere; an empty set is nowhere."""

    halls: frozenset[str] | None = None
    units: frozenset[str] | None = None

    def covers(self, hall_id: str, unit_id: str) -> bool:
        """Whether something of this hall and unit is in it; what has no unit is nobody's own."""
        in_hall = self.halls is None or hall_id in self.halls
        return in_hall and (self.units is None or (unit_id != "" and unit_id in self.units))

    def within(self, other: Scope) -> Scope:
        """What lies in both."""
        return Scope(_both(self.halls, other.halls), _both(self.units, other.units))


EVERYWHERE: Final = Scope()


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


@dataclass(frozen=True, slots=True)
class Access:
    """The roles and the scope of one account, or of one of its tokens.

    Args:
        roles: Of the account.
        scope: Where it sees.
        only: Of a token: what it may at most; None for whoever signed in.

    Raises:
        InputError: no role, roles that have to be apart, a liaison without units.
    """

    roles: frozenset[Role]
    scope: Scope = EVERYWHERE
    only: frozenset[Permission] | None = None

    def __post_init__(self) -> None:
        if not self.roles:
            raise _wrong("账号至少须有一个角色。", "an account has at least one role.")
        if len(self.roles) > 1 and self.roles & ALONE:
            raise _wrong(
                "系统管理员、安全管理员、审计员须各自独立,请为其他角色另建账号。",
                "system administrator, security administrator and auditor stand alone; "
                "make another account for the other role.",
            )
        if len(self.roles) > 1 and Role.LIAISON in self.roles:
            raise _wrong(
                "单位联络员不得兼任其他角色,请另建账号。",
                "a liaison answers for a unit and has no other role; make another account.",
            )
        if self.roles & _DECIDING and self.roles & _OVERSEEING:
            raise _wrong(
                "核实与审批、监督须分开:监察员、复核员不得兼任审批人或纪检监督,请另建账号。",
                "who decides neither signs nor supervises: operator and reviewer go apart from "
                "approver and supervisor; make another account.",
            )
        units = self.scope.units
        if Role.LIAISON in self.roles and (units is None or not (units or self.only is not None)):
            raise _wrong("单位联络员须指定所属单位。", "a liaison needs the units that are theirs.")

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything that is granted, wherever it is."""
        granted = frozenset[Permission]().union(*(GRANTS[role] for role in self.roles))
        return granted - TOKEN_ONLY if self.only is None else granted & self.only

    def may(self, permission: Permission) -> bool:
        """Whether a role grants this, wherever it is."""
        return permission in self.permissions

    def may_at(self, permission: Permission, hall_id: str, unit_id: str) -> bool:
        """Whether this is granted for something of this hall and unit."""
        return self.may(permission) and self.scope.covers(hall_id, unit_id)

    def narrowed(self, only: frozenset[Permission], scope: Scope) -> Access:
        """What a token of this account may: never more than the account itself, at any time."""
        held = only if self.only is None else only & self.only
        return replace(self, only=held, scope=self.scope.within(scope))


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
