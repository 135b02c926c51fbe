"""A recorder: GStreamer's RTSP server that plays back recordings by the time that is asked for.

    /usr/bin/python3 tests/servers/gst_recorder.py FOLDER --user admin --password …

FOLDER holds recordings named after the second they begin, `<unix seconds>.mp4`. Asked for a time
by any of the three ways (Hikvision, Dahua in UTC+8, Uniview) it plays the recording that begins
then; it has nothing else. Prints `ready PORT`, and ends when its standard input closes.
"""

from __future__ import annotations

import argparse
import re
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

CHINA = timezone(timedelta(hours=8))


def asked_for(path: str, query: str) -> int | None:
    """The second that an address asks for."""
    uniview = re.fullmatch(r"/c\d+/b(\d+)/e\d+/replay/?", path)
    if uniview:
        return int(uniview.group(1))
    time = re.search(r"starttime=([\dTZ_]+)", query)
    if not time:
        return None
    for form, zone in (("%Y%m%dT%H%M%SZ", UTC), ("%Y_%m_%d_%H_%M_%S", CHINA)):
        try:
            return int(datetime.strptime(time.group(1), form).replace(tzinfo=zone).timestamp())
        except ValueError:
            continue
    return None


PLACES = re.compile(r"/Streaming/tracks/\d+|/cam/playback|/c\d+/b\d+/e\d+/replay/?")


class Mounts(GstRtspServer.RTSPMountPoints):  # type: ignore[misc]
    """Every way of asking leads to the one factory; what follows names the stream."""

    def do_make_path(self, url: object) -> str:
        path = url.abspath  # type: ignore[attr-defined]
        found = PLACES.match(path)
        rest = path[found.end() :] if found else "/nothing"
        return "/recording" + (f"/{rest.strip('/')}" if rest.strip("/") else "")


class Recordings(GstRtspServer.RTSPMediaFactory):  # type: ignore[misc]
    """Makes a pipeline for the recording that an address asks for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def do_gen_key(self, url: object) -> str:
        return f"{url.abspath}?{url.query}"  # type: ignore[attr-defined]

    def do_create_element(self, url: object) -> object:
        second = asked_for(url.abspath, url.query or "")  # type: ignore[attr-defined]
        file = self.folder / f"{second}.mp4"
        if not file.exists():
            return None
        return Gst.parse_launch(
            f"( filesrc location={file} ! qtdemux ! h264parse "
            "! rtph264pay name=pay0 pt=96 config-interval=1 )"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--user", default="admin")
    parser.add_argument("--password", default="")
    asked = parser.parse_args()
    Gst.init(None)
    loop = GLib.MainLoop()
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    factory = Recordings(asked.folder)
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.set_supported_methods(2)
    auth.add_digest(asked.user, asked.password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)
    mounts = Mounts()
    mounts.add_factory("/recording", factory)
    server.set_mount_points(mounts)
    if not server.attach(None):
        sys.exit("cannot listen")
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    print(f"ready {server.get_bound_port()}", flush=True)
    loop.run()


if __name__ == "__main__":
    main()
