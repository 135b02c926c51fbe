"""Which rehearsal cameras come as RTSP, and whether this machine has a server for it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from vision.sources.rehearsal.day import Day
from vision.sources.rehearsal.logins import Login, Manner, manner_of

SYSTEM_PYTHON: Final = "/usr/bin/python3"
SCRIPT: Final = Path(__file__).with_name("gst_rtsp.py")
HOW_MANY: Final = 2
REMEDY: Final = (
    "apt install python3-gi gir1.2-gstreamer-1.0 gir1.2-gst-rtsp-server-1.0 "
    "gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad "
    "gstreamer1.0-plugins-ugly"
)

_PROBE: Final = """
import sys, gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
needed = ("appsrc", "jpegdec", "videoconvert", "x264enc", "rtph264pay")
sys.exit(0 if all(map(Gst.ElementFactory.find, needed)) else 3)
"""


def is_there() -> bool:
    """Whether GStreamer's RTSP server and what it needs are installed."""
    try:
        probe = subprocess.run(  # noqa: S603  a fixed command
            [SYSTEM_PYTHON, "-c", _PROBE], capture_output=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return probe.returncode == 0


def cameras(day: Day, how_many: int = HOW_MANY) -> list[str]:
    """A few cameras that ask for no password as snapshots and have no part in the script."""
    busy = {camera for one in day.staged for camera in day.city.cameras_of(one.window_id)}
    quiet = [
        plan.id
        for plan in day.city.cameras.values()
        if plan.id not in busy and manner_of(plan.id) is Manner.NONE
    ]
    return quiet[-how_many:]


def path_of(camera_id: str) -> str:
    """Where a camera's stream is."""
    return f"/cameras/{camera_id}"


def order(pictures_port: int, camera_ids: Sequence[str], login: Login) -> str:
    """The line that `gst_rtsp.py` waits for."""
    given = {
        "pictures": f"http://127.0.0.1:{pictures_port}",
        "cameras": list(camera_ids),
        "user": login.user,
        "password": login.password,
    }
    return json.dumps(given) + "\n"
