"""Columns of the house: accounts, tokens, outbox, receivers, zones, health, audit, register."""

from __future__ import annotations

from itertools import islice, takewhile
from typing import Any, Final

from pydantic import Field

from api.auth.visitor import Visitor
from api.lists.listing import MOST_ROWS, Everything, Listing, check_count, columns, paged
from api.routes.accounts import list_accounts
from api.routes.audit import DeedPageFilter, list_deeds
from api.routes.notifications import list_notifications
from api.routes.register import entries_seen
from api.routes.system import system
from api.routes.tokens import list_tokens
from api.routes.webhooks import list_webhooks
from api.routes.zones import list_zones
from api.schemas.fields import Asked, Paged
from api.schemas.finding import RegisterOut
from api.schemas.notification import NotificationFilter
from api.schemas.system import CameraStateOut
from api.wiring import WebParts
from api.wording import LINKS, REASONS
from api.wording_accounts import ROLES
from models.domain.access import Permission

_SENDINGS: Final = {
    "waiting": ("待发", "waiting"),
    "sending": ("发送中", "sending"),
    "sent": ("已发", "sent"),
    "dead": ("放弃", "given up"),
    "no_channel": ("无渠道", "no channel"),
}
_SEVERITIES: Final = {
    "ordinary": ("一般", "ordinary"),
    "important": ("重要", "important"),
    "serious": ("严重", "serious"),
}


class _Entries(Asked):
    kind: str = Field("", max_length=60, description="Such as `finding_opened`.")
    first: int = Field(1, ge=1, le=2**62, description="The first entry's number.")
    last: int = Field(2**62, ge=1, le=2**62, description="The last entry's number.")


def _entries(parts: WebParts, visitor: Visitor, wanted: _Entries) -> list[RegisterOut]:
    with parts.make_uow(read_only=True) as uow:
        found = entries_seen(parts, uow, visitor, wanted.kind, wanted.first - 1)
        within = takewhile(lambda one: one.seq <= wanted.last, found)
        rows = list(islice(within, MOST_ROWS + 1))
    check_count(len(rows), "first, last, kind")
    return rows


def _all(names: list[str] | None) -> list[str]:
    return ["全部 all"] if names is None else names


def _troubled(parts: Any, visitor: Any, _wanted: Any) -> list[CameraStateOut]:
    return system(parts, visitor).troubled


HOUSE: Final = (
    Listing(
        "accounts",
        "账号",
        "accounts",
        Permission.MANAGE_ACCOUNTS,
        Paged,
        paged(lambda parts, _visitor, wanted: list_accounts(parts, wanted)),
        columns(
            ("登录名", "login", "login"),
            ("姓名", "name", "name"),
            ("角色", "roles", "roles", ROLES),
            ("大厅", "halls", lambda one: _all(one.scope.halls)),
            ("单位", "units", lambda one: _all(one.scope.units)),
            ("已停用", "disabled", "disabled"),
            ("待改口令", "password due", "must_change_password"),
            ("锁定至", "locked until", "locked_until"),
            ("在线会话", "sessions", "sessions"),
            ("令牌", "tokens", "tokens"),
            ("建立时间", "made", "created_at"),
            ("口令时间", "password of", "password_at"),
        ),
        "accounts",
    ),
    Listing(
        "tokens",
        "令牌",
        "tokens",
        Permission.OWN_ACCOUNT,
        Paged,
        paged(list_tokens),
        columns(
            ("编号", "id", "id"),
            ("账号", "account", "login"),
            ("名称", "name", "name"),
            ("权限", "permissions", "permissions"),
            ("大厅", "halls", lambda one: _all(one.scope.halls)),
            ("单位", "units", lambda one: _all(one.scope.units)),
            ("建立时间", "made", "created_at"),
            ("到期", "expires", "expires_at"),
            ("最近使用", "last used", "used_at"),
            ("撤销时间", "revoked", "revoked_at"),
        ),
        "tokens",
    ),
    Listing(
        "notifications",
        "通知",
        "notifications",
        Permission.SEE_NOTIFICATIONS,
        NotificationFilter,
        paged(list_notifications),
        columns(
            ("编号", "id", "id"),
            ("时间", "at", "at"),
            ("类别", "kind", "kind"),
            ("级别", "severity", "severity", _SEVERITIES),
            ("内容", "title (Chinese)", "title_zh"),
            ("内容(英文)", "title", "title_en"),
            ("大厅", "hall", "hall_id"),
            ("单位", "unit", "unit"),
            ("状态", "state", "state", _SENDINGS),
            ("渠道", "channels", lambda one: [way.target for way in one.deliveries]),
            ("次数", "tries", lambda one: sum(way.tries for way in one.deliveries)),
            ("错误", "errors", lambda one: [way.error for way in one.deliveries if way.error]),
        ),
        "notifications",
    ),
    Listing(
        "webhooks",
        "外发回调",
        "receivers of events",
        Permission.MANAGE_WEBHOOKS,
        Paged,
        paged(list_webhooks),
        columns(
            ("编号", "id", "id"),
            ("地址", "address", "url"),
            ("事件", "topics", "topics"),
            ("大厅", "halls", lambda one: _all(one.halls)),
            ("单位", "units", lambda one: _all(one.units)),
            ("启用", "on", "enabled"),
            ("建立时间", "made", "made_at"),
            ("建立人", "by", "made_by"),
            ("待送", "pending", "pending"),
            ("已放弃", "given up", "given_up"),
            ("最近错误", "last error", "last_error"),
        ),
        "webhooks",
    ),
    Listing(
        "zones",
        "工位区域",
        "zones",
        Permission.SET_UP_CAMERAS,
        Paged,
        paged(list_zones),
        columns(
            ("编号", "id", "camera_id"),
            ("摄像头", "camera", "camera"),
            ("大厅", "hall", "hall"),
            ("区域数", "zones", "windows"),
            ("已画", "drawn", "drawn"),
            ("最近画面", "last picture", "taken_at"),
        ),
        "zones",
    ),
    Listing(
        "system",
        "故障摄像头",
        "cameras that do not work",
        Permission.SEE_HEALTH,
        Everything,
        _troubled,
        columns(
            ("编号", "id", "camera_id"),
            ("摄像头", "camera", "camera"),
            ("大厅", "hall", "hall"),
            ("状态", "link", "link", LINKS),
            ("原因", "reason", "reason", REASONS),
            ("起", "since", "since"),
            ("画面年龄(秒)", "age (s)", "frame_age_s"),
        ),
        "live",
    ),
    Listing(
        "register",
        "登记链",
        "register",
        Permission.SEE_REGISTER,
        _Entries,
        _entries,
        columns(
            ("序号", "number", "seq"),
            ("时间", "at", "at"),
            ("类别", "kind", "kind"),
            ("内容", "entry", "payload"),
            ("上一哈希", "hash before", "prev_hash"),
            ("哈希", "hash", "hash"),
        ),
        "register",
    ),
    Listing(
        "audit",
        "审计日志",
        "audit log",
        Permission.READ_AUDIT,
        DeedPageFilter,
        paged(lambda parts, _visitor, wanted: list_deeds(parts, wanted)),
        columns(
            ("序号", "number", "seq"),
            ("时间", "at", "at"),
            ("账号", "who", "who"),
            ("角色", "roles", "roles", ROLES),
            ("方式", "means", "means"),
            ("地址", "address", "address"),
            ("操作", "action", "action"),
            ("对象", "target", "target"),
            ("结果", "outcome", "outcome"),
            ("内容", "said", "said"),
            ("哈希", "hash", "hash"),
        ),
        "audit",
        export=Permission.EXPORT_AUDIT,
    ),
)
