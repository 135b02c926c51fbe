"""Outgoing webhooks (外发回调): who is told of which register entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from models.domain.access import EVERYWHERE, Scope
from models.domain.errors import InputError

TOPICS: Final = ("finding", "behaviour", "roster", "duty", "clue")
"""First words of the register's kinds that a hook may choose."""

MOST_HOOKS: Final = 50


@dataclass(frozen=True, slots=True)
class Hook:
    """One receiver.

    Attributes:
        url: Where events are posted, http or https.
        salt: From it and a key outside the database its secret is made; the secret itself is
            stored nowhere.
        topics: First words of register kinds; empty for all of them.
        scope: Whose events; None in it is everybody's.
        made_by: Account that made it.
        after_seq: Register entry that it was told of last.
        enabled: Whether it is told anything.
        id: Given by the record; 0 before.
    """

    url: str
    salt: str
    made_at: datetime
    made_by: str
    topics: frozenset[str] = frozenset()
    scope: Scope = EVERYWHERE
    after_seq: int = 0
    enabled: bool = True
    id: int = 0

    def wants(self, kind: str, hall_id: str, unit_id: str) -> bool:
        """Whether it is told of an entry of this kind, hall and unit. What has no place is told
        only to a hook without a scope."""
        if self.topics and kind.partition("_")[0] not in self.topics:
            return False
        if self.scope.halls is None and self.scope.units is None:
            return True
        return hall_id != "" and self.scope.covers(hall_id, unit_id)


def topics_of(names: list[str]) -> frozenset[str]:
    """Topics as a caller names them.

    Raises:
        InputError: one of them is not known.
    """
    unknown = sorted(set(names) - set(TOPICS))
    if unknown:
        raise InputError(
            f"未知的事件类别:{'、'.join(unknown)}。可选:{'、'.join(TOPICS)}。",
            f"unknown topics: {', '.join(unknown)}; choose of {', '.join(TOPICS)}.",
            where="topics",
        )
    return frozenset(names)
