from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.types import Scope

from api import quick_thumbnails
from api.app import create_app
from models.domain.presence import State
from tests.fakes_web import MORNING, Web, lay, opened_parts

ADDRESS = "/api/v1/cameras/c01/thumbnail.jpg"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    parts, record = opened_parts(tmp_path)
    lay(parts.shelf, parts.settings, "c01", MORNING, state=State.PRESENT)
    yield Web(create_app(parts, pages=False)).as_("operator")
    record.close()


def told(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    return answer.status_code, answer.content, dict(answer.headers)


def the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_thumbnails.QuickThumbnails, "_answer", lambda *_: None)


def test_the_short_way_answers_as_the_route_does(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = web.get(ADDRESS)
    known = {"If-None-Match": quick.headers["etag"]}
    unchanged = web.get(ADDRESS, headers=known)
    the_long_way(monkeypatch)
    assert (quick.status_code, unchanged.status_code) == (200, 304)
    assert told(web.get(ADDRESS)) == told(quick)
    assert told(web.get(ADDRESS, headers=known)) == told(unchanged)


def test_the_short_way_is_taken_for_a_thumbnail_that_is_there(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[bool] = []
    answer = quick_thumbnails.QuickThumbnails._answer

    def noted(short: quick_thumbnails.QuickThumbnails, scope: Scope) -> object:
        found: object = answer(short, scope)
        taken.append(found is not None)
        return found

    monkeypatch.setattr(quick_thumbnails.QuickThumbnails, "_answer", noted)
    assert web.get(ADDRESS).status_code == 200
    assert web.get("/api/v1/cameras/c01/latest.jpg").status_code == 200
    assert taken == [True, False]


def test_nobody_comes_by_the_short_way_who_may_not_see_the_camera(web: Web) -> None:
    elsewhere = Web(web.app).as_("operator", halls={"h02"})
    assert elsewhere.get(ADDRESS).status_code == 404
    assert Web(web.app).get(ADDRESS).status_code == 401
