"""What a check asks of cameras: closer looks, forced looks, turns on a thin line."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from api.settings import load_settings
from models.domain.errors import SettingsError, SourceError
from tests.builders import at
from tests.fakes_cameras import ScriptedSource, SteppedClock, broken
from vision.attention import Attention
from vision.lines import Line, OnLine


def test_a_camera_is_wanted_until_nobody_asks_for_it() -> None:
    attention = Attention()
    assert not attention.wants("c1")
    attention.set({"c1": 10.0})
    assert (attention.closer("c1"), attention.closer("c2")) == (10.0, None)
    attention.set({})
    assert not attention.wants("c1")
    assert not attention.forces("c1", at(0))


def test_looks_are_forced_as_often_as_they_are_wanted_and_not_more_often() -> None:
    attention = Attention()
    attention.set({"c1": 60.0})
    forced = [second for second in range(0, 181, 10) if attention.forces("c1", at(second))]
    assert forced == [0, 60, 120, 180]
    attention.set({"c1": 10.0})
    assert attention.forces("c1", at(190))


def test_a_line_has_no_more_cameras_connected_than_places() -> None:
    line, clock = Line("乡镇一", 1, turn_s=0.05), SteppedClock()
    first, second = (OnLine(ScriptedSource(name, clock), line) for name in ("c1", "c2"))
    first.open()
    with pytest.raises(SourceError, match="乡镇一"):
        second.open()
    second.close()
    first.close()
    first.close()
    second.open()
    assert second.read().camera_id == "c2"
    second.close()


def test_a_camera_that_does_not_answer_gives_its_place_back() -> None:
    line, clock = Line("l", 1, turn_s=0.05), SteppedClock()
    silent = OnLine(ScriptedSource("c1", clock, openings=[broken()]), line)
    with pytest.raises(SourceError, match="connection reset"):
        silent.open()
    silent.close()
    other = OnLine(ScriptedSource("c2", clock), line)
    other.open()
    other.close()


def test_whoever_waits_for_the_line_gets_it_when_it_is_left() -> None:
    line, clock = Line("l", 1), SteppedClock()
    first, second = (OnLine(ScriptedSource(name, clock), line) for name in ("c1", "c2"))
    first.open()
    waiting = threading.Thread(target=second.open)
    waiting.start()
    first.close()
    waiting.join(10)
    assert not waiting.is_alive()
    assert second.read().camera_id == "c2"
    second.close()


def test_a_camera_on_a_line_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    content: dict[str, Any] = {
        "halls": {"h1": {"name": "大厅"}},
        "lines": {"north": {"max_cameras": 1}},
        "cameras": {
            "cam1": {
                "hall": "h1",
                "name": "一号",
                "source": "http://192.0.2.1/a.jpg",
                "watch": "on_check",
                "line": "nroth",
            }
        },
    }
    file = tmp_path / "onpost.yaml"
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(SettingsError, match="did you mean 'north'"):
        load_settings(file)
    content["cameras"]["cam1"]["line"] = "north"
    file.write_text(json.dumps(content), encoding="utf-8")
    assert load_settings(file).cameras["cam1"].line == "north"
