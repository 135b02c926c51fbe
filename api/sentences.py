"""Why something is a finding, in one sentence, Chinese and English."""

from __future__ import annotations

from datetime import datetime, tzinfo

from api.wording import KINDS, length, word
from models.domain.records import FindingRecord


def sentences(record: FindingRecord, window: str, hall: str, zone: tzinfo) -> dict[str, str]:
    """`{"zh": …, "en": …}`: which window was empty, proven from when to when, and who should
    have been there."""
    start, until = _clock(record.started_at, zone), _clock(record.until_at_least, zone)
    day = record.started_at.astimezone(zone).strftime("%Y-%m-%d")
    most_zh = most_en = ""
    if record.ended and record.possible_s is not None:
        most_zh = f",至多 {length(record.possible_s, 'zh')}"
        most_en = f", at most {length(record.possible_s, 'en')}"
    elif not record.ended:
        most_zh, most_en = ",仍在继续", " so far"
    label = str(record.details.get("label") or word(KINDS, record.kind, "zh"))
    why_zh, why_en = (str(record.details.get(f"why_{name}", "")) for name in ("zh", "en"))
    return {
        "zh": (
            f"{hall}“{window}”{day} {start} 起至少到 {until} 工位无人"
            f"(至少 {length(record.proven_s, 'zh')}{most_zh}),登记为“{label}”。"
            f"{why_zh}{_ending(why_zh, '。')}"
        ),
        "en": (
            f"{hall}, {window}, {day}: nobody was at the post from {start} at least until {until} "
            f"(at least {length(record.proven_s, 'en')}{most_en}); registered as "
            f"{word(KINDS, record.kind, 'en')!r}. {why_en}{_ending(why_en, '.')}"
        ),
    }


def _ending(text: str, stop: str) -> str:
    return "" if not text or text.endswith((stop, ".", "。")) else stop


def _clock(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%H:%M:%S")
