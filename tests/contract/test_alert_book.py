"""Alerts behave alike on SQLite and PostgreSQL: what the watch and what people write stay apart."""

from __future__ import annotations

from dataclasses import replace

from models.domain.records import LiveAlert
from models.storage.record import Record
from tests.builders import at


def test_what_people_do_with_an_alert_is_kept_beside_what_the_watch_writes(record: Record) -> None:
    with record.make_uow() as uow:
        raised = uow.alerts.raise_(LiveAlert("w1", "away", at(0), at(300), details={"text": "x"}))
        uow.commit()
    with record.make_uow() as uow:
        taken = uow.alerts.take(raised.id)
        assert taken == raised
        uow.alerts.keep(replace(taken, details={"text": "x", "desk": {"claimed_by": "li.na"}}))
        assert uow.alerts.take(raised.id + 1) is None
        assert uow.alerts.take(2**40) is None
        uow.commit()
    with record.make_uow() as uow:
        cleared = uow.alerts.clear("w1", "away", at(900))
        assert cleared is not None
        assert uow.alerts.recent() == [cleared]
        assert cleared.details["desk"] == {"claimed_by": "li.na"}
