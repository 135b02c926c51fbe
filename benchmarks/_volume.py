"""Years of everything that a record holds, written by bulk into the real schema.

What `_years` makes (checks, findings, cases), and beside it what fills a disk: spans, entries of
the register and of the audit log in their chains, alerts, cameras, the outbox. No pictures.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from benchmarks._years import ZONE
from models.domain.audit import AUDIT_CHAIN, payload_of
from models.domain.notice import ItemState
from models.domain.register import GENESIS, MAIN_CHAIN, Entry, Head, head_of, seal
from models.storage.tables import (
    alerts,
    camera_events,
    deliveries,
    evidence,
    findings,
    notices,
    register_entries,
    register_heads,
    spans,
)
from tests.reported_month import FIXED, RANDOM, Month

Row = tuple[Any, ...]

SPANS_A_DAY, SPANS_A_FREE_DAY = 36, 3
"""Of a window: people go and come back some twice an hour; nights and faults of cameras."""

CAMERA_EVENTS_A_DAY = 6
ALERTS_A_DAY = 2
"""Of a window."""

WATCHERS = 5
"""Accounts with the wall open all day; their reads are one entry a minute."""

DEEDS_A_DAY = 300
OUTBOX_DAYS = 180

SPAN = ("window_id", "state", "reason", "started_at", "ended_at", "proven_since", "proven_until",
        "last_present", "samples", "weakest")  # fmt: skip
ENTRY = ("seq", "chain", "at_text", "kind", "key", "body", "prev_hash", "hash")
STATES = (("present", "seen"), ("absent", "empty"), ("present", "seen"), ("unknown", "no_sample"))


def put(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Row]) -> int:
    """Rows into a table as fast as the database takes them; gives their number."""
    types = [table.c[name].type.dialect_impl(connection.dialect) for name in names]
    bound = [one.bind_processor(connection.dialect) for one in types]
    made = [
        tuple(one if how is None else how(one) for how, one in zip(bound, row, strict=True))
        for row in rows
    ]
    driver: Any = connection.connection.driver_connection
    columns = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "postgresql":
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as to,
        ):
            for row in made:
                to.write_row(row)
    else:
        marks = ", ".join("?" * len(names))
        driver.executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", made)  # noqa: S608
    return len(made)


def fill_rest(month: Month, days: Sequence[date], worked: Iterable[date], *, seed: int) -> int:
    """All that `_years.fill` does not write of these days; gives the number of transactions that
    appended to a chain, which the anchor file signs twice each."""
    chance, busy = random.Random(seed), set(worked)  # noqa: S311  made up, no secret
    transactions = 0
    for start in range(0, len(days), 31):
        some = days[start : start + 31]
        with month.record.make_uow.engine.begin() as connection:
            put(connection, spans, SPAN, _spans(month, some, busy, chance))
            _watched(month, connection, [day for day in some if day in busy], chance)
            entries = sorted(_registered(month, connection, some, busy), key=lambda one: one[2])
            transactions += _chained(connection, MAIN_CHAIN, entries)
            deeds = sorted(_deeds(some, busy, chance), key=lambda one: one[2])
            transactions += _chained(connection, AUDIT_CHAIN, deeds)
    return transactions


def fill_outbox(month: Month, days: Sequence[date]) -> None:
    """What is not pruned yet: notices of alerts, each sent by two channels."""
    told, sent = [], []
    number = 0
    for day in days[-OUTBOX_DAYS * 5 // 7 :]:
        for window_id, window in month.settings.windows.items():
            for place in range(ALERTS_A_DAY):
                number += 1
                at, key = _at(day, 10 + 3 * place), f"alert:{window_id}:{day}:{place}"
                said = {"title_zh": "离岗提醒", "title_en": "away", "body_zh": "窗口无人" * 20,
                        "body_en": "nobody at the window " * 8, "roles": ["operator"],
                        "data": {"window": window_id}}  # fmt: skip
                told.append((number, key, "alert", "ordinary", window.hall, window.unit, said, at,
                             ItemState.SENT.value))  # fmt: skip
                for channel in ("mail", "wecom"):
                    sent.append((f"{key}:{channel}", f"channel:{channel}", said, number,
                                 ItemState.SENT.value, at, at, 1, "", at, ""))  # fmt: skip
    with month.record.make_uow.engine.begin() as connection:
        put(connection, notices, ("id", "key", "kind", "severity", "hall_id", "unit_id", "content",
                                  "at", "state"), told)  # fmt: skip
        put(connection, deliveries, ("key", "target", "content", "notice_id", "state", "due_at",
                                     "first_at", "tries", "claim", "sent_at", "error"),
            sent)  # fmt: skip


def settle_heads(month: Month) -> int:
    """Sign the heads of both chains; gives the bytes of one signed line."""
    anchors = month.record.anchors
    with month.record.make_uow(read_only=True) as uow:
        for chain in (MAIN_CHAIN, AUDIT_CHAIN):
            last = uow.register.get(uow.register.head(chain=chain).seq, chain=chain)
            if last is not None:
                anchors.sign(1, last, settled=True)
    return len(anchors.file.read_bytes().splitlines()[-1]) + 1


def _at(day: date, hour: float) -> datetime:
    return (datetime.combine(day, time(0), ZONE) + timedelta(hours=hour)).astimezone(UTC)


def _spans(
    month: Month, days: Sequence[date], busy: set[date], chance: random.Random
) -> Iterator[Row]:
    """Spans without holes: midnight to opening, the day's comings and goings, to midnight."""
    for window_id in month.settings.windows:
        for day in days:
            some = SPANS_A_DAY if day in busy else SPANS_A_FREE_DAY
            cuts = sorted(chance.uniform(8.2, 17.8) for _ in range(some - 1))
            hours = [0.0, *cuts, 24.0]
            for place, (begins, ends) in enumerate(pairwise(hours)):
                start, end = _at(day, begins), _at(day, ends)
                state, reason = STATES[place % len(STATES)] if place else ("absent", "empty")
                yield (window_id, state, reason, start, end, start, end, start,
                       int((ends - begins) * 360), 0.0312)  # fmt: skip


def _watched(
    month: Month, connection: Connection, days: Sequence[date], chance: random.Random
) -> None:
    """Alerts that stood and went, and what cameras did."""
    windows, cameras = list(month.settings.windows), list(month.settings.cameras)
    raised: list[Row] = []
    for day in days:
        for window_id in windows:
            for _ in range(ALERTS_A_DAY):
                at = _at(day, chance.uniform(9, 17))
                raised.append((window_id, "away", at, at, at + timedelta(minutes=9), "", {}))
    put(connection, alerts, ("window_id", "kind", "since", "raised_at", "cleared_at",
                             "finding_key", "details"), raised)  # fmt: skip
    seen: list[Row] = []
    for camera in cameras:
        for day in days:
            cuts = sorted(chance.uniform(0, 24) for _ in range(CAMERA_EVENTS_A_DAY - 1))
            hours = [0.0, *cuts, 24.0]
            for place, (begins, ends) in enumerate(pairwise(hours)):
                state, reason = ("live", "") if place % 2 == 0 else ("live", "stale")
                seen.append((camera, state, reason, _at(day, begins), _at(day, ends)))
    put(connection, camera_events, ("camera_id", "state", "reason", "started_at", "ended_at"), seen)


def _registered(
    month: Month, connection: Connection, days: Sequence[date], busy: set[date]
) -> list[tuple[str, dict[str, Any], datetime, str]]:
    """Entries of checks and of findings, whose pictures get a row each."""
    made: list[tuple[str, dict[str, Any], datetime, str]] = []
    for day in [one for one in days if one in busy]:
        for hall_id in month.settings.halls:
            windows = month.windows_of(hall_id)
            for kind, clocks in (("daily", FIXED), ("random", RANDOM)):
                for number, clock in enumerate(clocks, 1):
                    hour = int(clock[:2]) + int(clock[3:]) / 60
                    said = _check_said(kind, day, hall_id, number, windows)
                    key = f"check:{said['plan']}:{hall_id}:{number}"
                    made.append(("check_settled", said, _at(day, hour + 0.05), key))
                    if (number + day.toordinal()) % 3 == 0:
                        accused = {**said, "evidence": _pictures(key), "model_hash": "f" * 64,
                                   "settings_hash": "e" * 64}  # fmt: skip
                        made.append(("check_result", accused, _at(day, hour + 0.04), f"{key}:w"))
    rows: list[Row] = []
    query = select(findings).where(
        findings.c.started_at >= _at(days[0], 0), findings.c.started_at < _at(days[-1], 24)
    )
    for row in connection.execute(query):
        shots = _pictures(row.key)
        facts = {"finding": row.key, "window": row.window_id, "hall": row.hall_id,
                 "unit": row.unit_id, "evidence": shots, "model_hash": "f" * 64,
                 "settings_hash": "e" * 64, "why": {"zh": "班表:应在岗" * 12, "en": "post is on "
                 "duty by the roster " * 6}, "thresholds": "default@2026-01-01"}  # fmt: skip
        steps = ("opened", "extended", "ended", "confirmed", "closed")
        for step, name in enumerate(steps):
            at = row.started_at + timedelta(minutes=15 + 10 * step)
            made.append((f"finding_{name}", facts, at, f"{row.key}:{name}"))
        rows += [(shot["sha256"], shot["path"], 180_000, row.started_at, shot["camera"],
                  row.window_id, "at", 1, 1920, 1080, True) for shot in shots]  # fmt: skip
    names = ("sha256", "path", "bytes", "taken_at", "camera_id", "window_id", "kind",
             "zone_version", "width", "height", "masked")  # fmt: skip
    put(connection, evidence, names, rows)
    return made


def _check_said(
    kind: str, day: date, hall_id: str, number: int, windows: Sequence[str]
) -> dict[str, Any]:
    return {
        "check": number,
        "plan": f"{kind}:{day}",
        "hall": hall_id,
        "number": number,
        "kind": kind,
        "due_at": _at(day, 9).isoformat(),
        "late_s": 0.0,
        "started_at": _at(day, 9).isoformat(),
        "windows": len(windows),
        "results": {"on_post": len(windows)},
        "counted": True,
        "found": {one: {"result": "on_post", "finding": ""} for one in windows},
    }


def _pictures(key: str) -> list[dict[str, Any]]:
    """Three pictures of a finding, as an entry names them."""
    made = []
    for shows in ("before", "opening", "at"):
        digest = sha256(f"{key}{shows}".encode()).hexdigest()
        path = f"2026/01/01/{digest}.jpg"
        made.append({"sha256": digest, "path": path, "camera": "c01", "shows": shows,
                     "taken_at": "2026-01-01T01:00:00+00:00", "zone_version": 1})  # fmt: skip
    return made


def _deeds(
    days: Sequence[date], busy: set[date], chance: random.Random
) -> Iterator[tuple[str, dict[str, Any], datetime, str]]:
    """Reads counted by the minute of accounts that watch, and deeds entered one by one."""
    calls = {"GET /api/v1/wall": 30, "GET /api/v1/cameras/{id}/thumbnail.jpg": 500,
             "GET /api/v1/alerts": 30, "GET /api/v1/findings": 2}  # fmt: skip
    for day in [one for one in days if one in busy]:
        for who in range(WATCHERS):
            for minute in range(9 * 60):
                at = _at(day, 8.5 + minute / 60 + who / 1000)
                said: Mapping[str, Any] = {"calls": calls, "count": 562, "first": at, "last": at}
                yield ("read", _deed(f"watcher{who}", "read", "", said), at, "")
        for number in range(DEEDS_A_DAY):
            at, target = _at(day, chance.uniform(8.5, 17.5)), f"finding:{number}"
            asked = {"endpoint": "GET /api/v1/evidence/{sha256}.jpg", "query": {}}
            yield ("evidence_viewed", _deed("wang", "evidence_viewed", target, asked), at, "")


def _deed(who: str, action: str, target: str, said: Mapping[str, Any]) -> dict[str, Any]:
    means, address = "session:3f2a9c1b7d", "192.0.2.17"
    return payload_of(who, ("operator",), means, address, action, target, "done", said)


def _chained(
    connection: Connection,
    chain: str,
    made: Sequence[tuple[str, Mapping[str, Any], datetime, str]],
) -> int:
    """Entries put at the end of a chain; each is a transaction of its own in real life."""
    head_row = select(register_heads).where(register_heads.c.chain == chain)
    row = connection.execute(head_row).first()
    if row is None:
        connection.execute(insert(register_heads), {"chain": chain, "seq": 0, "hash": GENESIS})
    head = Head(chain) if row is None else Head(chain, row.seq, row.hash)
    sealed: list[Entry] = []
    for kind, payload, at, key in made:
        entry = seal(head, kind, payload, at, key)
        head = head_of(entry)
        sealed.append(entry)
    put(connection, register_entries, ENTRY, map(astuple, sealed))
    changed = update(register_heads).where(register_heads.c.chain == chain)
    connection.execute(changed.values(seq=head.seq, hash=head.hash))
    return len(sealed)
