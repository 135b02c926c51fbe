"""What stands above and below a table: titles that give the month and the window, notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from models.domain.hall import Hall, Window
from models.domain.hours import SessionKind
from scheduler.rosters.lookup import Hints
from scheduler.rosters.sheets import Cell, Sheet
from scheduler.rosters.spelling import WindowFinder, fold

TITLE_ROWS = 6
NOTE = re.compile(r"^(注|备注|说明|附注|制表|填报|填表|审核|负责人|合计|联系人|※|\*)")
MARKED = re.compile(r"^(注|备注|说明|附注|制表|填报|填表|审核|负责人|联系人)\S{0,3}[::]|^合计$")
WINDOW = re.compile(r"[A-Za-z]?\d{1,4}\s*号\s*窗?口?|[一二三四五六七八九十]{1,3}号窗?口?")


def hints_of(sheet: Sheet, finder: WindowFinder, halls: Iterable[Hall] = ()) -> Hints:
    """Year, month, hall, window and kind of duty that the sheet's name and first rows name."""
    lines = [fold(sheet.name)]
    for row in sheet.rows[:TITLE_ROWS]:
        texts = list(dict.fromkeys(cell.text for cell in row if cell.text))
        if len(texts) <= 2:  # a title is one text, perhaps merged over the row
            lines += texts
    year = month = None
    for line in lines:
        found = re.search(r"(\d{4})\s*[年.\-/]\s*(\d{1,2})(?!\d)\s*月?", line)
        alone = re.search(r"(?<!\d)(\d{1,2})\s*月", line)
        if found and 1 <= int(found.group(2)) <= 12:
            year, month = int(found.group(1)), int(found.group(2))
            break
        if alone and month is None and 1 <= int(alone.group(1)) <= 12:
            month = int(alone.group(1))
    if year is None:
        years = [re.search(r"(?<!\d)(20\d{2})(?!\d)", line) for line in [*lines, fold(sheet.file)]]
        year = next((int(found.group(1)) for found in years if found), None)
    lunch = any(word in line for line in lines for word in ("午间", "中午", "午休"))
    hall_id = _hall([*lines, fold(sheet.file)], halls)
    window = next((one for line in lines for one in _windows(line, finder, hall_id)), None)
    kind = SessionKind.LUNCH if lunch else SessionKind.REGULAR
    return Hints(year, month, window, hall_id, kind)


def _hall(lines: Sequence[str], halls: Iterable[Hall]) -> str:
    """The hall whose name stands in a title or in the file's name; the longest name wins."""
    named = [hall for hall in halls if hall.name and any(hall.name in line for line in lines)]
    return max(named, key=lambda hall: len(hall.name)).id if named else ""


def _windows(line: str, finder: WindowFinder, hall_id: str) -> list[Window]:
    """The one window a title names: by number, or by a name that it holds in full."""
    for written in WINDOW.findall(line):
        found = _in(hall_id, finder.find(written))
        if len(found) == 1:
            return found
    named = [name for name in finder.names if len(name) > 1 and not name.isdigit() and name in line]
    for name in sorted(named, key=len, reverse=True):
        found = _in(hall_id, finder.find(name))
        if len(found) == 1:
            return found
    return []


def _in(hall_id: str, found: list[Window]) -> list[Window]:
    return [one for one in found if hall_id in {"", one.hall_id}]


def is_note(row: Sequence[Cell]) -> bool:
    """Whether a row below a table is a note, or empty."""
    texts = list(dict.fromkeys(cell.text for cell in row if cell.text))
    if not texts:
        return True
    # A unit may be called 审核股: only what is marked as a note, or stands alone, is one.
    pattern = NOTE if len(texts) == 1 else MARKED
    return bool(pattern.match(texts[0]))
