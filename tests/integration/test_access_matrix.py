from __future__ import annotations

import subprocess

from api.tasks import onpost_argv
from tests.architecture.source import ROOT


def test_the_committed_table_of_who_may_call_what_is_the_application_s() -> None:
    told = subprocess.run(  # noqa: S603
        onpost_argv("access"), cwd=ROOT, capture_output=True, text=True, timeout=100, check=True
    ).stdout
    committed = (ROOT / "docs" / "access-matrix.csv").read_text("utf-8")
    assert told == committed, "onpost access > docs/access-matrix.csv, then read the diff"
