"""`onpost weights quantize`: pictures, INT8 file, comparison, note (量化)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from models.domain.errors import InputError, WeightsError
from vision.detectors.engines import OnnxRuntimeEngine
from vision.detectors.network import read_network
from vision.detectors.onnx import OnnxDetector
from vision.frame import Image
from vision.quantize import FEWEST, quantize, require_place
from vision.quantize_compare import compare
from vision.quantize_pictures import Case, RehearsalPictures, halves, pictures_in, stand_ins
from vision.quantized import Compared, Note, int8_beside, note_of
from vision.weights import verify
from vision.whole_file import write_whole

PHOTOGRAPHS = Path("var/photographs")
CUTOUTS = Path("var/rehearsal")
_THREADS = 2

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed; see the command's options."""

    size: str
    source: Path | None
    weights: Path | None
    out: Path | None
    pictures: int
    compared: int
    replace: bool
    folder: Path


def make(wanted: Wanted, progress: Progress) -> str:
    """Make the file and tell what it is worth.

    Raises:
        WeightsError: the weights are missing, or the INT8 file is there already.
        InputError: the pictures cannot be used, or are too few.
    """
    weights = wanted.weights or verify(wanted.size, wanted.folder)
    require_place(wanted.out or int8_beside(weights), weights, replace=wanted.replace)
    full = _opened(weights)
    try:
        pictures, said, cases = _pictures(wanted, full, progress)
        path, note = quantize(
            weights, pictures, said, out=wanted.out, replace=wanted.replace, progress=progress
        )
        small = _opened(path)
        try:
            found = compare(cases, full, small, progress)
        finally:
            small.close()
    finally:
        full.close()
    note = replace(note, compared=found)
    write_whole(note_of(path), note.text().encode(), WeightsError)
    return verdict(path, note, found)


def _opened(path: Path) -> OnnxDetector:
    network = read_network(path)
    return OnnxDetector(network, OnnxRuntimeEngine(network, _THREADS))


def _pictures(
    wanted: Wanted, full: OnnxDetector, progress: Progress
) -> tuple[list[Image], str, Iterator[Case]]:
    """Calibration pictures, where they come from, and others to compare with."""
    if wanted.source is None:
        hall = RehearsalPictures(PHOTOGRAPHS, CUTOUTS, progress)
        return hall.calibration(wanted.pictures), "rehearsal", hall.compared(wanted.compared)
    own = pictures_in(wanted.source, 2 * max(wanted.pictures, wanted.compared))
    shown, others = halves(own)
    if len(shown) < FEWEST:
        raise InputError(
            f"文件夹中至少需要 {2 * FEWEST} 张图片(一半用于校准,一半用于比较),现有 {len(own)} 张。",
            f"the folder must hold at least {2 * FEWEST} pictures, half to calibrate and half to "
            f"compare; there are {len(own)}.",
            where="--from",
        )
    cases = stand_ins(others[: wanted.compared], full)
    return shown[: wanted.pictures], wanted.source.name, cases


def verdict(path: Path, note: Note, found: Compared) -> str:
    """What was made and whether `detector.precision: auto` will use it."""
    whole = max(1, found.present + found.empty)
    lines = [
        f"{path} {note.sha256}",
        f"{found.pictures} 张未用于校准的图片 pictures that calibration never saw:",
        (
            f"  有人 present: fp32 {found.present_full}/{found.present}, "
            f"INT8 {found.present_int8}/{found.present} ({0.0 - found.lost_present:+.2f})"
        ),
        (
            f"  无人 empty: fp32 {found.empty_full}/{found.empty}, "
            f"INT8 {found.empty_int8}/{found.empty} ({0.0 - found.lost_empty:+.2f})"
        ),
        f"  判断一致 same verdict: {found.alike}/{whole} = {found.alike / whole:.2%}",
        "auto 将在更快时使用它 / auto uses it where it is faster"
        if found.good
        else "auto 不会使用它:准确度下降超过 0.5 个百分点 / auto will not use it: more than 0.5 "
        "points are lost",
    ]
    return "\n".join(lines)
