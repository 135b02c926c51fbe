"""Every drill tells what it saw."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.report import Seen, tell


@pytest.fixture
def told() -> Callable[[Seen], None]:
    """Call it with what was seen, before asserting, so that what did not hold is told too."""
    return tell
