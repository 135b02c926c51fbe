"""Twelve roster files made to look like real ones, two per layout, with what they must give."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.domain.roster import Roster
from scheduler.rosters.importing import Imported, changes, import_rosters
from scheduler.rosters.problems import RosterProblems
from tests.roster_city import CITY

FOLDER = Path(__file__).parents[2] / "data" / "rosters"
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")


def told(problems: Any) -> list[list[str]]:
    return [[one.code, one.where] for one in problems]


def given(imported: Imported) -> dict[str, Any]:
    return {
        "layouts": [letter for _, letter in imported.layouts],
        "rows": [str(one) for one in changes(Roster(), imported.roster, CITY)],
        "notices": [
            f"{one.person_id} {one.kind.value} {one.start:%m-%dT%H:%M}Z-{one.end:%m-%dT%H:%M}Z "
            f"registered {one.registered_at:%m-%dT%H:%M}Z cover {one.cover_id or '-'} "
            f"{'counts' if one.counts else 'does not count'}"
            for one in imported.notices
        ],
        "warnings": told(imported.warnings),
    }


def result(file: Path) -> dict[str, Any]:
    try:
        return given(import_rosters([(file.name, file.read_bytes())], CITY))
    except RosterProblems as refused:
        return {"refused": told(refused.problems)}


def test_there_are_two_files_of_each_layout() -> None:
    assert len(FILES) == 12
    assert {path.name[0] for path in FILES} == set("abcdef")


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_a_file_gives_what_stands_beside_it(file: Path) -> None:
    expected = json.loads((FOLDER / f"{file.name}.expected.json").read_text("utf-8"))
    assert result(file) == expected


def test_s30_the_readable_is_read_and_the_wrong_is_told_with_its_cell() -> None:
    file = FOLDER / "a_bad.csv"
    with pytest.raises(RosterProblems) as caught:
        import_rosters([(file.name, file.read_bytes())], CITY)
    blocking = {one.code: one for one in caught.value.problems if one.blocking}
    assert blocking["E112"].where == "a_bad.csv:3 C3"
    assert blocking["E108"].where == "a_bad.csv:5 B5"
    # neither the serial date of row 2, nor GB18030, nor the 〃 of row 4 is complained of
    assert not any(one.where.startswith("a_bad.csv:4") for one in blocking.values())
    lines = file.read_bytes().splitlines()
    mended = b"\n".join([*lines[:2], lines[3].replace("〃".encode("gb18030"), b"46349")])
    read = import_rosters([("a.csv", mended)], CITY).roster
    assert sorted((one.window_id, f"{one.start:%m-%d}") for one in read.shifts) == [
        ("W03", "11-23"),
        ("W12", "11-23"),
    ]


def test_one_bad_file_refuses_the_good_ones_with_it() -> None:
    files = [(path.name, path.read_bytes()) for path in FILES if path.name.startswith("c_")]
    with pytest.raises(RosterProblems):
        import_rosters(files, CITY)


def test_good_files_are_read_together() -> None:
    good = [(path.name, path.read_bytes()) for path in FILES if "good" in path.name]
    read = import_rosters([one for one in good if one[0][0] in "cdf"], CITY)
    assert (len(read.roster.shifts), len(read.roster.chains), len(read.roster.turns)) == (3, 2, 5)


def test_rows_outside_the_month_being_imported_are_refused() -> None:
    file = FOLDER / "a_good.xlsx"
    december = replace(CITY, month=date(2026, 12, 1))
    with pytest.raises(RosterProblems) as caught:
        import_rosters([(file.name, file.read_bytes())], december)
    assert "E104" in {one.code for one in caught.value.problems}


def test_a_published_month_changes_only_by_a_correction() -> None:
    file = FOLDER / "b_good.xlsx"
    published = replace(CITY, published=frozenset({date(2026, 11, 1)}))
    with pytest.raises(RosterProblems) as caught:
        import_rosters([(file.name, file.read_bytes())], published)
    assert [one.code for one in caught.value.problems if one.blocking] == ["E123"]
