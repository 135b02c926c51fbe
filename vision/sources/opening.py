"""From a camera's address to its source: the one place that picks the kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from models.domain.ports import Clock
from vision.ports import FrameSource
from vision.sources.address import AddressKind, CameraAddress, parse_address
from vision.sources.recording import RecordingSource
from vision.sources.rtsp import Decoding, RtspLimits, RtspSource
from vision.sources.snapshot import SnapshotLimits, SnapshotSource


def open_source(
    address: CameraAddress | str,
    camera_id: str,
    clock: Clock,
    *,
    period_s: float = 10.0,
    timeout_s: float = 5.0,
    decoding: Decoding = Decoding.AUTO,
    verify_tls: bool = True,
    loops: bool = True,
    base: Path | None = None,
    connect_to: str = "",
) -> FrameSource:
    """A source for an address; not connected yet, `open()` does that.

    Args:
        address: Parsed, or the text of the settings.
        camera_id: The camera its frames will name.
        clock: Stamps the frames.
        period_s: Seconds of this clock between samples; decides what RTSP decodes.
        timeout_s: Real seconds to connect, and without data, before it counts as failed;
            a snapshot as a whole may take twice as long.
        decoding: RTSP only: keyframes, everything, or by the period.
        verify_tls: https only: whether the certificate must be trusted.
        loops: Recordings only: begin again at the end.
        base: Folder that a recording's relative path starts from.
        connect_to: Not recordings: an address to connect to, instead of the one that the
            host's name has at that moment.

    Raises:
        AddressError: the text is not a camera address.
    """
    known = parse_address(address, base=base) if isinstance(address, str) else address
    if known.kind is AddressKind.RTSP:
        limits = RtspLimits(timeout_s, timeout_s, timeout_s)
        known = replace(known, host=connect_to) if connect_to else known
        return RtspSource(
            known, camera_id, clock, period_s=period_s, decoding=decoding, limits=limits
        )
    if known.kind is AddressKind.SNAPSHOT:
        bounds = SnapshotLimits(timeout_s, timeout_s, 2 * timeout_s)
        return SnapshotSource(
            known, camera_id, clock, limits=bounds, verify_tls=verify_tls, connect_to=connect_to
        )
    file = known.file or Path()
    return RecordingSource(file, camera_id, clock, loops=loops, wait_s=timeout_s)
