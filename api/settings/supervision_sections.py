"""The section `supervision` of the settings: who issues what, limits, rules of scores, sources."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints

from api.settings.fields import Identifier
from api.settings.sections import Section
from models.domain.measures import Measure
from models.domain.score import Target

Line = Annotated[str, StringConstraints(max_length=200)]
Series = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class SeriesSettings(Section):
    """Short names (机关代字) that begin the numbers of documents."""

    circular: Series = "监通"
    correction: Series = "监通"
    rectification: Series = "监整"
    closing: Series = "监销"


class ScoreRuleSettings(Section):
    """Points for one kind of event, from a day on; one of the same code replaces the default."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    target: Target = Target.UNIT
    points: Decimal
    valid_from: date = date(2000, 1, 1)
    cap: Decimal | None = Field(None, ge=0)
    name: Line = ""


class RankRuleSettings(Section):
    """Last (or first) so many in so many consecutive periods: a measure is suggested."""

    code: Identifier
    count: int = Field(ge=1, le=50)
    periods: int = Field(1, ge=1, le=12)
    measure: Measure
    best: bool = False
    ties: bool = True
    groups: frozenset[Line] = frozenset()


class CaseSourceSettings(Section):
    """A read-only view of another database that holds cases, read through a named connection."""

    database: SecretStr
    query: Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class SupervisionSettings(Section):
    """Circulars, reports to units, rectification, appeals, scores and case data."""

    issuer: Annotated[str, StringConstraints(min_length=1, max_length=60)] = "政务服务监督中心"
    to: Line = "各乡镇人民政府、市直各有关单位"
    copies: Line = ""
    printed_by: Line = ""
    basis: Line = "根据政务服务大厅工作纪律有关规定"
    channel: Line = "登录本系统“申诉”页面提交"
    rectification_title: Line = Field(
        "整改通知书", description="监察建议书 only for a body of supervision (domain.md §2.9)."
    )
    series: SeriesSettings = SeriesSettings()
    groups: dict[Line, Line] = Field(
        default_factory=dict, description="Ranking group by unit; left out: one group."
    )
    rectify_days: int = Field(5, ge=1, le=60)
    appeal_days: int = Field(5, ge=1, le=60)
    score_rules: tuple[ScoreRuleSettings, ...] = ()
    rank_rules: tuple[RankRuleSettings, ...] = ()
    case_folder: str | None = Field(None, description="Folder from which case files are taken.")
    case_sources: dict[Identifier, CaseSourceSettings] = Field(default_factory=dict)
