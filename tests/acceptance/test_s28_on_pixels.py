"""S28: a clock 4 minutes off, a frozen picture, a rotated view: cannot be told, and no finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import numpy as np
import pytest

from models.domain.check_result import Result
from models.domain.presence import Reason, State
from tests.acceptance.pixel_town import Pixels, Shot, pixels, room
from tests.acceptance.town import Town, at
from vision.frame import Image

STEP = timedelta(seconds=20)
COMPARED_EVERY = 5
"""Samples from one comparison of the view to the next: a turned camera is found with the next."""
REPEATED = 1
"""A picture is frozen from the second time it comes; the first is like any other."""

Fault = Callable[[Pixels], Callable[[], Shot]]


def late(show: Pixels) -> Callable[[], Shot]:
    return lambda: Shot(room(show.next()), clock_off_s=-240)


def early(show: Pixels) -> Callable[[], Shot]:
    return lambda: Shot(room(show.next()), clock_off_s=240)


def frozen(show: Pixels) -> Callable[[], Shot]:
    kept = room(show.next())
    return lambda: Shot(kept)


def rotated(show: Pixels) -> Callable[[], Shot]:
    return lambda: Shot(turned(room(show.next())))


def turned(image: Image) -> Image:
    return np.ascontiguousarray(image[::-1, ::-1])


FAULTS = [
    pytest.param(late, Reason.WRONG_CLOCK, id="clock-late"),
    pytest.param(early, Reason.WRONG_CLOCK, id="clock-early"),
    pytest.param(frozen, Reason.FROZEN, id="frozen"),
    pytest.param(rotated, Reason.MOVED, id="rotated"),
]


@pytest.fixture
def rostered(town: Town) -> Iterator[Town]:
    town.duty = {"off_post": {"minutes": 5, "operator": ">="}, "alert": {"minutes": 3}}
    town.roster("2026-11-23,W12,公安局,甲,A,08:30,12:00,")
    yield town


@pytest.mark.parametrize(("fault", "reason"), FAULTS)
def test_s28_what_cannot_be_trusted_is_told_with_its_reason_and_accuses_nobody(
    rostered: Town, fault: Fault, reason: Reason
) -> None:
    with pixels(rostered, "09:00") as show:
        show.until("09:01", cam=show.staffed)
        show.until("09:03", cam=show.empty)
        gives = fault(show)
        show.until("09:08", cam=gives)
        check = show.watch.check("09:08")
        show.until("09:14", cam=gives)
        assert (show.reading("W12").state, show.reading("W12").reason) == (State.UNKNOWN, reason)
        (result,) = show.watch.results(check).values()
        assert (result.result, result.reason) == (Result.UNVERIFIABLE, reason.value)
        show.until("09:16", cam=show.staffed)
        assert show.reading("W12").state is State.PRESENT
        assert show.watch.findings() == []
        with show.watch.record.make_uow(read_only=True) as uow:
            events = uow.cameras.between("cam", at("09:00"), at("10:00"))
            told = [one.notice for one in uow.outbox.unrouted()]
        assert [one.reason for one in events] == ["", reason.value, ""]
        assert [one.kind for one in told] == ["camera_down", "camera_back"], "once, and its end"


@pytest.mark.parametrize(("fault", "reason"), FAULTS[1:])
def test_s28_a_finding_rests_on_what_was_seen_before_the_fault_alone(
    rostered: Town, fault: Fault, reason: Reason
) -> None:
    last = at("09:09") + (COMPARED_EVERY - 1) * STEP if reason is Reason.MOVED else at("09:09")
    with pixels(rostered, "09:00") as show:
        show.until("09:01", cam=show.staffed)
        show.until("09:09", cam=show.empty)
        show.until("09:20", cam=fault(show))
        show.until("09:22", cam=show.staffed)
        (finding,) = show.watch.findings()
        assert finding.started_at == at("09:01:20")
        assert at("09:08") <= finding.until_at_least <= last + REPEATED * STEP
        assert all(one.taken_at <= last + REPEATED * STEP for one in show.pictures(finding))
        assert show.watch.kinds().count("finding_opened") == 1
