"""Columns of cases and papers: cases, circulars, rectification, appeals, measures, scores."""

from __future__ import annotations

from typing import Any, Final

from api.lists.listing import Listing, columns, paged
from api.routes.appeals import list_appeals, list_explanations
from api.routes.cases import figures, item_clues, list_cases
from api.routes.circulars import list_circulars
from api.routes.measures import list_ledger, list_suggestions, unit_scores
from api.routes.rectifications import list_proposals, list_rectifications
from api.schemas.appeal import AppealsFilter, ExplanationsFilter
from api.schemas.case import CasesFilter, CluesFilter, FiguresOut, PeriodFilter
from api.schemas.fields import Paged
from api.schemas.measure import LedgerFilter, PeriodQuery, SuggestionsFilter, UnitScoreOut
from api.schemas.rectification import RectificationsFilter
from api.wording_desk import (
    APPEAL_STATES,
    CARDS,
    CASE_TYPES,
    CIRCULAR_KINDS,
    CIRCULAR_STATES,
    ENDINGS,
    EXPLANATION_STATES,
    MEASURES,
    RECTIFY_STATES,
)
from models.domain.access import Permission

_CLUES: Final = {
    "promise_too_long": ("承诺时限过长", "promise too long"),
    "asked_twice": ("多次补正", "asked for papers more than once"),
}
_DECISIONS: Final = {
    "waiting": ("待批", "waiting"),
    "approved": ("同意", "approved"),
    "refused": ("不同意", "refused"),
}


def _figures(parts: Any, visitor: Any, wanted: PeriodFilter) -> list[FiguresOut]:
    found = figures(parts, visitor, wanted)
    return [*found.units, found.total] if found.units else []


def _scores(parts: Any, visitor: Any, wanted: PeriodQuery) -> list[UnitScoreOut]:
    return unit_scores(parts, visitor, wanted).items


CASES: Final = (
    Listing(
        "cases",
        "办件",
        "cases",
        Permission.SEE_CASES,
        CasesFilter,
        paged(list_cases),
        columns(
            ("办件编号", "number", "project_no"),
            ("单位", "unit", "unit"),
            ("类型", "type", "case_type", CASE_TYPES),
            ("事项编码", "item code", "task_code"),
            ("事项名称", "item", "task_name"),
            ("受理时间", "accepted", "accepted_at"),
            ("承诺时限(工作日)", "promised days", "promise_days"),
            ("法定时限(工作日)", "statutory days", "statutory_days"),
            ("承诺期限", "promised by", "due_at"),
            ("法定期限", "statutory", "statutory_at"),
            ("办结时间", "ended", "ended_at"),
            ("办结方式", "ending", "ending", ENDINGS),
            ("按时", "on time", "on_time"),
            ("用时(工作日)", "days used", "used_days"),
            ("补正次数", "asked for papers", "corrections"),
            ("牌", "cards", "cards", CARDS),
        ),
        "cases",
    ),
    Listing(
        "cases/items",
        "办件线索",
        "clues on items",
        Permission.SEE_CASES,
        CluesFilter,
        paged(item_clues),
        columns(
            ("类别", "kind", "kind", _CLUES),
            ("单位", "unit", "unit"),
            ("事项编码", "item code", "task_code"),
            ("事项名称", "item", "task_name"),
            ("承诺时限(工作日)", "promised days", "promise_days"),
            ("法定时限(工作日)", "statutory days", "statutory_days"),
            ("补正次数", "asked for papers", "corrections"),
            ("办件数", "cases", "cases"),
            ("办件编号", "number", "project_no"),
            ("说明", "why", "zh"),
            ("说明(英文)", "why (English)", "en"),
        ),
        "cases",
    ),
    Listing(
        "cases/kpi",
        "办件统计",
        "figures of cases",
        Permission.SEE_CASES,
        PeriodFilter,
        _figures,
        columns(
            ("单位", "unit", "unit"),
            ("期初在办", "opening", "opening"),
            ("受理", "accepted", "accepted"),
            ("办结", "closed", "closed"),
            ("退回/撤销", "left", "left"),
            ("期末在办", "closing", "closing"),
            ("办结率", "closing rate", "closing_rate.text"),
            ("当期办结率", "own closing rate", "own_closing_rate.text"),
            ("按时办结率", "on time", "on_time_rate.text"),
            ("提前办结率", "early", "early_rate.text"),
            ("平均用时", "mean days", "average_days"),
            ("牌", "cards", "cards", CARDS),
        ),
        "cases",
    ),
)

PAPERS: Final = (
    Listing(
        "circulars",
        "通报",
        "circulars",
        Permission.SEE_REPORTS,
        Paged,
        paged(list_circulars),
        columns(
            ("编号", "id", "id"),
            ("文号", "number", "number"),
            ("类别", "kind", "kind", CIRCULAR_KINDS),
            ("期间", "period", "period"),
            ("标题", "title", "title"),
            ("状态", "state", "state", CIRCULAR_STATES),
            ("情形数", "findings", "findings"),
            ("更正对象", "corrects", "corrects"),
            ("最近办理人", "last step by", lambda one: one.steps[-1].by if one.steps else ""),
            ("最近办理时间", "last step", lambda one: one.steps[-1].at if one.steps else None),
        ),
        "circulars",
    ),
    Listing(
        "rectifications",
        "整改",
        "rectifications",
        Permission.SEE_FINDINGS,
        RectificationsFilter,
        paged(list_rectifications),
        columns(
            ("文号", "number", "number"),
            ("单位", "unit", "unit"),
            ("事由", "title", "title"),
            ("状态", "state", "state", RECTIFY_STATES),
            ("下发日期", "issued", "issued_on"),
            ("下发人", "issued by", "issued_by"),
            ("认领人", "claimed by", "claimed_by"),
            ("限期", "due", "due"),
            ("超期", "overdue", "overdue"),
            ("轮次", "rounds", lambda one: len(one.rounds)),
            ("依据", "about", "refs"),
            ("销号文号", "closed by", "closing_number"),
            ("撤回理由", "withdrawn", "withdrawn"),
        ),
        "rectifications",
    ),
    Listing(
        "rectifications/proposals",
        "整改建议",
        "proposed notices",
        Permission.MANAGE_RECTIFICATION,
        Paged,
        paged(list_proposals),
        columns(
            ("单位", "unit", "unit"),
            ("时间", "at", "at"),
            ("事由", "what", "what"),
            ("情形编号", "finding", "finding_id"),
            ("办件编号", "case", "project_no"),
        ),
        "rectifications",
    ),
    Listing(
        "appeals",
        "申诉",
        "appeals",
        Permission.SEE_FINDINGS,
        AppealsFilter,
        paged(list_appeals),
        columns(
            ("编号", "id", "id"),
            ("情形编号", "finding", "finding_id"),
            ("情形", "what", "label"),
            ("单位", "unit", "unit"),
            ("状态", "state", "state", APPEAL_STATES),
            ("申诉人", "by", "by"),
            ("申诉时间", "filed", "filed_at"),
            ("理由", "grounds", "grounds"),
            ("末日", "last day", "last_day"),
            ("通报", "circular", "circular"),
            ("裁决人", "decided by", "decided_by"),
            ("裁决时间", "decided", "decided_at"),
            ("裁决理由", "reason", "reason"),
            ("更正通知", "correction", "correction"),
        ),
        "appeals",
    ),
    Listing(
        "explanations",
        "情况说明",
        "explanations",
        Permission.SEE_FINDINGS,
        ExplanationsFilter,
        paged(list_explanations),
        columns(
            ("编号", "id", "id"),
            ("情形编号", "finding", "finding_id"),
            ("情形", "what", "label"),
            ("单位", "unit", "unit"),
            ("状态", "state", "state", EXPLANATION_STATES),
            ("说明人", "by", "by"),
            ("时间", "given", "given_at"),
            ("内容", "text", "text"),
            ("审核人", "answered by", "answered_by"),
            ("审核时间", "answered", "answered_at"),
            ("理由", "reason", "reason"),
        ),
        "appeals",
    ),
    Listing(
        "measures/ledger",
        "问责台账",
        "ledger of measures",
        Permission.SEE_MEASURES,
        LedgerFilter,
        paged(list_ledger),
        columns(
            ("编号", "id", "id"),
            ("案由", "case", "case"),
            ("对象", "subject", "subject"),
            ("措施", "measure", "measure", MEASURES),
            ("时间", "at", "at"),
            ("依据", "basis", "basis"),
            ("登记人", "by", "by"),
            ("撤销理由", "withdrawn", "withdrawn"),
        ),
        "measures",
    ),
    Listing(
        "measures/suggestions",
        "处理建议",
        "suggested measures",
        Permission.SEE_MEASURES,
        SuggestionsFilter,
        paged(list_suggestions),
        columns(
            ("编号", "id", "id"),
            ("规则", "rule", "rule"),
            ("对象", "subject", "subject"),
            ("期间", "period", "period"),
            ("措施", "measure", "measure", MEASURES),
            ("理由", "why", "why"),
            ("并列", "tied", "tied"),
            ("状态", "state", "state", _DECISIONS),
            ("批准人", "decided by", "decided_by"),
            ("批准时间", "decided", "decided_at"),
            ("批准理由", "reason", "reason"),
        ),
        "measures",
    ),
    Listing(
        "scores/units",
        "单位评分",
        "scores of units",
        Permission.SEE_MEASURES,
        PeriodQuery,
        _scores,
        columns(
            ("名次", "place", "rank"),
            ("单位", "unit", "unit"),
            ("组别", "group", "group"),
            ("得分", "score", lambda one: None if one.score is None else float(one.score)),
            ("扣分", "points", lambda one: float(one.points)),
            ("有效核查", "effective checks", "effective"),
            ("样本充足", "enough", "enough"),
            ("并列", "tied", "tied"),
        ),
        "measures",
    ),
)
