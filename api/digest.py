"""The daily digest (日报) and zero reports (零报告) in words, from what their entries hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Protocol

from api.wording import KINDS, LIVES, REASONS, Language, length, word
from models.domain.check_result import RESULT_NAMES, Result
from models.domain.inspection import NOT_DONE_NAMES, NotDone

NAMED: Final = 10
"""Windows and cameras that the text names; the entry names more."""

CARDS: Final[Mapping[str, tuple[str, str]]] = {
    "reminder": ("提示", "reminder"),
    "yellow": ("黄牌", "yellow card"),
    "red": ("红牌", "red card"),
    "serious": ("严重", "serious"),
}


class Names(Protocol):
    """Names of windows and cameras, moments in the site's zone; see `api.notify.wording`."""

    def time(self, text: Any) -> str: ...

    def window(self, window_id: Any) -> str: ...

    def camera(self, camera_id: Any) -> str: ...


def title(data: Mapping[str, Any], language: Language) -> str:
    """`日报 2026-11-23:零报告`, or with the number of new findings."""
    new = sum(sum(states.values()) for states in data["findings"].values())
    if language == "en":
        return f"Daily digest {data['day']}: " + (f"{new} new finding(s)" if new else "nothing")
    return f"日报 {data['day']}:" + (f"新增情形 {new} 条" if new else "零报告")


def body(writer: Names, data: Mapping[str, Any], language: Language) -> str:
    """The lines of a digest."""
    lines = [
        _span(writer, data, language),
        _checks(data["checks"], language),
        *_unable(writer, data["checks"]["unable"], language),
        _findings(data, language),
        _waiting(data["waiting"], language),
        *_cameras(writer, data["cameras"], language),
        *_cards(data["cards"], language),
        *heads(data, language),
    ]
    return "\n".join(lines)


def _span(writer: Names, data: Mapping[str, Any], language: Language) -> str:
    since, until = writer.time(data["since"]), writer.time(data["until"])
    return f"From {since} to {until}." if language == "en" else f"统计时段 {since} 至 {until}。"


def _checks(checks: Mapping[str, Any], language: Language) -> str:
    missed = sum(checks["not_done"].values())
    reasons = [
        (NOT_DONE_NAMES[NotDone(name)][language == "en"], count)
        for name, count in checks["not_done"].items()
    ]
    going = len(checks["under_way"])
    if language == "en":
        text = f"Checks: {checks['planned']} planned, {checks['done']} done, {missed} not done"
        text += _joined(reasons, language) + (f", {going} under way" if going else "")
        results = [(one.value, count) for one, count in _results(checks)]
        return text + "." + (f" Windows: {_list(results, language)}." if results else "")
    text = f"抽查:应查 {checks['planned']} 次,已查 {checks['done']} 次,未执行 {missed} 次"
    text += _joined(reasons, language) + (f",进行中 {going} 次" if going else "")
    results = [(RESULT_NAMES[one], count) for one, count in _results(checks)]
    return text + "。" + (f"窗口核查结果:{_list(results, language)}。" if results else "")


def _results(checks: Mapping[str, Any]) -> list[tuple[Result, int]]:
    """In the order of a report's columns."""
    return [(one, checks["results"][one.value]) for one in Result if one in checks["results"]]


def _unable(writer: Names, unable: Mapping[str, Any], language: Language) -> list[str]:
    if not unable["reasons"]:
        return []
    reasons = [(word(REASONS, name, language), n) for name, n in unable["reasons"].items()]
    windows = _named([writer.window(one) for one in unable["windows"]], language)
    if language == "en":
        return [f"Could not be told: {_list(reasons, language)}; windows {windows}."]
    return [f"无法核查:{_list(reasons, language)};涉及窗口 {windows}。"]


def _findings(data: Mapping[str, Any], language: Language) -> str:
    if not data["findings"]:
        return "Found: nothing." if language == "en" else "发现情形:零报告(未发现)。"
    told = [
        f"{word(KINDS, kind, language)} {sum(states.values())}"
        + _joined([(word(LIVES, one, language), n) for one, n in states.items()], language)
        for kind, states in data["findings"].items()
    ]
    if language == "en":
        return "Found: " + ", ".join(told) + "."
    nothing = "(均已排除、情况说明成立或豁免)" if data["nothing_found"] else ""
    return "发现情形:" + "、".join(told) + f"{nothing}。"


def _waiting(waiting: Mapping[str, int], language: Language) -> str:
    left = [(word(LIVES, name, language), count) for name, count in waiting.items()]
    if language == "en":
        return f"Waiting for a decision: {_list(left, language)}."
    return f"等待处理:{_list(left, language)}。"


def _cameras(writer: Names, rows: Sequence[Mapping[str, Any]], language: Language) -> list[str]:
    if not rows:
        return ["Cameras: none was down." if language == "en" else "摄像头:无故障。"]
    told = []
    for row in rows[:NAMED]:
        name, why = writer.camera(row["camera"]), word(REASONS, row["reason"], language)
        lasted = length(row["seconds"], language)
        still = row["still"]
        if language == "en":
            told.append(f"{name} {lasted} ({why}{', still down' if still else ''})")
        else:
            told.append(f"{name} {lasted}({why}{',未恢复' if still else ''})")
    more = len(rows) - len(told)
    if language == "en":
        return [f"Cameras down: {'; '.join(told)}" + (f" and {more} more." if more else ".")]
    return [f"摄像头不可用 {len(rows)} 台:{';'.join(told)}" + ("等。" if more else "。")]


def _cards(cards: Mapping[str, int], language: Language) -> list[str]:
    if not cards:
        return []
    told = [(word(CARDS, name, language), count) for name, count in cards.items()]
    said = _list(told, language)
    return [f"Cards of cases: {said}." if language == "en" else f"办件亮牌:{said}。"]


def heads(data: Mapping[str, Any], language: Language) -> list[str]:
    """The anchors: whoever keeps this text can prove a later rewriting."""
    names = {"register": ("登记链", "Register"), "audit": ("审计链", "Audit log")}
    lines = [
        f"{word(names, chain, language)} #{head['seq']} {head['hash']}"
        for chain, head in sorted(data["heads"].items(), reverse=True)
    ]
    return [*lines, _own(data, language)]


def _own(data: Mapping[str, Any], language: Language) -> str:
    own = data["entry"]
    name = "This text is entry" if language == "en" else "本报登记于"
    return f"{name} #{own['seq']} {own['hash']}"


def zero_title(data: Mapping[str, Any], language: Language) -> str:
    """`零报告 2026年11月`, `零报告 2026年上半年`."""
    if language == "en":
        return f"Zero report {data['period']}"
    return f"零报告 {period_zh(str(data['period']))}"


def zero_body(data: Mapping[str, Any], language: Language) -> str:
    """The text of a zero report."""
    first, last = date.fromisoformat(data["first"]), date.fromisoformat(data["last"])
    if language == "en":
        text = f"From {first} to {last}, {data['checks']} check(s) were planned and "
        text += f"{data['done']} done; no finding stands ({data['dismissed']} settled)."
    else:
        text = f"{first} 至 {last},应抽查 {data['checks']} 次、已查 {data['done']} 次,"
        text += f"未发现问题(已排除、成立或豁免 {data['dismissed']} 条)。"
    return f"{text}\n{_own(data, language)}"


def period_zh(name: str) -> str:
    """A period's name in Chinese."""
    year, part = name.split("-")
    if part.startswith("H"):
        return f"{year}年{'上' if part == 'H1' else '下'}半年"
    return f"{year}年{int(part)}月"


def _list(pairs: Sequence[tuple[str, int]], language: Language) -> str:
    return (", " if language == "en" else "、").join(f"{name} {count}" for name, count in pairs)


def _joined(pairs: Sequence[tuple[str, int]], language: Language) -> str:
    if not pairs:
        return ""
    said = _list(pairs, language)
    return f" ({said})" if language == "en" else f"({said})"


def _named(names: Sequence[str], language: Language) -> str:
    joint, rest = (", ", " …") if language == "en" else ("、", "等")
    return joint.join(names[:NAMED]) + (rest if len(names) > NAMED else "")
