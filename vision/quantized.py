"""INT8 weights (量化权重) beside the ones they were made from, and the note that says how.

The note holds hashes of both files, so that an INT8 file can be traced to its source, and what
the comparison after its making measured. The hash of the file that was used is what register
entries name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from models.domain.errors import WeightsError
from vision.weights import sha256_of

FORMAT: Final = "onpost-int8/1"
ALLOWED_LOSS: Final = 0.5
"""Points of either recall that INT8 may lose and still be used by itself."""


@dataclass(frozen=True, slots=True)
class Compared:
    """INT8 beside full precision on pictures that calibration never saw.

    Attributes:
        pictures: What was looked at.
        present, present_full, present_int8: Windows with somebody; found by each.
        empty, empty_full, empty_int8: Windows with nobody; called empty by each.
        alike: Windows of which both say the same.
    """

    pictures: int
    present: int
    present_full: int
    present_int8: int
    empty: int
    empty_full: int
    empty_int8: int
    alike: int

    @property
    def lost_present(self) -> float:
        """Points of recall of present that INT8 loses; negative where it gains."""
        return 100 * (self.present_full - self.present_int8) / max(1, self.present)

    @property
    def lost_empty(self) -> float:
        """Points of recall of empty that INT8 loses."""
        return 100 * (self.empty_full - self.empty_int8) / max(1, self.empty)

    @property
    def good(self) -> bool:
        """Whether it may be used without anybody asking for it."""
        seen = self.present > 0 and self.empty > 0
        return seen and max(self.lost_present, self.lost_empty) <= ALLOWED_LOSS


@dataclass(frozen=True, slots=True)
class Note:
    """How an INT8 file was made.

    Attributes:
        sha256: Of the INT8 file.
        source: Name of the file it was made from.
        source_sha256: Its hash.
        calibration: Where the pictures came from, how many, and a hash over all of them.
        settings: How it was quantized.
        tools: Versions of what made it.
        compared: What the comparison measured; None before it.
    """

    sha256: str
    source: str
    source_sha256: str
    calibration: Mapping[str, str | int]
    settings: Mapping[str, Any]
    tools: Mapping[str, str]
    compared: Compared | None = None
    format: str = field(default=FORMAT)

    def text(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"


def int8_beside(weights: Path) -> Path:
    """Where the INT8 file of these weights lies: `yolov8s.onnx` → `yolov8s.int8.onnx`."""
    return weights.with_name(f"{weights.stem}.int8.onnx")


def note_of(int8: Path) -> Path:
    """The note beside an INT8 file."""
    return int8.with_suffix(".json")


def read_note(int8: Path, source_sha256: str) -> Note:
    """The note of an INT8 file, once both hashes are proven.

    Args:
        int8: The INT8 file.
        source_sha256: Of the weights that it must have been made from.

    Raises:
        WeightsError: the file or its note is missing or damaged, or they do not belong together.
    """
    if not int8.is_file():
        raise WeightsError(
            "没有 INT8 权重。请运行 onpost weights quantize。",
            "there are no INT8 weights. Run: onpost weights quantize",
            where=str(int8),
        )
    path = note_of(int8)
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        compared = said.get("compared")
        note = Note(**(said | {"compared": Compared(**compared) if compared else None}))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"INT8 权重的说明文件缺失或损坏({error})。"
            "请重新运行 onpost weights quantize --replace。",
            f"the note of the INT8 weights is missing or damaged ({error}). "
            "Run: onpost weights quantize --replace",
            where=str(path),
        ) from None
    if note.format != FORMAT or note.source_sha256 != source_sha256:
        raise _foreign(
            path,
            f"它由 {note.source}({note.source_sha256[:16]}…)生成,不是现用权重",
            f"they were made from {note.source} ({note.source_sha256[:16]}…), not from the "
            "weights in use",
        )
    if sha256_of(int8) != note.sha256:
        raise _foreign(int8, "文件与说明中的 SHA-256 不符", "the file is not the one in its note")
    return note


def _foreign(path: Path, zh: str, en: str) -> WeightsError:
    return WeightsError(
        f"不能使用这份 INT8 权重:{zh}。请重新运行 onpost weights quantize --replace。",
        f"these INT8 weights cannot be used: {en}. Run: onpost weights quantize --replace",
        where=str(path),
    )
