"""Campaigns (专项清查) and joint ones (联合督查): named batches of checks with their own halls,
days and times, what is looked for and who leads.

Source: domain.md §1.1, lines 13 and 14. A campaign is never edited in place: each edit is a
version, and it holds for days to come only, since a day's plan is committed as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from models.domain.errors import InputError
from models.domain.inspection import CheckKind

MOST_PER_DAY = 12


@dataclass(frozen=True, slots=True)
class Campaign:
    """One version of a campaign.

    Attributes:
        id: Plain, for `campaign:<id>:<date>`.
        halls: Where; empty for every hall.
        first: First day; only open days count.
        last: Last day.
        times: Wall times of the day, in each hall's zone; those outside sessions are left out.
        random: Random checks per hall and day beside them, on average.
        behaviours: Codes of the behaviours looked for (domain.md, B-…).
        leads: Lead bodies (牵头单位); more than one makes it a joint one (联合督查).
        by: Login of who made this version.
        withdrawn: No more checks from the next day on.
        version: 1, 2, 3, …; given by the record, 0 before.
        at: When this version was made; given by the record.
    """

    id: str
    name: str
    first: date
    last: date
    halls: tuple[str, ...] = ()
    times: tuple[time, ...] = ()
    random: int = 0
    behaviours: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    by: str = ""
    reason: str = ""
    withdrawn: bool = False
    version: int = 0
    at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise _wrong(self.id, "专项须有名称。", "a campaign needs a name.")
        if self.last < self.first:
            raise _wrong(self.id, "结束日期早于开始日期。", "its last day is before its first.")
        if not self.times and not self.random:
            raise _wrong(
                self.id,
                "须给出每日核查时刻或随机次数。",
                "give the day's times, or how many random checks.",
            )
        if not 0 <= self.random <= MOST_PER_DAY or len(self.times) > MOST_PER_DAY:
            raise _wrong(
                self.id,
                f"每厅每日至多 {MOST_PER_DAY} 次。",
                f"at most {MOST_PER_DAY} checks per hall and day.",
            )

    @property
    def kind(self) -> CheckKind:
        """专项, or 联合 where several bodies lead."""
        return CheckKind.JOINT if len(self.leads) > 1 else CheckKind.CAMPAIGN

    def runs(self, day: date, hall_id: str) -> bool:
        """Whether it asks for checks of this hall on `day`, if that is an open day."""
        here = not self.halls or hall_id in self.halls
        return not self.withdrawn and self.first <= day <= self.last and here


def check_new(campaign: Campaign, halls: Collection[str], today: date) -> None:
    """Refuse a campaign that cannot be held as it says.

    Args:
        campaign: A first version.
        halls: Ids of all halls.
        today: The local date; today's plan is committed already.

    Raises:
        InputError: it begins today or before, or names a hall that does not exist.
    """
    unknown = sorted(set(campaign.halls) - set(halls))
    if unknown:
        raise _wrong(
            campaign.id,
            f"大厅“{'、'.join(unknown)}”不存在。",
            f"there is no hall {', '.join(unknown)}.",
        )
    if campaign.first <= today:
        raise _wrong(
            campaign.id,
            f"专项须从明天或以后开始;{today} 的计划已经公布。",
            f"a campaign begins tomorrow or later; the plan of {today} is committed.",
        )


def check_edit(old: Campaign, new: Campaign, halls: Collection[str], today: date) -> None:
    """Refuse an edit that would change what was: days up to today stay as they were.

    Raises:
        InputError: it moves the first day of a campaign that has begun, ends it in the past, or
            names a hall that does not exist.
    """
    if old.first > today:
        check_new(new, halls, today)
        return
    check_new(replace(new, first=date.max, last=date.max), halls, today)
    if new.first != old.first:
        raise _wrong(
            old.id,
            f"专项已于 {old.first} 开始,开始日期不能更改。",
            f"the campaign began on {old.first}; its first day cannot be moved.",
        )
    if new.last < min(old.last, today):
        raise _wrong(
            old.id,
            f"结束日期不能早于今天({today}):已执行的日期不能更改。",
            f"it cannot end before today ({today}): days that were are not changed.",
        )


def to_json(campaign: Campaign) -> dict[str, Any]:
    """What is kept of a version, beside its number and moment."""
    return {
        "name": campaign.name,
        "first": campaign.first.isoformat(),
        "last": campaign.last.isoformat(),
        "halls": sorted(set(campaign.halls)),
        "times": [f"{one:%H:%M}" for one in sorted(set(campaign.times))],
        "random": campaign.random,
        "behaviours": list(campaign.behaviours),
        "leads": list(campaign.leads),
        "withdrawn": campaign.withdrawn,
    }


def from_json(content: Mapping[str, Any], **kept: Any) -> Campaign:
    """A version out of what was kept; `kept` holds id, version, at, by, reason."""
    return Campaign(
        name=content["name"],
        first=date.fromisoformat(content["first"]),
        last=date.fromisoformat(content["last"]),
        halls=tuple(content["halls"]),
        times=tuple(time.fromisoformat(one) for one in content["times"]),
        random=content["random"],
        behaviours=tuple(content["behaviours"]),
        leads=tuple(content["leads"]),
        withdrawn=content["withdrawn"],
        **kept,
    )


def _wrong(campaign_id: str, zh: str, en: str) -> InputError:
    return InputError(zh, en, where=f"campaign {campaign_id}")
