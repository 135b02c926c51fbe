"""What the drills saw, one line of JSON each in the file that FAULT_REPORT names, as Markdown.

`python -m tests.faults.report FILE [HOW]` prints the report of such a file; HOW tells how the
drills were run, where that was not `make faults`.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

TOLD_IN: Final = "FAULT_REPORT"
COLUMNS: Final = (
    "Fault",
    "What was done",
    "What was seen",
    "Recovered after (s)",
    "False findings",
    "Verdict",
)
HELD: Final = (
    "`held`: nobody was accused by the fault, nothing registered was lost or came twice, the "
    "chains verified, and all was watched again in time. Reasons are as the pages show them, in "
    "both languages."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one drill saw of one fault.

    Attributes:
        fault: Its short name; where a drill runs on both databases, with the database.
        done: What was done to the real thing.
        seen: States, reasons in words, figures.
        recovered_s: Real seconds from the end of the fault to full work, None where it has
            no end or nothing was interrupted.
        findings_false: Findings against somebody whom the fault alone made look absent.
        verdict: `held`, or in words what did not hold.
    """

    fault: str
    done: str
    seen: str
    recovered_s: float | None
    findings_false: int
    verdict: str = "held"


def tell(seen: Seen) -> None:
    """Add a line to the report, where one is wanted."""
    if name := os.environ.get(TOLD_IN):
        line = json.dumps(asdict(seen), ensure_ascii=False)
        with Path(name).open("a", encoding="utf-8") as out:
            out.write(line + "\n")


def told_in(file: Path) -> list[Seen]:
    """All lines of a report."""
    return [Seen(**json.loads(line)) for line in file.read_text("utf-8").splitlines() if line]


def rendered(lines: Iterable[Seen], how: str, machine: str, at: datetime) -> str:
    """The report as a page."""
    lines = list(lines)
    table = [COLUMNS, tuple("---" for _ in COLUMNS), *(_row(one) for one in lines)]
    return "\n".join(
        [
            "# Fault drills",
            "",
            f"{how}, {at:%Y-%m-%d %H:%M} UTC; {machine}.",
            "",
            _summary(lines),
            "",
            HELD,
            "",
            *("| " + " | ".join(row) + " |" for row in table),
            "",
        ]
    )


def _summary(lines: list[Seen]) -> str:
    held = sum(one.verdict == "held" for one in lines)
    waits = [one.recovered_s for one in lines if one.recovered_s is not None]
    slowest = f"{max(waits):.1f} s" if waits else "–"
    return (
        f"{len(lines)} drills, {held} held; false findings "
        f"{sum(one.findings_false for one in lines)}; slowest recovery {slowest} "
        "(allowed: 60 s after the fault ends)."
    )


def _row(one: Seen) -> tuple[str, ...]:
    wait = "–" if one.recovered_s is None else f"{one.recovered_s:.1f}"
    cells = one.fault, one.done, one.seen, wait, str(one.findings_false), one.verdict
    return tuple(_cell(cell) for cell in cells)


def _cell(text: str) -> str:
    """Fit for a table, and without the folders of this run."""
    bare = re.sub(rf"{re.escape(tempfile.gettempdir())}/\S*?(?=data/)", "", text)
    return bare.replace("|", "\\|").replace("\n", " ")


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores {platform.machine()}, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}"
    )


if __name__ == "__main__":
    how = sys.argv[2] if len(sys.argv) > 2 else "Run by `make faults`"
    print(rendered(told_in(Path(sys.argv[1])), how, _machine(), datetime.now(UTC)))
