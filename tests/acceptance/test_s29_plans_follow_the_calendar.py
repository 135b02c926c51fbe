"""S29, for plans: a year without an official calendar is Monday to Friday until its file comes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from models.domain.inspection_tick import Did
from tests.acceptance.plan_city import City, at

NEW_YEAR, SATURDAY = date(2027, 1, 1), date(2027, 1, 9)
PLAN = {
    "year": 2027,
    "days": [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-09", "isOffDay": False},
    ],
}


def test_s29_after_the_year_file_the_plans_of_days_to_come_are_others(tmp_path: Path) -> None:
    city = City(tmp_path, halls=2)
    eve = at("10:00", date(2026, 12, 31))

    def fixed(day: date) -> str:
        return city.good("inspection", "plan", day.isoformat(), "--fixed", now=eve).out

    assert fixed(NEW_YEAR).endswith("8 次 / checks\n"), "estimated: a Friday"
    assert "休息日,不安排抽查" in fixed(SATURDAY)
    assert "暂按周一至周五" in city.good("calendar", "show", "2027").out
    file = tmp_path / "2027.json"
    file.write_text(json.dumps(PLAN, ensure_ascii=False), "utf-8")
    city.good("calendar", "import", str(file), "--by", "li")
    assert "法定节假日(元旦),不安排抽查" in fixed(NEW_YEAR)
    assert fixed(SATURDAY).endswith("8 次 / checks\n")
    with city.open() as running:
        with running.record.make_uow(read_only=True) as uow:
            (entry,) = uow.register.find(kind="duty_changed")
        assert entry.payload["id"] == "2027", "the change is registered"
        assert running.tick(at("06:30", NEW_YEAR))[0].what is Did.NO_CHECKS
        assert running.tick(at("06:30", SATURDAY))[0].what is Did.COMMITTED
