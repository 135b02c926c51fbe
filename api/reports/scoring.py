"""Scores, ranks and suggested measures of a period, by the settings' rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from api.settings import Settings
from models.domain.check_counts import CheckCounts
from models.domain.measures import RankRule
from models.domain.ranking import Ranking, rank
from models.domain.score import DEFAULT_RULES, Event, Score, ScoreRule, ScoreSheet, Target


def sheet_of(settings: Settings) -> ScoreSheet:
    """The default rules with those of the settings in the place of theirs."""
    own = [
        ScoreRule(one.code, one.target, one.points, one.valid_from, one.cap, one.name)
        for one in settings.supervision.score_rules
    ]
    replaced = {(rule.code, rule.target) for rule in own}
    kept = [rule for rule in DEFAULT_RULES if (rule.code, rule.target) not in replaced]
    return ScoreSheet([*kept, *own])


def rank_rules_of(settings: Settings) -> list[RankRule]:
    """Rules that suggest measures."""
    return [
        RankRule(one.code, one.count, one.periods, one.measure, one.best, one.ties, one.groups)
        for one in settings.supervision.rank_rules
    ]


def unit_scores(
    settings: Settings, events: Iterable[Event], counts: Mapping[str, CheckCounts]
) -> dict[str, Score]:
    """Scores of units, normalised per hundred effective checks."""
    effective = {unit: one.effective for unit, one in counts.items()}
    return sheet_of(settings).score(events, Target.UNIT, effective)


def ranking_of(settings: Settings, period: str, scores: Mapping[str, Score]) -> Ranking:
    """The period's ranking within groups."""
    return rank(period, scores.values(), settings.supervision.groups)
