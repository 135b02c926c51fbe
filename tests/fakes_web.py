"""A made-up town for the web's tests: settings, a shelf full of pictures, a record."""

from __future__ import annotations

import asyncio
import secrets
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import yaml
from fastapi import FastAPI

from api.auth.audit import Actor
from api.auth.passwords import CHEAP, Passwords
from api.settings import Settings, parse_settings
from api.tasks import onpost_argv
from api.wiring import WebParts, accounts_of, make_record, make_shelf, web_parts
from models.domain.access import Access, Role, Scope
from models.domain.presence import Reason, State
from models.domain.records import EvidenceKind, EvidencePicture, FindingRecord, LiveAlert
from models.domain.spans import Span
from models.storage.record import Record
from vision.frame_shelf import FrameShelf, ShelfMeta, WindowOnShelf, thumbnail_of

MORNING = datetime(2026, 11, 23, 1, 40, tzinfo=UTC)
"""Monday 2026-11-23, 09:40 in Shanghai."""

SQUARE = [[0.1, 0.2], [0.45, 0.2], [0.45, 0.9], [0.1, 0.9]]
OTHER = [[0.55, 0.2], [0.9, 0.2], [0.9, 0.9], [0.55, 0.9]]


@dataclass
class StillClock:
    """A clock that moves only when a test moves it."""

    moment: datetime = MORNING
    speed: float = 1.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


def town(folder: Path, *, main: int = 2, branches: int = 1, townships: int = 1) -> dict[str, Any]:
    """Settings values: `main` cameras in one hall, 3 a branch hall, 1 a township centre."""
    halls: dict[str, Any] = {"h00": {"name": "市政务服务中心", "kind": "main"}}
    where = ["h00"] * main
    for number in range(1, branches + 1):
        halls[f"h{number:02}"] = {"name": f"第{number}分中心", "kind": "branch"}
        where += [f"h{number:02}"] * 3
    for number in range(branches + 1, branches + townships + 1):
        halls[f"h{number:02}"] = {"name": f"柳溪{number}镇便民服务中心", "kind": "township"}
        where.append(f"h{number:02}")
    cameras, windows = {}, {}
    for number, hall in enumerate(where, 1):
        camera = f"c{number:02}"
        cameras[camera] = {
            "hall": hall,
            "name": f"{number}号机",
            "source": f"rtsp://viewer:geheim{number}@192.0.2.{number}/1",
        }
        for place, polygon in enumerate([SQUARE, OTHER][: 1 + number % 2], 1):
            windows[f"w{number:02}-{place}"] = {
                "hall": hall,
                "name": f"{number}-{place}号窗口",
                "unit": "户籍",
                "views": [{"camera": camera, "polygon": polygon}],
            }
    return {
        "data_dir": str(folder / "data"),
        "shelf_dir": str(folder / "shelf"),
        "halls": halls,
        "cameras": cameras,
        "windows": windows,
    }


def settings_of(values: dict[str, Any], folder: Path) -> Settings:
    return parse_settings(yaml.safe_dump(values, allow_unicode=True), folder / "onpost.yaml", {})


def picture(number: int, shade: int = 0) -> Any:
    """A picture, (360, 640, 3), that differs by number."""
    image = np.full((360, 640, 3), (90, 80, 60), dtype=np.uint8)
    cv2.rectangle(image, (0, 230), (640, 360), (50, 90 + number, 140), -1)
    for place in (0, 1):
        left = 60 + 290 * place
        cv2.rectangle(image, (left, 60), (left + 230, 330), (120, 110, 100), 2)
        cv2.circle(image, (left + 115, 140), 34, (150, 170 + shade % 60, 220), -1)
        cv2.rectangle(image, (left + 50, 180), (left + 180, 300), (40 * number % 255, 90, 60), -1)
    cv2.putText(image, f"CAM {number:02}", (10, 40), cv2.FONT_HERSHEY_SIMPLEX, 1, (255,) * 3, 2)
    return image


def jpeg(image: Any) -> bytes:
    return bytes(cv2.imencode(".jpg", image)[1].tobytes())


def lay(
    shelf: FrameShelf,
    settings: Settings,
    camera_id: str,
    at: datetime,
    *,
    state: State = State.PRESENT,
    fault: Reason | None = None,
    shade: int = 0,
) -> None:
    """Lay a camera's picture on the shelf with one state for all its windows."""
    image = picture(int(camera_id[1:]), shade)
    reason = fault or (Reason.SEEN if state is State.PRESENT else Reason.EMPTY)
    told = State.UNKNOWN if fault else state
    windows = {
        window_id: WindowOnShelf(told, reason, at - timedelta(minutes=4), 0.9)
        for window_id, window in settings.windows.items()
        if any(view.camera == camera_id for view in window.views)
    }
    meta = ShelfMeta(camera_id, at, at, "live", fault, windows)
    shelf.put(camera_id, jpeg(image), thumbnail_of(image), meta)


def off_post(record: Record, settings: Settings, window_id: str, at: datetime) -> FindingRecord:
    """Register that a window was off post from 16 minutes before `at`, with its pictures."""
    hall_id = settings.windows[window_id].hall
    start = at - timedelta(minutes=16)
    seen = start - timedelta(seconds=10)
    pictures = []
    for kind, moment, number in ((EvidenceKind.BEFORE, seen, 1), (EvidenceKind.AT, at, 40)):
        data = jpeg(picture(number + moment.minute))
        stored = record.evidence.put(data, moment)
        pictures.append(
            EvidencePicture(
                stored.sha256,
                stored.path,
                stored.bytes,
                moment,
                settings.windows[window_id].views[0].camera,
                window_id,
                kind,
                1,
                640,
                360,
            )
        )
    key = f"off_post:{window_id}:{start.isoformat()}"
    with record.make_uow() as uow:
        for item in pictures:
            uow.evidence.add(item)
        entry = uow.register.append(
            "finding_opened",
            {
                "finding": key,
                "window": window_id,
                "settings_hash": uow.settings.save(settings.hashed(), at),
                "model_hash": "fb83",
                "evidence": [{"sha256": item.sha256, "path": item.path} for item in pictures],
            },
            at,
            key=f"{key}:opened",
        )
        finding = uow.findings.add(
            FindingRecord(
                key=key,
                window_id=window_id,
                hall_id=hall_id,
                kind="off_post",
                state="to_verify",
                opened_at=at,
                started_at=start,
                until_at_least=at,
                proven_s=960,
                possible_s=None,
                unit_id="户籍",
                post="A",
                roster_version="3",
                profile="default@2026-01-01",
                evidence=tuple(item.sha256 for item in pictures),
                last_seq=entry.seq,
                details={
                    "label": "脱岗",
                    "why_zh": "班表第3版:A岗应在岗",
                    "why_en": "roster version 3: post A is on duty",
                },
            )
        )
        uow.alerts.raise_(LiveAlert(window_id, "away", start, at, finding_key=key))
        uow.spans.save(
            [
                Span(
                    window_id,
                    State.UNKNOWN,
                    Reason.OFFLINE,
                    start - timedelta(minutes=70),
                    start - timedelta(minutes=50),
                    samples=0,
                ),
                Span(
                    window_id,
                    State.PRESENT,
                    Reason.SEEN,
                    start - timedelta(minutes=50),
                    start,
                    samples=300,
                    proven_until=seen,
                ),
                Span(window_id, State.ABSENT, Reason.EMPTY, start, None, start, at, seen, 96, 0.02),
            ]
        )
        uow.commit()
    return finding


def opened_parts(
    folder: Path, values: dict[str, Any] | None = None, *, door_clock: StillClock | None = None
) -> tuple[WebParts, Record]:
    """The web's parts over a fresh record and shelf, on a still clock, hashing cheaply; sessions
    have a clock of their own, which stands still unless a test moves `door_clock`."""
    settings = settings_of(values or town(folder), folder)
    record = make_record(settings)
    accounts = accounts_of(settings, record.make_uow, door_clock or StillClock(), Passwords(CHEAP))
    parts = web_parts(
        settings,
        StillClock(),
        make_shelf(settings),
        record.make_uow,
        record.evidence,
        accounts=accounts,
    )
    return parts, record


PASSWORD = "Lantern-7-harbour"
OWN_PAGE = {"Origin": "http://127.0.0.1"}
"""What a browser sends with a change made by one of our pages."""


def add_account(parts: WebParts, login: str, access: Access, *, must_change: bool = False) -> None:
    """An account with `PASSWORD`, used before unless it `must_change`."""
    added, _ = parts.accounts.office.add(login, "", access, Actor("test"), password=PASSWORD)
    with parts.make_uow() as uow:
        uow.accounts.save(replace(added, must_change=must_change))
        uow.commit()


class Web:
    """Asks an application in this process, without a socket and without its board's loop.

    Nobody is signed in until `as_`, which gives another one that is.
    """

    def __init__(self, app: FastAPI, headers: Mapping[str, str] | None = None) -> None:
        self.app = app
        self.headers = dict(headers or {})

    @property
    def parts(self) -> WebParts:
        parts: WebParts = self.app.state.parts
        return parts

    def as_(
        self,
        role: Role | str,
        *,
        halls: Collection[str] | None = None,
        units: Collection[str] | None = None,
        login: str = "",
    ) -> Web:
        """Signed in by a new account of a role; a liaison is of 户籍 unless told otherwise."""
        if role == Role.LIAISON and units is None:
            units = {"户籍"}
        scope = Scope(
            None if halls is None else frozenset(halls), None if units is None else frozenset(units)
        )
        name = login or f"{Role(role).value}-{secrets.token_hex(3)}"
        add_account(self.parts, name, Access(frozenset({Role(role)}), scope))
        return self.signed_in(name)

    def signed_in(self, login: str, password: str = PASSWORD) -> Web:
        """The same application, signed in by a session."""
        secret, _ = self.parts.accounts.desk.sign_in(login, password, "127.0.0.1")
        return Web(self.app, OWN_PAGE | {"Cookie": f"onpost={secret}"})

    def by_token(self, secret: str) -> Web:
        """The same application, called by a program."""
        return Web(self.app, {"Authorization": f"Bearer {secret}"})

    def get(
        self, address: str, *, params: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return self.ask("GET", address, params=params, headers=headers)

    def post(self, address: str, **sent: Any) -> httpx.Response:
        return self.ask("POST", address, **sent)

    def put(self, address: str, **sent: Any) -> httpx.Response:
        return self.ask("PUT", address, **sent)

    def patch(self, address: str, **sent: Any) -> httpx.Response:
        return self.ask("PATCH", address, **sent)

    def delete(self, address: str, **sent: Any) -> httpx.Response:
        return self.ask("DELETE", address, **sent)

    def ask(
        self, method: str, address: str, *, headers: dict[str, str] | None = None, **sent: Any
    ) -> httpx.Response:
        """One call; `sent` is as of httpx: `json=`, `data=`, `files=`, `params=`."""
        return asyncio.run(self._ask(method, address, self.headers | (headers or {}), sent))

    async def _ask(self, method: str, address: str, headers: Any, sent: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, address, headers=headers, **sent)


@dataclass
class Served:
    """A running `onpost serve`."""

    address: str
    process: subprocess.Popen[bytes]
    settings: Settings
    record: Record
    shelf: FrameShelf

    def client(self, role: Role = Role.OPERATOR) -> AbstractContextManager[httpx.Client]:
        """A program with the cookie of the rehearsal's account of a role."""
        return signed_in(self.address, role)


@contextmanager
def signed_in(address: str, role: Role = Role.OPERATOR) -> Iterator[httpx.Client]:
    """A program with the cookie of the rehearsal's account of a role."""
    own = {"Origin": address}
    with httpx.Client(base_url=address, headers=own, timeout=20) as client:
        answer = client.post("/sign-in/demo", data={"role": role.value})
        assert answer.status_code == 303, answer.text
        yield client


@contextmanager
def served(folder: Path, values: dict[str, Any] | None = None) -> Iterator[Served]:
    """`onpost serve` as a process of its own on a free port, with the record beside it open;
    anybody signs in by role, as in the rehearsal."""
    values = {"web": {"demo": True}} | (values or town(folder))
    anchor = {"kind": "simulated", "start": MORNING.isoformat(), "anchored_at": time.time()}
    file = folder / "onpost.yaml"
    file.write_text(yaml.safe_dump(values | {"clock": anchor}, allow_unicode=True), "utf-8")
    settings = settings_of(values | {"clock": anchor}, folder)
    record, shelf = make_record(settings), make_shelf(settings)
    ready = folder / "ready"
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            onpost_argv(
                "serve", "--settings", str(file), "--port", "0", "--ready-file", str(ready)
            ),
            cwd=Path(__file__).parents[1],
            stdout=log,
            stderr=log,
        )
    try:
        address = _address_when_it_answers(process, ready, folder / "serve.log")
        yield Served(address, process, settings, record, shelf)
    finally:
        process.kill()
        process.wait()
        record.close()


def _address_when_it_answers(process: subprocess.Popen[bytes], ready: Path, log: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if ready.exists():
            address = ready.read_text().strip()
            with suppress(httpx.TransportError):
                httpx.get(f"{address}/healthz", timeout=5, verify=False)  # noqa: S501  its own
                return address
        time.sleep(0.05)
    raise AssertionError(log.read_text())
