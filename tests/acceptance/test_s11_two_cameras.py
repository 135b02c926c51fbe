"""S11: window 8 is seen by two cameras; one that sees nobody does not accuse alone."""

from __future__ import annotations

from typing import Any

import pytest

from models.domain.presence import Reason, State
from models.domain.records import EvidenceKind
from tests.acceptance.pixel_town import Pixels, pixels
from tests.acceptance.town import Town, at

ZONE = [[0.4, 0.25], [0.6, 0.25], [0.6, 0.85], [0.4, 0.85]]


@pytest.fixture
def rostered(town: Town) -> Town:
    town.windows = {"W08": "公安局"}
    town.duty = {"off_post": {"minutes": 5, "operator": ">="}, "alert": {"minutes": 3}}
    town.roster("2026-11-23,W08,公安局,甲,A,08:30,12:00,")
    return town


def seen_by(coverage_of_a: str) -> dict[str, Any]:
    """Window 8 on camera A, which sees this much of it, and on camera B, which sees all."""
    views = [
        {"camera": "A", "polygon": ZONE, "coverage": coverage_of_a},
        {"camera": "B", "polygon": ZONE, "coverage": "full"},
    ]
    window = {"hall": "main", "name": "8号窗口", "unit": "公安局", "views": views}
    cameras = {name: {"hall": "main", "name": name, "source": "clip.mp4"} for name in "AB"}
    return {"cameras": cameras, "windows": {"W08": window}}


def begun(show: Pixels) -> None:
    show.until("09:01", A=show.staffed, B=show.staffed)
    assert show.reading("W08").state is State.PRESENT


@pytest.mark.parametrize("coverage", ["full", "partial"])
def test_s11_whom_one_camera_sees_is_there_whatever_the_other_does_not_see(
    rostered: Town, coverage: str
) -> None:
    with pixels(rostered, "09:00", **seen_by(coverage)) as show:
        begun(show)
        show.until("09:10", A=show.empty, B=show.staffed)
        assert show.reading("W08").state is State.PRESENT
        assert show.watch.findings() == []


def test_s11_a_partial_view_alone_cannot_tell(rostered: Town) -> None:
    with pixels(rostered, "09:00", **seen_by("partial")) as show:
        begun(show)
        check = show.watch.check("09:08")
        show.until("09:10", A=show.empty, B=None)
        reading = show.reading("W08")
        assert reading.state is State.UNKNOWN
        assert reading.reason in {Reason.OFFLINE, Reason.PARTIAL_VIEW}
        (result,) = show.watch.results(check).values()
        assert (result.result, result.reason) == ("unverifiable", reading.reason)
        assert show.watch.findings() == []


def test_s11_an_empty_partial_view_beside_an_empty_full_one_cannot_tell(rostered: Town) -> None:
    with pixels(rostered, "09:00", **seen_by("partial")) as show:
        begun(show)
        show.until("09:10", A=show.empty, B=show.empty)
        assert show.reading("W08").reason is Reason.PARTIAL_VIEW
        assert show.watch.findings() == []


def test_s11_both_see_it_whole_and_empty_one_finding_with_pictures_of_both(
    rostered: Town,
) -> None:
    with pixels(rostered, "09:00", **seen_by("full")) as show:
        begun(show)
        show.until("09:09", A=show.empty, B=show.empty)
        assert show.reading("W08").state is State.ABSENT
        show.until("09:10:40", A=show.staffed, B=show.empty)
        (finding,) = show.watch.findings()
        assert (finding.kind, finding.window_id, finding.ended) == ("off_post", "W08", True)
        assert (finding.started_at, finding.until_at_least) == (at("09:01:20"), at("09:09"))
        assert show.watch.kinds().count("finding_opened") == 1
        shown = show.pictures(finding)
        begin = [one for one in shown if one.taken_at == at("09:01:20")]
        assert {one.kind for one in begin} == {EvidenceKind.AT}
        assert sorted(one.camera_id for one in begin) == ["A", "B"], "one of each"
        assert {one.camera_id for one in shown if one.kind is EvidenceKind.BEFORE} == {"A", "B"}
