"""Checks across keys: names that must exist elsewhere, names that must not repeat.

They read the raw values, so that they speak even where a value nearby is wrong, and all
errors come at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from api.settings.errors import Path, Problem, Where

DEFAULT_PROFILE = "default"


def cross_problems(values: Mapping[str, Any], where: Where) -> list[Problem]:
    """What is wrong between keys, in the order of the settings."""
    found: list[Problem] = []
    for path, zh, en in _findings(values):
        found.append(Problem(zh, en, where(path), path))
    return found


Finding = tuple[Path, str, str]


def _findings(values: Mapping[str, Any]) -> Iterator[Finding]:
    halls, cameras = _section(values, "halls"), _section(values, "cameras")
    windows = _section(values, "windows")
    profiles = [DEFAULT_PROFILE, *_section(values, "duty_profiles")]
    yield from _same_names("halls", halls, lambda _: "")
    yield from _same_names("cameras", cameras, lambda item: str(item.get("hall")))
    yield from _same_names("windows", windows, lambda item: str(item.get("hall")))
    yield from _shared_sources(cameras)
    lines = _section(values, "lines")
    for camera_id, camera in cameras.items():
        yield from _known(("cameras", camera_id, "hall"), camera, halls, "大厅", "hall")
        yield from _known(("cameras", camera_id, "line"), camera, lines, "线路", "line")
    for window_id, window in windows.items():
        path = ("windows", window_id)
        yield from _known((*path, "hall"), window, halls, "大厅", "hall")
        yield from _known((*path, "profile"), window, profiles, "规则", "duty profile")
        yield from _views(path, window, cameras, halls)
    yield from _periods(values)
    yield from _lease(values)
    yield from _channel_halls(values, halls)
    checks = values.get("checks")
    for hall_id in _section(checks if isinstance(checks, Mapping) else {}, "halls"):
        named = ("checks", "halls", hall_id)
        yield from _known(named, {hall_id: hall_id}, halls, "大厅", "hall")


def _channel_halls(values: Mapping[str, Any], halls: Any) -> Iterator[Finding]:
    told = values.get("notifications")
    for name, channel in _section(told if isinstance(told, Mapping) else {}, "channels").items():
        served = channel.get("halls")
        for number, hall in enumerate(served if isinstance(served, list | tuple) else ()):
            path = ("notifications", "channels", name, "halls", number)
            yield from _known(path, {str(number): hall}, halls, "大厅", "hall")


def _section(values: Mapping[str, Any], name: str) -> dict[str, dict[str, Any]]:
    section = values.get(name)
    if not isinstance(section, Mapping):
        return {}
    return {key: dict(item) for key, item in section.items() if isinstance(item, Mapping)}


def _known(path: Path, item: Mapping[str, Any], known: Any, zh: str, en: str) -> Iterator[Finding]:
    value = item.get(str(path[-1]))
    if not isinstance(value, str | int) or isinstance(value, bool) or str(value) in known:
        return
    near = get_close_matches(str(value), [str(name) for name in known], 1, 0.5)
    hint_zh = f"是否想写“{near[0]}”?" if near else f"请先在设置中登记该{zh}。"
    hint_en = f"did you mean {near[0]!r}?" if near else "add it to the settings first."
    yield path, f"{zh}“{value}”不存在;{hint_zh}", f"{en} {value!r} does not exist; {hint_en}"


def _same_names(
    name: str, items: Mapping[str, Mapping[str, Any]], within: Any
) -> Iterator[Finding]:
    seen: dict[tuple[str, str], str] = {}
    for item_id, item in items.items():
        label = item.get("name")
        if not isinstance(label, str):
            continue
        place = (within(item), label)
        if place in seen:
            yield (
                (name, item_id, "name"),
                f"名称“{label}”与 {name}.{seen[place]} 重复,请改成不同的名称。",
                f"name {label!r} is also that of {name}.{seen[place]}; give it another.",
            )
        seen.setdefault(place, item_id)


def _shared_sources(cameras: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for camera_id, camera in cameras.items():
        source = camera.get("source")
        if not isinstance(source, str):
            continue
        if source in seen:
            yield (
                ("cameras", camera_id, "source"),
                f"地址与摄像头 {seen[source]} 相同;一路画面只登记一次。",
                f"the address is also that of camera {seen[source]}; register a picture once.",
            )
        seen.setdefault(source, camera_id)


def _views(
    path: Path,
    window: Mapping[str, Any],
    cameras: Mapping[str, Mapping[str, Any]],
    halls: Mapping[str, Any],
) -> Iterator[Finding]:
    views = window.get("views")
    used: set[str] = set()
    for number, view in enumerate(views if isinstance(views, list | tuple) else []):
        if not isinstance(view, Mapping):
            continue
        here = (*path, "views", number, "camera")
        yield from _known(here, view, cameras, "摄像头", "camera")
        camera_id = str(view.get("camera"))
        if camera_id in used:
            yield (
                here,
                f"同一窗口中摄像头“{camera_id}”出现两次,每路只能画一个工位区域。",
                f"camera {camera_id!r} stands twice in this window; draw one staff zone each.",
            )
        used.add(camera_id)
        hall = cameras.get(camera_id, {}).get("hall")
        if hall in halls and window.get("hall") in halls and hall != window.get("hall"):
            yield (
                here,
                f"摄像头“{camera_id}”属于大厅“{hall}”,不属于本窗口的大厅“{window['hall']}”。",
                f"camera {camera_id!r} is of hall {hall!r}, this window of {window['hall']!r}.",
            )


def _periods(values: Mapping[str, Any]) -> Iterator[Finding]:
    base = values.get("sampling")
    base = dict(base) if isinstance(base, Mapping) else {}
    yield from _period(("sampling",), base, {})
    for name in ("halls", "cameras"):
        for item_id, item in _section(values, name).items():
            own = item.get("sampling")
            if isinstance(own, Mapping):
                yield from _period((name, item_id, "sampling"), own, base)


def _period(path: Path, own: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Finding]:
    period = own.get("period_s", base.get("period_s", 10.0))
    slowest = own.get("slowest_period_s", base.get("slowest_period_s", 60.0))
    if not isinstance(period, int | float) or not isinstance(slowest, int | float):
        return
    if period > slowest:
        key = "period_s" if "period_s" in own else "slowest_period_s"
        yield (
            (*path, key),
            f"取样周期 {period} 秒不能大于最慢周期 {slowest} 秒。",
            f"period_s {period} may not be longer than slowest_period_s {slowest}.",
        )


def _lease(values: Mapping[str, Any]) -> Iterator[Finding]:
    schedule = values.get("schedule")
    if not isinstance(schedule, Mapping):
        return
    beat, takeover = schedule.get("heartbeat_s", 3.0), schedule.get("takeover_s", 15.0)
    numbers = all(isinstance(one, int | float) for one in (beat, takeover))
    if numbers and takeover < 3 * beat:
        yield (
            ("schedule", "takeover_s"),
            "takeover_s 须不小于 heartbeat_s 的 3 倍,否则正常的进程也会被接管。",
            "takeover_s must be at least 3 x heartbeat_s, or a healthy process is taken over.",
        )
