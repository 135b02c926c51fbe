"""Columns of what is watched: findings, alerts, behaviours, clues, accuracy, cameras."""

from __future__ import annotations

from typing import Any, Final

from api.lists.listing import Everything, Listing, columns, paged
from api.routes.alerts import alerts_of
from api.routes.behaviours import catalogue, list_behaviours
from api.routes.cameras import list_cameras
from api.routes.clues import list_clues
from api.routes.findings import FindingFilter, list_findings
from api.routes.precision import cameras, windows
from api.schemas.alert import AlertOut
from api.schemas.behaviour import BehaviourFilter
from api.schemas.fields import Asked, Paged
from api.schemas.precision import PrecisionFilter, ShareOut
from api.wording import KINDS, LINKS, LIVES, REASONS
from models.domain.access import Permission

_BASES: Final = {"manual": ("人工登记", "by hand"), "machine_clue": ("机器线索", "by machine")}
_WHERE: Final = (("大厅", "hall", "hall"), ("窗口", "window", "window"), ("单位", "unit", "unit"))


class _Alerts(Asked):
    standing: bool = False


def _alerts(parts: Any, visitor: Any, wanted: _Alerts) -> list[AlertOut]:
    return alerts_of(parts, visitor, parts.clock.now(), wanted.standing)


def _percent(share: ShareOut) -> float | None:
    return None if share.estimate is None else round(100 * share.estimate, 1)


_SHARES: Final = (
    ("正确", "right", "precision.part"),
    ("已裁决", "decided", "precision.whole"),
    ("准确率(%)", "precision (%)", lambda one: _percent(one.precision)),
    ("下限(%)", "at least (%)", lambda one: round(100 * one.precision.low, 1)),
    ("上限(%)", "at most (%)", lambda one: round(100 * one.precision.high, 1)),
    ("检出率(%)", "detected (%)", lambda one: _percent(one.seen)),
)

FINDINGS: Final = Listing(
    "findings",
    "登记台账",
    "findings",
    Permission.SEE_FINDINGS,
    FindingFilter,
    paged(list_findings),
    columns(
        ("编号", "id", "id"),
        ("情形", "finding", lambda one: one.label or one.kind),
        ("处置状态", "state", "state", LIVES),
        *_WHERE,
        ("岗位", "post", "post"),
        ("起", "from", "started_at"),
        ("至(至少)", "until at least", "until_at_least"),
        ("至少(秒)", "at least (s)", "proven_s"),
        ("至多(秒)", "at most (s)", "possible_s"),
        ("已结束", "ended", "ended"),
        ("登记时间", "registered", "opened_at"),
        ("登记序号", "register entry", "register_seq"),
        ("排班版本", "roster", "roster_version"),
        ("规则版本", "rules", "profile"),
        ("证据SHA-256", "evidence SHA-256", lambda one: " ".join(one.evidence_sha256)),
    ),
    "findings",
)

WATCHING: Final = (
    FINDINGS,
    Listing(
        "alerts",
        "告警",
        "alerts",
        Permission.SEE_FINDINGS,
        _Alerts,
        _alerts,
        columns(
            ("编号", "id", "id"),
            ("情形", "kind", "kind", KINDS),
            ("大厅", "hall", "hall"),
            ("窗口", "window", "window"),
            ("起", "since", "since"),
            ("告警时间", "raised", "raised_at"),
            ("解除时间", "over", "cleared_at"),
            ("登记编号", "finding", "finding_id"),
            ("认领人", "claimed by", "claimed_by"),
            ("认领时间", "claimed", "claimed_at"),
            ("稍后提醒至", "quiet until", "snoozed_until"),
            ("已升级", "escalated", "escalated"),
        ),
        "findings",
    ),
    Listing(
        "behaviours",
        "行为登记",
        "behaviour",
        Permission.SEE_BEHAVIOURS,
        BehaviourFilter,
        paged(list_behaviours),
        columns(
            ("编号", "id", "id"),
            ("行为", "behaviour", lambda one: one.label or one.kind),
            ("代码", "code", "kind"),
            ("来源", "basis", "basis", _BASES),
            ("处置状态", "state", "state", LIVES),
            *_WHERE,
            ("时间", "at", "started_at"),
            ("登记时间", "registered", "opened_at"),
            ("登记人", "by", "by"),
            ("说明", "note", "note"),
            ("登记序号", "register entry", "register_seq"),
        ),
        "behaviours",
    ),
    Listing(
        "behaviours/catalogue",
        "行为目录",
        "catalogue",
        Permission.SEE_BEHAVIOURS,
        Paged,
        paged(lambda parts, _visitor, wanted: catalogue(parts, wanted)),
        columns(
            ("代码", "code", "code"),
            ("名称", "name", "name"),
            ("英文名称", "English name", "name_en"),
            ("来源", "basis", "basis", _BASES),
            ("类别", "group", "group"),
            ("已停用", "retired", "retired"),
        ),
        "behaviours",
    ),
    Listing(
        "clues",
        "外部线索",
        "clues",
        Permission.SEE_FINDINGS,
        Paged,
        paged(list_clues),
        columns(
            ("编号", "id", "id"),
            ("来源", "source", "source"),
            ("外部编号", "external id", "external_id"),
            ("类别", "kind", "kind"),
            ("大厅", "hall", "hall_id"),
            ("窗口", "window", "window_id"),
            ("单位", "unit", "unit"),
            ("时间", "at", "at"),
            ("收到时间", "received", "received_at"),
            ("提交人", "by", "by"),
            ("人数", "people", "people"),
            ("置信度", "score", "score"),
            ("登记编号", "finding", "finding_id"),
        ),
        "findings",
    ),
    Listing(
        "precision",
        "窗口准确率",
        "accuracy by window",
        Permission.SEE_PRECISION,
        PrecisionFilter,
        paged(windows),
        columns(
            *_WHERE,
            ("摄像头", "cameras", "cameras"),
            *_SHARES,
            ("可能原因", "likely cause", "cause_zh"),
            ("可能原因(英文)", "likely cause (English)", "cause_en"),
            ("建议", "proposal", lambda one: one.proposal.zh if one.proposal else ""),
        ),
        "live",
    ),
    Listing(
        "precision/cameras",
        "摄像头准确率",
        "accuracy by camera",
        Permission.SEE_PRECISION,
        PrecisionFilter,
        paged(cameras),
        columns(
            ("大厅", "hall", "hall"),
            ("摄像头", "camera", "camera"),
            ("窗口数", "windows", "windows"),
            *_SHARES,
        ),
        "live",
    ),
    Listing(
        "cameras",
        "摄像头",
        "cameras",
        Permission.SEE_LIVE,
        Everything,
        lambda parts, visitor, _wanted: list_cameras(parts, visitor),
        columns(
            ("编号", "id", "id"),
            ("名称", "name", "name"),
            ("大厅", "hall", "hall"),
            ("状态", "link", "link", LINKS),
            ("原因", "reason", "reason", REASONS),
            ("最近画面", "last picture", "taken_at"),
            ("画面年龄(秒)", "age (s)", "frame_age_s"),
            ("窗口", "windows", "windows"),
        ),
        "cameras",
    ),
)
