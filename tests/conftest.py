"""What every test run shares: groups that may be missing, and Hypothesis without a stopwatch."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator

import hypothesis
import pytest

from tests.groups import APART, GROUPS, all_required

hypothesis.settings.register_profile("onpost", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "onpost")

_MISSING = pytest.StashKey[Counter[str]]()
_APART = pytest.StashKey[Counter[str]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    _leave_out(config, items)
    missing: Counter[str] = Counter()
    for group in GROUPS:
        marked = [item for item in items if item.get_closest_marker(group.marker)]
        if marked and not group.is_there():
            missing[group.marker] = len(marked)
            mark = pytest.mark.skip(reason=f"缺少 / missing: {group.needs} -> {group.remedy}")
            for item in marked:
                item.add_marker(mark)
    config.stash[_MISSING] = missing


def _leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.stash[_APART] = Counter()
    for group in APART:
        apart = [item for item in items if item.get_closest_marker(group.marker)]
        if apart and not group.is_there():
            config.stash[_APART][group.marker] = len(apart)
            config.hook.pytest_deselected(items=apart)
            items[:] = [item for item in items if item not in set(apart)]


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not (report.skipped and all_required()) or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"ONPOST_REQUIRE_ALL: 不得跳过 / may not be skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    stash = terminalreporter.config.stash
    counts = stash.get(_MISSING, Counter[str]()), stash.get(_APART, Counter[str]())
    if not any(counts):
        return
    terminalreporter.section("本机未运行的测试 / not run on this machine")
    for groups, counted in zip((GROUPS, APART), counts, strict=True):
        for group in groups:
            if count := counted[group.marker]:
                terminalreporter.line(f"{group.marker}: {count} × {group.needs}")
                terminalreporter.line(f"    -> {group.remedy}")
