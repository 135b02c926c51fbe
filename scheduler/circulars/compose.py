"""Words a report: the circular in full, for the public, and the parts both share.

Source: domain.md §2.6 for the order of parts. Nothing is reckoned here: figures come from the
report and its tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from models.domain.circular import CircularKind, DocumentNumber, Variant, check_names
from models.domain.document import (
    Annex,
    Bars,
    Block,
    Document,
    Gallery,
    Heading,
    Para,
    Picture,
    day_text,
    printed,
)
from models.domain.inspection import KIND_NAMES, CheckKind
from models.domain.ratio import Ratio
from models.domain.report import (
    GROUP_NAMES,
    ProblemGroup,
    Report,
    ReportProblem,
    points_text,
)
from scheduler.circulars import tables

NUMERALS: Final = "一二三四五六七八九十"
DRAFT: Final = "草稿"
PICTURES: Final = "证据图片(已遮挡)"
PUBLIC_NOTE: Final = "公开版:不含个人信息和现场画面"


@dataclass(frozen=True, slots=True)
class Heads:
    """Who issues, to whom, under what title: configuration, not law (domain.md §2.9).

    Attributes:
        issuer: Issuing body.
        to: Whom it is sent to.
        copies: Who gets a copy.
        printed_by: Who prints it.
        basis: On what ground the supervision is made, as a clause.
        channel: How a unit appeals, as a clause.
    """

    issuer: str
    to: str = "各乡镇人民政府、市直各有关单位"
    copies: str = ""
    printed_by: str = ""
    basis: str = "根据政务服务大厅工作纪律有关规定"
    channel: str = "登录本系统“申诉”页面提交"


@dataclass(frozen=True, slots=True)
class Issue:
    """Number and date of an issued circular; both None for a draft."""

    number: DocumentNumber | None = None
    dated: date | None = None

    @property
    def mark(self) -> str:
        """What a draft shows on every page."""
        return "" if self.number is not None else DRAFT


def circular(
    report: Report,
    kind: CircularKind,
    heads: Heads,
    issue: Issue,
    *,
    agreed: frozenset[str] = frozenset(),
    pictures: tuple[Picture, ...] = (),
) -> Document:
    """The circular in full, for readers inside.

    Args:
        report: Its figures.
        kind: Its kind; only a 通报批评 may name persons.
        heads: Issuer and readers.
        issue: Number and date.
        agreed: Names that a second approver agreed to.
        pictures: Small masked pictures of its problems.

    Raises:
        ForbiddenMove: a name that may not stand there.
    """
    check_names(kind, Variant.FULL, {one.person for one in report.problems if one.person}, agreed)
    named = kind is CircularKind.CRITICISM
    parts: list[tuple[str, Sequence[Block]]] = [
        ("总体情况", _overall(report)),
        ("电子监察数据", _case_part(report)),
        ("表扬", _praise(report)),
        ("发现的问题", _found(report.in_group, _item)),
        ("处理意见", _measures(report)),
        ("工作要求", _demands(report, heads)),
    ]
    annexes = (
        Annex(tables.SUMMARY, (tables.summary(report),), wide=True),
        Annex(tables.PROBLEMS, (tables.problems(_in_order(report), named=named),), wide=True),
        Annex(tables.UNSEEN, (tables.unseen(report.unseen),)),
        Annex(tables.CORRECTIONS, _or_none(report.corrections, tables.corrections)),
        *shown(pictures),
    )
    return printed(
        Document(
            heads.issuer,
            title_of(report, kind),
            (Para(_lead(report, heads)), *_numbered(parts)),
            number=issue.number,
            to=heads.to,
            annexes=annexes,
            dated=issue.dated,
            copies=heads.copies,
            printed_by=heads.printed_by,
            mark=issue.mark,
        )
    )


def public(report: Report, kind: CircularKind, heads: Heads, issue: Issue) -> Document:
    """The masked variant (公开版): units only; no window, minute, name or picture."""
    parts: list[tuple[str, Sequence[Block]]] = [
        ("总体情况", _overall(report)),
        ("电子监察数据", _case_part(report)),
        ("表扬", _praise(report)),
        ("发现的问题", _counts_by_unit(report)),
        ("工作要求", [Para("请各单位对照检查,严格落实窗口在岗和服务规范要求。")]),
    ]
    return printed(
        Document(
            heads.issuer,
            title_of(report, kind),
            (Para(_lead(report, heads)), *_numbered(parts)),
            number=issue.number,
            annexes=(Annex(tables.SUMMARY, (tables.summary(report),), wide=True),),
            dated=issue.dated,
            mark=issue.mark,
            note=PUBLIC_NOTE,
        )
    )


def shown(pictures: tuple[Picture, ...]) -> tuple[Annex, ...]:
    """The annex of evidence pictures; none where there is none."""
    return (Annex(PICTURES, (Gallery(pictures),)),) if pictures else ()


def title_of(report: Report, kind: CircularKind) -> str:
    """关于××电子视频监察情况的通报, with 零报告 where nothing was found."""
    name = report.period.name
    if kind is CircularKind.CRITICISM:
        return f"关于{name}窗口工作纪律问题的通报批评"
    subject = "专项检查情况" if kind is CircularKind.SPECIAL else "电子视频监察情况"
    zero = "(零报告)" if not report.problems else ""
    return f"关于{name}{subject}的通报{zero}"


def _numbered(parts: Sequence[tuple[str, Sequence[Block]]]) -> list[Block]:
    blocks: list[Block] = []
    for numeral, (name, content) in zip(NUMERALS, parts, strict=False):
        blocks += [Heading(1, f"{numeral}、{name}"), *content]
    return blocks


def _lead(report: Report, heads: Heads) -> str:
    period = report.period
    return (
        f"{heads.basis},对{day_text(period.first)}至{day_text(period.last)}各政务服务场所"
        "窗口在岗和服务情况,以固定时间检查、随机抽查和视频监看相结合的方式进行了监察,"
        "现将有关情况通报如下:"
    )


def _overall(report: Report) -> list[Block]:
    counts = report.counts
    by_kind = "、".join(
        f"{KIND_NAMES[kind]}{report.batches[kind]}批次"
        for kind in CheckKind
        if report.batches.get(kind)
    )
    change = points_text(counts.on_post_rate.points_from(report.total_before.on_post_rate))
    blocks: list[Block] = [
        Para(
            f"本期工作日{report.workdays}天,应覆盖大厅{report.halls}个,"
            f"实际覆盖{report.covered}个;共{sum(report.batches.values())}批次"
            f"{f'(其中{by_kind})' if by_kind else ''},计划核查{counts.planned}窗次,"
            f"有效核查{counts.effective}窗次。"
        ),
        Para(
            f"在岗率{counts.on_post_rate},{change};空缺率{counts.vacancy_rate};"
            f"摄像头在线率{report.online};无法核查率{counts.unverifiable_rate}。"
        ),
    ]
    if report.notice:
        blocks.append(Para(report.notice))
    rated = [(row.unit_id, row.counts.on_post_rate.percent) for row in report.rows]
    if rated:
        blocks.append(Bars("各单位在岗率", tuple(rated)))
    if report.by_hour:
        blocks.append(_chart("各时段在岗率", report.by_hour))
    if len(report.by_month) > 1:
        blocks.append(_chart("各月在岗率", report.by_month))
    return blocks


def _chart(name: str, rates: Sequence[tuple[str, Ratio]]) -> Bars:
    return Bars(name, tuple((label, ratio.percent) for label, ratio in rates))


def _case_part(report: Report) -> list[Block]:
    cases = report.cases
    text = (
        f"本期受理{cases.accepted}件,办结{cases.closed}件,办结率{cases.closing_rate};"
        f"期初在办{cases.opening}件,期末在办{cases.closing}件;"
        f"按期办结率{cases.on_time_rate},提前办结率{cases.early_rate}。"
    )
    return [Para(text), tables.case_table(report)]


def _praise(report: Report) -> list[Block]:
    units = report.praised
    if not units:
        return [Para("本期无符合表扬条件的单位。")]
    return [Para(f"以下单位核查样本充足且未发现问题,予以表扬:{'、'.join(units)}。")]


def _found(
    in_group: Callable[[ProblemGroup], list[ReportProblem]],
    item: Callable[[int, ReportProblem], Block],
) -> list[Block]:
    blocks: list[Block] = []
    for numeral, group in zip(NUMERALS, ProblemGroup, strict=False):
        blocks.append(Heading(2, f"({numeral}){GROUP_NAMES[group]}"))
        members = in_group(group)
        blocks += [item(number, one) for number, one in enumerate(members, 1)]
        if not members:
            blocks.append(Para("未发现。"))
    return blocks


def _item(number: int, one: ReportProblem) -> Para:
    told = [f"{one.unit_id}{one.hall}{one.window}{one.label}"]
    told += [part for part in (one.duration, one.person) if part]
    if one.evidence:
        told.append(f"证据号{one.evidence}")
    when = f"{one.at.month}月{one.at.day}日{one.at:%H:%M}"
    return Para(f"{number}.{when},{','.join(told)}。")


def _counts_by_unit(report: Report) -> list[Block]:
    found = [(row.unit_id, row.problems) for row in report.rows if row.problems]
    if not found:
        return [Para("本期未发现问题。")]
    told = "、".join(f"{unit}{count}件" for unit, count in found)
    return [Para(f"本期共确认问题{sum(count for _, count in found)}件,其中{told}。")]


def _measures(report: Report) -> list[Block]:
    if not report.duties.measures:
        return [Para("本期无经审批的处理意见。")]
    measures = report.duties.measures
    return [Para(f"{number}.{one}。") for number, one in enumerate(measures, 1)]


def _demands(report: Report, heads: Heads) -> list[Block]:
    duties = report.duties
    blocks: list[Block] = []
    if duties.rectify_by is not None:
        blocks.append(
            Para(
                f"请有关单位于{day_text(duties.rectify_by)}前完成整改,"
                "并按整改通知书所附格式书面反馈整改情况。"
            )
        )
    blocks += [Para(f"整改逾期:{one}。") for one in duties.overdue]
    blocks.append(
        Para(
            f"对本通报所列问题有异议的,请自印发之次日起{duties.appeal_days}个工作日内申诉,"
            f"申诉方式:{heads.channel}。"
        )
    )
    return blocks


def _in_order(report: Report) -> list[ReportProblem]:
    return sorted(report.problems, key=lambda one: (one.at, one.number))


def _or_none(found: Sequence[object], table: Callable[..., Block]) -> tuple[Block, ...]:
    return (table(found),) if found else (Para("本期无更正事项。"),)
