"""INT8 beside full precision: do windows get the same verdicts?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from vision.detectors.letterbox import require_picture
from vision.look import Looker
from vision.ports import Detector
from vision.quantize_pictures import Case
from vision.quantized import Compared

_TOLD_EVERY: Final = 20


def compare(
    cases: Iterable[Case],
    full: Detector,
    int8: Detector,
    progress: Callable[[str], None] = lambda _line: None,
) -> Compared:
    """One look of each at every picture, by the watch's own recipe.

    Raises:
        DetectorError: one of them gave no answer.
    """
    first, second = Looker(full), Looker(int8)
    counted: Counter[tuple[bool, bool, bool]] = Counter()
    pictures = 0
    for case in cases:
        image = require_picture(case.image)
        by_full, by_int8 = first.look(image, case.zones), second.look(image, case.zones)
        for window, staffed in case.staffed.items():
            said = by_full[window].people > 0, by_int8[window].people > 0
            counted[staffed, said[0], said[1]] += 1
        pictures += 1
        if pictures % _TOLD_EVERY == 0:
            progress(f"比较 / comparing: {pictures}")

    def total(*, staffed: bool, full: bool | None = None, int8: bool | None = None) -> int:
        return sum(
            number
            for (was, one, other), number in counted.items()
            if was is staffed and full in (None, one) and int8 in (None, other)
        )

    return Compared(
        pictures=pictures,
        present=total(staffed=True),
        present_full=total(staffed=True, full=True),
        present_int8=total(staffed=True, int8=True),
        empty=total(staffed=False),
        empty_full=total(staffed=False, full=False),
        empty_int8=total(staffed=False, int8=False),
        alike=sum(number for (_, one, other), number in counted.items() if one is other),
    )
