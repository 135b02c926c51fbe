"""Truth files: who was at which window when, by somebody who looked at every picture (真值)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeAlias

from models.domain.errors import InputError

SUFFIX: Final = ".truth.json"
Stretch: TypeAlias = tuple[float, float]
"""Seconds from the clip's start: from, to."""


@dataclass(frozen=True, slots=True)
class WindowTruth:
    """When somebody was at a window and when nobody was; of other moments nothing is known."""

    present: tuple[Stretch, ...]
    absent: tuple[Stretch, ...]

    def staffed(self, second: float, tolerance_s: float) -> bool | None:
        """What the truth says of a moment; None where it says nothing, or too near a change."""
        for stretches, said in ((self.present, True), (self.absent, False)):
            if any(self._inside(one, second, tolerance_s) for one in stretches):
                return said
        return None

    def _inside(self, stretch: Stretch, second: float, tolerance_s: float) -> bool:
        start, end = stretch
        low = start + tolerance_s if self._is_change(start) else start
        high = end - tolerance_s if self._is_change(end) else end
        return low <= second <= high

    def _is_change(self, second: float) -> bool:
        """Whether one stretch ends and another begins here; the clip's ends are no changes."""
        everything = (*self.present, *self.absent)
        return any(math.isclose(second, one[1], abs_tol=1e-6) for one in everything) and any(
            math.isclose(second, one[0], abs_tol=1e-6) for one in everything
        )


@dataclass(frozen=True, slots=True)
class Truth:
    """One truth file.

    Attributes:
        file: The file itself; it also holds the windows' polygons.
        recording: The clip, folder of pictures or still that it is about.
        windows: By window.
        tolerance_s: Moments so near a change are not scored.
        every_s: Seconds between samples, None where the file leaves that open.
    """

    file: Path
    recording: Path
    windows: dict[str, WindowTruth]
    tolerance_s: float
    every_s: float | None = None


def truths_in(folder: Path) -> list[Truth]:
    """Every truth file of a folder, by name.

    Raises:
        InputError: no such folder, no truth file in it, or one is wrong: says file and key.
    """
    if not folder.is_dir():
        raise InputError("没有这个文件夹。", "there is no such folder.", where=str(folder))
    files = sorted(folder.glob(f"*{SUFFIX}"))
    if not files:
        raise InputError(
            f"文件夹中没有真值文件(*{SUFFIX})。",
            f"the folder holds no truth file (*{SUFFIX}).",
            where=str(folder),
        )
    return [read_truth(file) for file in files]


def read_truth(file: Path) -> Truth:
    """One truth file.

    `{"video" or "image": name, "tolerance_s", "every_s", "windows": [{"id", "polygon",
    "present": [[from, to], …], "absent": [[from, to], …]}]}`; other keys are allowed. `every_s`
    may be left out. For a still, `present` or `absent` may be `true`.

    Raises:
        InputError: says file and key.
    """
    data = _parsed(file)
    name = data.get("video", data.get("image"))
    if not isinstance(name, str) or not name.strip():
        raise _wrong(file, "video", "须为录像或图片的文件名", "must name the clip or picture")
    recording = file.parent / name
    if not recording.exists():
        raise _wrong(file, "video", f"找不到 {name}", f"there is no {name}")
    items = data.get("windows")
    if not isinstance(items, list) or not items:
        raise _wrong(file, "windows", "须为非空列表", "must be a list that is not empty")
    windows = {
        str(item.get("id") if isinstance(item, dict) else ""): _window(item, file, number)
        for number, item in enumerate(items)
    }
    tolerance = _number(data.get("tolerance_s", 0))
    if tolerance is None or tolerance < 0:
        raise _wrong(file, "tolerance_s", "须为不小于 0 的秒数", "must be seconds, 0 or more")
    every = _number(data["every_s"]) if "every_s" in data else None
    if "every_s" in data and (every is None or every <= 0):
        raise _wrong(file, "every_s", "须为正的秒数", "must be seconds, more than 0")
    return Truth(file, recording, windows, tolerance, every)


def _parsed(file: Path) -> dict[str, Any]:
    try:
        data = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"无法读取真值文件:{error.strerror}。",
            f"cannot read the truth file: {error.strerror}.",
            where=str(file),
        ) from None
    except UnicodeDecodeError:
        raise InputError(
            "真值文件不是 UTF-8 文本。", "the truth file is not UTF-8 text.", where=str(file)
        ) from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"不是有效的 JSON:第 {error.lineno} 行({error.msg})。",
            f"not valid JSON: line {error.lineno} ({error.msg}).",
            where=f"{file}:{error.lineno}",
        ) from None
    if not isinstance(data, dict):
        raise InputError("须为 JSON 对象。", "it must be a JSON object.", where=str(file))
    return data


def _window(item: object, file: Path, number: int) -> WindowTruth:
    key = f"windows[{number}]"
    if not isinstance(item, dict):
        raise _wrong(file, key, "须为对象", "must be an object")
    present = _stretches(item.get("present", []), file, f"{key}.present")
    absent = _stretches(item.get("absent", []), file, f"{key}.absent")
    if not present and not absent:
        raise _wrong(
            file, key, "present 与 absent 须至少写一段", "needs a stretch in present or absent"
        )
    ordered = sorted((*present, *absent))
    for before, after in pairwise(ordered):
        if after[0] < before[1]:
            raise _wrong(
                file,
                key,
                f"{list(before)} 与 {list(after)} 重叠",
                f"{list(before)} and {list(after)} overlap",
            )
    return WindowTruth(present, absent)


def _stretches(said: object, file: Path, key: str) -> tuple[Stretch, ...]:
    if said is True:
        return ((0.0, math.inf),)
    if said is False:
        return ()
    if not isinstance(said, list):
        raise _wrong(
            file, key, "须为 [[起, 止], …](秒)", "must be a list [[from, to], …] of seconds"
        )
    return tuple(sorted(_each(said, file, key)))


def _each(said: list[object], file: Path, key: str) -> Iterator[Stretch]:
    for number, pair in enumerate(said):
        ends = [_number(end) for end in pair] if isinstance(pair, list) else []
        if len(ends) != 2 or ends[0] is None or ends[1] is None or not 0 <= ends[0] <= ends[1]:
            raise _wrong(
                file,
                f"{key}[{number}]",
                "须为 [起, 止],秒,起不大于止",
                "must be [from, to] in seconds, from not after to",
            )
        yield ends[0], ends[1]


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _wrong(file: Path, key: str, zh: str, en: str) -> InputError:
    return InputError(f"真值有误:{zh}。", f"wrong truth: {en}.", where=f"{file}: {key}")
