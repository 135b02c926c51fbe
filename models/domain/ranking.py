"""Ranking (排名) within groups: ties shared, small samples left out, never mixed between groups.

Source: domain.md §2.4, row 51 of §1.4 (执法类, 公共服务类, 乡镇); scenario S23.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.domain.score import Score


@dataclass(frozen=True, slots=True)
class Place:
    """A subject's place in its group.

    Attributes:
        subject: The unit (or window).
        group: The group it is ranked in.
        value: Its score.
        rank: 1 is best; those with the same score share the better place, the next is skipped.
        from_bottom: 1 is worst, ties shared the same way from below.
        tied: Whether it shares its place.
    """

    subject: str
    group: str
    value: Decimal
    rank: int
    from_bottom: int
    tied: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """One period's ranking.

    Attributes:
        period: Its name, e.g. `2026-H2`; periods of one kind sort by it.
        places: All places, by group and rank.
        too_few: Subjects left out because their sample is too small (样本不足).
    """

    period: str
    places: tuple[Place, ...]
    too_few: tuple[str, ...] = ()

    def of(self, subject: str) -> Place | None:
        """The place of a subject, None where it was not ranked."""
        return next((one for one in self.places if one.subject == subject), None)

    def bottom(self, count: int, *, ties: bool = True) -> list[Place]:
        """The last `count` of each group.

        Args:
            count: How many from below.
            ties: Whether all that share the last place taken are taken too; otherwise a shared
                place that would exceed `count` is left out whole: nobody is picked by lot.
        """
        taken = []
        for group in dict.fromkeys(one.group for one in self.places):
            members = [one for one in self.places if one.group == group]
            for one in members:
                same = sum(other.from_bottom == one.from_bottom for other in members)
                last = one.from_bottom if ties else one.from_bottom + same - 1
                if last <= count:
                    taken.append(one)
        return taken

    def top(self, count: int) -> list[Place]:
        """The first `count` of each group, ties included."""
        return [one for one in self.places if one.rank <= count]


def rank(period: str, scores: Iterable[Score], groups: Mapping[str, str]) -> Ranking:
    """Rank scores within their groups.

    Args:
        period: Name of the period.
        scores: One for each subject.
        groups: Group by subject; one without is in the group "".
    """
    too_few, by_group = [], defaultdict(list)
    for score in scores:
        value = score.value
        if value is None or not score.enough:
            too_few.append(score.subject)
        else:
            by_group[groups.get(score.subject, "")].append((score.subject, value))
    places = [place for group in sorted(by_group) for place in _places(group, by_group[group])]
    return Ranking(period, tuple(places), tuple(sorted(too_few)))


def _places(group: str, members: Sequence[tuple[str, Decimal]]) -> list[Place]:
    values = [value for _, value in members]
    places = [
        Place(
            subject,
            group,
            value,
            rank=1 + sum(other > value for other in values),
            from_bottom=1 + sum(other < value for other in values),
            tied=values.count(value) > 1,
        )
        for subject, value in members
    ]
    return sorted(places, key=lambda one: (one.rank, one.subject))
