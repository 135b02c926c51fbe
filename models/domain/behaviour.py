"""Behaviour (规范服务) beside presence: an editable catalogue, and what a machine may hint at.

Source: domain.md §1.1 and §2.1. A hall camera cannot see what is on a screen, so games, chat,
stocks and films are registered by hand. Machine clues stay clues until a person confirms them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from models.domain.errors import InputError


class Basis(StrEnum):
    """By hand only (人工), or hinted at by pixels (机器线索)."""

    MANUAL = "manual"
    MACHINE_CLUE = "machine_clue"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One entry of the catalogue.

    Attributes:
        code: Stable code such as `B-GAME`.
        name: Its Chinese name.
        name_en: Its English name.
        basis: Whether a machine may hint at it.
        group: The list it belongs to (上班纪律, 五个一样, 十个不准 …).
        retired: No longer offered; old registrations keep it.
    """

    code: str
    name: str
    name_en: str
    basis: Basis = Basis.MANUAL
    group: str = "上班纪律"
    retired: bool = False


DEFAULT_BEHAVIOURS: tuple[Behaviour, ...] = (
    Behaviour("B-GAME", "上网玩游戏", "playing games"),
    Behaviour("B-CHAT", "上网聊天", "chatting online"),
    Behaviour("B-STOCK", "炒股", "trading stocks"),
    Behaviour("B-MOVIE", "看电影", "watching films"),
    Behaviour("B-PHONE", "玩手机", "using a phone", Basis.MACHINE_CLUE),
    Behaviour("B-SLEEP", "睡岗", "sleeping on duty", Basis.MACHINE_CLUE),
    Behaviour("B-GATHER", "串岗聚众聊天", "gathering", Basis.MACHINE_CLUE),
    Behaviour("B-RUDE", "态度生硬", "rudeness", group="服务规范"),
    Behaviour("B-DELAY", "工作拖拉", "dawdling", group="服务规范"),
    Behaviour("B-POOR", "服务不优", "poor service", group="服务规范"),
    Behaviour("B-SMOKE", "岗上吸烟", "smoking on duty"),
    Behaviour("B-EAT", "岗上就餐吃零食", "eating on duty"),
    Behaviour("B-BADGE", "未按规定着装挂牌", "no uniform or badge", group="服务规范"),
)

# Their texts are each centre's own; the source documents name the lists without quoting them.
LISTS_TO_FILL: dict[str, int] = {"五个一样": 5, "十个不准": 10}


class Catalogue:
    """The behaviours in use, by code."""

    def __init__(self, entries: Iterable[Behaviour] = DEFAULT_BEHAVIOURS) -> None:
        self._entries: dict[str, Behaviour] = {}
        for entry in entries:
            if entry.code in self._entries:
                raise InputError(
                    f"行为代码 {entry.code} 重复。",
                    f"behaviour code {entry.code} occurs twice.",
                    where=f"behaviours.{entry.code}",
                )
            if not entry.code.strip() or not entry.name.strip():
                raise InputError(
                    "行为代码和名称都须填写。",
                    "a behaviour needs a code and a name.",
                    where="behaviours",
                )
            self._entries[entry.code] = entry

    def __iter__(self) -> Iterator[Behaviour]:
        return iter(self._entries.values())

    def get(self, code: str) -> Behaviour:
        """The entry of a code, retired ones too.

        Raises:
            InputError: There is none.
        """
        try:
            return self._entries[code]
        except KeyError:
            raise InputError(
                f"没有行为代码 {code}。", f"no behaviour code {code}.", where="behaviour"
            ) from None

    def offered(self) -> list[Behaviour]:
        """What a person may register now."""
        return [entry for entry in self._entries.values() if not entry.retired]

    def hinted(self) -> list[Behaviour]:
        """What a machine may hint at; always a clue, never more."""
        return [entry for entry in self.offered() if entry.basis is Basis.MACHINE_CLUE]

    def with_entry(self, entry: Behaviour) -> Catalogue:
        """The same with one entry added or replaced."""
        return Catalogue({**self._entries, entry.code: entry}.values())
