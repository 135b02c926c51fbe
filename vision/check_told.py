"""What a check under way says: of one window, and of the whole (抽查所见)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.domain.check_result import Checked
from models.domain.inspection import Check
from models.domain.presence import State


@dataclass(frozen=True, slots=True)
class Told:
    """What a check says of one window.

    Attributes:
        at: The look that tells it, or the begin of the check where nothing was seen.
        seen: What the look saw.
        checked: The result; None while it is 待复核.
        looks: How often the window was looked at until then.
    """

    window_id: str
    at: datetime
    seen: State
    checked: Checked | None
    looks: int = 0

    @property
    def certain(self) -> bool:
        """Whether nothing changes it any more."""
        return self.checked is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one check stands after a step.

    Attributes:
        news: What it says that was not saved yet.
        over: Every window has its certain result, and the close looks are over.
    """

    check: Check
    epoch: int
    news: tuple[Told, ...]
    over: bool
