"""Truth files: what they say of a moment, and what is told of wrong ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.domain.errors import InputError
from vision.evaluate_truth import WindowTruth, read_truth, truths_in

SQUARE = [[0, 0], [10, 0], [10, 10]]


def written(folder: Path, **changes: Any) -> Path:
    (folder / "c.mp4").write_bytes(b"x")
    window = {"id": "a", "polygon": SQUARE, "present": [[0, 4]], "absent": [[4, 9]]}
    data = {"video": "c.mp4", "tolerance_s": 0.5, "windows": [window]} | changes
    path = folder / "c.truth.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def window(**changes: Any) -> dict[str, Any]:
    return {"id": "a", "polygon": SQUARE, "present": [[0, 4]]} | changes


def test_a_moment_near_a_change_is_not_scored_and_the_clips_ends_are_no_changes() -> None:
    truth = WindowTruth(((0.0, 4.0),), ((4.0, 9.0),))

    said = [truth.staffed(second, 0.5) for second in (0.0, 3.5, 3.6, 4.4, 4.5, 9.0, 9.1)]

    assert said == [True, True, None, None, False, False, None]


def test_a_file_is_read_with_its_sampling_and_a_still_may_say_true(tmp_path: Path) -> None:
    truth = read_truth(written(tmp_path, every_s=2, windows=[window(present=True)]))

    assert (truth.recording.name, truth.tolerance_s, truth.every_s) == ("c.mp4", 0.5, 2.0)
    assert truth.windows["a"].staffed(7200.0, 0.5) is True


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"video": 3}, "video"),
        ({"video": "d.mp4"}, "video"),
        ({"windows": []}, "windows"),
        ({"tolerance_s": -1}, "tolerance_s"),
        ({"tolerance_s": True}, "tolerance_s"),
        ({"every_s": 0}, "every_s"),
        ({"windows": ["a"]}, "windows[0]"),
        ({"windows": [window(present=[])]}, "windows[0]"),
        ({"windows": [window(present=[[3, 1]])]}, "windows[0].present[0]"),
        ({"windows": [window(absent=[[0, 1, 2]])]}, "windows[0].absent[0]"),
        ({"windows": [window(absent="never")]}, "windows[0].absent"),
        ({"windows": [window(absent=[[3, 8]])]}, "windows[0]"),
    ],
)
def test_a_wrong_file_is_told_with_its_key(
    tmp_path: Path, changes: dict[str, Any], key: str
) -> None:
    with pytest.raises(InputError) as told:
        read_truth(written(tmp_path, **changes))

    assert told.value.where == f"{tmp_path / 'c.truth.json'}: {key}"
    assert told.value.zh
    assert told.value.en


def test_no_json_a_bare_folder_and_no_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no truth file"):
        truths_in(tmp_path)
    (tmp_path / "c.truth.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="not valid JSON: line 1"):
        truths_in(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        truths_in(tmp_path / "none")
