"""The little city that roster tests are read against: three windows, five people, nine units in
turn."""

from __future__ import annotations

from models.domain.hall import Hall, Window
from models.domain.people import Person, Staff, Unit, UnitKind
from scheduler.rosters.context import RosterContext

HALLS = {"main": Hall("main", "政务大厅")}
WINDOWS = (
    Window("W12", "main", "12号窗口", (), unit_id="u1"),
    Window("W03", "main", "3号窗口", (), unit_id="u2", required=2),
    Window("ZH", "main", "综合受理窗口", ()),
)
UNITS = (
    Unit("u1", "公安局"),
    Unit("u2", "税务局"),
    *(Unit(f"r{n}", f"第{n}单位", UnitKind.ROTATING) for n in range(1, 10)),
)
STAFF = Staff(
    (
        Person("p1", "张三", "u1"),
        Person("p2", "李四", "u1"),
        Person("p3", "王五", "u1"),
        Person("p4", "王丽", "u2"),
        Person("p5", "赵敏", "u2"),
    ),
    UNITS,
)
CITY = RosterContext(HALLS, WINDOWS, staff=STAFF, year=2026)
