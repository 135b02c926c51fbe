"""The hall's benchmark against what a user would write instead, on the same sampled frames."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks._figures import Run, divided, table
from benchmarks._scene import Loop
from benchmarks._simulator import streams
from vision.weights import DEFAULT_FOLDER, KNOWN

PYTHON = Path(".venv-ultralytics/bin/python")
SCRIPT = Path(__file__).with_name("_rival.py")
HOW = "未测 / not measured: sh tools/ultralytics.sh venv"
CAPTURE_S = 20.0
HEADS = ("CPU ms a window decision", "decode", "find people", "all", "OnPost is cheaper by")


def rivals(
    loops: Sequence[Loop], runs: Sequence[Run], period_s: float, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Measure them, say the table, and give the raw figures."""
    every = _capture(loops)
    predicted = _predict(loops) if PYTHON.exists() else None
    windows = sum(len(one.zones) for one in loops) / len(loops)
    decode = 1000 * every["cpu_s"] / every["seconds"] * period_s / windows
    found = 0.0 if predicted is None else 1000 * predicted["cpu_s"] / predicted["windows"]
    say("")
    say(table(HEADS, rows(runs, decode, found)))
    say(
        f"\nThe loop read {every['pictures'] / every['seconds']:.1f} pictures a second of one "
        f"camera; its cost is that of one sample in {period_s:g} s."
    )
    if predicted is not None:
        say(
            f"{predicted['versions']}, YOLOv8s, 640, {predicted['frames']} frames with "
            f"{predicted['windows']} windows: {1000 * predicted['cpu_s'] / predicted['frames']:.0f}"
            f" CPU ms a frame, {predicted['staffed']} called staffed."
        )
    return [{"capture": every}, {"predict": predicted}]


def rows(runs: Sequence[Run], decode: float, found: float) -> list[list[str]]:
    """The comparison; `found` is 0 where ultralytics was not measured."""
    listed = []
    for run in (one for one in runs if "RTSP" in one.name):
        received = 1000 * divided(run.cpu_s["decode"], run.windows)
        rest = run.a_decision_ms - received
        listed.append([run.name, f"{received:.1f}", f"{rest:.1f}", f"{run.a_decision_ms:.1f}", "1"])
    whole = decode + found
    title = "cv2.VideoCapture + ultralytics + supervision"
    if not found:
        return [*listed, [title, f"{decode:.1f}", HOW, "", ""]]
    gains = " / ".join(
        f"{divided(whole, one.a_decision_ms):.1f}" for one in runs if "RTSP" in one.name
    )
    alone = " / ".join(
        f"{divided(found, 1000 * divided(one.total_s - one.cpu_s['decode'], one.windows)):.1f}"
        for one in runs
        if "RTSP" in one.name
    )
    return [
        *listed,
        [title, f"{decode:.1f}", f"{found:.1f}", f"{whole:.1f}", f"{gains} (in the order above)"],
        ["ultralytics + supervision alone", "–", f"{found:.1f}", f"{found:.1f}", alone],
    ]


def _capture(loops: Sequence[Loop]) -> dict[str, Any]:
    with streams(loops) as running:
        order = {"address": running.source(0), "seconds": CAPTURE_S}
        return _asked(sys.executable, "capture", order)


def _predict(loops: Sequence[Loop]) -> dict[str, Any]:
    weights = DEFAULT_FOLDER / KNOWN["s"].file_name
    frames = [
        [str(still.resolve()), list(loop.zones.values())] for loop in loops for still in loop.stills
    ]
    return _asked(str(PYTHON), "predict", {"weights": str(weights.resolve()), "frames": frames})


def _asked(python: str, what: str, order: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603  our own script
        [python, str(SCRIPT), what],
        input=json.dumps(order) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{what} failed:\n{done.stderr}")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))
