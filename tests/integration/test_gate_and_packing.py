"""Gate and packed crops on the rehearsal's pictures with the real detector: nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from models.domain.geometry import Polygon
from models.domain.presence import Look
from tests.groups import ROOT
from vision.detectors.factory import DetectorChoice, EngineChoice, open_detector
from vision.frame import Image
from vision.gate import Gate
from vision.look import Looker, Order
from vision.packing import Inputs
from vision.ports import Detector
from vision.sources.rehearsal.bodies import cut_out
from vision.sources.rehearsal.city import built
from vision.sources.rehearsal.day import STARTS, Day, written
from vision.sources.rehearsal.photographs import fetch
from vision.sources.rehearsal.scene import Scene, Studio, encode

PHOTOGRAPHS = ROOT / "var" / "photographs"
CAMERAS = 2
MOMENT = STARTS + 3000.0


@cache
def detector() -> Detector:
    weights = ROOT / "weights" / "yolov8s.onnx"
    return open_detector(DetectorChoice(engine=EngineChoice.OPENVINO, weights=weights))


@cache
def town() -> tuple[Day, Studio]:
    if not (PHOTOGRAPHS / "bus.jpg").exists():
        pytest.skip("缺少照片 / photographs are missing -> make photographs")
    city = built(2026)
    cutouts = cut_out(fetch(PHOTOGRAPHS), ROOT / "var" / "rehearsal")
    return written(city, STARTS + 3840), Studio.opened(cutouts, city.seed)


def taken(scene: Scene, second: float) -> Image:
    data = np.frombuffer(encode(scene.picture(second)), np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def zones_of(scene: Scene) -> dict[str, Polygon]:
    return {place.seat.window_id: scene.stage.zone(place) for place in scene.stage.places}


@pytest.mark.weights
def test_packed_looks_agree_with_the_frame_on_staffed_and_empty_windows() -> None:
    day, studio = town()
    gone = replace(day, present=dict.fromkeys(day.city.windows, ()))
    plans = [plan for plan in day.city.cameras.values() if len(plan.seats) == 2][:CAMERAS]
    for plan in plans:
        for script in (day, gone):
            scene = Scene(plan, studio, script)
            picture, zones = taken(scene, MOMENT), zones_of(scene)
            window = next(iter(zones))
            verdicts = [
                Looker(detector(), packing=packing)
                .look(picture, zones, {window}, order=Order.CHEAPEST)[window]
                .people
                > 0
                for packing in (None, Inputs())
            ]
            assert verdicts[0] == verdicts[1], (plan.id, script is gone)


def test_whoever_comes_or_goes_is_noticed_at_once_and_stillness_is_spared() -> None:
    day, studio = town()
    changes = spared = 0
    for window in [one.window_id for one in day.staged if not one.fault][:4]:
        camera = day.city.cameras_of(window)[0]
        scene = Scene(day.city.cameras[camera], studio, day)
        zone = {window: zones_of(scene)[window]}
        edges = [edge for part in day.present[window] for edge in part if STARTS < edge < day.until]
        for edge in edges:
            gate = Gate(12)
            before = taken(scene, edge - 5)
            gate.looked(before, zone)
            spared += gate.judge(taken(scene, edge - 4), zone)[window] is Look.UNCHANGED
            if scene.pose(window, edge - 5) != scene.pose(window, edge + 5):
                changes += 1
                assert gate.judge(taken(scene, edge + 5), zone)[window] is Look.LOOKED, window
    assert changes >= 4
    assert spared >= changes // 2
