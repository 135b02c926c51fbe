"""Lists of findings as files: an XLSX workbook, a CSV file. Each export is entered in the audit
log before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor, not_allowed
from api.deps import PartsDep, VisitorDep
from api.exporting import Cell, as_csv, as_xlsx
from api.routes.findings import FindingChoice
from api.schemas.finding import FindingOut
from api.wiring import WebParts
from api.wording import LIVES, Language, word
from models.domain.access import Permission
from models.domain.errors import InputError

router = APIRouter(tags=["findings"])

MOST_ROWS: Final = 20_000
PAGE: Final = 500
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXPORT = needs(Permission.EXPORT, audit=Audit.EACH)

HEAD: Final[dict[Language, tuple[str, ...]]] = {
    "zh": (
        "编号", "情形", "处置状态", "大厅", "窗口", "单位", "岗位", "起", "至(至少)", "至少(秒)",
        "至多(秒)", "已结束", "登记时间", "登记序号", "排班版本", "规则版本", "证据SHA-256",
    ),
    "en": (
        "id", "finding", "state", "hall", "window", "unit", "post", "from", "until at least",
        "at least (s)", "at most (s)", "ended", "registered", "register entry", "roster", "rules",
        "evidence SHA-256",
    ),
}  # fmt: skip


class ExportChoice(FindingChoice):
    """Which findings, and in which language the columns are named."""

    language: Literal["zh", "en"] = Field("zh")


@router.get(
    "/findings/export.xlsx",
    dependencies=[EXPORT],
    response_class=Response,
    responses={200: {"content": {XLSX: {}}}},
    summary="Findings as a workbook",
)
def export_xlsx(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[ExportChoice, Query()]
) -> Response:
    """The findings of the caller's scope as XLSX, newest first; nobody is named. A second sheet
    says who exported them, when, and which."""
    rows, now = _rows(parts, visitor, wanted)
    chosen = urlencode(wanted.model_dump(exclude_defaults=True, mode="json"))
    about = (
        ("导出人 exported by", visitor.name),
        ("时间 at", now.isoformat(timespec="seconds")),
        ("条件 filter", chosen or "(全部 all)"),
        ("行数 rows", str(len(rows))),
    )
    data = as_xlsx("情形" if wanted.language == "zh" else "findings", _head(wanted), rows, about)
    return _file(data, XLSX, now, "xlsx")


@router.get(
    "/findings/export.csv",
    dependencies=[EXPORT],
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
    summary="Findings as CSV",
)
def export_csv(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[ExportChoice, Query()]
) -> Response:
    """The same as CSV, UTF-8 with a byte order mark."""
    rows, now = _rows(parts, visitor, wanted)
    return _file(as_csv(_head(wanted), rows), "text/csv; charset=utf-8", now, "csv")


def _head(wanted: ExportChoice) -> tuple[str, ...]:
    return HEAD[wanted.language]


def _rows(
    parts: WebParts, visitor: Visitor, wanted: ExportChoice
) -> tuple[Sequence[Sequence[Cell]], datetime]:
    if not visitor.may(Permission.SEE_FINDINGS):
        raise not_allowed(visitor)
    query = wanted.query(visitor.scope)
    found: list[FindingOut] = []
    with parts.make_uow(read_only=True) as uow:
        total = uow.findings.count(query)
        if total > MOST_ROWS:
            raise InputError(
                f"共 {total} 条,超过一次导出上限 {MOST_ROWS} 条;请缩小时间范围或按大厅导出。",
                f"{total} rows are more than {MOST_ROWS}; ask for a shorter time or one hall.",
                where="since, until, hall_id",
            )
        after = 0
        while page := uow.findings.list(query, after_id=after, limit=PAGE):
            after = page[-1].id
            found += [parts.teller.finding(row) for row in page]
    return [_row(one, wanted.language) for one in found], parts.clock.now()


def _row(one: FindingOut, language: Language) -> Sequence[Cell]:
    return (
        one.id,
        one.label or one.kind,
        word(LIVES, one.state, language),
        one.hall,
        one.window,
        one.unit,
        one.post,
        one.started_at.isoformat(timespec="seconds"),
        one.until_at_least.isoformat(timespec="seconds"),
        one.proven_s,
        one.possible_s,
        {"zh": "是", "en": "yes"}[language] if one.ended else {"zh": "否", "en": "no"}[language],
        one.opened_at.isoformat(timespec="seconds"),
        one.register_seq,
        one.roster_version,
        one.profile,
        " ".join(one.evidence_sha256),
    )


def _file(data: bytes, media_type: str, now: datetime, ending: str) -> Response:
    name = f"onpost-findings-{now:%Y%m%d-%H%M%S}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type=media_type, headers=headers)
