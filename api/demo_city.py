"""The rehearsal city as an installation: settings, roster, references, in one folder."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from vision.sources.rehearsal import rtsp
from vision.sources.rehearsal.city import City
from vision.sources.rehearsal.crew import moment_of
from vision.sources.rehearsal.day import DATE, SESSIONS, STARTS, Day
from vision.sources.rehearsal.logins import Login, Manner, manner_of
from vision.sources.rehearsal.server import path_of
from vision.sources.rehearsal.stage import HEIGHT, WIDTH, stage_of

PERIOD_S: Final = 60.0
SLOWEST_S: Final = 90.0
"""Twice this without a sample is a gap; one or two samples missed on a busy machine are none."""
FORCE_AFTER: Final = 10
"""Unchanged samples until a window is looked at all the same; two cores have to keep up."""
SETTINGS: Final = "onpost.yaml"
SHIFTS: Final = "shifts.csv"
LEAVE: Final = "leave.csv"
REFERENCES: Final = "references"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a rehearsal runs.

    Attributes:
        day: The script.
        speed: Simulated seconds per real second.
        anchored_at: Real moment, seconds since 1970, at which the clock shows 08:20.
        pictures_port: Where the picture server listens.
        login: What cameras ask for.
        rtsp_port: Where RTSP cameras listen, 0 where all are snapshots.
        rtsp_cameras: Which cameras are RTSP.
    """

    day: Day
    speed: float
    anchored_at: float
    pictures_port: int
    login: Login
    rtsp_port: int = 0
    rtsp_cameras: frozenset[str] = frozenset()


def write(folder: Path, rehearsal: Rehearsal) -> Path:
    """Write settings and roster into `folder`; the settings' path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SHIFTS).write_text(_table(_shifts(rehearsal.day)), encoding="utf-8-sig")
    (folder / LEAVE).write_text(_table(_leave(rehearsal.day)), encoding="utf-8-sig")
    file = folder / SETTINGS
    file.touch(mode=0o600)  # the cameras' password stands in it
    # JSON is YAML, too.
    text = json.dumps(settings_of(rehearsal), ensure_ascii=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")
    return file


def settings_of(rehearsal: Rehearsal) -> dict[str, Any]:
    """The settings of the rehearsal city."""
    city = rehearsal.day.city
    return {
        "time_zone": "Asia/Shanghai",
        "data_dir": ".",
        "sampling": {
            "period_s": PERIOD_S,
            "slowest_period_s": SLOWEST_S,
            "force_after": FORCE_AFTER,
        },
        "clock": {
            "kind": "simulated",
            "start": moment_of(STARTS).isoformat(),
            "speed": rehearsal.speed,
            "anchored_at": rehearsal.anchored_at,
        },
        "web": {"demo": True, "camera_networks": ["127.0.0.0/8"]},
        "log": {"level": "info", "format": "json"},
        "halls": {hall.id: {"name": hall.name, "kind": hall.kind.value} for hall in city.halls},
        "cameras": {plan_id: _camera(rehearsal, plan_id) for plan_id in city.cameras},
        "windows": {window: _window(city, window) for window in city.windows},
        "roster": {"shifts": SHIFTS, "leave": LEAVE},
    }


def _camera(rehearsal: Rehearsal, camera_id: str) -> dict[str, Any]:
    plan = rehearsal.day.city.cameras[camera_id]
    return {
        "hall": plan.hall_id,
        "name": plan.name,
        "source": _source(rehearsal, camera_id),
        "width": WIDTH,
        "height": HEIGHT,
        "reference": f"{REFERENCES}/{camera_id}.jpg",
    }


def _source(rehearsal: Rehearsal, camera_id: str) -> str:
    login = rehearsal.login
    user = f"{quote(login.user, safe='')}:{quote(login.password, safe='')}@"
    if camera_id in rehearsal.rtsp_cameras:
        return f"rtsp://{user}127.0.0.1:{rehearsal.rtsp_port}{rtsp.path_of(camera_id)}"
    asked = user if manner_of(camera_id) is not Manner.NONE else ""
    return f"http://{asked}127.0.0.1:{rehearsal.pictures_port}{path_of(camera_id)}"


def _window(city: City, window_id: str) -> dict[str, Any]:
    window = city.windows[window_id]
    views = []
    for stage, coverage in city.views(window_id):
        zone = stage_of(stage.plan, city.seed).zone(stage.place_of(window_id))
        points = [[round(x, 5), round(y, 5)] for x, y in zone.points]
        views.append({"camera": stage.plan.id, "polygon": points, "coverage": coverage.value})
    return {"hall": window.hall_id, "name": window.name, "unit": window.unit, "views": views}


def _shifts(day: Day) -> Iterator[Mapping[str, str]]:
    """One row a person and session: A posts are on duty, B posts stand in."""
    city = day.city
    alone = {one.window_id for one in day.staged if one.leave and not one.covered}
    halls = {hall.id: hall.name for hall in city.halls}
    for window in city.windows.values():
        for start, end in SESSIONS:
            posts = [("A", window.clerk), ("B", window.cover)]
            for grade, person in posts[: 1 if window.id in alone else 2]:
                yield {
                    "日期": DATE.isoformat(),
                    "大厅": halls[window.hall_id],
                    "窗口": window.id,
                    "姓名": person,
                    "开始": _clock(start),
                    "结束": _clock(end),
                    "岗位": grade,
                    "单位": window.unit,
                }


def _leave(day: Day) -> Iterator[Mapping[str, str]]:
    """The leave book: who is away, and who covers."""
    for one in day.staged:
        if one.leave is None:
            continue
        window = day.city.windows[one.window_id]
        registered, start, end = (f"{DATE.isoformat()} {_clock(part)}" for part in one.leave)
        yield {
            "姓名": window.clerk,
            "单位": window.unit,
            "窗口": window.id,
            "类别": "临时外出",
            "开始": start,
            "结束": end,
            "顶岗人": window.cover if one.covered else "",
            "登记时间": registered,
        }


def _clock(second: float) -> str:
    minutes = round(second) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _table(rows: Iterator[Mapping[str, str]]) -> str:
    """Rows as CSV under their heads; empty where there are none."""
    listed = list(rows)
    if not listed:
        return ""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(listed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return out.getvalue()
