"""Every seed, and every input that once broke a reader, is read or refused as promised."""

from __future__ import annotations

import pytest

from tests.fuzz.targets import SEEDS, TARGETS


def test_every_target_has_inputs_and_every_folder_a_target() -> None:
    assert {folder.name for folder in SEEDS.iterdir()} == set(TARGETS)
    assert all(any((SEEDS / name).iterdir()) for name in TARGETS)


@pytest.mark.filterwarnings("ignore")  # of openpyxl, about damaged files
@pytest.mark.parametrize("name", sorted(TARGETS))
def test_what_once_broke_a_reader_is_refused_or_read(name: str) -> None:
    for file in sorted((SEEDS / name).iterdir()):
        try:
            TARGETS[name](file.read_bytes())
        except Exception as error:
            raise AssertionError(f"{name}: {file.name}") from error
