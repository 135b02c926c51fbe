"""Who may read the clock, catch everything, print, and import what."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, dotted, imports, modules

CLOCKS = {
    "api/clock.py": "it is the clock",
    "api/board.py": "a process's sign of life, in real seconds however fast the clock is",
    "api/watching.py": "a process's sign of life",
    "api/watching_ray.py": "the same, of the watch on a cluster",
    "api/doctor.py": "it holds the machine's clock against the newest file",
    "api/tasks.py": "the real moment on which a simulated day is anchored",
    "vision/frame_shelf.py": "how long a file lies there, by the file system's own times",
    "vision/npm_pack.py": "compares with the file system's own times",
}
"""The files that ask the machine for the time of day; everyone else is given a Clock."""

CATCH_ALL = {
    "vision/engine/local.py",
    "vision/engine/ray.py",
    "api/watching.py",
    "api/notify/office.py",
    "scheduler/clockwork.py",
}
"""The process loops, which must outlive any one camera, picture or job."""

MAY_PRINT = {"api/cli.py"}

OWNERS = {
    "sqlalchemy": ("models/storage/",),
    "alembic": ("models/storage/",),
    "psycopg": ("models/storage/",),
    "apscheduler": ("scheduler/clockwork.py",),
    "av": ("vision/",),
    "onnxruntime": ("vision/detectors/", "vision/weights.py", "vision/quantize.py"),
    "openvino": ("vision/detectors/", "vision/weights.py"),
    "ultralytics": ("vision/detectors/",),
    "nicegui": ("api/pages/", "api/app.py"),
    "ray": ("vision/engine/",),
}
"""A library has one owner: the files that may import it."""

TIME_OF_DAY = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
}


def _calls(module: Module, names: set[str]) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and dotted(node.func) in names:
            yield f"{module.at(node)} {dotted(node.func)}()"


def test_only_the_clock_reads_the_time_of_day() -> None:
    found = [
        line
        for module in modules()
        if module.path not in CLOCKS
        for line in _calls(module, TIME_OF_DAY)
    ]
    assert not found, "take `now` as an argument, or a Clock:\n" + "\n".join(found)


def test_only_commands_print() -> None:
    found = [
        line
        for module in modules()
        if not module.path.startswith("api/commands/") and module.path not in MAY_PRINT
        for line in _calls(module, {"print", "typer.echo", "typer.secho"})
    ]
    assert not found, "log it, or hand it to the command:\n" + "\n".join(found)


def _catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    if isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None:
        return False  # it tidies up and lets the error go on
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return bool({"Exception", "BaseException"} & {dotted(item) for item in caught})


def test_only_process_loops_catch_everything() -> None:
    found = [
        module.at(node)
        for module in modules()
        if module.path not in CATCH_ALL
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and _catches_all(node)
    ]
    assert not found, "name the errors you expect:\n" + "\n".join(found)


def test_the_domain_imports_the_standard_library_and_itself_only() -> None:
    domain = [module for module in modules("models") if module.path.startswith("models/domain/")]
    assert domain
    found = [
        f"{module.at(node)} {name}"
        for module in domain
        for node, name in imports(module)
        if not name.startswith("models.domain")
        and name.split(".")[0] not in sys.stdlib_module_names
    ]
    assert not found, "the domain is pure:\n" + "\n".join(found)


DOES_INPUT_OR_OUTPUT = {
    "asyncio",
    "http",
    "logging",
    "os",
    "pathlib",
    "random",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
}


def test_the_domain_does_no_input_or_output() -> None:
    domain = [module for module in modules("models") if module.path.startswith("models/domain/")]
    found = [
        f"{module.at(node)} {name}"
        for module in domain
        for node, name in imports(module)
        if name.split(".")[0] in DOES_INPUT_OR_OUTPUT
    ]
    found += [line for module in domain for line in _calls(module, {"open", "io.open", "input"})]
    assert not found, "the domain is pure:\n" + "\n".join(found)


@pytest.mark.parametrize("library", sorted(OWNERS))
def test_a_library_is_imported_by_its_owner_only(library: str) -> None:
    found = [
        f"{module.at(node)} {name}"
        for module in modules()
        if not module.path.startswith(OWNERS[library])
        for node, name in imports(module)
        if name.split(".")[0] == library
    ]
    assert not found, f"{library} belongs to {OWNERS[library]}:\n" + "\n".join(found)


_BAD = Module(
    "vision/bad.py",
    "",
    ast.parse(
        "import nicegui.ui\n"
        "from datetime import datetime\n"
        "now = datetime.now()\n"
        "try:\n    print(now)\nexcept (ValueError, Exception):\n    pass\n"
        "try:\n    now\nexcept BaseException:\n    del now\n    raise\n"
    ),
)


def test_these_checks_see_what_they_look_for() -> None:
    handlers = [node for node in ast.walk(_BAD.tree) if isinstance(node, ast.ExceptHandler)]
    assert sorted(map(_catches_all, handlers)) == [False, True]
    assert list(_calls(_BAD, TIME_OF_DAY)) == ["vision/bad.py:3 datetime.now()"]
    assert list(_calls(_BAD, {"print"})) == ["vision/bad.py:5 print()"]
    assert [name for _, name in imports(_BAD)] == ["nicegui.ui", "datetime"]


def test_nothing_is_built_at_import() -> None:
    """Engines, connections and apps are made by functions, when somebody asks."""
    makers = {"FastAPI", "create_engine", "open_detector", "Thread", "threading.Thread"}
    found = [
        f"{module.at(node)} {dotted(node.func)}()"
        for module in modules()
        for statement in module.tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and dotted(node.func) in makers
    ]
    assert not found, "build it in api/wiring.py:\n" + "\n".join(found)
