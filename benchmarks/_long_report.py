"""The figures of the long run, so far, as lines of Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from benchmarks._long_misses import runs_of_misses
from benchmarks._long_score import FINDING, Case, Figures, Wrong, total
from benchmarks._long_watch import Told
from vision.evaluate_score import poisson_interval

COVERS = "b: board, q: somebody standing, v: citizen, p: passing, .: nothing before it"
NAMES = {"E": "easy to see", "H": "bent down", "L": "out of sight for minutes"}


def told_of(lines: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What checkpoints say together; the first line in short."""
    if not lines:
        return ["nothing yet"]
    all_ = [case for line in lines.values() for case in cases(line)]
    found = total(all_)
    codes = Counter(line.get("code", "") for line in lines.values())
    code = ", ".join(f"{key} ({count})" for key, count in codes.most_common() if key)
    return [
        _short(found),
        *([f"Code: {code}"] if code else []),
        "",
        *_table(found),
        "",
        *_wrongs(found),
        "",
        *_samples(lines.values()),
    ]


def cases(line: Mapping[str, Any]) -> Iterator[Case]:
    """The windows of one checkpoint."""
    for window in line["windows"].values():
        yield Case(
            tuple(line["session"]),
            line["every_s"],
            [(start, end) for start, end in window["absent"]],
            [Told(**one) for one in window["told"]],
            [(start, end) for start, end in window["spans"]],
            [(name, (start, end)) for name, (start, end) in window["hidden"]],
        )


def _short(found: Figures) -> str:
    rate, _, high = found.false_per_1000_h(FINDING)
    staged, seen = found.staged[FINDING], found.found[FINDING]
    return (
        f"{found.hours:.0f} window-hours: {found.false(FINDING)} false findings, "
        f"{rate:.2f} (at most {high:.2f}) per 1,000 h; {seen} of {staged} staged found"
    )


def _table(found: Figures) -> list[str]:
    rows = [("Window-hours", f"{found.hours:.0f}, of them staffed {found.staffed_hours:.0f}")]
    for level, name in ((FINDING, "False findings"), ("alert", "False alerts (told, not entered)")):
        rate, low, high = found.false_per_1000_h(level)
        said = (
            f"{found.false(level)}: {rate:.2f} per 1,000 staffed h (95 %: {low:.2f} to {high:.2f})"
        )
        rows.append((name, said))
    rows.append(("Findings of absences a little too short to be one", str(found.grown)))
    low, high = poisson_interval(found.spans)
    hours = found.staffed_hours / 1000 or 1.0
    said = f"{found.spans}: {found.spans / hours:.0f} per 1,000 staffed h"
    rows.append(("ABSENT spans of somebody who was there (nobody is told)", said))
    for what, name in ((FINDING, "findings"), ("alert", "alerts")):
        some, all_ = found.found[what], found.staged[what]
        share = f" = {some / all_:.2%}" if all_ else ""
        rows.append((f"Staged absences that must be {name}, found", f"{some} of {all_}{share}"))
    rows.append(("Found findings of the staged kind", f"{found.kinds} of {found.found[FINDING]}"))
    for samples in (1, 2):
        starts, ends = found.within(samples)
        said = f"{starts} and {ends} of {len(found.edges)}"
        rows.append((f"Start and end within {samples} samples", said))
    return ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]


def _wrongs(found: Figures) -> list[str]:
    counts = Counter((one.told.level, one.told.kind, one.cause) for one in found.wrong)
    rows = [
        f"| {level} | {kind} | {cause} | {count} | {_longest(found.wrong, level, cause):.0f} min |"
        for (level, kind, cause), count in sorted(counts.items(), reverse=True)
    ]
    return ["| False | kind | hidden by | how many | longest |", "|---|---|---|---|---|", *rows]


def _longest(wrong: Iterable[Wrong], level: str, cause: str) -> float:
    fitting = (one.told for one in wrong if (one.told.level, one.cause) == (level, cause))
    return max(one.until - one.since for one in fitting) / 60


def _samples(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """How the detector did, look by look; nothing where nothing was looked at."""
    texts = [
        window["samples"]
        for line in lines
        for window in line["windows"].values()
        if "samples" in window
    ]
    if not texts:
        return []
    tokens = Counter((one[0], _verdict(one[3:])) for text in texts for one in text.split())
    rows = ["| Clerk | looks | seen | unchanged | unusable |", "|---|---|---|---|---|"]
    for posture, name in (*NAMES.items(), ("A", "away")):
        seen, missed = tokens[posture, "seen"], tokens[posture, "m"]
        looks = seen + missed
        share = f"{seen / looks:.2%}" if looks else "–"
        rest = f"{tokens[posture, 'u']} | {tokens[posture, 'x']}"
        rows.append(f"| {name} | {looks} | {seen} = {share} | {rest} |")
    why = Counter(
        f"{one[4:]} with {one[1]}" for text in texts for one in text.split() if one[3] == "x"
    )
    if why:
        said = ", ".join(f"{reason}: {count}" for reason, count in why.most_common())
        rows += ["", f"Unusable ({COVERS}): {said}."]
    runs: dict[str, Counter[int]] = {}
    for posture, length in runs_of_misses(texts):
        runs.setdefault(posture, Counter())[length] += 1
    rows.append("")
    for posture, counts in sorted(runs.items()):
        said = ", ".join(f"{length}×: {count}" for length, count in sorted(counts.items()))
        rows.append(f"Misses in a row, {NAMES.get(posture, posture)}: {said}.")
    return rows


def _verdict(look: str) -> str:
    return look[0] if look[0] in "mux" else "seen"
