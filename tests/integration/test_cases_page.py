"""What docs/cases.md shows is good: settings load, the file is imported, columns are read."""

from __future__ import annotations

import re
from pathlib import Path

from api.cases import previewed
from api.settings import load_settings
from scheduler.cases.heads import HEADS
from scheduler.rosters.columns import head_key
from tests.architecture.source import ROOT

PAGE = (ROOT / "docs" / "cases.md").read_text("utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"(?ms)^```{language}\n(.*?)^```", PAGE)
    return str(found)


def test_the_settings_and_the_file_of_the_page_are_good(tmp_path: Path) -> None:
    file = tmp_path / "onpost.yaml"
    file.write_text(block("yaml"), "utf-8")
    settings = load_settings(file)
    assert set(settings.supervision.case_sources) == {"approval"}
    assert "192.0.2.40" not in settings.model_dump_json()
    found = previewed(settings, None, [("办件.csv", block("csv").encode())])
    assert [case.project_no[-3:] for case in found.new] == ["123", "124"]
    assert [len(case.suspensions) for case in found.new] == [1, 0]


def test_every_column_of_the_page_is_read() -> None:
    table = PAGE.split("| column |")[1].split("\n\n")[0]
    names = [cell for row in table.splitlines()[2:] for cell in row.split("|")[1:3]]
    told = {one.strip(" `") for cell in names for one in re.split("[,、]", cell) if one.strip(" `")}
    known = set().union(*HEADS.values())
    assert {one for one in told if head_key(one) not in known} == set()
    assert len(told) >= 25
