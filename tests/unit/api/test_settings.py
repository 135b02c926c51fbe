from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.settings import (
    Settings,
    SettingsProblems,
    cameras_of,
    halls_of,
    json_schema,
    load_settings,
    parse_settings,
    presence_profile_of,
    windows_of,
)
from models.domain.hall import Coverage, HallKind

GOOD = """\
time_zone: Asia/Shanghai
sampling: {period_s: 10}
duty:
  off_post: {minutes: 15, operator: ">="}
duty_profiles:
  strict: {alert: {minutes: 3}}
halls:
  H1:
    name: 主厅
    duty: {off_post: {minutes: 20}}
  H2: {name: 分中心, kind: branch, time_zone: Asia/Urumqi}
cameras:
  C1:
    hall: H1
    name: 一号机
    source: rtsp://admin:Gehe1m@192.0.2.1:554/Streaming/Channels/101
    sampling: {period_s: 5}
  C2: {hall: H1, name: 二号机, source: "http://admin:Gehe1m@192.0.2.2/picture"}
windows:
  W1:
    hall: H1
    name: 1号窗口
    unit: 户籍
    hit_rate: 0.9
    key_post: true
    profile: strict
    views:
      - {camera: C1, polygon: [[0.1, 0.1], [0.5, 0.1], [0.5, 0.9]]}
      - {camera: C2, polygon: [[0.1, 0.1], [0.5, 0.1], [0.5, 0.9]], coverage: partial}
    duty: {late: {minutes: 10, operator: ">"}}
"""
FILE = Path("/somewhere/onpost.yaml")


def parse(text: str, **environment: str) -> Settings:
    return parse_settings(text, FILE, environment)


def problems(text: str, **environment: str) -> list[str]:
    with pytest.raises(SettingsProblems) as caught:
        parse(text, **environment)
    return [str(problem) for problem in caught.value.problems]


def test_good_settings_become_the_domain_s_halls_cameras_and_windows() -> None:
    settings = parse(GOOD)
    halls, cameras, windows = halls_of(settings), cameras_of(settings), windows_of(settings)
    assert (halls["H2"].kind, halls["H2"].time_zone) == (HallKind.BRANCH, "Asia/Urumqi")
    assert halls["H1"].time_zone == "Asia/Shanghai"
    assert (cameras["C1"].period_s, cameras["C2"].period_s) == (5.0, 10.0)
    window = windows["W1"]
    assert (window.unit_id, window.hit_rate, window.key_post) == ("户籍", 0.9, True)
    assert [view.coverage for view in window.views] == [Coverage.FULL, Coverage.PARTIAL]
    assert presence_profile_of(settings, "W1").hit_rate == 0.9


def test_thresholds_are_overridden_by_hall_then_profile_then_window() -> None:
    duty = parse(GOOD).duty_of("W1")
    assert (duty.off_post.minutes, duty.off_post.operator) == (20, ">=")
    assert duty.alert.minutes == 3
    assert (duty.late.minutes, duty.late.operator) == (10, ">")
    assert (duty.early.minutes, duty.early.operator) == (5, ">")


def test_without_any_file_the_defaults_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ONPOST_SETTINGS", raising=False)
    settings = load_settings()
    assert settings.web.host == "127.0.0.1"
    assert settings.duty.off_post.minutes == 15
    assert settings.data_path == tmp_path / "var"


def test_relative_paths_start_in_the_file_s_folder() -> None:
    settings = parse("data_dir: store\nevidence_dir: /big/evidence\nshelf_dir: shelf\n")
    assert settings.data_path == Path("/somewhere/store")
    assert settings.evidence_path == Path("/big/evidence")
    assert settings.shelf_path == Path("/somewhere/shelf")


def test_a_recording_s_path_starts_in_the_file_s_folder() -> None:
    text = changed("http://admin:Gehe1m@192.0.2.2/picture", "clips/hall.mp4")
    assert parse(text).source_of("C2") == "/somewhere/clips/hall.mp4"


def test_the_environment_wins_and_ids_keep_their_case() -> None:
    settings = parse(
        GOOD,
        ONPOST_WEB__PORT="9000",
        ONPOST_CAMERAS__C1__SAMPLING__PERIOD_S="7",
        ONPOST_DUTY__ALERT='{"minutes": 4}',
    )
    assert settings.web.port == 9000
    assert cameras_of(settings)["C1"].period_s == 7.0
    assert settings.cameras["C1"].name == "一号机"
    assert settings.duty.alert.minutes == 4
    assert settings.duty.off_post.minutes == 15


def test_an_id_that_looks_like_a_number_stays_as_written() -> None:
    settings = parse('halls:\n  01: {name: 甲}\n  0x1F: {name: 乙}\n  "3": {name: 丙}\n')
    assert list(settings.halls) == ["01", "0x1F", "3"]


BAD = [
    ("web:\n  prt: 80\n", ":2 web.prt:", "did you mean 'port'"),
    ("zzzz: red\n", ":1 zzzz:", "known here: "),
    ("web:\n  port: eighty\n", ":2 web.port:", "须为整数"),
    ("web:\n  port: 99999\n", ":2 web.port:", "须不大于 65535"),
    ("time_zone: Asia/Shanghia\n", ":1 time_zone:", "IANA"),
    ("detector: {engine: gpu}\n", ":1 detector.engine:", "'openvino'"),
    ("duty:\n  alert:\n    minutes: 5\n    operator: '<'\n", ":4 duty.alert.operator:", "'>='"),
    ("hours:\n  - sessions: ['12:00-08:30']\n", ":2 hours[0].sessions[0]:", "须晚于"),
    ("hours:\n  - sessions: ['8点到12点']\n", ":2 hours[0].sessions[0]:", "08:30-12:00"),
    ("hours:\n  - sessions: ['25:00-26:00']\n", ":2 hours[0].sessions[0]:", "08:30-12:00"),
    ("hours:\n  - sessions: []\n", ":2 hours[0].sessions:", "至少需要 1 项"),
    ("hours:\n  - sessions: ['8:30-12:00']\n    weekdays: [8]\n", ":3 hours[0].weekdays[0]", "7"),
    ("halls:\n  'a/b': {name: 甲}\n", ":2 halls.a/b:", "letters, digits"),
    ("halls:\n  a: {name: 甲}\n  b: {name: 甲}\n", ":3 halls.b.name:", "halls.a"),
    ("halls:\n  a: {name: 甲}\n  a: {name: 乙}\n", ":3 halls.a:", "twice"),
    ("halls:\n  a: {}\n", ":2 halls.a.name:", "缺少此键"),
    ("halls: [a]\n", ":1 halls:", "“键: 值”"),
    ("sampling: {period_s: 90}\n", ":1 sampling.period_s:", "slowest_period_s"),
    ("cameras: [\n", ":2:", "YAML"),
    ("- a\n- b\n", ":1:", "最外层"),
    ("hours:\n  - valid_from: 2026-02-30\n", ":2:", "YAML"),
    ("a: &x\n  b: *x\n", ":1:", "YAML"),
]


@pytest.mark.parametrize(("text", "where", "said"), BAD)
def test_a_wrong_key_or_value_is_named_with_its_line(text: str, where: str, said: str) -> None:
    found = problems(text)
    assert any(f"{FILE}{where}" in line and said in line for line in found), found


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


BAD_REFERENCES = [
    (
        "hall: H1\n    name: 一号机",
        "hall: H9\n    name: 一号机",
        "cameras.C1.hall",
        "does not exist",
    ),
    ("camera: C1,", "camera: C3,", "windows.W1.views[0].camera", "did you mean 'C"),
    ("camera: C2,", "camera: C1,", "windows.W1.views[1].camera", "twice"),
    ("profile: strict", "profile: strickt", "windows.W1.profile", "did you mean 'strict'"),
    (
        "hall: H1\n    name: 1号",
        "hall: H2\n    name: 1号",
        "windows.W1.views[0].camera",
        "属于大厅",
    ),
    ("name: 二号机", "name: 一号机", "cameras.C2.name", "cameras.C1"),
    ("rtsp://admin", "ftp://admin", "cameras.C1.source", "rtsp"),
    ("Gehe1m@192", "Gehe1m/x@192", "cameras.C1.source", "%2F"),
    ("rtsp://admin:Gehe1m@192.0.2.1:554/", "192.0.2.1:554/", "cameras.C1.source", "rtsp://"),
    ("[0.5, 0.9]]}", "[0.5, 1.9]]}", "windows.W1.views[0].polygon", "画面之外"),
    ("[0.5, 0.9]]}", "[0.1, 0.9], [0.5, 0.9]]}", "windows.W1.views[0].polygon", "相交"),
    (", [0.5, 0.9]]}", "]}", "windows.W1.views[0].polygon", "至少需要 3"),
    ("[0.5, 0.9]]}", "[0.5]]}", "windows.W1.views[0].polygon[2][1]", "缺少"),
    ("hit_rate: 0.9", "hit_rate: 1.5", "windows.W1.hit_rate", "0.999"),
    (
        "hit_rate: 0.9",
        "hit_rate: 0.9\n    presence: {enter_at: 0.95}",
        "windows.W1",
        "enter_at < hit_rate",
    ),
]


@pytest.mark.parametrize(("old", "new", "key", "said"), BAD_REFERENCES)
def test_what_does_not_fit_together_is_named_by_key_and_line(
    old: str, new: str, key: str, said: str
) -> None:
    text = changed(old, new)
    found = [line for line in problems(text) if f" {key}: " in line and said in line]
    assert found, problems(text)
    assert found[0].startswith(f"{FILE}:")
    assert "Gehe1m" not in "".join(problems(text))


def test_all_errors_come_at_once_in_the_order_of_the_file() -> None:
    text = changed("hit_rate: 0.9", "hitrate: 0.9").replace(
        "hall: H1, name: 二", "hall: H7, name: 二"
    )
    found = problems(text + "weeb: {}\n", ONPOST_WEB__PORT="x", ONPOST_NONSENSE="1")
    keys = [line.split(": ")[0].rsplit(" ", 1)[1] for line in found]
    assert set(keys) >= {
        "web.port",
        "nonsense",
        "cameras.C2.hall",
        "windows.W1.hitrate",
        "weeb",
    }
    in_file = [key for key in keys if key not in {"web.port", "nonsense"}]
    assert in_file.index("cameras.C2.hall") < in_file.index("windows.W1.hitrate")
    assert in_file[-1] == "weeb"


def test_a_wrong_variable_is_named_as_a_variable() -> None:
    assert problems("", ONPOST_WEB__PORT="x")[0].startswith("$ONPOST_WEB__PORT web.port:")
    assert "did you mean 'web'" in problems("", ONPOST_WEBB__PORT="1")[0]
    assert "JSON" in problems("", ONPOST_HOURS="{not json")[0]


def test_a_file_that_is_not_there_or_not_utf_8_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsProblems, match="无法读取"):
        load_settings(tmp_path / "none.yaml")
    (tmp_path / "gb.yaml").write_bytes("halls: {a: {name: 甲}}".encode("gb18030"))
    with pytest.raises(SettingsProblems, match="UTF-8"):
        load_settings(tmp_path / "gb.yaml")


def everything(settings: Settings) -> str:
    return "".join(
        (
            repr(settings),
            str(settings),
            settings.model_dump_json(),
            json.dumps(settings.public()),
            json.dumps(settings.hashed()),
            repr(settings.cameras["C1"]),
            json.dumps(json_schema()),
        )
    )


def test_no_password_is_in_any_print_of_the_settings() -> None:
    settings = parse(GOOD, ONPOST_DATABASE="postgresql+psycopg://onpost:DbS3cret@db/onpost")
    assert settings.source_of("C1").startswith("rtsp://admin:Gehe1m@")
    assert "DbS3cret" in settings.database_url
    assert "Gehe1m" not in everything(settings)
    assert "DbS3cret" not in everything(settings)


def test_the_hash_changes_with_a_threshold_and_not_with_port_or_password() -> None:
    plain = parse(GOOD).settings_hash()
    assert len(plain) == 64
    assert parse(GOOD).settings_hash() == plain
    assert parse(GOOD, ONPOST_WEB__PORT="1").settings_hash() == plain
    assert parse(changed("Gehe1m", "other")).settings_hash() == plain
    assert parse(changed("minutes: 15", "minutes: 16")).settings_hash() != plain


def test_the_schema_knows_every_section_and_refuses_what_it_does_not_know() -> None:
    schema: dict[str, Any] = json_schema()
    assert set(schema["properties"]) == set(Settings.model_fields)
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["WindowSettings"]["additionalProperties"] is False
