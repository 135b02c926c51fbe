"""The same people in rosters and leave books where no staff list gives them ids.

Without a staff list a person's id is `unit/name`, or the name alone where no unit was written.
One file writes units and the other does not, and a notice must still find its person: a notice
that excuses nobody would leave somebody accused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from models.domain.leave import Notice
from models.domain.roster import Roster


@dataclass(frozen=True, slots=True)
class Aligned:
    """Notices with the roster's own ids.

    Attributes:
        notices: All of them, in order.
        strangers: Those whose person no roster names.
        doubtful: Those whose name several people of the roster have.
    """

    notices: tuple[Notice, ...]
    strangers: tuple[Notice, ...]
    doubtful: tuple[Notice, ...]


def people_of(roster: Roster) -> frozenset[str]:
    """The ids of everybody a roster names."""
    ids = {one.person_id for one in roster.shifts} | {one.person_id for one in roster.turns}
    for chain in roster.chains:
        ids |= set(chain.person_ids)
    return frozenset(ids - {""})


def align(notices: Iterable[Notice], people: Iterable[str]) -> Aligned:
    """Give notices the ids that the roster uses for the same people.

    Args:
        notices: Notices of a leave book.
        people: Ids of everybody the roster names.
    """
    by_name: dict[str, list[str]] = defaultdict(list)
    known = frozenset(people)
    for person in sorted(known):
        by_name[_name(person)].append(person)
    found: list[Notice] = []
    strangers: list[Notice] = []
    doubtful: list[Notice] = []
    for notice in notices:
        ids = _ids(notice.person_id, known, by_name)
        cover = _ids(notice.cover_id, known, by_name) if notice.cover_id else []
        cover_id = cover[0] if len(cover) == 1 else notice.cover_id
        if len(ids) == 1 and ids[0] != cover_id:
            found.append(replace(notice, person_id=ids[0], cover_id=cover_id))
            continue
        found.append(notice)
        (doubtful if len(ids) > 1 else strangers).append(notice)
    return Aligned(tuple(found), tuple(strangers), tuple(doubtful))


def _name(person_id: str) -> str:
    return person_id.rpartition("/")[2]


def _ids(person_id: str, known: frozenset[str], by_name: Mapping[str, list[str]]) -> list[str]:
    """The roster's ids that a written id may mean: itself, or those of the same name where one
    of the two was written without a unit."""
    if person_id in known:
        return [person_id]
    unit = person_id.rpartition("/")[0]
    same = by_name.get(_name(person_id), [])
    return same if not unit else [one for one in same if "/" not in one]
