"""The life of a finding, and the behaviour catalogue (S12, S25)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.behaviour import (
    DEFAULT_BEHAVIOURS,
    LISTS_TO_FILL,
    Basis,
    Behaviour,
    Catalogue,
)
from models.domain.errors import ForbiddenMove, InputError
from models.domain.life import MOVES, STAGE_NAMES, SYSTEM, Life, Stage

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def moved(*stages: Stage, first: Stage = Stage.TO_VERIFY) -> Life:
    life = Life.begin(first, SYSTEM, NOW)
    for stage in stages:
        life = life.move(stage, "王核查", NOW, reason="理由")
    return life


def test_the_long_way_from_clue_to_closed() -> None:
    life = moved(
        Stage.TO_VERIFY,
        Stage.CONFIRMED,
        Stage.PUBLISHED,
        Stage.RECTIFYING,
        Stage.RECTIFYING,
        Stage.CLOSED,
        first=Stage.CLUE,
    )
    assert [STAGE_NAMES[step.stage] for step in life.steps] == [
        "线索",
        "待核实",
        "确认",
        "入通报",
        "整改",
        "整改",
        "销号",
    ]


@pytest.mark.parametrize("stage", [Stage.DISMISSED, Stage.EXCUSED, Stage.EXEMPTED])
def test_s12_setting_aside_without_a_reason_is_refused(stage: Stage) -> None:
    life = moved()
    with pytest.raises(InputError):
        life.move(stage, "王核查", NOW, reason="  ")
    assert life.move(stage, "王核查", NOW, reason="群众遮挡").steps[-1].reason == "群众遮挡"


def test_s12_what_was_dismissed_is_kept_but_never_counted() -> None:
    life = moved(Stage.DISMISSED)
    assert not life.counted
    assert len(life.steps) == 2


def test_s25_a_clue_is_counted_only_after_a_person_confirmed_it() -> None:
    clue = moved(first=Stage.CLUE)
    assert not clue.counted
    assert not clue.may_name
    with pytest.raises(ForbiddenMove):
        clue.move(Stage.CONFIRMED, SYSTEM, NOW)
    assert clue.move(Stage.CONFIRMED, "王核查", NOW).may_name


def test_the_system_may_excuse_but_not_confirm() -> None:
    assert moved().move(Stage.EXCUSED, SYSTEM, NOW, reason="补登记", reference="N-1").stage is (
        Stage.EXCUSED
    )
    with pytest.raises(ForbiddenMove):
        moved().move(Stage.DISMISSED, SYSTEM, NOW, reason="系统")


def test_an_appeal_goes_back_to_where_it_came_from_or_revokes() -> None:
    appealed = moved(Stage.CONFIRMED, Stage.PUBLISHED, Stage.APPEALED)
    assert appealed.counted
    assert appealed.move(Stage.PUBLISHED, "签发人", NOW, reason="维持").stage is Stage.PUBLISHED
    assert not appealed.move(Stage.REVOKED, "签发人", NOW, reason="成立").counted
    with pytest.raises(ForbiddenMove):
        appealed.move(Stage.CONFIRMED, "签发人", NOW, reason="退回")


def test_a_move_needs_an_actor_and_a_later_time() -> None:
    with pytest.raises(InputError):
        moved().move(Stage.CONFIRMED, " ", NOW)
    with pytest.raises(ForbiddenMove):
        moved().move(Stage.CONFIRMED, "王核查", NOW - timedelta(seconds=1))


def test_no_finding_begins_as_confirmed() -> None:
    with pytest.raises(ForbiddenMove):
        Life.begin(Stage.CONFIRMED, "王核查", NOW)


@given(st.lists(st.sampled_from(list(Stage)), max_size=8))
def test_every_way_follows_the_table(stages: list[Stage]) -> None:
    life = moved()
    for stage in stages:
        allowed = stage in MOVES[life.stage]
        try:
            after = life.move(stage, "王核查", NOW, reason="理由")
        except ForbiddenMove:
            assert not allowed or life.stage is Stage.APPEALED
            continue
        assert allowed
        assert after.steps[:-1] == life.steps
        life = after


def test_every_stage_has_its_row_and_its_name() -> None:
    assert set(MOVES) == set(Stage) == set(STAGE_NAMES)


def test_only_what_pixels_can_show_is_hinted_at_by_the_machine() -> None:
    catalogue = Catalogue()
    assert {one.code for one in catalogue.hinted()} == {"B-PHONE", "B-SLEEP", "B-GATHER"}
    for code in ("B-GAME", "B-CHAT", "B-STOCK", "B-MOVIE"):
        assert catalogue.get(code).basis is Basis.MANUAL


def test_the_catalogue_is_editable_and_keeps_what_is_retired() -> None:
    edited = Catalogue().with_entry(Behaviour("B-GAME", "玩游戏", "games", retired=True))
    assert "B-GAME" not in {one.code for one in edited.offered()}
    assert edited.get("B-GAME").name == "玩游戏"
    assert Catalogue().get("B-GAME").name == "上网玩游戏"
    assert LISTS_TO_FILL == {"五个一样": 5, "十个不准": 10}


def test_a_code_given_twice_or_unknown_is_refused() -> None:
    with pytest.raises(InputError):
        Catalogue((*DEFAULT_BEHAVIOURS, DEFAULT_BEHAVIOURS[0]))
    with pytest.raises(InputError):
        Catalogue().get("B-NONE")
    with pytest.raises(InputError):
        Catalogue((Behaviour(" ", "x", "x"),))
