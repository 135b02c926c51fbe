"""The rehearsal city as an installation, and its picture process, without photographs."""

from __future__ import annotations

import io
import json
import subprocess
import threading
import time
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest

from api import demo_pictures
from api.clock import SimulatedClock
from api.demo_cast import DemoError, Places
from api.demo_city import Rehearsal, settings_of, write
from api.demo_pictures import Order
from api.duty_desk import DutyDesk
from api.rosters import read_duty
from api.settings import load_settings
from models.domain.duty import Status
from models.domain.hall import Coverage
from tests.fakes_rehearsal import drawn_cutouts
from vision.sources.address import parse_address
from vision.sources.rehearsal import rtsp
from vision.sources.rehearsal.city import City, built
from vision.sources.rehearsal.crew import Crew, moment_of, second_of
from vision.sources.rehearsal.day import STARTS, Day, What, written
from vision.sources.rehearsal.logins import Login, Manner, manner_of
from vision.sources.rehearsal.scene import Studio
from vision.sources.rehearsal.server import PictureServer, path_of
from vision.sources.rtsp import RtspLimits, RtspSource

LOGIN = Login("onpost", "p@ss:word")


@pytest.fixture(scope="module")
def day() -> Day:
    return written(built(2026), STARTS + 64 * 60)


@pytest.fixture
def written_city(day: Day, tmp_path: Path) -> Path:
    return write(tmp_path, Rehearsal(day, 8.0, 1_790_000_000.0, 8765, LOGIN))


def test_the_settings_load_with_82_cameras_39_halls_and_130_windows(written_city: Path) -> None:
    settings = load_settings(written_city)
    counts = len(settings.cameras), len(settings.halls), len(settings.windows)
    assert counts == (82, 39, 130)
    views = [view.coverage for one in settings.windows.values() for view in one.views]
    assert (len(views), views.count(Coverage.PARTIAL)) == (134, 1)
    assert settings.clock.speed == 8.0


def test_the_settings_file_is_its_owners_alone(written_city: Path) -> None:
    assert written_city.stat().st_mode & 0o077 == 0


def test_only_cameras_that_ask_for_a_password_have_one_in_their_address(day: Day) -> None:
    settings = settings_of(Rehearsal(day, 8.0, 1.0, 8765, LOGIN))
    for name, camera in settings["cameras"].items():
        assert ("@127.0.0.1" in camera["source"]) is (manner_of(name) is not Manner.NONE)
        assert LOGIN.password not in camera["source"]  # percent-encoded


def test_the_roster_puts_a_clerk_at_every_window_in_both_sessions(
    written_city: Path,
) -> None:
    settings = load_settings(written_city)
    duty = read_duty(settings)
    desk = DutyDesk(settings, duty)
    for window in desk.windows.values():
        for second in (8.5 * 3600, 11.9 * 3600, 14.5 * 3600, 17.4 * 3600):
            assert duty.roster.at(window.id, moment_of(second)).shifts, window.id
        assert duty.expectation(window, moment_of(13 * 3600)).status is Status.NO_ROSTER


def test_leave_is_covered_where_the_script_says_so(written_city: Path, day: Day) -> None:
    settings = load_settings(written_city)
    duty = read_duty(settings)
    windows = DutyDesk(settings, duty).windows
    at = moment_of(9 * 3600)
    for one in day.staged:
        if one.leave:
            found = duty.expectation(windows[one.window_id], at).status
            uncovered = one.what is What.LEAVE_UNCOVERED
            assert found is (Status.UNMANNED if uncovered else Status.COVERING)


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    with (
        Places(tmp_path).alone(),
        pytest.raises(DemoError, match="already"),
        Places(tmp_path).alone(),
    ):
        pass
    with Places(tmp_path).alone():
        pass


class Pipe(io.TextIOBase):
    """One end writes lines, the other reads them; closing ends the reading."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._ready = threading.Condition()
        self._ended = False

    def write(self, text: str) -> int:
        with self._ready:
            self._lines.append(text)
            self._ready.notify_all()
        return len(text)

    def readline(self, _: int = -1) -> str:  # type: ignore[override]
        with self._ready:
            self._ready.wait_for(lambda: self._lines or self._ended, timeout=30)
            return self._lines.pop(0) if self._lines else ""

    def end(self) -> None:
        with self._ready:
            self._ended = True
            self._ready.notify_all()


def with_few_cameras(city: City) -> City:
    """A camera of each manner of asking for a password."""
    names = [next(name for name in city.cameras if manner_of(name) is manner) for manner in Manner]
    return City(city.seed, city.halls, city.windows, {name: city.cameras[name] for name in names})


def test_the_picture_process_serves_on_the_clock_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_pictures, "fetch", lambda _: {})
    monkeypatch.setattr(demo_pictures, "cut_out", lambda *_: drawn_cutouts())
    monkeypatch.setattr(
        demo_pictures,
        "Crew",
        lambda city, day, studio: Crew(with_few_cameras(city), day, studio),
    )
    given, told = Pipe(), Pipe()
    thread = threading.Thread(target=demo_pictures.run, args=(given, told), daemon=True)
    thread.start()
    folder = tmp_path / "references"
    order = Order(2026, STARTS + 600, "onpost", "secret", "photos", "cache", str(folder))
    assert "secret" not in repr(order)
    given.write(order.line())
    word, port = told.readline().split()
    assert word == "ready"
    # 20 real seconds ago at speed 30 the clock showed 08:20: ten minutes have passed.
    given.write(json.dumps({"anchored_at": time.time() - 20, "speed": 30.0}) + "\n")
    city = with_few_cameras(built(2026))
    camera = next(name for name in city.cameras if manner_of(name) is Manner.NONE)
    url = f"http://127.0.0.1:{port}{path_of(camera)}"
    answer = httpx.get(url, trust_env=False, timeout=10)
    image = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape == (720, 1280, 3)
    assert "00:3" in answer.headers["date"]  # 08:3x in China
    assert sorted(path.stem for path in folder.glob("*.jpg")) == sorted(city.cameras)
    given.end()
    thread.join(10)
    assert not thread.is_alive()


def test_some_cameras_are_rtsp_where_a_server_is_there(day: Day) -> None:
    chosen = rtsp.cameras(day)
    busy = {camera for one in day.staged for camera in day.city.cameras_of(one.window_id)}
    assert len(chosen) == rtsp.HOW_MANY
    assert not busy & set(chosen)
    settings = settings_of(Rehearsal(day, 8.0, 1.0, 8765, LOGIN, 8554, frozenset(chosen)))
    for name, camera in settings["cameras"].items():
        is_rtsp = camera["source"].startswith("rtsp://onpost:p%40ss%3Aword@127.0.0.1:8554/")
        assert is_rtsp is (name in chosen)


@pytest.mark.rtsp
def test_an_rtsp_camera_shows_its_snapshots_and_tells_no_time_of_its_own(day: Day) -> None:
    camera = rtsp.cameras(day)[0]
    city = day.city
    few = City(city.seed, city.halls, city.windows, {camera: city.cameras[camera]})
    clock = SimulatedClock(moment_of(9 * 3600), 8.0)
    crew = Crew(few, day, Studio.opened(drawn_cutouts(), city.seed))
    with PictureServer(crew, clock, LOGIN) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        relay = subprocess.Popen(  # noqa: S603  our own script, fixed arguments
            [rtsp.SYSTEM_PYTHON, str(rtsp.SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert relay.stdin is not None
        assert relay.stdout is not None
        try:
            relay.stdin.write(rtsp.order(server.port, [camera], LOGIN))
            relay.stdin.flush()
            port = int(relay.stdout.readline().split()[1])
            address = f"rtsp://onpost:p%40ss%3Aword@127.0.0.1:{port}{rtsp.path_of(camera)}"
            source = RtspSource(
                parse_address(address), camera, clock, limits=RtspLimits(open_s=20, read_s=20)
            )
            source.open()
            try:
                frame = source.read()
            finally:
                source.close()
        finally:
            relay.stdin.close()
            relay.wait(20)
            relay.stdout.close()
            server.shutdown()
    assert frame.image.shape == (720, 1280, 3)
    assert frame.camera_time is None
    plain = crew.jpeg(camera, second_of(frame.taken_at))
    expected = cv2.imdecode(np.frombuffer(plain, np.uint8), cv2.IMREAD_COLOR)
    assert expected is not None
    assert np.abs(frame.image.astype(int) - expected.astype(int)).mean() < 12
