"""Units (单位), persons (人员) and posts (岗位) as rosters speak of them. No pictures, no faces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from models.domain.errors import InputError


class UnitKind(StrEnum):
    """Resident (常驻) units have windows of their own; rotating (轮值) ones share one."""

    RESIDENT = "resident"
    ROTATING = "rotating"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that sends people to windows; `group` is its ranking group (排名组)."""

    id: str
    name: str
    kind: UnitKind = UnitKind.RESIDENT
    group: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a roster may name."""

    id: str
    name: str
    unit_id: str = ""


@lru_cache(maxsize=64)
def rank_of(grade: str) -> int:
    """Place in the cover chain (AB岗): A is 0, B is 1, … Z is 25.

    Raises:
        InputError: Not one letter A–Z.
    """
    letter = grade.strip().upper().removesuffix("岗")
    if len(letter) != 1 or not "A" <= letter <= "Z":
        raise InputError(
            f"岗位“{grade}”无法识别,应为 A、B、C……", f"grade {grade!r} must be A, B, C …"
        )
    return ord(letter) - ord("A")


def post_of(window_id: str, grade: str) -> str:
    """The post a register entry names in a person's stead, such as `W12/A`."""
    return f"{window_id}/{grade}"


class Staff:
    """The people of all units, found by id or by name within a unit."""

    def __init__(self, persons: Iterable[Person] = (), units: Iterable[Unit] = ()) -> None:
        self.units = {unit.id: unit for unit in units}
        self.persons: dict[str, Person] = {}
        self._named: dict[str, list[Person]] = {}
        for person in persons:
            if person.id in self.persons:
                raise InputError(
                    f"人员编号 {person.id} 重复。", f"person id {person.id} occurs twice."
                )
            self.persons[person.id] = person
            self._named.setdefault(person.name, []).append(person)

    def named(self, name: str, unit_id: str = "") -> list[Person]:
        """Everybody of that name, in `unit_id` where one is given."""
        found = self._named.get(name, [])
        return [one for one in found if unit_id in {"", one.unit_id}]

    def name_of(self, person_id: str) -> str:
        """The name of a person, the id itself where no list names them."""
        person = self.persons.get(person_id)
        return person.name if person else person_id
