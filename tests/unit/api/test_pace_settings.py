from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from api.settings import Settings, load_settings
from api.wiring_pace import pacer_of, paces_of
from models.domain.pace import Pace

ZONE = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.9], [0.1, 0.9]]


def settings(folder: Path, **more: Any) -> Settings:
    cameras: dict[str, dict[str, Any]] = {
        name: {"hall": "h1", "name": name, "source": f"http://10.0.0.9/{name}.jpg"}
        for name in ("c1", "c2", "c3", "c4")
    }
    cameras["c2"] |= {"sampling": {"period_s": 25, "quiet_period_s": 300}}
    cameras["c3"] |= {"watch": "on_check"}
    windows: dict[str, dict[str, Any]] = {
        f"w{one[1]}": {"hall": "h1", "name": one, "views": [{"camera": one, "polygon": ZONE}]}
        for one in cameras
    }
    windows["w4"] |= {"clues": {"phone": True}}
    content = {"halls": {"h1": {"name": "大厅"}}, "cameras": cameras, "windows": windows, **more}
    file = folder / "onpost.yaml"
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return load_settings(file)


def test_the_rate_is_fixed_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    assert paces_of(chosen) == {}
    assert pacer_of(chosen).period_s("c1") is None


def test_bounds_come_from_sampling_and_from_the_spacing_of_looks(tmp_path: Path) -> None:
    paces = paces_of(settings(tmp_path, watch={"adaptive": True}))
    assert paces["c1"] == Pace(fastest_s=10, usual_s=10, slowest_s=30, look_again_s=60)
    assert paces["c2"] == Pace(fastest_s=10, usual_s=25, slowest_s=48, look_again_s=150)


def test_cameras_for_checks_only_and_those_that_give_clues_keep_their_rate(tmp_path: Path) -> None:
    chosen = settings(tmp_path, watch={"adaptive": True})
    assert set(paces_of(chosen)) == {"c1", "c2"}
    assert pacer_of(chosen).period_s("c4") is None
    assert pacer_of(chosen).period_s("c1") == 10
