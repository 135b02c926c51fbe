"""S10: one person on the border of two windows is counted in exactly one of them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.acceptance.town import Town, at, onpost
from tests.contract.test_detector import photograph
from tests.fakes_detectors import hall
from vision.frame import Image

pytestmark = pytest.mark.weights

SIZE = (1280, 720)
LEFT = [[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]]
RIGHT = [[0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [0.5, 1.0]]
WINDOWS = {"windows": [{"id": "W03", "polygon": LEFT}, {"id": "W04", "polygon": RIGHT}]}
MINUTES = 8


def standing(centre: float) -> Image:
    """A person whose middle is at `centre`, 0..1 of the picture's width, in a plain hall."""
    picture = hall(*SIZE)
    person = np.asarray(cv2.resize(photograph("astronaut.png"), (500, 500)), np.uint8)
    left = round(centre * SIZE[0]) - 250
    picture[200:700, left : left + 500] = person
    return picture


def recording(folder: Path, centre: float) -> Path:
    """One picture a minute from 09:00."""
    folder.mkdir()
    cv2.imwrite(str(folder / "p.jpg"), standing(centre))
    rows = ["file,time"]
    for minute in range(MINUTES):
        name = f"{minute}.jpg"
        (folder / name).write_bytes((folder / "p.jpg").read_bytes())
        rows.append(f"{name},{(at('09:00') + timedelta(minutes=minute)).isoformat()}")
    (folder / "p.jpg").unlink()
    (folder / "times.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("centre", "holder", "other"), [(0.44, "W03", "W04"), (0.57, "W04", "W03")]
)
def test_s10_the_zone_that_holds_most_of_them_is_staffed_and_the_other_is_empty(
    tmp_path: Path, centre: float, holder: str, other: str
) -> None:
    town = Town(tmp_path, duty={"off_post": {"minutes": 5}}, windows={"W03": "甲局", "W04": "乙局"})
    town.roster("2026-11-23,W03,甲局,甲,A,08:30,12:00,", "2026-11-23,W04,乙局,乙,A,08:30,12:00,")
    windows = town.write("windows.json", json.dumps(WINDOWS))
    out = tmp_path / "samples.jsonl"
    done = onpost(
        "replay",
        recording(tmp_path / "pictures", centre),
        *("--windows", windows, "--every", "60", "--out", out),
    )
    assert done.code == 0, done.err
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert len(lines) == 2 * MINUTES
    assert [one["people"] for one in lines if one["window"] == holder] == [1] * MINUTES
    assert [one["people"] for one in lines if one["window"] == other] == [0] * MINUTES

    found = town.good("duty", "judge", "--spans", out, "--now", "2026-11-23 09:08").findings
    assert [(one["window"], one["label"]) for one in found] == [(other, "脱岗")]
