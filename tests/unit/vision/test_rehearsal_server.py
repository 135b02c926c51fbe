"""The picture server over real sockets: serves, asks for passwords, hangs up when cut."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.fakes_rehearsal import StillClock, drawn_studio
from vision.sources.rehearsal.city import City, built
from vision.sources.rehearsal.crew import Crew, moment_of
from vision.sources.rehearsal.day import STARTS, Day, What, written
from vision.sources.rehearsal.logins import Login, Manner, manner_of
from vision.sources.rehearsal.server import PictureServer, path_of

LOGIN = Login("onpost", "p@ss:word/#")


@pytest.fixture(scope="module")
def day() -> Day:
    return written(built(2026), STARTS + 64 * 60)


def camera_asking(manner: Manner, day: Day) -> str:
    faulty = {one.camera_id for one in day.staged}
    return next(
        name for name in day.city.cameras if manner_of(name) is manner and name not in faulty
    )


@pytest.fixture(scope="module")
def server(day: Day) -> Iterator[PictureServer]:
    names = [camera_asking(manner, day) for manner in Manner]
    names += [one.camera_id for one in day.staged if one.what in {What.CUT, What.WRONG_CLOCK}]
    city = day.city
    few = City(city.seed, city.halls, city.windows, {name: city.cameras[name] for name in names})
    clock = StillClock(moment_of(9 * 3600.0))
    with PictureServer(Crew(few, day, drawn_studio()), clock, LOGIN) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(5)


def get(server: PictureServer, camera: str, auth: httpx.Auth | None = None) -> httpx.Response:
    url = f"http://127.0.0.1:{server.port}{path_of(camera)}"
    with httpx.Client(trust_env=False, timeout=5) as client:
        return client.get(url, auth=auth)


AUTHS = {
    Manner.BASIC: lambda password: httpx.BasicAuth("onpost", password),
    Manner.DIGEST: lambda password: httpx.DigestAuth("onpost", password),
}


def test_an_open_camera_sends_a_jpeg_with_the_simulated_time(
    server: PictureServer, day: Day
) -> None:
    answer = get(server, camera_asking(Manner.NONE, day))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8")
    said = parsedate_to_datetime(answer.headers["date"])
    assert said == moment_of(9 * 3600.0).astimezone(UTC)


@pytest.mark.parametrize("manner", [Manner.BASIC, Manner.DIGEST])
def test_a_camera_asks_for_its_password(server: PictureServer, day: Day, manner: Manner) -> None:
    camera = camera_asking(manner, day)
    refused = get(server, camera)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].lower().startswith(manner.value)
    assert get(server, camera, AUTHS[manner]("wrong")).status_code == 401
    assert get(server, camera, AUTHS[manner](LOGIN.password)).status_code == 200


def test_a_digest_made_for_another_camera_is_refused(server: PictureServer, day: Day) -> None:
    camera = camera_asking(Manner.DIGEST, day)
    given = get(server, camera, AUTHS[Manner.DIGEST](LOGIN.password)).request.headers
    assert LOGIN.admits(Manner.DIGEST, given["authorization"], "GET", path_of(camera))
    assert not LOGIN.admits(Manner.DIGEST, given["authorization"], "GET", path_of("other"))


def test_a_cut_camera_hangs_up_and_comes_back(server: PictureServer, day: Day) -> None:
    cut = next(one for one in day.staged if one.what is What.CUT)
    assert cut.fault is not None
    clock = server.clock
    assert isinstance(clock, StillClock)
    auth = AUTHS.get(manner_of(cut.camera_id), lambda _: None)(LOGIN.password)
    before = clock.moment
    try:
        clock.moment = moment_of(cut.fault[0] + 1)
        with pytest.raises(httpx.TransportError):
            get(server, cut.camera_id, auth)
        clock.moment = moment_of(cut.fault[1] + 1)
        assert get(server, cut.camera_id, auth).status_code == 200
    finally:
        clock.moment = before


def test_a_wrong_clock_shows_in_the_date(server: PictureServer, day: Day) -> None:
    wrong = next(one for one in day.staged if one.what is What.WRONG_CLOCK)
    assert wrong.fault is not None
    auth = AUTHS.get(manner_of(wrong.camera_id), lambda _: None)(LOGIN.password)
    assert wrong.fault[0] < 9 * 3600 < wrong.fault[1]
    said = parsedate_to_datetime(get(server, wrong.camera_id, auth).headers["date"])
    assert moment_of(9 * 3600.0) - said == timedelta(minutes=4)


def test_an_unknown_camera_is_not_found(server: PictureServer) -> None:
    assert get(server, "nobody").status_code == 404


def test_the_password_is_not_in_a_print_of_the_login() -> None:
    assert LOGIN.password not in repr(LOGIN)
