"""The script of the rehearsal day: what happens when, on the simulated clock.

Moments are seconds since local midnight of the demo's date. The script is the truth that the
register is held against; it knows nothing of cameras' pictures or of the filter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from vision.sources.rehearsal.actors import Stretch
from vision.sources.rehearsal.chance import chance
from vision.sources.rehearsal.city import City

DATE: Final = date(2026, 11, 23)
"""A Monday and a working day; the demo's date is fixed."""

SESSIONS: Final = ((8 * 3600 + 1800.0, 12 * 3600.0), (14 * 3600 + 1800.0, 17 * 3600 + 1800.0))
STARTS: Final = 8 * 3600 + 20 * 60.0
"""When the demo's clock begins: 08:20."""

CALM_S: Final = 300.0
"""Around coming and going, and around the session's start, nobody bends down for long."""

SETTLING_S: Final = 240.0
"""What is staged must be over so long before the end of the demo."""


class What(StrEnum):
    """What can be staged."""

    LATE = "late"
    OFF_POST = "off_post"
    AWAY = "away"
    BRIEF = "brief"
    COVERED_LEAVE = "covered_leave"
    COVER_OFF_POST = "cover_off_post"
    LEAVE_UNCOVERED = "leave_uncovered"
    NO_SHOW = "no_show"
    EARLY = "early"
    CUT = "cut"
    COVERED = "covered"
    FROZEN = "frozen"
    BLACK = "black"
    MOVED = "moved"
    WRONG_CLOCK = "wrong_clock"


WORDS: Final[Mapping[What, tuple[str, str]]] = {
    What.LATE: ("迟到", "late"),
    What.OFF_POST: ("脱岗", "off post"),
    What.AWAY: ("离岗(仅提醒)", "away, alert only"),
    What.BRIEF: ("短时离开", "away briefly"),
    What.COVERED_LEAVE: ("请假,有人顶岗", "leave, covered"),
    What.COVER_OFF_POST: ("顶岗人脱岗", "leave, the cover is off post"),
    What.LEAVE_UNCOVERED: ("请假,无人顶岗", "leave, nobody covers"),
    What.NO_SHOW: ("缺岗", "does not come"),
    What.EARLY: ("早退", "leaves early"),
    What.CUT: ("摄像头断线,其间离岗", "camera cut, clerk away meanwhile"),
    What.COVERED: ("摄像头被遮,其间离岗", "camera covered, clerk away meanwhile"),
    What.FROZEN: ("画面冻结,其间离岗", "picture frozen, clerk away meanwhile"),
    What.BLACK: ("画面全黑,其间离岗", "picture black, clerk away meanwhile"),
    What.MOVED: ("摄像头移位,其间离岗", "camera moved, clerk away meanwhile"),
    What.WRONG_CLOCK: ("摄像头时钟错误,其间离岗", "camera's clock wrong, clerk away meanwhile"),
}

FAULTS: Final = frozenset(
    {What.CUT, What.COVERED, What.FROZEN, What.BLACK, What.MOVED, What.WRONG_CLOCK}
)


@dataclass(frozen=True, slots=True)
class Staged:
    """One thing that happens.

    Attributes:
        what: What.
        window_id: The window whose clerk it is about.
        camera_id: For a fault, the camera.
        away: When the clerk is away.
        fault: For a fault, when the camera is out of order.
        leave: For leave, the notice: registered, from, until.
    """

    what: What
    window_id: str
    camera_id: str
    away: tuple[Stretch, ...]
    fault: Stretch | None = None
    leave: tuple[float, float, float] | None = None

    @property
    def covered(self) -> bool:
        """Somebody was named to stand in."""
        return self.leave is not None and self.what is not What.LEAVE_UNCOVERED

    @property
    def ends(self) -> float:
        """When the last of it is over."""
        ends = [end for _, end in self.away] + ([self.fault[1]] if self.fault else [])
        return max(ends, default=0.0)


@dataclass(frozen=True, slots=True)
class Day:
    """The whole script.

    Attributes:
        city: Where.
        until: End of the demo.
        staged: What happens, in order of time.
        present: When each window's clerk is there.
    """

    city: City
    until: float
    staged: tuple[Staged, ...]
    present: Mapping[str, tuple[Stretch, ...]]
    _edges: Mapping[str, tuple[float, ...]] = field(default_factory=dict, repr=False)

    def is_present(self, window_id: str, second: float) -> bool:
        """Whether the clerk is at the window."""
        return any(start <= second < end for start, end in self.present[window_id])

    def who(self, window_id: str, second: float) -> int:
        """0 for the window's own clerk, 1 for the cover."""
        for one in self.staged:
            if one.window_id == window_id and one.covered and one.leave:
                return int(one.leave[1] <= second < one.leave[2])
        return 0

    def calm(self, window_id: str) -> list[Stretch]:
        """When the clerk must not be in a hard pose."""
        moments = {edge for stretch in self.present[window_id] for edge in stretch}
        moments |= {edge for session in SESSIONS for edge in session}
        for one in self.staged:
            if one.fault and window_id in self._seen_by(one.camera_id):
                moments |= set(one.fault)
        return [(moment - CALM_S, moment + CALM_S) for moment in sorted(moments)]

    def fault(self, camera_id: str, second: float) -> Staged | None:
        """The camera's fault at a moment, None while it is in order."""
        for one in self.staged:
            if one.camera_id == camera_id and one.fault and one.fault[0] <= second < one.fault[1]:
                return one
        return None

    def faults(self, camera_id: str) -> list[Stretch]:
        """When a camera is out of order."""
        return [one.fault for one in self.staged if one.camera_id == camera_id and one.fault]

    def _seen_by(self, camera_id: str) -> list[str]:
        return [seat.window_id for seat in self.city.cameras[camera_id].seats]


def _clock(text: str) -> float:
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    return hours * 3600.0 + minutes * 60 + (seconds[0] if seconds else 0)


def _away(*texts: str) -> tuple[Stretch, ...]:
    pairs = [text.split("-") for text in texts]
    return tuple((_clock(start), _clock(end)) for start, end in pairs)


_OPEN: Final = "08:00"
_NEVER: Final = "12:00"

# What happens, most telling first within its hour: what, when the clerk is away, when the
# camera is out of order, the leave notice (registered, from, until).
_PLAN: Final = (
    (What.LATE, _away(f"{_OPEN}-08:39:30"), "", ""),
    (What.LATE, _away(f"{_OPEN}-08:46"), "", ""),
    (What.BRIEF, _away(f"{_OPEN}-08:32"), "", ""),
    (What.BRIEF, _away("08:36-08:39"), "", ""),
    (What.AWAY, _away("08:37-08:45:30"), "", ""),
    (What.OFF_POST, _away("08:36-08:56"), "", ""),
    (What.BLACK, _away("08:38-08:56"), "08:36-08:58", ""),
    (What.CUT, _away("08:37-08:55"), "08:35-08:57", ""),
    (What.COVERED, _away("08:41-09:01"), "08:39-09:03", ""),
    (What.FROZEN, _away("08:42-09:01"), "08:38-09:03", ""),
    (What.COVER_OFF_POST, _away("08:43-09:03"), "", "08:15-08:30-11:30"),
    (What.COVERED_LEAVE, _away(), "", "08:25-08:40-10:30"),
    (What.OFF_POST, _away("08:44-09:05"), "", ""),
    (What.MOVED, _away("08:46-09:06"), "08:43-09:08", ""),
    (What.WRONG_CLOCK, _away("08:48-09:08"), "08:45-09:10", ""),
    (What.CUT, _away("08:40-09:02"), "08:47-08:54", ""),
    (What.AWAY, _away("08:52-09:01"), "", ""),
    (What.BRIEF, _away("08:55-08:58:30"), "", ""),
    (What.OFF_POST, _away("08:51-09:11"), "", ""),
    (What.LEAVE_UNCOVERED, _away(f"{_OPEN}-{_NEVER}"), "", "08:05-08:30-12:00"),
    (What.NO_SHOW, _away(f"{_OPEN}-{_NEVER}"), "", ""),
    (What.OFF_POST, _away("09:35-09:58"), "", ""),
    (What.AWAY, _away("10:05-10:14"), "", ""),
    (What.OFF_POST, _away("10:30-10:52"), "", ""),
    (What.EARLY, _away("11:45-12:00"), "", ""),
    (What.LATE, _away("14:00-14:42"), "", ""),
    (What.OFF_POST, _away("15:10-15:32"), "", ""),
    (What.AWAY, _away("16:00-16:09"), "", ""),
    (What.EARLY, _away("17:15-17:30"), "", ""),
)

_LASTING: Final = {What.LEAVE_UNCOVERED: 27 * 60.0, What.NO_SHOW: 40 * 60.0}
"""Those go on past the demo's end; they must have lasted so long by then."""


def written(city: City, until: float, *, starts: float = STARTS) -> Day:
    """The script for a demo from `starts` to `until`: only what is over in time is staged.

    Args:
        city: Where.
        until: End of the demo, seconds since local midnight.
        starts: Its begin.
    """
    staged = tuple(_cast(city, starts, until))
    present = {window: _presence(city, window, staged) for window in city.windows}
    return Day(city, until, staged, present)


def _cast(city: City, starts: float, until: float) -> list[Staged]:
    """Each thing that fits gets a window of its own, on a camera of its own."""
    rng = chance(city.seed, "cast")
    free = [one for one in city.windows if _is_plain(city, one)]
    rng.shuffle(free)
    used: set[str] = set()
    cast = []
    for what, away, fault, leave in _PLAN:
        window = next(one for one in free if city.cameras_of(one)[0] not in used)
        camera = city.cameras_of(window)[0]
        used.add(camera)
        one = Staged(
            what,
            window,
            camera if fault else "",
            away,
            _pair(fault) if fault else None,
            _triple(leave) if leave else None,
        )
        if _fits(one, starts, until):
            cast.append(one)
    return cast


def _is_plain(city: City, window_id: str) -> bool:
    """Seen by one camera, which shares none of its windows with another."""
    cameras = city.cameras_of(window_id)
    if len(cameras) != 1:
        return False
    seats = city.cameras[cameras[0]].seats
    return all(len(city.cameras_of(seat.window_id)) == 1 for seat in seats)


def _pair(text: str) -> Stretch:
    start, end = text.split("-")
    return _clock(start), _clock(end)


def _triple(text: str) -> tuple[float, float, float]:
    registered, start, end = text.split("-")
    return _clock(registered), _clock(start), _clock(end)


def _fits(one: Staged, starts: float, until: float) -> bool:
    if one.what is What.COVERED_LEAVE:
        return one.leave is not None and until >= one.leave[1] + SETTLING_S
    lasting = _LASTING.get(one.what)
    if lasting is not None:
        return starts <= SESSIONS[0][0] and until >= SESSIONS[0][0] + lasting
    first = min([start for start, _ in one.away] + ([one.fault[0]] if one.fault else []))
    began = first >= starts or first == _clock(_OPEN)
    return began and one.ends + SETTLING_S <= until


def _presence(city: City, window_id: str, staged: Sequence[Staged]) -> tuple[Stretch, ...]:
    """When the clerk is there: from shortly before the session to shortly after it."""
    rng = chance(city.seed, "arrives", window_id)
    hours = [
        (start - rng.uniform(180, 1100), end + rng.uniform(20, 400)) for start, end in SESSIONS
    ]
    for one in staged:
        if one.window_id == window_id:
            for away in one.away:
                hours = [part for whole in hours for part in _without(whole, away)]
    return tuple(hours)


def _without(whole: Stretch, away: Stretch) -> list[Stretch]:
    start, end = away
    if start <= _clock(_OPEN):
        start = 0.0
    if end in {session[1] for session in SESSIONS}:
        end += 3600.0  # gone for this session: not back for its last seconds
    parts = [(whole[0], min(whole[1], start)), (max(whole[0], end), whole[1])]
    return [(first, last) for first, last in parts if last > first]
