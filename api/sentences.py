"""Why something is a finding, in one sentence, Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from api.wording import KINDS, length, word
from models.domain.records import FindingRecord


def sentences(
    record: FindingRecord, payload: Mapping[str, Any], window: str, hall: str, zone: tzinfo
) -> dict[str, str]:
    """`{"zh": …, "en": …}`: who was found missing, proven from when to when, by which limit."""
    start, until = _clock(record.started_at, zone), _clock(record.until_at_least, zone)
    day = record.started_at.astimezone(zone).strftime("%Y-%m-%d")
    limit_zh, limit_en = _limit(record, payload)
    roster_zh = f"对照第 {record.roster_version} 版排班," if record.roster_version else ""
    roster_en = f"by roster version {record.roster_version}, " if record.roster_version else ""
    most_zh = most_en = ""
    if record.possible_s is not None:
        most_zh = f"、至多 {length(record.possible_s, 'zh')}"
        most_en = f" and at most {length(record.possible_s, 'en')}"
    elif not record.ended:
        most_zh, most_en = ",仍在继续", " so far"
    return {
        "zh": (
            f"{hall}“{window}”{day} {roster_zh}{start} 起至少到 {until} 工位无人"
            f"(至少 {length(record.proven_s, 'zh')}{most_zh}){limit_zh},"
            f"系统登记为“{word(KINDS, record.kind, 'zh')}”。未经人工核实。"
        ),
        "en": (
            f"{hall}, {window}, {day}: {roster_en}nobody was at the post from {start} at least "
            f"until {until} (at least {length(record.proven_s, 'en')}{most_en}){limit_en}; "
            f"registered as {word(KINDS, record.kind, 'en')!r}. Not confirmed by a person yet."
        ),
    }


def _clock(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%H:%M:%S")


def _limit(record: FindingRecord, payload: Mapping[str, Any]) -> tuple[str, str]:
    threshold = record.details.get("threshold") or payload.get("threshold")
    if not isinstance(threshold, Mapping) or "seconds" not in threshold:
        return "", ""
    sign = "≥" if threshold.get("operator") == ">=" else ">"
    seconds = float(threshold["seconds"])
    return (
        f",达到界限 {sign} {length(seconds, 'zh')}",
        f", which reaches the limit {sign} {length(seconds, 'en')}",
    )
