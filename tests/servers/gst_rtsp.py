"""GStreamer's RTSP server, run with the system's Python (`gi` lives there), never imported.

    /usr/bin/python3 tests/servers/gst_rtsp.py --port 0 --size 1280x720 --rate 25 --gop 25

Prints `ready PORT` once it listens. Ends when its standard input closes, so that a test that
dies takes its server along.
"""

from __future__ import annotations

import argparse
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", default="0")
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--rate", type=int, default=25)
    parser.add_argument("--gop", type=int, default=25)
    parser.add_argument("--pattern", default="smpte")
    parser.add_argument("--speed", type=int, default=4, help="pixels a picture moves by")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--auth", choices=("basic", "digest"), default="digest")
    return parser.parse_args()


def _pipeline(asked: argparse.Namespace) -> str:
    width, height = asked.size.split("x")
    return (
        f"( videotestsrc is-live=true pattern={asked.pattern} horizontal-speed={asked.speed} "
        f"! video/x-raw,format=I420,width={width},height={height},framerate={asked.rate}/1 "
        f"! x264enc tune=zerolatency speed-preset=ultrafast key-int-max={asked.gop} "
        "bitrate=4000 threads=1 "
        "! video/x-h264,profile=baseline ! rtph264pay name=pay0 pt=96 config-interval=1 )"
    )


def _protect(server: GstRtspServer.RTSPServer, asked: argparse.Namespace) -> None:
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if asked.auth == "digest":
        auth.set_supported_methods(2)
        auth.add_digest(asked.user, asked.password, token)
    else:
        auth.set_supported_methods(1)
        basic = GstRtspServer.RTSPAuth.make_basic(asked.user, asked.password)
        auth.add_basic(basic, token)
    server.set_auth(auth)


def main() -> None:
    asked = _arguments()
    Gst.init(None)
    loop = GLib.MainLoop()
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(asked.port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(_pipeline(asked))
    factory.set_shared(True)
    if asked.user:
        _protect(server, asked)
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("viewer", "media.factory.access", True)
        permissions.add_permission_for_role("viewer", "media.factory.construct", True)
        factory.set_permissions(permissions)
    server.get_mount_points().add_factory("/camera", factory)
    if not server.attach(None):
        sys.exit(f"cannot listen on port {asked.port}")
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    print(f"ready {server.get_bound_port()}", flush=True)
    loop.run()


if __name__ == "__main__":
    main()
