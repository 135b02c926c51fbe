"""Our four packages have common names; nobody else may own them, here or in any venv."""

from __future__ import annotations

import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, ROOT, committed


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_owns_our_package(package: str) -> None:
    owners = set(packages_distributions().get(package, [])) - {"onpost"}
    assert not owners, f"{package} also comes with {owners}; use a venv of OnPost's own"


@pytest.mark.parametrize("package", PACKAGES)
def test_our_package_is_imported_from_this_folder(package: str) -> None:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).parent.parent == ROOT


def test_no_file_of_ours_hides_a_standard_module() -> None:
    tops = {path.removesuffix(".py") for path in committed() if "/" not in path}
    assert not tops & sys.stdlib_module_names
