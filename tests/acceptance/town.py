"""A small town for acceptance tests: settings, roster and books as files, `onpost` as typed."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest

from api.cli import main
from api.settings import Settings, load_settings
from models.domain.presence import Reason, State
from models.domain.spans import Span
from models.storage.record import Record, open_record
from tests.acceptance.signatures import signed

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)
ZONE_OF_WINDOW = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]


@dataclass(frozen=True)
class Done:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Its output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Findings among them, without alerts and notes."""
        return [one for one in self.lines if one.get("level") == "finding"]


def onpost(*arguments: str | Path) -> Done:
    """`onpost …` as typed, in this process; exit status and both outputs."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        signed(arguments),
        patch.object(sys, "argv", ["onpost", *map(str, arguments)]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


def at(clock: str, day: date = MONDAY) -> datetime:
    """`09:10` on the day, in the town."""
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


def spans(
    window: str, *empty: tuple[str, str], day: date = MONDAY, state: str = "absent"
) -> list[dict[str, str]]:
    """Spans of a day from 08:00 to 18:30: somebody is there but in these stretches."""
    found, here = [], at("08:00", day)

    def add(what: str, start: datetime, end: datetime) -> None:
        if end > start:
            found.append(
                {
                    "window": window,
                    "state": what,
                    "start": start.isoformat(),
                    "end": end.isoformat(),
                }
            )

    for start, end in empty:
        add("present", here, at(start, day))
        add(state, at(start, day), at(end, day))
        here = at(end, day)
    add("present", here, at("18:30", day))
    return found


@dataclass
class Town:
    """Its folder, and the commands that are run in it."""

    folder: Path
    duty: dict[str, Any] = field(default_factory=dict)
    windows: dict[str, str] = field(default_factory=lambda: {"W12": "公安局"})
    clock: str = "2026-11-23T08:00:00+08:00"
    source: str = "clip.mp4"

    @property
    def file(self) -> Path:
        """The settings file, written anew."""
        view = {"camera": "cam", "polygon": ZONE_OF_WINDOW}
        content = {
            "data_dir": "data",
            "shelf_dir": "shelf",
            "halls": {"main": {"name": "市政务服务中心"}},
            "cameras": {"cam": {"hall": "main", "name": "一号", "source": self.source}},
            "windows": {
                name: {
                    "hall": "main",
                    "name": f"{name.strip('W')}号窗口",
                    "unit": unit,
                    "views": [view],
                }
                for name, unit in self.windows.items()
            },
            "clock": {"kind": "simulated", "start": self.clock},
            **({"duty": self.duty} if self.duty else {}),
        }
        path = self.folder / "onpost.yaml"
        path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        return path

    @property
    def settings(self) -> Settings:
        """Its settings, loaded."""
        return load_settings(self.file)

    def run(self, *arguments: str | Path, now: str = "") -> Done:
        """A command with this town's settings, at a moment of its clock (`11-23 10:30`)."""
        if now:
            self.clock = f"2026-{now.replace(' ', 'T')}:00+08:00"
        return onpost(*arguments, "--settings", self.file)

    def good(self, *arguments: str | Path, now: str = "") -> Done:
        """The same, which must succeed."""
        done = self.run(*arguments, now=now)
        assert done.code == 0, done.out + done.err
        return done

    def write(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        """A file in the folder."""
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def roster(self, *rows: str, name: str = "roster.csv") -> None:
        """Import a list of shifts."""
        head = "日期,窗口,单位,姓名,岗位,开始,结束,类别"
        self.good("roster", "import", self.write(name, "\n".join([head, *rows])))

    def leave(self, *rows: str) -> None:
        """Import a leave book: 姓名,单位,类别,开始,结束,顶岗人,审批时间,登记时间."""
        head = "姓名,单位,类别,开始,结束,顶岗人,审批时间,登记时间"
        self.good("leave", "import", self.write("leave.csv", "\n".join([head, *rows])))

    def judge(self, lines: Iterable[dict[str, Any]], *more: str) -> Done:
        """Judge spans or samples from a file."""
        text = "\n".join(json.dumps(one, ensure_ascii=False) for one in lines)
        return self.good("duty", "judge", "--spans", self.write("spans.jsonl", text), *more)

    def watched(self, lines: Iterable[dict[str, str]]) -> None:
        """What the watch kept of a day: its spans in the record."""
        with self.record() as record, record.make_uow() as uow:
            uow.spans.save(
                Span(
                    one["window"],
                    State(one["state"]),
                    {"present": Reason.SEEN, "absent": Reason.EMPTY}.get(
                        one["state"], Reason.OFFLINE
                    ),
                    datetime.fromisoformat(one["start"]).astimezone(UTC),
                    datetime.fromisoformat(one["end"]).astimezone(UTC),
                )
                for one in lines
            )
            uow.commit()

    def record(self) -> _Opened:
        """The record, opened as `with town.record() as record`."""
        return _Opened(self.folder / "data")


class _Opened:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._record: Record | None = None

    def __enter__(self) -> Record:
        self._record = open_record(self._folder)
        return self._record

    def __exit__(self, *_: object) -> None:
        if self._record is not None:
            self._record.close()


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A town with one window, W12 of the police, and an empty record."""
    return Town(tmp_path)
