"""Precision over the API: decisions counted, proposals answered, the watch's settings changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.app import create_app
from api.decisions import move_on
from api.settings import Settings
from api.zone_changes import newest, zoned_now
from models.domain.access import Role
from models.domain.hall import Coverage
from models.domain.life import Stage
from models.domain.presence import Presence
from models.domain.records import FindingRecord
from tests.fakes_web import StillClock, Web, opened_parts

URL = "/api/v1/precision"


class Place:
    """A town with decided findings."""

    def __init__(self, folder: Path) -> None:
        self.parts, self.record = opened_parts(folder)
        self.web = Web(create_app(self.parts, pages=False))
        self.admin = self.web.as_(Role.SYSTEM_ADMIN)
        self._number = 0

    @property
    def settings(self) -> Settings:
        return self.parts.settings

    def decided(self, window_id: str, *reasons: str) -> None:
        """A finding for each reason: dismissed by it, confirmed where it is empty."""
        for reason in reasons:
            self._number += 1
            start = self.parts.clock.now() - timedelta(hours=1) + timedelta(seconds=self._number)
            self._keep(window_id, f"off_post:{window_id}@{self._number}", start, reason)

    def _keep(self, window_id: str, key: str, start: object, reason: str) -> None:
        with self.record.make_uow() as uow:
            row = uow.findings.add(
                FindingRecord(
                    key=key,
                    window_id=window_id,
                    hall_id=self.settings.windows[window_id].hall,
                    kind="off_post",
                    state=Stage.TO_VERIFY.value,
                    opened_at=start,  # type: ignore[arg-type]
                    started_at=start,  # type: ignore[arg-type]
                    until_at_least=start,  # type: ignore[arg-type]
                    proven_s=60.0,
                    ended=True,
                    unit_id="户籍",
                    details={"finding": {"key": key}},
                )
            )
            to = Stage.DISMISSED if reason else Stage.CONFIRMED
            move_on(uow, row, to, by="wang", reason=reason, now=self.parts.clock.now())
            uow.commit()

    def item(self, window_id: str, web: Web | None = None) -> dict:  # type: ignore[type-arg]
        items = (web or self.admin).get(URL).json()["items"]
        return next(one for one in items if one["window_id"] == window_id)

    def answer(self, window_id: str, what: str, key: str, **said: str) -> int:
        sent = {"key": key, **said}
        return self.admin.post(f"{URL}/{window_id}/{what}", json=sent).status_code

    def later(self, **by: float) -> None:
        clock = self.parts.clock
        assert isinstance(clock, StillClock)
        clock.moment += timedelta(**by)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.record.close()


def test_the_window_that_surely_errs_comes_first_with_interval_cause_and_proposal(
    place: Place,
) -> None:
    place.decided("w02-1", "", "", "", "", "群众遮挡")
    place.decided("w01-1", "", *["人站在区域旁边"] * 5)
    page = place.admin.get(URL).json()
    first, second = page["items"][:2]
    assert (first["window_id"], second["window_id"]) == ("w01-1", "w02-1")
    precision = first["precision"]
    assert (precision["part"], precision["whole"]) == (1, 6)
    assert precision["low"] < precision["estimate"] < precision["high"] < 0.65
    assert (first["cause"], first["said"]) == ("zone_tight", {"zone_tight": 5})
    assert first["proposal"]["key"] == "widen:c01:1:0.2"
    assert (second["cause"], second["proposal"]) == (None, None)
    assert page["items"][-1]["precision"]["estimate"] is None
    assert page["total"] == len(place.settings.windows)


def test_an_accepted_zone_is_wider_for_the_watch_and_old_decisions_count_no_more(
    place: Place,
) -> None:
    place.decided("w01-1", *["站在旁边"] * 4)
    key = place.item("w01-1")["proposal"]["key"]
    assert place.answer("w01-1", "accept", key) == 200
    (view,) = zoned_now(place.settings, place.record.make_uow).windows["w01-1"].views
    assert view.version == 2
    assert view.polygon[0] == pytest.approx((0.065, 0.13))
    after = place.item("w01-1")
    assert (after["precision"]["whole"], after["proposal"]) == (0, None)
    assert after["answer"]["said"] == "accepted"
    assert place.answer("w01-1", "accept", key) == 409, "it was answered"
    with place.record.make_uow(read_only=True) as uow:
        assert newest(uow) > 0, "the running watch sees that there is something new"


def test_a_view_is_marked_partial_when_that_is_accepted(place: Place) -> None:
    place.decided("w01-1", *["群众遮挡"] * 4)
    assert place.answer("w01-1", "accept", place.item("w01-1")["proposal"]["key"]) == 200
    (view,) = zoned_now(place.settings, place.record.make_uow).windows["w01-1"].views
    assert view.coverage is Coverage.PARTIAL


def test_an_accepted_hit_rate_feeds_presence_until_the_file_says_another(place: Place) -> None:
    with place.record.make_uow() as uow:
        uow.presences.save({("w01-1", "c01"): Presence(tried=1000, found=850)})
        uow.commit()
    item = place.item("w01-1")
    assert (item["seen"]["part"], item["hit_rate"]) == (850, 0.95)
    assert item["proposal"]["key"] == "hit_rate::0:0.85"
    assert place.answer("w01-1", "accept", "hit_rate::0:0.85") == 200
    force = zoned_now(place.settings, place.record.make_uow)
    assert force.presence_of("w01-1").hit_rate == 0.85
    assert force.presence_of("w01-2").hit_rate == 0.95
    assert force.settings_hash() != place.settings.settings_hash()
    assert place.item("w01-1")["proposal"] is None
    changed = place.settings.model_copy(
        update={"presence": place.settings.presence.model_copy(update={"hit_rate": 0.9})}
    )
    changed._base, changed._file = place.settings._base, place.settings._file
    assert zoned_now(changed, place.record.make_uow).presence_of("w01-1").hit_rate == 0.9


def test_a_refused_proposal_waits_for_three_more_false_alarms(place: Place) -> None:
    place.decided("w01-1", *["站在旁边"] * 4)
    key = place.item("w01-1")["proposal"]["key"]
    assert place.answer("w01-1", "reject", key) == 422, "it takes a reason"
    assert place.answer("w01-1", "reject", key, reason="区域无误") == 200
    assert place.item("w01-1")["proposal"]["state"] == "rejected"
    assert place.answer("w01-1", "accept", key) == 409
    place.decided("w01-1", *["站在旁边"] * 3)
    assert place.item("w01-1")["proposal"]["state"] == "open"


def test_a_seat_that_moved_is_drawn_by_a_person(place: Place) -> None:
    place.decided("w01-1", *["座位移到窗边"] * 4)
    proposal = place.item("w01-1")["proposal"]
    assert (proposal["kind"], proposal["by_itself"]) == ("redraw", False)
    assert place.answer("w01-1", "accept", proposal["key"]) == 422


def test_what_is_answered_is_what_was_seen_and_only_an_administrator_answers(place: Place) -> None:
    place.decided("w01-1", *["站在旁边"] * 4)
    assert place.answer("w01-1", "accept", "widen:c01:1:0.1") == 409
    assert place.answer("w09-9", "accept", "x") == 404
    operator = place.web.as_(Role.OPERATOR)
    assert place.item("w01-1", operator)["proposal"]["state"] == "open"
    sent = {"key": "widen:c01:1:0.2"}
    assert operator.post(f"{URL}/w01-1/accept", json=sent).status_code == 403
    assert place.web.as_(Role.LIAISON).get(URL).status_code == 403


def test_what_is_still_to_be_verified_and_what_is_too_old_counts_not(place: Place) -> None:
    place.decided("w01-1", *["站在旁边"] * 4)
    place.later(days=91)
    assert place.item("w01-1")["precision"]["whole"] == 0
    asked = place.admin.get(URL, params={"days": 120, "hall_id": "h00", "limit": 1}).json()
    assert asked["items"][0]["precision"]["whole"] == 4
    following = place.admin.get(
        URL, params={"days": 120, "hall_id": "h00", "after": asked["next_after"]}
    ).json()
    assert len(following["items"]) == asked["total"] - 1


def test_a_camera_is_told_by_all_windows_that_it_sees(place: Place) -> None:
    place.decided("w01-1", "", "站在旁边")
    place.decided("w01-2", "")
    with place.record.make_uow() as uow:
        uow.presences.save({("w01-2", "c01"): Presence(tried=10, found=9)})
        uow.commit()
    first = place.admin.get(f"{URL}/cameras").json()["items"][0]
    assert (first["camera_id"], first["windows"]) == ("c01", 2)
    assert (first["precision"]["part"], first["precision"]["whole"]) == (2, 3)
    assert (first["seen"]["part"], first["seen"]["whole"]) == (9, 10)
    scoped = place.web.as_(Role.OPERATOR, halls={"h02"}).get(f"{URL}/cameras").json()
    assert {one["hall_id"] for one in scoped["items"]} == {"h02"}
    assert place.admin.get(URL).json()["items"][0]["seen"]["whole"] == 0
