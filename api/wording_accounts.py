"""What roles and permissions are called on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.wording import Pair

ROLES: Final[Mapping[str, Pair]] = {
    "operator": ("监察员", "operator"),
    "reviewer": ("复核员", "reviewer"),
    "approver": ("审批人", "approver"),
    "liaison": ("单位联络员", "unit liaison"),
    "supervisor": ("纪检监督", "supervisor"),
    "system_admin": ("系统管理员", "system administrator"),
    "security_admin": ("安全管理员", "security administrator"),
    "auditor": ("审计员", "auditor"),
}
