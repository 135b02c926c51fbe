"""GStreamer's RTSP server that shows folders of pictures, run with the system's Python.

    /usr/bin/python3 tests/servers/gst_rooms.py FOLDER [FOLDER…]

Each folder is a camera, `/NAME`, H.264: its pictures `0.jpg` … `10.jpg` in turn, read anew each
time. Replaced by pictures of another size they change the stream's resolution in its middle.
Prints `ready PORT`, and ends when its standard input closes.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

PIPELINE = (
    '( multifilesrc location="{folder}/%d.jpg" start-index=0 stop-index=10 loop=true '
    "caps=image/jpeg,framerate=2/1 ! jpegdec ! videoconvert ! video/x-raw,format=I420 "
    "! identity sync=true "
    "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=2 bitrate=3000 threads=1 "
    "! video/x-h264,profile=baseline ! rtph264pay name=pay0 pt=96 mtu=1200 config-interval=-1 )"
)


def main() -> None:
    folders = [Path(name) for name in sys.argv[1:]]
    Gst.init(None)
    loop = GLib.MainLoop()
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    for folder in folders:
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(PIPELINE.format(folder=folder))
        factory.set_shared(True)
        server.get_mount_points().add_factory(f"/{folder.name}", factory)
    if not server.attach(None):
        sys.exit("cannot listen")
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    print(f"ready {server.get_bound_port()}", flush=True)
    loop.run()


if __name__ == "__main__":
    main()
