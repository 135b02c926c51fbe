"""Encoded pictures in a loop over RTSP; run with the system's Python, never imported.

One line of JSON comes on standard input: `{"rate": 25, "cameras": 82, "files": ["FILE.h264"]}`.
It writes `ready PORT` and ends when its input does. Camera n is at `/camera-n` and shows file
n modulo their number. Each file is an H.264 byte stream whose pictures begin with a delimiter;
nothing is encoded here, and all cameras of a file share one pipeline.
"""

# mypy: ignore-errors

from __future__ import annotations

import itertools
import json
import sys
import threading
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

DELIMITER = b"\0\0\0\1\x09"
PIPELINE = (
    "( appsrc name=loop is-live=true format=time max-bytes=500000 "
    "caps=video/x-h264,stream-format=byte-stream,alignment=au,framerate={rate}/1 "
    "! h264parse ! rtph264pay name=pay0 pt=96 mtu=1400 config-interval=-1 )"
)


def pictures(file: str) -> list[Gst.Buffer]:
    """Each picture's bytes."""
    parts = Path(file).read_bytes().split(DELIMITER)[1:]
    return [Gst.Buffer.new_wrapped(DELIMITER + part) for part in parts]


class Shared(GstRtspServer.RTSPMediaFactory):
    """One media for all its paths."""

    def do_gen_key(self, _url: GstRtspServer.RTSPUrl) -> str:
        return "loop"


def factory(rate: int, loop: list[Gst.Buffer]) -> GstRtspServer.RTSPMediaFactory:
    """One file."""
    made = Shared()
    made.set_launch(PIPELINE.format(rate=rate))
    made.set_shared(True)
    made.connect("media-configure", lambda _, media: fed(media, rate, loop))
    return made


def fed(media: GstRtspServer.RTSPMedia, rate: int, loop: list[Gst.Buffer]) -> None:
    """A picture whenever the pipeline wants one; its sink keeps the pace."""
    source = media.get_element().get_by_name_recurse_up("loop")
    turns = zip(itertools.count(), itertools.cycle(loop), strict=False)

    def push(element: Gst.Element, _wanted: int) -> None:
        number, picture = next(turns)
        buffer = picture.copy()  # the header; the bytes are shared
        buffer.pts = buffer.dts = number * Gst.SECOND // rate
        buffer.duration = Gst.SECOND // rate
        element.emit("push-buffer", buffer)

    source.connect("need-data", push)


def main() -> None:
    given = json.loads(sys.stdin.readline())
    Gst.init(None)
    loop = GLib.MainLoop()
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    server.set_backlog(64)
    made = [factory(given["rate"], pictures(file)) for file in given["files"]]
    for number in range(given["cameras"]):
        server.get_mount_points().add_factory(f"/camera-{number}", made[number % len(made)])
    if not server.attach(None):
        sys.exit("cannot listen")
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    print(f"ready {server.get_bound_port()}", flush=True)
    loop.run()


if __name__ == "__main__":
    main()
