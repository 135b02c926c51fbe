"""The committed source as trees, for checks that no linter offers."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent
PACKAGES: Final = ("models", "vision", "scheduler", "api")


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: where it lies, relative to the repository, and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def at(self, node: ast.AST) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 0)}"


@cache
def committed() -> tuple[str, ...]:
    """Files that git knows or would take in; every file below the root where there is no git."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if listing.returncode == 0:
        paths = listing.stdout.splitlines()
    else:
        kept = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        paths = [str(path) for path in kept if not _made_here(path)]
    return tuple(sorted(path for path in paths if (ROOT / path).is_file()))


def _made_here(path: Path) -> bool:
    made = {"node_modules", "__pycache__", "weights", "var", "build", "dist"}
    return any(part in made or part.startswith(".") for part in path.parts[:-1])


@cache
def modules(*tops: str) -> tuple[Module, ...]:
    """The Python files below some top-level folders; of our four packages by default."""
    wanted = tops or PACKAGES
    return tuple(
        _parsed(path)
        for path in committed()
        if path.endswith(".py") and path.split("/", 1)[0] in wanted
    )


def _parsed(path: str) -> Module:
    text = (ROOT / path).read_text("utf-8")
    return Module(path, text, ast.parse(text, path))


def imports(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Every module imported, anywhere in the file, with the node that does it."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node, node.module


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a name or attribute; empty where it is something else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""
