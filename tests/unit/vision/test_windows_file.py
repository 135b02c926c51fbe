"""The windows file is read whole and right, or refused with the place and the remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.domain.errors import GeometryError, InputError
from vision.windows_file import read_windows

SQUARE = [[10, 10], [60, 10], [60, 40], [10, 40]]
PICTURE = (320, 180)


def written(folder: Path, data: object) -> Path:
    path = folder / "windows.json"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def one(polygon: object, **more: object) -> dict[str, object]:
    return {**more, "windows": [{"id": "一号窗口", "polygon": polygon}]}


def test_pixels_become_shares_of_the_picture(tmp_path: Path) -> None:
    path = written(tmp_path, one(SQUARE, width=320, height=180, note="drawn by hand"))
    bounds = read_windows(path, PICTURE)["一号窗口"].bounds
    assert (bounds.x1, bounds.y2) == (10 / 320, 40 / 180)


def test_without_width_and_height_corners_are_relative(tmp_path: Path) -> None:
    path = written(tmp_path, one([[0, 0], [0.5, 0], [0.5, 1]]))
    assert read_windows(path, PICTURE)["一号窗口"].points[1] == (0.5, 0)


@pytest.mark.parametrize(("width", "height"), [(640, 360), (1920, 1080), (321, 180)])
def test_windows_may_be_drawn_on_another_size_of_the_same_shape(
    tmp_path: Path, width: int, height: int
) -> None:
    corners = [[0, 0], [width / 2, 0], [width / 2, height]]
    path = written(tmp_path, one(corners, width=width, height=height))
    assert read_windows(path, PICTURE)["一号窗口"].bounds.x2 == 0.5


def test_another_shape_of_picture_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, one(SQUARE, width=320, height=240))
    with pytest.raises(InputError, match="another shape") as caught:
        read_windows(path, PICTURE)
    assert "320×240" in caught.value.zh


@pytest.mark.parametrize(
    ("polygon", "said"),
    [
        ([[10, 10], [400, 10], [60, 40]], "outside the picture"),
        ([[10, 10], [60, 40], [60, 10], [10, 40]], "cross"),
        ([[10, 10], [60, 40]], "at least 3"),
        ([[10, 10], [20, 20], [30, 30]], "cross|no area"),
        ([[10, 10], [60, "40"], [60, 10]], "all numbers"),
        ([[10, 10], [60], [60, 10]], "all numbers"),
        ([], "all numbers"),
        (None, "all numbers"),
    ],
)
def test_an_unusable_polygon_is_refused_and_its_window_named(
    tmp_path: Path, polygon: object, said: str
) -> None:
    path = written(tmp_path, one(polygon, width=320, height=180))
    with pytest.raises(GeometryError, match=said) as caught:
        read_windows(path, PICTURE)
    assert "windows.一号窗口" in caught.value.where


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "JSON object"),
        ({}, "list `windows`"),
        ({"windows": []}, "list `windows`"),
        ({"windows": ["a"]}, "needs an id"),
        ({"windows": [{"id": " ", "polygon": SQUARE}]}, "needs an id"),
        ({"windows": [{"id": 3, "polygon": SQUARE}]}, "needs an id"),
        (one(SQUARE, width=320), "both be given"),
        (one(SQUARE, width=0, height=180), "both be given"),
        (one(SQUARE, width="320", height=180), "both be given"),
        (
            {"width": 320, "height": 180, "windows": [{"id": "a", "polygon": SQUARE}] * 2},
            "there twice",
        ),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, data: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_windows(written(tmp_path, data), PICTURE)


def test_broken_json_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "windows.json"
    path.write_text('{"windows": [\n {"id": "a",,}\n]}', encoding="utf-8")
    with pytest.raises(InputError, match="line 2") as caught:
        read_windows(path, PICTURE)
    assert caught.value.where.endswith("windows.json:2")


def test_a_missing_file_or_one_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_windows(tmp_path / "none.json", PICTURE)
    path = tmp_path / "binary.json"
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(InputError, match="UTF-8"):
        read_windows(path, PICTURE)
