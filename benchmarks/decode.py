"""What a camera costs before anybody is looked for: RTSP in full, by keyframes, snapshots.

python -m benchmarks.decode [--short]

The cameras run in processes of their own; only this process's CPU time is counted.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import av

from api.clock import RealClock
from tests.fakes_cameras import jpeg
from tests.groups import GROUPS
from tests.servers.lighttpd import lighttpd
from tests.servers.pictures import empty_room
from tests.servers.rtsp import rtsp_server
from vision.ports import FrameSource
from vision.sources.opening import open_source
from vision.sources.rtsp import Decoding

EVERY_S = 5.0


def measured(camera: FrameSource, samples: int) -> tuple[float, float]:
    """CPU seconds a sample, and the share of a core at one sample in `EVERY_S` seconds."""
    camera.open()
    camera.read()
    began, cpu = time.monotonic(), time.process_time()
    for number in range(samples):
        time.sleep(max(0.0, began + (number + 1) * EVERY_S - time.monotonic()))
        camera.read()
    spent, passed = time.process_time() - cpu, time.monotonic() - began
    camera.close()
    return spent / samples, spent / passed


def every_picture(address: str, seconds: float) -> float:
    """The share of a core that a plain loop takes which decodes all that comes."""
    with av.open(address, options={"rtsp_transport": "tcp"}, timeout=5) as container:
        pictures = container.decode(video=0)
        next(pictures)
        began, cpu = time.monotonic(), time.process_time()
        for _ in pictures:
            if time.monotonic() - began >= seconds:
                break
        return (time.process_time() - cpu) / (time.monotonic() - began)


def row(name: str, seconds: float, share: float) -> None:
    print(f"| {name} | {1000 * seconds:.1f} | {100 * share:.2f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    samples = 2 if parser.parse_args().short else 8
    missing = [one for one in GROUPS if one.marker in ("rtsp", "http") and not one.is_there()]
    if missing:
        for one in missing:
            print(f"缺少 / missing: {one.needs}: {one.remedy}")
        return
    print(f"\nH.264 25/s, GOP 2 s; 1080p, a sample every {EVERY_S:g} s, {samples} samples\n")
    print("| source | CPU ms a sample | % of a core |")
    print("|---|---:|---:|")
    with ExitStack() as held:
        server = held.enter_context(
            rtsp_server("--size", "1920x1080", "--rate", "25", "--gop", "50")
        )
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        picture = jpeg(empty_room(1, 1920, 1080))
        port = held.enter_context(lighttpd(folder, picture, "viewer", "s3cret"))
        cameras = {
            "RTSP, the newest picture, decoded from its keyframe on": open_source(
                server.address(), "c", RealClock(), period_s=EVERY_S, decoding=Decoding.FULL
            ),
            "RTSP, keyframes only": open_source(
                server.address(), "c", RealClock(), period_s=EVERY_S, decoding=Decoding.KEYFRAMES
            ),
            "HTTP JPEG snapshot": open_source(
                f"http://127.0.0.1:{port}/open.jpg", "c", RealClock(), period_s=EVERY_S
            ),
        }
        share = every_picture(server.address(), samples * EVERY_S)
        row("RTSP, every picture (a plain loop)", share * EVERY_S, share)
        for name, camera in cameras.items():
            each, share = measured(camera, samples)
            row(name, each, share)


if __name__ == "__main__":
    main()
