"""The page of those who keep it running: faults that were told, since when, and what to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from api.app import create_app
from api.camera_alerts import CameraAlerts
from api.notify.wording import Writer
from models.domain.access import Role
from models.domain.presence import Reason
from tests.fakes_web import MORNING, Web, opened_parts


def test_a_standing_alert_is_shown_with_since_reason_and_what_to_do(tmp_path: Path) -> None:
    parts, record = opened_parts(tmp_path)
    halls = {camera: one.hall for camera, one in parts.settings.cameras.items()}
    alerts = CameraAlerts(halls, record.make_uow)
    for minute in range(12):
        alerts.round({"c03": Reason.BLURRED}, {}, MORNING + timedelta(minutes=minute))
    parts.board.refresh()
    web = Web(create_app(parts, pages=False)).as_(Role.SYSTEM_ADMIN)
    (shown,) = web.get("/api/v1/system").json()["alerts"]
    assert (shown["camera_id"], shown["reason"], shown["window"]) == ("c03", "blurred", "")
    assert datetime.fromisoformat(shown["since"]) == MORNING
    assert "镜头" in shown["mend_zh"]
    assert "clean the lens" in shown["mend_en"]
    with record.make_uow(read_only=True) as uow:
        (kept,) = uow.outbox.unrouted()
    words = Writer(parts.settings).worded(kept.notice)
    assert "画面模糊" in words.title_zh
    assert "clean the lens" in words.body_en
    for minute in range(12, 20):
        alerts.round({"c03": None}, {}, MORNING + timedelta(minutes=minute))
    assert web.get("/api/v1/system").json()["alerts"] == []
    record.close()
