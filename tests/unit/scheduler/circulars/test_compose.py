from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from models.domain.case_kpi import CaseCounts
from models.domain.check_counts import CheckCounts
from models.domain.check_result import Result
from models.domain.circular import CircularKind, DocumentNumber
from models.domain.document import Bars, Document, Heading, Para
from models.domain.errors import ForbiddenMove
from models.domain.inspection import CheckKind
from models.domain.ranking import Place
from models.domain.ratio import NOTHING, Ratio
from models.domain.report import (
    ProblemGroup,
    Report,
    ReportDuties,
    ReportPeriod,
    ReportProblem,
    UnitRow,
    Unseen,
)
from scheduler.circulars.compose import DRAFT, Heads, Issue, circular, public
from scheduler.circulars.unit_report import unit_report

ZONE = ZoneInfo("Asia/Shanghai")
HEADS = Heads("汨罗市政务服务监督中心")
MONTHLY = (CircularKind.MONTHLY, HEADS, Issue())
ISSUED = Issue(DocumentNumber("汨监通", 2026, 3), date(2026, 12, 3))
NOVEMBER = ReportPeriod(
    "2026年11月",
    date(2026, 11, 1),
    date(2026, 11, 30),
    datetime(2026, 11, 1, tzinfo=ZONE),
    datetime(2026, 12, 1, tzinfo=ZONE),
)


def counts(on_post: int, off_post: int = 0, unverifiable: int = 0) -> CheckCounts:
    return CheckCounts(
        {
            Result.ON_POST: on_post,
            Result.OFF_POST: off_post,
            Result.UNVERIFIABLE: unverifiable,
        }
    )


OFF_POST = ReportProblem(
    17,
    datetime(2026, 11, 23, 9, 10, tzinfo=ZONE),
    "公安局",
    "市政务服务中心",
    "12号窗口",
    "脱岗",
    ProblemGroup.ABSENT,
    1200.0,
    "a1b2c3d4",
    "确认",
)
POLICE = UnitRow(
    "公安局",
    "公共服务类",
    counts(38, 2, 1),
    problems=1,
    cases=CaseCounts(accepted=2078, closed=1990),
    before=Ratio(99, 100),
    place=Place("公安局", "公共服务类", Decimal("95.0"), 2, 1, False),
)
CIVIL = UnitRow("民政局", "公共服务类", counts(40))
NO_CASES = UnitRow("残联", "公共服务类", counts(3))
REPORT = Report(
    NOVEMBER,
    21,
    39,
    38,
    {CheckKind.DAILY: 84, CheckKind.RANDOM: 42},
    (POLICE, CIVIL, NO_CASES),
    problems=(OFF_POST,),
    unseen=(Unseen("市政务服务中心", "12号窗口", "离线", 1),),
    duties=ReportDuties(date(2026, 12, 10)),
    total_before=counts(99, 1),
    online=Ratio(995, 1000),
)


def text_of(document: Document) -> str:
    return "\n".join(block.text for block in document.blocks if isinstance(block, Heading | Para))


def table(document: Document, name: str) -> list[list[str]]:
    return next(one.texts() for one in document.tables() if one.name == name)


def test_a_monthly_circular_has_its_parts_in_order_and_its_figures_in_words() -> None:
    made = circular(REPORT, CircularKind.MONTHLY, HEADS, ISSUED)
    assert made.title == "关于2026年11月电子视频监察情况的通报"
    heads = [one.text for one in made.blocks if isinstance(one, Heading) and one.level == 1]
    assert heads == [
        "一、总体情况",
        "二、电子监察数据",
        "三、表扬",
        "四、发现的问题",
        "五、处理意见",
        "六、工作要求",
    ]
    text = text_of(made)
    assert "工作日21天" in text
    assert "共126批次（其中日常检查84批次、随机抽查42批次），计划核查84窗次，有效核查83窗次" in text
    assert "在岗率97.6%，较上期下降1.4个百分点" in text
    assert "办结率95.8%；期初在办0件，期末在办88件" in text
    assert "1.11月23日09:10，公安局市政务服务中心12号窗口脱岗，至少20分钟，证据号a1b2c3d4。" in text
    assert "以下单位核查样本充足且未发现问题，予以表扬：民政局。" in text
    assert "于2026年12月10日前完成整改" in text


def test_every_row_of_the_summary_balances_and_units_add_up_to_the_total() -> None:
    head, *rows = table(circular(REPORT, CircularKind.MONTHLY, HEADS, ISSUED), "单位汇总表")
    results = slice(head.index("在岗"), head.index("未执行") + 1)
    for row in rows:
        assert sum(map(int, row[results])) == int(row[head.index("计划")])
    *units, total = rows
    for column in range(1, head.index("在岗率")):
        assert sum(int(row[column]) for row in units) == int(total[column])
    assert units[2][head.index("名次")] == "样本不足"


def test_a_unit_without_cases_has_no_row_and_rates_over_nothing_are_a_dash() -> None:
    head, *rows = table(circular(REPORT, CircularKind.MONTHLY, HEADS, ISSUED), "电子监察数据")
    assert [row[0] for row in rows] == ["公安局", "合计"]
    empty = replace(REPORT, rows=(NO_CASES,))
    total = table(circular(empty, CircularKind.MONTHLY, HEADS, ISSUED), "电子监察数据")[-1]
    assert total[head.index("办结率")] == NOTHING


def test_the_public_variant_tells_units_only() -> None:
    named = replace(REPORT, problems=(replace(OFF_POST, person="张三"),))
    made = public(named, CircularKind.MONTHLY, HEADS, ISSUED)
    everything = text_of(made) + repr(made.tables())
    for secret in ("12号窗口", "09:10", "a1b2c3d4", "张三"):
        assert secret not in everything
    assert "本期共确认问题1件，其中公安局1件。" in everything


def test_nothing_found_is_a_report_too() -> None:
    clean = replace(REPORT, problems=(), rows=(CIVIL,))
    made = circular(clean, CircularKind.HALF_YEAR, HEADS, ISSUED)
    assert made.title.endswith("（零报告）")
    assert text_of(made).count("未发现。") == len(ProblemGroup)


def test_persons_stand_only_in_a_criticism_that_a_second_approver_agreed_to() -> None:
    named = replace(REPORT, problems=(replace(OFF_POST, person="张三"),))
    with pytest.raises(ForbiddenMove):
        circular(named, CircularKind.MONTHLY, HEADS, ISSUED)
    with pytest.raises(ForbiddenMove, match="second approver"):
        circular(named, CircularKind.CRITICISM, HEADS, ISSUED)
    made = circular(named, CircularKind.CRITICISM, HEADS, ISSUED, agreed=frozenset({"张三"}))
    assert table(made, "问题清单")[1][-1] == "张三"


def test_charts_show_hours_and_where_there_are_several_months() -> None:
    hours, months = (
        (("09:00", Ratio(9, 10)),),
        (("2026-10", Ratio(9, 10)), ("2026-11", Ratio(0, 0))),
    )
    month = circular(replace(REPORT, by_hour=hours, by_month=months[:1]), *MONTHLY)
    quarter = circular(replace(REPORT, by_hour=hours, by_month=months), *MONTHLY)
    charts = [[one for one in made.blocks if isinstance(one, Bars)] for made in (month, quarter)]
    assert [[one.name for one in found] for found in charts] == [
        ["各单位在岗率", "各时段在岗率"],
        ["各单位在岗率", "各时段在岗率", "各月在岗率"],
    ]
    assert charts[1][-1].bars[1] == ("2026-11", None)


def test_a_draft_says_so() -> None:
    made = circular(REPORT, CircularKind.MONTHLY, HEADS, Issue())
    assert (made.mark, made.number, made.dated) == (DRAFT, None, None)


def test_a_unit_reads_only_of_itself_and_is_compared_with_its_group() -> None:
    made = unit_report(REPORT, "民政局", HEADS, ISSUED)
    everything = text_of(made) + repr(made.tables())
    assert "公安局" not in everything
    assert "未发现问题（零报告）" in everything
    assert "请在系统内签收" in everything
    police = unit_report(REPORT, "公安局", HEADS, ISSUED)
    assert "在岗率较上期下降4.0个百分点；“公共服务类”组在岗率97.6%" in text_of(police)
    assert "第2名（共1个单位）" in text_of(police)
    assert table(police, "问题清单")[1][:4] == ["17", "2026-11-23", "09:10", "市政务服务中心"]
    figures = [cell for row in table(police, "本单位核查数据") for cell in row]
    assert figures[figures.index("脱岗") + 1] == "2"
    assert figures[figures.index("在岗率") + 1] == "95.0%"
    assert table(police, "回执")[1] == ["17", "脱岗", "", "", ""]


def test_a_unit_that_was_never_checked_still_gets_its_report() -> None:
    made = unit_report(REPORT, "档案局", HEADS, ISSUED)
    assert f"在岗率{NOTHING}；未发现问题" in text_of(made)
