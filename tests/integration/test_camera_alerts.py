"""Alerts of cameras through the outbox, over a restart, on both databases."""

from __future__ import annotations

from dataclasses import replace

from api.camera_alerts import KINDS, CameraAlerts, standing
from models.domain.notice import Audience, Notice, NoticeKind, Severity
from models.domain.presence import Reason
from models.storage.record import Record
from tests.builders import NINE, at

HALLS = {"c1": "main", "c2": "branch"}


def opened(record: Record) -> CameraAlerts:
    alerts = CameraAlerts(HALLS, record.make_uow)
    alerts.take_up()
    return alerts


def notices(record: Record) -> list[Notice]:
    with record.make_uow(read_only=True) as uow:
        return [one.notice for one in uow.outbox.of_kinds(KINDS)]


def test_an_alert_is_told_once_over_restarts_and_closed_by_whoever_watches_then(
    record: Record,
) -> None:
    hidden = {("w1", "c2"): Reason.OCCLUDED}
    for start in (0, 720, 1440):
        alerts = opened(record)  # the watch was killed and started again
        for second in range(start, start + 720, 60):
            alerts.round({"c1": Reason.BLURRED, "c2": None}, hidden, at(second))
    told = notices(record)
    assert [(one.kind, one.data["reason"], one.data["window"]) for one in told] == [
        ("camera_down", "blurred", ""),
        ("camera_down", "occluded", "w1"),
    ]
    assert [one.audience.hall_id for one in told] == ["main", "branch"]
    with record.make_uow(read_only=True) as uow:
        assert len(standing(uow.outbox.of_kinds(KINDS))) == 2
    alerts = opened(record)
    for second in range(2160, 2520, 60):
        alerts.round({"c1": None, "c2": None}, {}, at(second))
    told = notices(record)[2:]
    assert [(one.kind, one.data["reason"]) for one in told] == [
        ("camera_back", "blurred"),
        ("camera_back", "occluded"),
    ]
    with record.make_uow(read_only=True) as uow:
        assert standing(uow.outbox.of_kinds(KINDS)) == []


def test_what_an_older_onpost_closed_without_a_reason_is_closed(record: Record) -> None:
    data = {"hall": "main", "camera": "c1", "reason": "offline", "since": NINE.isoformat()}
    down = Notice(
        NoticeKind.CAMERA_DOWN, "down:c1", Severity.IMPORTANT, Audience(hall_id="main"), data
    )
    said = {"hall": "main", "camera": "c1", "since": NINE.isoformat(), "until": NINE.isoformat()}
    with record.make_uow() as uow:
        uow.outbox.put(down, NINE)
        assert len(standing(uow.outbox.of_kinds(KINDS))) == 1
        uow.outbox.put(replace(down, kind=NoticeKind.CAMERA_BACK, key="back:c1", data=said), NINE)
        assert standing(uow.outbox.of_kinds(KINDS)) == []
        uow.commit()
