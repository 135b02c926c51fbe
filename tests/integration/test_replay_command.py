"""`onpost replay` as it is typed: files appear whole, or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tests.contract.test_detector import photograph
from tests.fakes_cameras import write_clip
from tests.fakes_detectors import hall
from tests.groups import ROOT
from vision.frame import Image

SIZE = (640, 360)
WINDOWS = {
    "width": 1280,
    "height": 720,
    "windows": [
        {"id": "右", "polygon": [[700, 0], [1200, 0], [1200, 719], [700, 719]]},
        {"id": "空", "polygon": [[0, 0], [130, 0], [130, 300], [0, 300]]},
    ],
}


def onpost(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = "from api.cli import main; main()"
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=ROOT,
    )


@pytest.fixture
def windows(tmp_path: Path) -> Path:
    path = tmp_path / "windows.json"
    path.write_text(json.dumps(WINDOWS), encoding="utf-8")
    return path


def furnished() -> Image:
    picture = hall(*SIZE)
    picture[200:300, 100:500] = (60, 90, 140)
    return picture


def staffed() -> Image:
    return np.asarray(cv2.resize(photograph("zidane.jpg"), SIZE), np.uint8)


def make_clip(path: Path) -> Path:
    """Six seconds of a furnished room, then six with two people."""
    people, room = staffed(), furnished()
    return write_clip(path, 60, 5, make=lambda index: room if index < 30 else people)


@pytest.mark.weights
def test_a_clip_becomes_lines_and_a_drawn_video(tmp_path: Path, windows: Path) -> None:
    clip, out, overlay = make_clip(tmp_path / "c.mp4"), tmp_path / "o.jsonl", tmp_path / "o.mp4"

    done = onpost("replay", clip, "--windows", windows, "--out", out, "--overlay", overlay)

    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["t"] for line in lines if line["window"] == "右"] == list(map(float, range(12)))
    right = [line for line in lines if line["window"] == "右"]
    assert [line["seen"] for line in right] == [False] * 6 + [True] * 6
    assert [line["state"] for line in right][2:] == ["absent"] * 4 + ["present"] * 6
    assert {line["seen"] for line in lines if line["window"] == "空"} == {False}
    assert "右: 12" in done.stdout
    assert "absent → present" in done.stdout
    with av.open(str(overlay)) as container:
        assert len(list(container.decode(video=0))) == 12
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "c.mp4",
        "o.jsonl",
        "o.mp4",
        "windows.json",
    ]


@pytest.mark.weights
def test_a_folder_of_pictures_tells_iso_times_on_standard_output(
    tmp_path: Path, windows: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    times = []
    for number in range(4):
        cv2.imwrite(str(folder / f"{number}.jpg"), staffed())
        times.append(f"{number}.jpg,2026-11-23T09:0{number}:00+08:00")
    (folder / "times.csv").write_text("file,time\n" + "\n".join(times) + "\n", encoding="utf-8")

    done = onpost("replay", folder, "--windows", windows, "--every", "60")

    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["t"] for line in lines if line["window"] == "右"] == [
        f"2026-11-23T09:0{number}:00+08:00" for number in range(4)
    ]
    assert {line["state"] for line in lines if line["window"] == "右"} == {"present"}
    assert "右: 4" in done.stderr


def refused(done: subprocess.CompletedProcess[str], folder: Path, said: str) -> None:
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not [path for path in folder.iterdir() if path.name.startswith((".", "out"))]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "0 bytes"), (b"just some text\n" * 200, "not a video"), (None, "no such file")],
    ids=["empty", "text", "missing"],
)
def test_what_is_no_clip_is_refused(
    tmp_path: Path, windows: Path, content: bytes | None, said: str
) -> None:
    clip = tmp_path / "c.mp4"
    if content is not None:
        clip.write_bytes(content)
    done = onpost("replay", clip, "--windows", windows, "--out", tmp_path / "out.jsonl")
    refused(done, tmp_path, said)


def test_a_clip_cut_short_is_refused_and_the_second_named(tmp_path: Path, windows: Path) -> None:
    def detailed(index: int) -> Image:
        return np.random.default_rng(index).integers(0, 255, (*SIZE[::-1], 3), dtype=np.uint8)

    clip = write_clip(tmp_path / "c.mp4", 50, 10, make=detailed)
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    done = onpost(
        "replay",
        clip,
        "--windows",
        windows,
        "--out",
        tmp_path / "out.jsonl",
        "--overlay",
        tmp_path / "out.mp4",
    )
    refused(done, tmp_path, "cut short at second 2")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--every", "0"], "--every"),
        (["--engine", "magic"], "choose one of"),
        (["--weights", "none.onnx"], "cannot read the weights"),
        (["--weights", "pyproject.toml"], "not an ONNX file"),
        (["--overlay", "none/out.mp4"], "its folder does not exist"),
    ],
)
def test_a_wrong_option_is_refused(
    tmp_path: Path, windows: Path, arguments: list[str], said: str
) -> None:
    clip = write_clip(tmp_path / "c.mp4", 10, 5, make=lambda _: furnished())
    done = onpost("replay", clip, "--windows", windows, "--out", tmp_path / "out.jsonl", *arguments)
    refused(done, tmp_path, said)


def test_a_zone_that_crosses_itself_is_refused_by_its_name(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "c.mp4", 10, 5, make=lambda _: furnished())
    windows = tmp_path / "windows.json"
    crossing = [[0.1, 0.1], [0.5, 0.5], [0.5, 0.1], [0.1, 0.5]]
    windows.write_text(json.dumps({"windows": [{"id": "三号", "polygon": crossing}]}))
    done = onpost("replay", clip, "--windows", windows, "--out", tmp_path / "out.jsonl")
    refused(done, tmp_path, "windows.三号.polygon")
