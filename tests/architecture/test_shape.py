"""Nothing grows beyond what one reader can hold: files, functions, packages."""

from __future__ import annotations

import ast

from tests.architecture.source import ROOT, Module, committed, modules

LONGEST_FILE = 500
LONGEST_FUNCTION = 50
GENERATED = "models/storage/migrations/versions/"
"""alembic writes these; they are records of the past and are never edited."""


LOADED_BY_PATH = {"tools", "models/storage/migrations", "models/storage/migrations/versions"}


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the signature to the end, the docstring not counted."""
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def _long_functions(module: Module) -> list[str]:
    return [
        f"{module.at(node)} {node.name}: {_body_lines(node)} lines"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and _body_lines(node) > LONGEST_FUNCTION
    ]


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    ours = modules("models", "vision", "scheduler", "api", "tests", "benchmarks", "tools")
    long = [
        f"{module.path}: {module.lines} lines" for module in ours if module.lines > LONGEST_FILE
    ]
    assert not long, "split these files along a seam:\n" + "\n".join(long)


def test_no_function_is_longer_than_fifty_lines() -> None:
    long = [
        line
        for module in modules()
        if not module.path.startswith(GENERATED)
        for line in _long_functions(module)
    ]
    assert not long, "take a part with a name out of these:\n" + "\n".join(long)


def test_the_length_of_a_function_leaves_its_docstring_out() -> None:
    body = "\n".join(["    x = 1"] * 49)
    for extra, long in (("", 0), ("\n    y = 2", 1)):
        text = f'def f():\n    """One\n\n    two."""\n{body}{extra}\n'
        assert len(_long_functions(Module("a.py", text, ast.parse(text)))) == long


def test_every_folder_with_python_in_it_is_a_package() -> None:
    python = [path for path in committed() if path.endswith(".py") and "/" in path]
    folders = {path.rsplit("/", 1)[0] for path in python} - LOADED_BY_PATH
    bare = [name for name in sorted(folders) if not (ROOT / name / "__init__.py").is_file()]
    assert not bare, f"put an __init__.py into: {bare}"


def test_models_never_holds_a_file_that_a_yolo_pickle_would_import() -> None:
    taken = {"yolo.py", "common.py", "experimental.py"}
    found = [path for path in committed() if path.startswith("models/")]
    assert found
    assert not [path for path in found if path.rsplit("/", 1)[1] in taken]
