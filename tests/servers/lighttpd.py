"""Starts Debian's lighttpd with a camera's paths, guarded by Basic or Digest."""

from __future__ import annotations

import hashlib
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HIKVISION = "/ISAPI/Streaming/channels/101/picture"
DAHUA = "/cgi-bin/snapshot.cgi"
ONVIF = "/onvif/snapshot.jpg"
REALM = "IP Camera"

_CONFIG = """
server.document-root = "{root}/www"
server.port = {port}
server.bind = "127.0.0.1"
server.modules = ("mod_auth", "mod_authn_file")
server.errorlog = "{root}/error.log"
mimetype.assign = ("" => "image/jpeg")
auth.backend = "htdigest"
auth.backend.htdigest.userfile = "{root}/digest"
auth.require = ("{hikvision}" => ("method" => "digest", "realm" => "{realm}",
                "require" => "valid-user", "algorithm" => "MD5"),
                "{dahua}" => ("method" => "digest", "realm" => "{realm}",
                "require" => "valid-user", "algorithm" => "MD5"),
                "{onvif}" => ("method" => "basic", "realm" => "{realm}",
                "require" => "valid-user"))
"""


@contextmanager
def lighttpd(folder: Path, picture: bytes, user: str, password: str) -> Iterator[int]:
    """The port of a running server that shows `picture` on the cameras' paths.

    Hikvision's and Dahua's take Digest only, the ONVIF one Basic only, `/open.jpg` anybody.
    """
    for path in (HIKVISION, DAHUA, ONVIF, "/open.jpg"):
        file = folder / "www" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture)
    digest = hashlib.md5(f"{user}:{REALM}:{password}".encode()).hexdigest()  # noqa: S324 - Digest
    (folder / "digest").write_text(f"{user}:{REALM}:{digest}\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    config = folder / "lighttpd.conf"
    config.write_text(
        _CONFIG.format(
            root=folder, port=port, realm=REALM, hikvision=HIKVISION, dahua=DAHUA, onvif=ONVIF
        )
    )
    process = subprocess.Popen(["/usr/sbin/lighttpd", "-D", "-f", str(config)])  # noqa: S603
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, "lighttpd ended by itself"
            assert time.monotonic() < end, "lighttpd does not listen"
            time.sleep(0.05)
        else:
            return
