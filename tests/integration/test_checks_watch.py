"""Spot checks on real things: the watch as a process that is killed, RTSP lines, both databases."""

from __future__ import annotations

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.clock import SimulatedClock
from api.duty_desk import DutyDesk
from api.duty_record import in_force
from api.inspecting import Inspector
from api.settings import Settings, load_settings
from api.settings.domain import presence_profile_of
from api.wiring_cameras import CameraWiring
from api.wiring_checks import inspector_of
from models.domain.check_result import Result
from models.domain.geometry import Box
from models.domain.inspection import Check, CheckKind, CheckResult, CheckState
from models.storage.record import Record, open_existing_record, open_record
from models.storage.verification import verify_record
from tests.acceptance.checked_town import EMPTY
from tests.acceptance.checked_town import watching as town_watching
from tests.acceptance.town import Town
from tests.integration.test_watch_process import SPEED, settings_file, wait_for, watching
from tests.servers.pictures import serving
from tests.servers.rtsp import rtsp_server
from tests.unit.vision.test_local_engine import Meter, Shelf
from vision.attention import Attention
from vision.camera_link import LinkState
from vision.detectors.scripted import ScriptedDetector
from vision.engine.local import LocalEngine
from vision.entries import Proof
from vision.look import Looker
from vision.ports import Detection, Thing
from vision.watch_room import WatchRoom

START = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)
"""08:40 in Shanghai."""


def put(record: Record, hall: str, now: datetime, number: int = 1) -> int:
    with record.make_uow() as uow:
        check = Check("random:2026-11-23", hall, number, CheckKind.RANDOM, now, now)
        kept = uow.checks.put_check(check)
        uow.commit()
    return kept.id


def standing(record: Record, check_id: int) -> tuple[Check, dict[str, CheckResult]]:
    with record.make_uow(read_only=True) as uow:
        check = uow.checks.get(check_id)
        results = uow.checks.results(check_id)
    assert check is not None
    return check, {one.window_id: one for one in results}


def until(happened: Callable[[], bool], within_s: float, what: str) -> None:
    end = time.monotonic() + within_s
    while not happened():
        assert time.monotonic() < end, what
        time.sleep(0.1)


@pytest.mark.weights
@pytest.mark.slow
@pytest.mark.timeout(240)
def test_kill_9_at_any_moment_of_a_check_gives_each_window_one_result(tmp_path: Path) -> None:
    anchor, log, chance = time.time(), tmp_path / "watch.log", random.Random(1016)
    clock = SimulatedClock(START, SPEED, anchor)
    with serving(clock.now) as address:
        file = settings_file(tmp_path, address, anchor)
        content = json.loads(file.read_text("utf-8"))
        content["duty"] = {"off_post": {"minutes": 8}}
        file.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        with watching(file, log):
            wait_for(log, "watching", 1)
            settings = load_settings(file)
            record = open_existing_record(settings.data_path, settings.database_url)
            check_id = put(record, "h1", clock.now())
            time.sleep(chance.uniform(1.0, 4.0))
        try:
            for number in range(2, 4):
                with watching(file, log):
                    wait_for(log, "watching", number)
                    time.sleep(chance.uniform(0.5, 5.0))
            with watching(file, log) as process:
                wait_for(log, "watching", 4)
                second = put(record, "h1", clock.now(), 2)
                both = (check_id, second)
                until(
                    lambda: all(standing(record, one)[0].ended for one in both),
                    120,
                    log.read_text()[-2000:],
                )
                process.send_signal(signal.SIGTERM)
                assert process.wait(30) == 0
            check_results(record, check_id, second)
        finally:
            record.close()


def check_results(record: Record, killed: int, second: int) -> None:
    """The room is empty; what was seen before a kill may be too short to be 脱岗."""
    with record.make_uow(read_only=True) as uow:
        kinds = Counter(entry.kind for entry in uow.register.entries())
        found = {row.key for row in uow.findings.list()}
    accusing = 0
    for check_id, allowed in (
        (killed, {Result.OFF_POST, Result.AWAY, Result.UNVERIFIABLE}),
        (second, {Result.OFF_POST}),
    ):
        check, results = standing(record, check_id)
        assert check.state is CheckState.SETTLED
        assert set(results) == {"w1", "w2"}
        assert {one.result for one in results.values()} <= allowed
        for one in results.values():
            accuses = one.result is Result.OFF_POST
            accusing += accuses
            assert (one.finding_key in found, bool(one.evidence)) == (accuses, accuses)
    assert (kinds["check_settled"], kinds["check_result"]) == (2, accusing)
    assert verify_record(record).faults == ()


@pytest.mark.usefixtures("town_on_database")
def test_a_check_ends_once_on_either_database(town: Town) -> None:
    open_record(town.folder / "data", town.settings.database_url).close()
    town.roster("2026-11-23,W12,公安局,甲,A,08:30,12:00,")
    with town_watching(town, "09:50") as watch:
        check = watch.check("09:50")
        watch.until("09:52", sees=EMPTY, every_s=20)
        (one,) = watch.results(check).values()
        assert one.pending
    with town_watching(town, "09:53") as again:
        again.until("10:08", sees=EMPTY, every_s=30)
        (one,) = again.results(check).values()
        assert (one.result, again.state(check)) == (Result.OFF_POST, CheckState.SETTLED)
        assert len(again.findings()) == 1
        assert verify_record(again.record).faults == ()


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.fixture
def town_on_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONPOST_DATABASE", database_url)


class Thin:
    """A township hall whose cameras share a thin line and are connected for checks only."""

    def __init__(self, folder: Path, addresses: list[str]) -> None:
        self.clock = SimulatedClock(START, 10.0, time.time())
        self.settings = self._settings(folder, addresses)
        self.record = open_record(folder / "data")
        ruled = in_force(self.settings, None)
        self.desk = DutyDesk(self.settings, ruled.duty, ruled.calendar)
        windows = self.desk.windows
        profiles = {one: presence_profile_of(self.settings, one) for one in windows}
        self.room = WatchRoom(windows.values(), profiles)
        self.attention = Attention()
        proof = Proof("m" * 64, "scripted", "s" * 64)
        self.inspector: Inspector = inspector_of(
            self.settings,
            self.desk,
            self.room,
            self.record,
            proof=proof,
            attention=self.attention,
        )
        clerk = Detection(Thing.PERSON, Box(0.2, 0.2, 0.4, 0.8), 0.9)
        looker = Looker(ScriptedDetector(lambda _image, _size: [clerk]))
        wiring = CameraWiring(self.settings, self.desk, looker, self.clock, self.attention)
        self.engine = LocalEngine(
            wiring.posts(),
            self.room,
            shelf=Shelf(),
            meter=Meter(),
            clock=self.clock,
            stopwatch=time.monotonic,
            watched=wiring.watched(),
            workers=1,
            witness=lambda examined, _jpeg: self.inspector.room.see(examined),
            attention=self.attention,
        )

    def _settings(self, folder: Path, addresses: list[str]) -> Settings:
        zone = [[0.1, 0.1], [0.6, 0.1], [0.6, 0.9], [0.1, 0.9]]
        cameras = {
            f"cam{number}": {
                "hall": "h1",
                "name": f"{number}号",
                "source": address,
                "watch": "on_check",
                "line": "thin",
            }
            for number, address in enumerate(addresses, 1)
        }
        content = {
            "halls": {"h1": {"name": "便民服务中心", "kind": "township"}},
            "lines": {"thin": {"max_cameras": 1}},
            "cameras": cameras,
            "windows": {
                f"w{name[3:]}": {
                    "hall": "h1",
                    "name": name,
                    "views": [{"camera": name, "polygon": zone}],
                }
                for name in cameras
            },
            "roster": {"shifts": "shifts.csv"},
        }
        rows = [f"2026-11-23,w{n},甲{n},08:30,12:00" for n in range(1, len(addresses) + 1)]
        (folder / "shifts.csv").write_text(
            "date,window,person,start,end\n" + "\n".join(rows), encoding="utf-8"
        )
        file = folder / "onpost.yaml"
        file.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        return load_settings(file)

    def states(self) -> set[LinkState]:
        return {link.state for link in self.engine.links}

    def round(self) -> None:
        now = self.clock.now()
        self.room.tick(now)
        self.inspector.round(now)


@contextmanager
def thin_hall(folder: Path, *addresses: str) -> Iterator[Thin]:
    hall = Thin(folder, list(addresses))
    hall.engine.start()
    try:
        yield hall
    finally:
        assert hall.engine.stop()
        hall.record.close()


@pytest.mark.rtsp
@pytest.mark.timeout(120)
def test_thin_lines_are_connected_for_the_check_only_one_camera_at_a_time(tmp_path: Path) -> None:
    still = ("--size", "320x180", "--rate", "10", "--gop", "5", "--speed", "0")
    with (
        rtsp_server(*still) as server,
        thin_hall(tmp_path, server.address(), server.address() + "?2") as hall,
    ):
        until(lambda: hall.states() == {LinkState.RESTING}, 10, "they rest")
        check_id = put(hall.record, "h1", hall.clock.now())
        seen: set[LinkState] = set()

        def settled() -> bool:
            hall.round()
            seen.update(hall.states())
            return standing(hall.record, check_id)[0].ended

        until(settled, 60, "the check was not settled")
        _, results = standing(hall.record, check_id)
        assert {one.result for one in results.values()} == {Result.ON_POST}
        assert len(results) == 2
        assert LinkState.LIVE in seen
        hall.round()
        until(lambda: hall.states() == {LinkState.RESTING}, 20, "they rest again")
        assert hall.engine.samples_due == 0


@pytest.mark.rtsp
@pytest.mark.timeout(120)
def test_a_camera_that_does_not_answer_is_unverifiable_after_the_close_looks(
    tmp_path: Path,
) -> None:
    with thin_hall(tmp_path, "rtsp://127.0.0.1:9/camera") as hall:
        check_id = put(hall.record, "h1", hall.clock.now())

        def settled() -> bool:
            hall.round()
            return standing(hall.record, check_id)[0].ended

        until(settled, 60, "the check was not settled")
        _, results = standing(hall.record, check_id)
        assert results["w1"].result is Result.UNVERIFIABLE
        assert results["w1"].reason == "offline"
