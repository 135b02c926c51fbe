"""Columns of spot checks: checks, what they found at each window, campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from api.auth.visitor import Visitor
from api.check_view import CheckTeller, all_of, query_of, results_of
from api.lists.listing import MOST_ROWS, Listing, check_count, columns, paged
from api.routes.campaigns import list_campaigns
from api.routes.checks import list_checks
from api.schemas.check import CheckChoice, CheckDetail, CheckFilter, ResultOut
from api.schemas.fields import Paged
from api.wiring import WebParts
from api.wording_desk import CHECK_KINDS, CHECK_STATES, RESULTS
from models.domain.access import Permission

BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a check found at one window."""

    check: CheckDetail
    found: ResultOut


def _results(parts: WebParts, visitor: Visitor, wanted: CheckChoice) -> list[_Looked]:
    rows = list(islice(_looked(parts, visitor, wanted), MOST_ROWS + 1))
    check_count(len(rows))
    return rows


def _looked(parts: WebParts, visitor: Visitor, wanted: CheckChoice) -> Iterator[_Looked]:
    teller = CheckTeller(parts.teller, visitor.scope)
    with parts.make_uow(read_only=True) as uow:
        checks = all_of(uow, query_of(wanted, visitor.scope, parts.settings))
        while batch := list(islice(checks, BATCH)):
            results = results_of(uow, batch, visitor.scope)
            for check in batch:
                told = teller.detail(check, results.get(check.id, ()), uow)
                yield from (_Looked(told, one) for one in told.found)


CHECKS: Final = (
    Listing(
        "checks",
        "抽查",
        "spot checks",
        Permission.SEE_CHECKS,
        CheckFilter,
        paged(list_checks),
        columns(
            ("编号", "id", "id"),
            ("计划", "plan", "plan"),
            ("大厅", "hall", "hall"),
            ("次序", "number", "number"),
            ("类别", "kind", "kind", CHECK_KINDS),
            ("状态", "state", "state", CHECK_STATES),
            ("应查时间", "due", "due_at"),
            ("开始", "started", "started_at"),
            ("完成", "ended", "ended_at"),
            ("未执行原因", "why not made", "reason_text"),
            ("发起人", "by", "by"),
            ("说明", "note", "note"),
            ("专项", "campaign", "campaign"),
            ("计入统计", "counted", "counted"),
            ("窗口数", "windows", "windows"),
            ("结果", "results", "results", RESULTS),
        ),
        "checks",
    ),
    Listing(
        "checks/results",
        "抽查结果",
        "results of checks",
        Permission.SEE_CHECKS,
        CheckChoice,
        _results,
        columns(
            ("抽查编号", "check", "check.id"),
            ("类别", "kind", "check.kind", CHECK_KINDS),
            ("大厅", "hall", "check.hall"),
            ("应查时间", "due", "check.due_at"),
            ("窗口", "window", "found.window"),
            ("单位", "unit", "found.unit"),
            ("结果", "result", "found.result", RESULTS),
            ("原因", "reason", "found.reason_text"),
            ("核查时间", "looked at", "found.looked_at"),
            ("判定时间", "settled", "found.settled_at"),
            ("情形编号", "finding", "found.finding_id"),
            ("登记序号", "register entry", "found.register_seq"),
            ("证据SHA-256", "evidence SHA-256", lambda one: " ".join(one.found.evidence_sha256)),
        ),
        "checks",
    ),
    Listing(
        "campaigns",
        "专项",
        "campaigns",
        Permission.VERIFY_CHECKS,
        Paged,
        paged(list_campaigns),
        columns(
            ("编号", "id", "id"),
            ("版本", "version", "version"),
            ("名称", "name", "name"),
            ("类别", "kind", "kind", CHECK_KINDS),
            ("首日", "first day", "first"),
            ("末日", "last day", "last"),
            ("大厅", "halls", "halls"),
            ("时刻", "times", "times"),
            ("随机次数", "random", "random"),
            ("行为", "behaviours", "behaviours"),
            ("牵头", "leads", "leads"),
            ("已终止", "withdrawn", "withdrawn"),
            ("操作人", "by", "by"),
            ("理由", "reason", "reason"),
            ("时间", "at", "at"),
        ),
        "plans",
    ),
)
