"""What is told to those who are watched: by the settings in force, to anybody, without a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.app import create_app
from api.privacy_notice import notice_of
from api.settings import Settings
from api.settings.retention import RetentionSettings
from tests.fakes_web import Web, opened_parts, settings_of, town
from vision.frame_shelf import SHOWN_S


def text_of(settings: Settings) -> str:
    return "\n".join(" ".join(said) for part in notice_of(settings) for said in part.said)


def test_anybody_reads_the_notice_in_both_languages_and_it_runs_no_script(tmp_path: Path) -> None:
    parts, record = opened_parts(tmp_path, town(tmp_path))
    try:
        web = Web(create_app(parts, pages=False))
        page = web.get("/notice")
        asked = web.get("/sign-in")
    finally:
        record.close()
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "本大厅视频核查告知书" in page.text
    assert "Notice: camera checks in this hall" in page.text
    assert f"{SHOWN_S / 60:g} 分钟" in page.text
    assert 'href="/notice"' in asked.text


def test_its_figures_are_those_of_the_settings(tmp_path: Path) -> None:
    settings = settings_of(town(tmp_path), tmp_path)
    for days, months in ((41, 7), (77, 19)):
        kept = RetentionSettings(dismissed_days=days, clue_days=days + 1, closed_months=months)
        told = text_of(settings.model_copy(update={"retention": kept}))
        for wanted in (f"{days} 天", f"{days} days", f"{days + 1} 天", f"{months} 个月"):
            assert wanted in told
    sampling = settings.sampling.model_copy(update={"period_s": 23.0})
    assert "约每 23 秒" in text_of(settings.model_copy(update={"sampling": sampling}))


@pytest.mark.parametrize("store", [None, "s3://onpost-evidence/hall"])
def test_it_says_where_evidence_lies(tmp_path: Path, store: str | None) -> None:
    settings = settings_of(town(tmp_path), tmp_path)
    evidence = settings.evidence.model_copy(update={"store": store})
    told = text_of(settings.model_copy(update={"evidence": evidence}))
    assert ("指定的存储服务" in told) is (store is not None)


def test_hints_at_behaviour_are_told_where_a_window_gives_them(tmp_path: Path) -> None:
    settings = settings_of(town(tmp_path), tmp_path)
    assert "疑似使用手机" not in text_of(settings)
    name, window = next(iter(settings.windows.items()))
    hinting = type(window).model_validate(window.model_dump() | {"clues": {"phone": True}})
    windows = {**settings.windows, name: hinting}
    assert "疑似使用手机" in text_of(settings.model_copy(update={"windows": windows}))
