"""Some rehearsal cameras as RTSP, through GStreamer's server; run with the system's Python.

`gi` lives beside the system's Python, so this file is never imported: it is given one line of
JSON (`pictures`: address of the picture server, `cameras`: ids, `user`, `password`), writes
`ready PORT`, and ends when its standard input does. Each camera is its snapshot, twice a
second, as H.264 with keyframes only.
"""

# mypy: ignore-errors
# ruff: noqa: S310  the address is the picture server's, on this machine

from __future__ import annotations

import json
import sys
import threading
import time
import urllib.error
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

PIPELINE = (
    "( appsrc name=camera is-live=true do-timestamp=true format=time "
    "caps=image/jpeg,width=1280,height=720,framerate=2/1 "
    "! jpegdec ! videoconvert ! video/x-raw,format=I420 "
    "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=1 bitrate=6000 threads=1 "
    "! video/x-h264,profile=baseline ! rtph264pay name=pay0 pt=96 config-interval=1 )"
)
PERIOD_S = 0.5


def main() -> None:
    """Serve until standard input ends."""
    given = json.loads(sys.stdin.readline())
    Gst.init(None)
    loop = GLib.MainLoop()
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    protect(server, given["user"], given["password"])
    for camera in given["cameras"]:
        url = f"{given['pictures']}/cameras/{camera}/snapshot.jpg"
        server.get_mount_points().add_factory(f"/cameras/{camera}", factory(url))
    if not server.attach(None):
        sys.exit("cannot listen")
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    sys.stdout.write(f"ready {server.get_bound_port()}\n")
    sys.stdout.flush()
    loop.run()


def protect(server: GstRtspServer.RTSPServer, user: str, password: str) -> None:
    """Ask every camera's viewer for the password, by Digest."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.set_supported_methods(2)
    auth.add_digest(user, password, token)
    server.set_auth(auth)


def factory(url: str) -> GstRtspServer.RTSPMediaFactory:
    """One camera; every viewer gets the same stream."""
    made = GstRtspServer.RTSPMediaFactory()
    made.set_launch(PIPELINE)
    made.set_shared(True)
    allowed = GstRtspServer.RTSPPermissions()
    allowed.add_permission_for_role("viewer", "media.factory.access", True)
    allowed.add_permission_for_role("viewer", "media.factory.construct", True)
    made.set_permissions(allowed)
    made.connect("media-configure", lambda _, media: fed(media, url))
    return made


def fed(media: GstRtspServer.RTSPMedia, url: str) -> None:
    """Push the camera's snapshots into a media for as long as it lives."""
    source = media.get_element().get_by_name_recurse_up("camera")
    over = threading.Event()
    media.connect("unprepared", lambda _: over.set())
    media.connect("prepared", silenced)
    threading.Thread(target=push, args=(source, url, over), daemon=True).start()


def silenced(media: GstRtspServer.RTSPMedia) -> None:
    """No RTCP reports: they would tell the machine's time, and the rehearsal has its own."""
    pipeline = media.get_element().get_parent()
    for element in pipeline.children:
        for pad in element.pads:
            if pad.get_name().startswith("send_rtcp_src"):
                pad.add_probe(Gst.PadProbeType.BUFFER, lambda *_: Gst.PadProbeReturn.DROP)


def push(source: Gst.Element, url: str, over: threading.Event) -> None:
    """A snapshot twice a second; none while the camera is cut."""
    while not over.is_set():
        began = time.monotonic()
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                data = answer.read()
        except (urllib.error.URLError, OSError):
            data = b""
        if data and source.emit("push-buffer", Gst.Buffer.new_wrapped(data)) != Gst.FlowReturn.OK:
            return
        over.wait(max(0.05, PERIOD_S - (time.monotonic() - began)))


if __name__ == "__main__":
    main()
