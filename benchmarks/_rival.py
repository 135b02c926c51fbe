"""What a user would write instead, each as a process of its own.

    echo '{"weights": FILE, "frames": [[JPEG, [POLYGON, …]], …]}' | python _rival.py predict
    echo '{"address": RTSP, "seconds": 20}' | python _rival.py capture

`predict` looks at every whole frame with ultralytics and counts people with supervision's
PolygonZone; it runs in `.venv-ultralytics` and imports nothing of OnPost. `capture` is the loop
over `cv2.VideoCapture` that decodes everything. JSON comes on standard output.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any


def predict(given: dict[str, Any]) -> dict[str, Any]:
    """Processor seconds of `predict` and zones over the frames."""
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    os.environ.setdefault("YOLO_OFFLINE", "true")
    import cv2  # noqa: PLC0415  reads the environment
    import numpy as np  # noqa: PLC0415
    import supervision as sv  # type: ignore[import-not-found]  # noqa: PLC0415
    import ultralytics  # noqa: PLC0415  in its own venv

    model = ultralytics.YOLO(given["weights"], task="detect")
    frames: list[tuple[Any, Any]] = [(cv2.imread(file), zones) for file, zones in given["frames"]]
    height, width = frames[0][0].shape[:2]
    drawn = [
        [sv.PolygonZone((np.array(zone) * [width, height]).astype(int)) for zone in zones]
        for _, zones in frames
    ]

    def look(image: Any, zones: list[Any]) -> int:
        answer = model.predict(image, imgsz=640, classes=[0], verbose=False)[0]
        people = sv.Detections.from_ultralytics(answer)
        return sum(bool(zone.trigger(people).any()) for zone in zones)

    for (image, _), zones in list(zip(frames, drawn, strict=True))[:3]:
        look(image, zones)
    began, staffed = time.process_time(), 0
    for (image, _), zones in zip(frames, drawn, strict=True):
        staffed += look(image, zones)
    return {
        "cpu_s": time.process_time() - began,
        "frames": len(frames),
        "windows": sum(len(zones) for zones in drawn),
        "staffed": staffed,
        "versions": f"ultralytics {ultralytics.__version__}, supervision {sv.__version__}",
    }


def capture(given: dict[str, Any]) -> dict[str, Any]:
    """Processor seconds of a loop that reads every picture."""
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp"
    import cv2  # noqa: PLC0415  reads the environment

    camera = cv2.VideoCapture(given["address"])
    try:
        camera.read()
        began, cpu, pictures = time.monotonic(), time.process_time(), 0
        while time.monotonic() - began < given["seconds"]:
            read, _ = camera.read()
            if not read:
                break
            pictures += 1
        return {
            "cpu_s": time.process_time() - cpu,
            "seconds": time.monotonic() - began,
            "pictures": pictures,
        }
    finally:
        camera.release()


if __name__ == "__main__":
    chosen = {"predict": predict, "capture": capture}[sys.argv[1]]
    print("\n" + json.dumps(chosen(json.loads(sys.stdin.readline()))))
