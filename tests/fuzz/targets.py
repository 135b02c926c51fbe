"""What is fuzzed: each target takes bytes and may only raise what its reader promises."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from api.attachment_guard import check_attachment
from api.settings.load import parse_settings
from api.workbook_guard import check_workbook
from models.domain.errors import OnPostError
from models.domain.geometry import Box, Polygon
from models.domain.hours import Sitting, parse_time
from models.domain.workdays import WorkCalendar
from scheduler.cases.reading import CaseContext, read_cases
from scheduler.rosters.importing import import_rosters
from scheduler.rosters.leave_csv import read_leave
from scheduler.rosters.shifts_csv import read_shifts
from scheduler.rosters.spelling import read_clock, read_date, read_sitting, sittings_meant
from scheduler.rosters.workbooks import ZIP, read_book
from tests.roster_city import CITY
from vision.sources import discovery
from vision.sources.address import parse_address
from vision.windows_file import read_windows

SEEDS: Final = Path(__file__).parents[1] / "data" / "fuzz"
"""A folder for each target: seeds, and every input that once broke something."""

ZONE: Final = ZoneInfo("Asia/Shanghai")
FREE: Final = replace(CITY, staff=None)
CASES: Final = CaseContext(
    ZONE,
    WorkCalendar.builtin(),
    lambda on: datetime.combine(on, time(17, 30), ZONE),
    frozenset({"公安局", "民政局"}),
)


def roster(data: bytes) -> None:
    """A month's roster, with and without a list of staff."""
    for context in (CITY, FREE):
        with suppress(OnPostError):
            import_rosters([("排班.csv", data)], context)


def shifts(data: bytes) -> None:
    """The roster file of the settings."""
    with suppress(OnPostError):
        read_shifts("shifts.csv", data, CITY)


def leave(data: bytes) -> None:
    """The leave book."""
    with suppress(OnPostError):
        read_leave("leave.csv", data, "Asia/Shanghai")


def case(data: bytes) -> None:
    """A list of cases."""
    with suppress(OnPostError):
        read_cases("办件.csv", data, CASES)


def workbook(data: bytes) -> None:
    """A workbook: judged by the guard where it is packed, as uploads are, then read."""
    with suppress(OnPostError):
        if data.startswith(ZIP):
            with _file(data, "book.xlsx") as path:
                check_workbook(path)
        read_book("book.xlsx", data)


def attachment(data: bytes) -> None:
    """What is attached to an explanation, as each kind that is taken."""
    for name in ("a.jpg", "a.png", "a.pdf", "a.docx"):
        with _file(data, name) as path, suppress(OnPostError):
            check_attachment(path)


def times(data: bytes) -> None:
    """Dates, clocks and stretches of time in all their spellings."""
    text = data.decode("utf-8", "replace")
    with suppress(OnPostError):
        Sitting.parse(text)
    own = (Sitting(time(8, 30), time(12)), Sitting(time(14, 30), time(17, 30)))
    for attempt in (
        lambda: parse_time(text),
        lambda: read_clock(text),
        lambda: read_sitting(text),
        lambda: sittings_meant(text, own),
        lambda: read_date(text, year=2026, month=11),
    ):
        with suppress(ValueError):
            attempt()


def settings(data: bytes) -> None:
    """A settings file; its errors can be told in both languages."""
    try:
        parse_settings(data.decode("utf-8", "replace"), None, {})
    except OnPostError as error:
        assert error.zh and error.en and str(error)


def address(data: bytes) -> None:
    """A camera's address; what it prints can be read again and holds no password."""
    with suppress(OnPostError):
        found = parse_address(data.decode("utf-8", "replace"), where="source")
        password = found.password.reveal()
        assert found.redacted == str(found)
        if len(password) > 3 and password not in found.user + found.host + found.path:
            assert password not in repr(found.password)


def polygon(data: bytes) -> None:
    """Corners of a staff zone; what is taken has an area, and shares are within 0..1."""
    count = len(data) // 8
    numbers = struct.unpack(f"<{count * 2}f", data[: count * 8])
    with suppress(OnPostError):
        zone = Polygon(tuple(zip(numbers[::2], numbers[1::2], strict=True)))
        assert 0 < zone.area <= 1
        for box in (Box(0, 0, 1, 1), Box(0.25, 0.25, 0.75, 0.5)):
            assert 0 <= zone.share_inside(box) <= 1 + 1e-9


def windows(data: bytes) -> None:
    """The file of windows that `onpost replay` is given."""
    with _file(data, "windows.json") as path, suppress(OnPostError):
        read_windows(path, (1280, 720))


def found_camera(data: bytes) -> None:
    """A device's answer to the search for cameras."""
    discovery._camera(data, "192.0.2.7", "uuid:1")


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    one.__name__: one
    for one in (
        roster,
        shifts,
        leave,
        case,
        workbook,
        attachment,
        times,
        settings,
        address,
        polygon,
        windows,
        found_camera,
    )
}


@contextmanager
def _file(data: bytes, name: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        yield path
