"""S25: a phone seen by the machine stays 线索, and in no report, until a person confirms it."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from api.behaviour import keep_clues
from api.settings.domain import hint_rules_of, windows_of
from api.wiring import make_shelf
from models.domain.geometry import Box
from models.domain.presence import Evidence, Look
from models.storage.verification import verify_record
from tests.acceptance.town import Done, Town, at
from tests.fakes_detectors import hall
from vision.camera_desk import Examined
from vision.clue_desk import ClueDesk
from vision.entries import Proof
from vision.frame import Frame
from vision.frame_shelf import ShelfMeta
from vision.jpeg import encode
from vision.people import Sighting

PROOF = Proof("a" * 64, "yolov8s/onnxruntime", "b" * 64)
PERSON, HAND = Box(0.3, 0.3, 0.6, 0.9), Box(0.4, 0.5, 0.45, 0.55)


@pytest.fixture
def watched(town: Town) -> Town:
    """The watch saw a phone near the person of W12 for two minutes, and kept what it hints at."""
    file = json.loads(town.file.read_text("utf-8"))
    file["windows"]["W12"]["clues"] = {"phone": True}
    settings = town.settings.model_validate(file)
    desk = ClueDesk(hint_rules_of(settings))
    picture = hall(320, 180)
    jpeg = encode(picture)
    for second in range(0, 130, 10):
        moment = at(f"09:0{second // 60}:{second % 60:02}")
        look = Evidence(moment, Look.LOOKED, 1, 0.9)
        seen = Sighting(1, 0.9, (PERSON,), (HAND,), 0.55)
        desk.see(Examined(Frame("cam", picture, moment), {"W12": look}, {"W12": seen}), jpeg)
    with town.record() as record:
        kept = keep_clues(
            desk,
            windows_of(settings),
            record.evidence,
            record.make_uow,
            proof=PROOF,
            now=at("09:03"),
        )
        assert len(kept) == 1
        assert desk.pending() == []
    town.clock = "2026-11-23T10:00:00+08:00"
    return town


def listed(town: Town, *more: str) -> list[dict[str, object]]:
    return town.good("behaviour", "list", *more).lines


def test_s25_it_stays_a_clue_with_network_and_score(watched: Town) -> None:
    (one,) = listed(watched)
    assert (one["label"], one["state"], one["code"]) == ("玩手机(线索)", "线索", "B-PHONE")
    assert (one["model_hash"], one["detector"]) == ("a" * 64, "yolov8s/onnxruntime")
    assert (one["score"], one["looks"]) == (0.55, 7)


def test_s25_no_report_counts_it_until_a_person_confirms(watched: Town) -> None:
    assert listed(watched, "--counted") == []
    assert "B-PHONE" not in watched.good("behaviour", "report", "2026-11").out
    watched.good("behaviour", "confirm", "1", "--by", "督查员")
    assert len(listed(watched, "--counted")) == 1
    assert "公安局 B-PHONE 玩手机 1" in watched.good("behaviour", "report", "2026-11").out
    assert "0 确认" in watched.good("behaviour", "report", "2026-12").out


def test_s25_the_still_is_masked_and_the_register_verifies(watched: Town) -> None:
    (one,) = listed(watched)
    watched.good("behaviour", "confirm", "1", "--by", "督查员")
    with watched.record() as record:
        with record.make_uow(read_only=True) as uow:
            kinds = [entry.kind for entry in uow.register.entries()]
            kept = uow.evidence.get(str(one["evidence"][0]))  # type: ignore[index]
        assert kinds == ["behaviour_clue", "behaviour_confirmed"]
        assert kept is not None
        assert kept.masked
        verdict = verify_record(record)
    assert (verdict.faults, verdict.pictures) == ((), 1)


def test_s25_dismissed_with_a_reason_it_is_in_no_report(watched: Town) -> None:
    done = watched.run("behaviour", "dismiss", "1", "--by", "督查员", "--reason", " ")
    assert (done.code, "理由" in done.err) == (2, True)
    watched.good("behaviour", "dismiss", "1", "--by", "督查员", "--reason", "手持叫号器")
    assert [one["state"] for one in listed(watched)] == ["误报排除"]
    assert listed(watched, "--counted") == []
    again = watched.run("behaviour", "confirm", "1", "--by", "督查员")
    assert again.code == 2, "what was dismissed is looked at again before it is confirmed"


def test_off_by_default_the_watch_hints_at_nothing(town: Town) -> None:
    assert hint_rules_of(town.settings) == {}


def still(folder: Path) -> Path:
    file = folder / "still.jpg"
    picture = np.full((180, 320, 3), 90, np.uint8)
    cv2.imwrite(str(file), picture)
    return file


def register(town: Town, *more: str | Path) -> Done:
    return town.run("behaviour", "register", "--window", "W12", *more)


def test_what_a_person_saw_is_registered_with_a_still_and_waits(town: Town) -> None:
    when = ("--at", "2026-11-23 09:30")
    seen = ("--code", "B-GAME", "--by", "督查员", "--picture", still(town.folder), *when)
    done = register(town, *seen, "--note", "屏幕为游戏画面")
    assert done.code == 0, done.err
    (one,) = listed(town)
    assert (one["label"], one["state"], one["by"]) == ("上网玩游戏", "待核实", "督查员")
    assert listed(town, "--counted") == []
    again = register(town, *seen)
    assert (again.code, "已登记" in again.err) == (2, True)
    town.good("behaviour", "confirm", "1", "--by", "复核员", now="11-23 10:00")
    assert "B-GAME 上网玩游戏 1" in town.good("behaviour", "report", "2026-11").out


@pytest.mark.parametrize(
    ("code", "picture", "by", "said"),
    [
        ("B-NONE", "still.jpg", "甲乙", "没有行为代码"),
        ("B-GAME", "none.jpg", "甲乙", "无法读取文件"),
        ("B-GAME", "onpost.yaml", "甲乙", "不是 JPEG"),
        ("B-GAME", "still.jpg", " ", "登录名"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_written(
    town: Town, code: str, picture: str, by: str, said: str
) -> None:
    still(town.folder)
    done = register(town, "--code", code, "--by", by, "--picture", town.folder / picture)
    assert (done.code, said in done.err) == (2, True), done.err
    assert listed(town) == []


def test_the_catalogue_can_be_filled_and_entries_retired(town: Town) -> None:
    town.good("behaviour", "set", "S-01", "--name", "生人熟人一样热情", "--group", "五个一样")
    town.good("behaviour", "set", "B-GAME", "--name", "上网玩游戏", "--retired")
    out = town.good("behaviour", "catalogue").out
    assert "S-01 生人熟人一样热情" in out
    assert "五个一样: 1 / 5" in out
    done = register(town, "--code", "B-GAME", "--by", "甲乙", "--picture", still(town.folder))
    assert (done.code, "停用" in done.err) == (2, True)


def test_what_is_seen_on_the_wall_is_registered_with_that_picture(town: Town) -> None:
    seen = ("--code", "B-EAT", "--by", "督查员", "--live", "--at", "2026-11-23 09:30")
    done = register(town, *seen)
    assert (done.code, "还没有画面" in done.err) == (2, True)
    data = still(town.folder).read_bytes()
    shelf = make_shelf(town.settings)
    shelf.put("cam", data, data, ShelfMeta("cam", at("09:30"), at("09:29:58")))
    assert register(town, *seen).code == 0
    with town.record() as record, record.make_uow(read_only=True) as uow:
        (row,) = uow.findings.list()
        kept = uow.evidence.get(row.evidence[0])
    assert kept is not None
    assert (kept.taken_at, kept.masked) == (at("09:29:58"), True)
