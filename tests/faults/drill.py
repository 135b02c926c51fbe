"""One drill at a station: a fault comes and goes, and everything is held against the truth."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from tests.faults.report import Seen
from tests.faults.station import FULL, RECOVERS_WITHIN_S, Station

ROUNDS: Final = int(os.environ.get("FAULT_DRILLS", "1"))
HOLDS_S: Final = 20.0 if FULL else 0.3
"""Real seconds that a fault goes on after it was told."""
BUSY_S: Final = 30.0 if FULL else 0.5
"""How long the watch waits for a database that another one holds."""

Tell = Callable[[Seen], None]


@dataclass
class Note:
    """What is noted while a fault lasts.

    Attributes:
        seen: What was seen of it.
        ended: Steady seconds at which it ended; when the drill's block ends, where left out.
    """

    seen: list[str] = field(default_factory=list)
    ended: float | None = None
    _at: float = 0.0

    def over(self) -> None:
        """The fault ends here; what follows in the block is recovery."""
        self.ended = time.monotonic()


@contextmanager
def drill(station: Station, tell: Tell, fault: str, done: str) -> Iterator[Note]:
    """Brings a fault and takes it away in its block; afterwards all must be well again.

    Args:
        station: Watches, or is started in the block.
        tell: Takes the report's line.
        fault: Its name.
        done: What is done to the real thing.
    """
    note = Note()
    before = station.registered()
    yield note
    ended = note.ended if note.ended is not None else time.monotonic()
    try:
        station.recovers(station.clock.now())
        late = ""
    except AssertionError as error:
        late = str(error)
    recovered_s = time.monotonic() - ended
    wrong = station.wrong()
    if late:
        wrong.append(late)
    if recovered_s > RECOVERS_WITHIN_S:
        wrong.append(f"recovered after {recovered_s:.0f} s")
    seen = "; ".join([*note.seen, f"{len(before)} findings before, all there after"])
    tell(
        Seen(
            fault,
            done,
            seen,
            recovered_s,
            sum(one.startswith("FALSE") for one in wrong),
            "; ".join(wrong) or "held",
        )
    )
    assert wrong == []
