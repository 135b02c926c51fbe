"""The places of the bar, and where each account begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from api.auth.visitor import Visitor
from models.domain.access import Permission


@dataclass(frozen=True, slots=True)
class Place:
    """A page that the bar leads to, for whoever may see it."""

    path: str
    zh: str
    en: str
    permission: Permission


PLACES: Final = (
    Place("/today", "今日", "Today", Permission.SEE_LIVE),
    Place("/alerts", "告警", "Alerts", Permission.HANDLE_ALERTS),
    Place("/", "监控墙", "Wall", Permission.SEE_LIVE),
    Place("/unit", "本单位", "My unit", Permission.ANSWER),
    Place("/findings", "登记台账", "Findings", Permission.SEE_FINDINGS),
    Place("/checks", "抽查", "Checks", Permission.SEE_CHECKS),
    Place("/roster", "排班", "Rosters", Permission.SEE_DUTY),
    Place("/behaviours", "行为", "Behaviour", Permission.SEE_BEHAVIOURS),
    Place("/cases", "办件", "Cases", Permission.SEE_CASES),
    Place("/circulars", "通报", "Circulars", Permission.SEE_REPORTS),
    Place("/reports", "月报", "Reports", Permission.SEE_REPORTS),
    Place("/rectification", "整改申诉", "Rectification", Permission.SEE_FINDINGS),
    Place("/scores", "评分", "Scores", Permission.SEE_MEASURES),
    Place("/calendar", "日历", "Calendar", Permission.CHANGE_DUTY),
    Place("/admin", "系统管理", "Administration", Permission.SEE_SETTINGS),
    Place("/zones", "工位区域", "Zones", Permission.SET_UP_CAMERAS),
    Place("/precision", "准确率", "Accuracy", Permission.SEE_PRECISION),
    Place("/admin/accounts", "账号", "Accounts", Permission.MANAGE_ACCOUNTS),
    Place("/audit", "审计", "Audit", Permission.READ_AUDIT),
    Place("/health", "系统状态", "Health", Permission.SEE_HEALTH),
    Place("/about", "关于", "About", Permission.OWN_ACCOUNT),
)
ACCOUNT: Final = "/account"


def places_of(visitor: Visitor | None) -> Iterator[Place]:
    """The places that a visitor may see."""
    return (place for place in PLACES if visitor is not None and visitor.may(place.permission))


def home_of(visitor: Visitor) -> str:
    """Where a visitor begins: the first place they may see, or their own account."""
    return next((place.path for place in places_of(visitor)), ACCOUNT)
