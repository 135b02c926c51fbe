"""A seed that leaks nothing: on a day whose plan is not revealed, no answer of the API, no page, no
table, no log line and no command tells a random check that is to come, nor the seed.

Every GET of the access matrix is asked as every role that may, of a running server. What the walk
finds before the plan exists is innocent: times without seconds are held against it.
"""

from __future__ import annotations

import base64
import csv
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from api.plan_keys import PLAN_KEY
from models.domain.access import Role
from models.domain.commitment import DayPlan
from models.domain.inspection import CheckKind
from models.domain.inspection_plan import Planned, open_part
from tests.acceptance.town import onpost
from tests.architecture.source import ROOT
from tests.checked_days import MONDAY, NONCE, SHANGHAI, carried_out, committed, key_of, planned
from tests.fakes_clock import StillClock
from tests.fakes_web import MORNING, Served, off_post, served, town
from tests.schedule_town import Ticking
from tests.unit.api.audit_walk import ASKED, HELD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

STREAM = "/api/v1/events"
READABLE = ("text/", "application/json", "application/problem+json", "application/javascript")
COMMANDS = (
    "inspection plan 2026-11-23",
    "inspection plan 2026-11-23 --fixed",
    "inspection verify 2026-11-23",
    "inspection list",
    "inspection show 1",
    "campaign list",
    "schedule --list",
    "schedule --json",
    "audit list",
    "notify list",
    "finding list",
    "behaviour list",
    "calendar show 2026",
    "leave list",
    "stop list",
    "user list",
    "token list",
    "case list",
    "circular list",
    "register verify",
)
Text = tuple[str, str]
"""Where, and what stands there."""


def endpoints(role: Role) -> list[str]:
    """Every GET of the access matrix that a role may call; others are refused at the door."""
    table = (ROOT / "docs" / "access-matrix.csv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines())
    named = [row["endpoint"] for row in rows if row[role] or not row["permission"]]
    return [one.removesuffix(" GET") for one in named if one.endswith(" GET")]


def address(endpoint: str) -> str:
    held = HELD | {"day": MONDAY.isoformat(), "check_id": "1", "plan": "random:2026-11-23"}
    return re.sub(r"{(\w+)(?::\w+)?}", lambda part: held.get(part[1], "1"), endpoint)


def asked(client: httpx.Client, endpoint: str) -> str:
    """What is answered, head and body; a stream's past."""
    path = address(endpoint)
    params = dict(ASKED.get(f"GET {endpoint}", {}).get("params", {}))
    if endpoint.startswith("/api/v1/checks"):
        params |= {"day": MONDAY.isoformat()} if "day" in params else {}
    if endpoint == STREAM:
        return "".join(replayed(client, path))
    answer = client.get(path, params=params)
    kind = answer.headers.get("content-type", "")
    body = answer.text if kind.startswith(READABLE) else ""
    return f"{answer.headers}\n{body}"


def replayed(client: httpx.Client, path: str) -> Iterator[str]:
    try:
        with client.stream("GET", path, headers={"Last-Event-ID": "0"}, timeout=1.0) as answer:
            yield from answer.iter_text()
    except httpx.ReadTimeout:  # all of the past was told
        return


def walk(hall: Served, roles: Iterable[Role]) -> Iterator[Text]:
    """Everything that can be fetched, by role."""
    for role in roles:
        with hall.client(role) as client:
            for endpoint in endpoints(role):
                yield f"{endpoint} as {role}", asked(client, endpoint)


def commands(file: Path) -> Iterator[Text]:
    """What commands print."""
    for command in COMMANDS:
        done = onpost(*command.split(), "--settings", file)
        assert "Usage:" not in done.out + done.err, command
        yield f"onpost {command}", done.out + done.err
    sheet = file.with_name("sheet.json")
    done = onpost("inspection", "sheet", "--day", "2026-11-23", "--out", sheet, "--settings", file)
    assert done.code == 0, done.err
    yield "register sheet", sheet.read_text("utf-8")


def kept(data: Path) -> Iterator[Text]:
    """Every table and every file but the key."""
    with closing(sqlite3.connect(data / "onpost.db")) as connection:
        yield "tables", "\n".join(connection.iterdump())
    for file in data.rglob("*"):
        if file.is_file() and file != data / PLAN_KEY and file.suffix != ".jpg":
            yield str(file), file.read_bytes().decode("latin-1")


def ticked(hall: Served) -> Text:
    """What a tick of the scheduling process logs, at every level."""
    with capture_logs() as lines:
        ticking = Ticking(hall.settings, hall.record, StillClock(MORNING))
        ticking.at(MORNING)
    return "log of a tick", "\n".join(map(str, lines))


def exactly(moment: datetime) -> set[str]:
    """Spellings of a moment that nothing else has."""
    local = moment.astimezone(SHANGHAI)
    texts = {f"{one:%H:%M:%S}" for one in (moment.astimezone(UTC), local)}
    return texts | {f"{one:%H%M%S}" for one in (local,)} | {str(int(moment.timestamp()))}


def about(moment: datetime) -> set[re.Pattern[str]]:
    """Spellings by the minute: `09:37`, `9:37`, `0937`, `9时37分`. In UTC only where that is no
    time of this morning in the halls, of which answers are full."""
    found = set()
    for one in (moment.astimezone(UTC), moment.astimezone(SHANGHAI)):
        if time(6) <= one.time() <= time(9, 50):
            continue
        found.add(re.compile(rf"(?<![\d:]){one:%H:%M}(?!\d)"))
        found.add(re.compile(rf"(?<![\d:]){one.hour}:{one:%M}(?!\d)"))
        found.add(re.compile(rf"[T_/\"']{one:%H%M}(?![0-9A-Za-z-])"))
        found.add(re.compile(rf"{one.hour}[时点]{one.minute:02}分"))
    return found


def secrets_of(hall: Served) -> set[str]:
    """The seed and the master key, as they could be written."""
    seed = key_of(hall.settings).seed(MONDAY)
    master = (hall.settings.data_path / PLAN_KEY).read_text("ascii").strip()
    encoded = {
        one(seed).decode().rstrip("=") for one in (base64.b64encode, base64.urlsafe_b64encode)
    }
    return {seed.hex(), seed.hex().upper(), seed.decode("latin-1"), master, *encoded}


def published(plan: DayPlan) -> str:
    """The fixed times, which are no secret, as the halls' clocks show them."""
    fixed = open_part(plan.plan_inputs)
    return " ".join(f"{one.due_at.astimezone(SHANGHAI):%H:%M}" for one in fixed)


def told(coming: Iterable[Planned], texts: Iterable[Text]) -> list[str]:
    """What tells a check exactly: where, and by which spelling."""
    exact = {text for one in coming for text in exactly(one.due_at)}
    return [
        f"{where}: {spelling}"
        for where, text in texts
        for spelling in exact
        if spelling in text and re.search(rf"(?<!\d){spelling}(?!\d)", text)
    ]


def hinted(coming: Iterable[Planned], texts: Iterable[Text], innocent: str) -> list[str]:
    """What tells a check by its minute."""
    patterns = {one for check in coming for one in about(check.due_at)}
    coarse = [one for one in patterns if not one.search(innocent)]
    return [
        f"{where}: {one.pattern}" for where, text in texts for one in coarse if one.search(text)
    ]


def test_nothing_tells_a_random_check_to_come_nor_the_seed(tmp_path: Path) -> None:
    values = town(tmp_path, main=2, branches=2, townships=8) | {"log": {"level": "debug"}}
    with served(tmp_path, values | {"web": {"demo": True}}) as hall:
        off_post(hall.record, hall.settings, "w01-1", MORNING)
        before = walk(hall, [Role.SUPERVISOR, Role.SYSTEM_ADMIN])
        innocent = "\n".join(text for _, text in before)

        plan = committed(hall.record, hall.settings, MONDAY, nonce=NONCE)
        made = carried_out(hall.record, hall.settings, plan, until=MORNING)
        innocent += plan.inputs + published(plan)
        texts = [*walk(hall, Role), *commands(tmp_path / "onpost.yaml"), ticked(hall)]
        texts.append(("log of the server", (tmp_path / "serve.log").read_text("utf-8")))
        stored = list(kept(hall.settings.data_path))

        coming = [
            one
            for one in planned(hall.settings, plan)
            if one.kind is CheckKind.RANDOM and one.due_at > MORNING + timedelta(minutes=10)
        ]
        assert len(coming) > 10
        assert told(coming, [*texts, *stored]) == []
        assert hinted(coming, [*texts, stored[0]], innocent) == []
        leaked = [
            where
            for secret in secrets_of(hall)
            for where, text in [*texts, *stored]
            if secret in text
        ]
        assert leaked == []

        pages = [where for where, text in texts if "<!doctype html>" in text.lower()]
        assert {"/ as operator", "/findings as approver"} <= set(pages)
        assert len(made) > 3, "the search finds what has come"
        assert told(made[:1], texts)
        assert told(made[:1], stored)
        assert hinted(
            coming[:1], [("a note", f"{coming[0].due_at.astimezone(SHANGHAI):%H:%M}")], ""
        )
        assert any(plan.commitment in text for _, text in texts)
