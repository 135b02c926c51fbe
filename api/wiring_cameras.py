"""From the settings of a camera to its post in the engine: link, health, gate, zones."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from api.duty_desk import DutyDesk
from api.settings import Settings
from api.settings.sections import CameraWatch
from api.steady_clock import doubted
from models.domain.errors import SettingsError, SourceError
from models.domain.geometry import Polygon
from models.domain.hall import Coverage, Window
from models.domain.ports import Clock
from vision.attention import Attention
from vision.camera_desk import CameraDesk
from vision.camera_health import CameraHealth, HealthLimits
from vision.camera_link import BackOff, CameraLink
from vision.engine.local import CameraPost, LinkListener
from vision.frame import Frame, Image
from vision.gate import Gate
from vision.lines import Line, OnLine
from vision.look import Looker
from vision.pacer import Pacer
from vision.ports import FrameSource
from vision.sources.address import AddressKind, parse_address
from vision.sources.opening import open_source
from vision.sources.pictures import decode_jpeg

LONGEST_WAIT_S: Final = 10.0
"""Between two attempts to reach a camera: with one attempt that still runs into the void and three
looks after it, a window whose camera is back is known again within a minute."""


@dataclass(frozen=True, slots=True)
class CameraWiring:
    """Builds the posts of all cameras around what they share."""

    settings: Settings
    desk: DutyDesk
    looker: Looker
    clock: Clock
    attention: Attention = field(default_factory=Attention)
    pacer: Pacer = field(default_factory=Pacer)

    def posts(self) -> list[CameraPost]:
        """A post for every camera; they take turns within their period."""
        turns = random.Random(0)  # noqa: S311  spreads the load, guards nothing
        zones = self._zones()
        lines = {name: Line(name, one.max_cameras) for name, one in self.settings.lines.items()}
        return [
            self._post(camera, zones[camera], turns.random(), lines)
            for camera in self.settings.cameras
        ]

    def watched(self) -> Callable[[str, datetime], bool]:
        """Whether a camera has a window in or near an open session at a moment."""
        windows: dict[str, list[Window]] = {}
        for window in self.desk.windows.values():
            for view in window.views:
                windows.setdefault(view.camera_id, []).append(window)
        return lambda camera, now: any(
            self.desk.watched(one, now) for one in windows.get(camera, ())
        )

    def _zones(self) -> dict[str, dict[str, Polygon]]:
        """Staff zones by camera and window; a view of coverage `none` has none."""
        zones: dict[str, dict[str, Polygon]] = {camera: {} for camera in self.settings.cameras}
        for window in self.desk.windows.values():
            for view in window.views:
                if view.coverage is not Coverage.NONE:
                    zones[view.camera_id][window.id] = view.polygon
        return zones

    def _post(
        self, camera_id: str, zones: dict[str, Polygon], turn: float, lines: Mapping[str, Line]
    ) -> CameraPost:
        sampling = self.settings.sampling_of(camera_id)
        required = {window: self.desk.windows[window].required for window in zones}
        gate = Gate(sampling.force_after) if self.settings.watch.gate else None
        health = self._health(camera_id)
        checked = doubted(self.clock, health)
        desk = CameraDesk(zones, self.looker, checked, gate, required, sight=health)

        camera = self.settings.cameras[camera_id]
        on_check = camera.watch is CameraWatch.ON_CHECK
        line = lines.get(camera.line or "")

        def source() -> FrameSource:
            found = open_source(
                self.settings.source_of(camera_id),
                camera_id,
                self.clock,
                period_s=self.pacer.fastest_s(camera_id) or sampling.period_s,
            )
            return found if line is None else OnLine(found, line)

        def link(on_frame: Callable[[Frame], None], on_state: LinkListener) -> CameraLink:
            return CameraLink(
                camera_id,
                source,
                self.clock,
                period_s=sampling.period_s,
                phase_s=turn * sampling.period_s,
                on_frame=on_frame,
                on_state=on_state,
                keep_open=not on_check and line is None,
                closer=lambda: self.attention.closer(camera_id),
                on_demand=on_check,
                pace=lambda: self.pacer.period_s(camera_id),
                back_off=BackOff(cap_s=LONGEST_WAIT_S),
            )

        return CameraPost(camera_id, desk, link)

    def _health(self, camera_id: str) -> CameraHealth:
        """The camera's health check with its reference picture and expected size.

        Raises:
            SettingsError: the reference picture cannot be read.
        """
        camera = self.settings.cameras[camera_id]
        size = (camera.width, camera.height) if camera.width and camera.height else None
        recorded = parse_address(self.settings.source_of(camera_id)).kind is AddressKind.RECORDING
        limits = HealthLimits(
            clock_tolerance_s=self.settings.health.clock_tolerance_s
            if camera.check_clock
            else None,
            frozen_s=None if recorded else HealthLimits().frozen_s,
        )
        return CameraHealth(self._reference(camera_id), size, limits)

    def _reference(self, camera_id: str) -> Image | None:
        named = self.settings.cameras[camera_id].reference
        if named is None:
            return None
        file = self.settings.path(named)
        try:
            return decode_jpeg(file.read_bytes(), str(file))
        except (OSError, SourceError) as error:
            raise SettingsError(
                f"基准画面无法读取:{error};须为 JPEG 图片。",
                f"the reference picture cannot be read: {error}; it must be a JPEG.",
                where=f"cameras.{camera_id}.reference",
            ) from None
