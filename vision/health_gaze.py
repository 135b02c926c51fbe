"""Where a camera looks, kept over time: the same, a little shifted, or moved (视角).

A small shift is measured, and the zones go along with it; a large one, a turn or a zoom suspends
them. Comparing takes milliseconds, so it is done every few samples, and on every one while the
camera counts as moved or something points that way.
"""

from __future__ import annotations

from math import hypot
from typing import Final

from vision.health_checks import Grey
from vision.health_pose import Pose
from vision.moved import Agreement, Reference, View

Shift = tuple[float, float]
"""(x, y), in shares of the picture's width."""

NO_SHIFT: Final[Shift] = (0.0, 0.0)
LEAST_SHIFT: Final = 0.0025
"""A smaller shift is none: 5 pixels of 1920."""
WARP: Final = 0.013
"""Corners displaced by more than this share of the width: turned by 1.3°, zoomed by 2 %."""
TRY_EVERY: Final = 12
"""Every so many comparisons that tell nothing else, turns and zooms are tried out."""
_SAME_PLACE: Final = 0.007
_CLEARLY: Final = 1.08
_GAIN: Final = 1.12
_STILL: Final = 1.03
_FALLEN: Final = 0.7
_FADES: Final = 0.99


class Gaze:
    """One camera's gaze. Used by one thread.

    Args:
        grey: The reference, as `small_grey` makes it.
        tolerance: The largest shift that the zones follow, as a share of the picture's width.
        every: Compare every so many samples.
    """

    def __init__(self, grey: Grey, tolerance: float, every: int) -> None:
        self._reference = Reference(grey, tolerance)
        self._tolerance = tolerance
        self._every = every
        self._samples = 0
        self._compared = 0
        self._moved = False
        self._turned_from = 0.0
        self._fits = 0.0
        self._suspicion: tuple[Shift | None] | None = None
        self._usual = 0.0
        self._asked: Shift = NO_SHIFT
        self.shift: Shift = NO_SHIFT
        """By how much the zones are to go along."""

    def has_moved(self, grey: Grey) -> bool:
        """Take a picture into account; the last verdict where it tells nothing."""
        due = self._pressing or self._samples % self._every == 0
        self._samples += 1
        if due:
            self._compare(grey)
        return self._moved

    @property
    def _pressing(self) -> bool:
        """Something points to a movement."""
        asked = _apart(self._asked, self.shift) >= LEAST_SHIFT
        return self._moved or self._suspicion is not None or asked

    def _compare(self, grey: Grey) -> None:
        found = self._reference.agreement(grey)
        if found is None:
            return  # too plain to tell
        self._fits = max(found.here, found.elsewhere)
        pose = self._reference.pose(grey) if self._is_strange(found) else None
        if pose is not None:
            self._take_pose(pose)
        elif not (self._tries_turns(found) and self._is_turned(grey, found)):
            self._take_agreement(found)
        self._compared += 1
        if not self._moved:
            self._usual = max(_FADES * self._usual, found.here)

    def _is_strange(self, found: Agreement) -> bool:
        """Whether to look closer; now and then in any case."""
        return (
            self._compared % (TRY_EVERY // 2) == 0
            or self._pressing
            or self._reference.judge(found) is not View.SAME
            or found.here > _STILL * found.still
            or found.elsewhere > found.here
            or found.here < _FALLEN * self._usual
        )

    def _take_pose(self, pose: Pose) -> None:
        if pose.warp > WARP:
            self._suspect(None)
        elif hypot(*pose.shift) > self._tolerance:
            self._suspect(pose.shift)
        else:
            self._is_same(pose.shift)

    def _take_agreement(self, found: Agreement) -> None:
        said = self._reference.judge(found)
        beyond = hypot(*found.shift) > self._tolerance + _SAME_PLACE
        if said in (View.SHIFTED, View.OTHER):
            self._moved, self._suspicion = True, None
        elif beyond and found.elsewhere >= max(0.4, _CLEARLY * found.here):
            self._suspect(found.shift)
        elif said is View.SAME:
            better = found.here >= 0.5 and found.here >= _GAIN * found.still
            self._is_same(found.near if better else NO_SHIFT)
        else:
            self._suspicion = None  # a crowd before the camera proves nothing

    def _suspect(self, shift: Shift | None) -> None:
        """Moved once two comparisons in a row say so, and both by the same shift; by None they
        say turned or zoomed."""
        before, self._suspicion = self._suspicion, (shift,)
        if before is None:
            return
        shifts = [one for one in (before[0], shift) if one is not None]
        if len(shifts) < 2 or _apart(*shifts) <= _SAME_PLACE:
            self._moved = True
            self._turned_from = 0.0 if len(shifts) == 2 else self._fits

    def _is_same(self, shift: Shift) -> None:
        self._moved, self._suspicion, self._turned_from = False, None, 0.0
        self._follow(shift)

    def _tries_turns(self, found: Agreement) -> bool:
        fallen = found.here < _FALLEN * self._usual and self._compared % 3 == 0
        suspected = self._suspicion is not None and self._suspicion[0] is None
        known = self._turned_from > 0 or suspected
        return known or fallen or self._compared % TRY_EVERY == 0

    def _is_turned(self, grey: Grey, found: Agreement) -> bool:
        """Whether the picture was tried out and is turned or zoomed, or may be."""
        unchanged = self._turned_from > 0 and self._fits < 1.5 * self._turned_from
        if unchanged and self._compared % TRY_EVERY:
            return True
        turned = self._reference.is_turned(grey, found)
        if turned:
            self._suspect(None)
        return turned

    def _follow(self, shift: Shift) -> None:
        """Zones go along once two comparisons in a row ask for it; they do not tremble."""
        wanted = shift if hypot(*shift) >= LEAST_SHIFT else NO_SHIFT
        agreed = _apart(wanted, self._asked) < LEAST_SHIFT
        self._asked = wanted
        if agreed and _apart(wanted, self.shift) >= LEAST_SHIFT:
            self.shift = wanted


def _apart(one: Shift, other: Shift) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])
