"""Notices in words: title and text from kind and data, in Chinese and English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from api import digest
from api.settings import Settings
from api.wording import KINDS, REASONS, word
from api.wording_faults import MENDS
from models.domain.notice import Notice, NoticeKind, Severity

SEVERITIES: Final[Mapping[Severity, str]] = {
    Severity.ORDINARY: "",
    Severity.IMPORTANT: "【重要】",
    Severity.SERIOUS: "【严重】",
}


@dataclass(frozen=True, slots=True)
class Words:
    """Title and text of a notice, in both languages."""

    title_zh: str
    title_en: str
    body_zh: str
    body_en: str


class Writer:
    """Puts notices into words with the names of halls, windows and cameras."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._zone = ZoneInfo(settings.time_zone)

    def worded(self, notice: Notice) -> Notice:
        """The notice with title and text; what its maker wrote stays."""
        make = _MAKERS.get(notice.kind)
        words = make(self, notice.data) if make else Words(notice.kind, notice.kind, "", "")
        return replace(
            notice,
            title_zh=notice.title_zh or words.title_zh,
            title_en=notice.title_en or words.title_en,
            body_zh=notice.body_zh or words.body_zh,
            body_en=notice.body_en or words.body_en,
        )

    def time(self, text: Any) -> str:
        """A moment of the data in the site's time zone."""
        return f"{datetime.fromisoformat(str(text)).astimezone(self._zone):%Y-%m-%d %H:%M:%S}"

    def hall(self, hall_id: Any) -> str:
        known = self._settings.halls.get(str(hall_id))
        return known.name if known else str(hall_id)

    def window(self, window_id: Any) -> str:
        known = self._settings.windows.get(str(window_id))
        return known.name if known else str(window_id)

    def camera(self, camera_id: Any) -> str:
        known = self._settings.cameras.get(str(camera_id))
        return known.name if known else str(camera_id)


def _finding(writer: Writer, data: Mapping[str, Any]) -> Words:
    kind = str(data["kind"])
    place = f"{writer.hall(data['hall'])} {writer.window(data['window'])}"
    since, minutes = writer.time(data["since"]), int(float(data["at_least_s"]) // 60)
    zh, en = word(KINDS, kind, "zh"), word(KINDS, kind, "en")
    return Words(
        f"{zh}(待核实):{place}",
        f"{en} (to be verified): {place}",
        f"{place},{since} 起至少 {minutes} 分钟,{zh}。系统自动登记,待人员核实。",
        f"{place}: {en} from {since} on for at least {minutes} min. Registered by the system; "
        "a person has to verify it.",
    )


def _camera_down(writer: Writer, data: Mapping[str, Any]) -> Words:
    place, reason = _camera_place(writer, data), str(data["reason"])
    zh, en = word(REASONS, reason, "zh"), word(REASONS, reason, "en")
    mend_zh, mend_en = MENDS.get(reason, ("请检修。", "please see to it."))
    since = writer.time(data["since"])
    return Words(
        f"摄像头不可用({zh}):{place}",
        f"camera not usable ({en}): {place}",
        f"{place} 自 {since} 起不可用({zh}),其窗口期间计为无法核查。处理:{mend_zh}",
        f"{place} has not been usable since {since} ({en}); its windows cannot be told "
        f"meanwhile. To mend: {mend_en}",
    )


def _camera_back(writer: Writer, data: Mapping[str, Any]) -> Words:
    place = _camera_place(writer, data)
    since, until = writer.time(data["since"]), writer.time(data["until"])
    reason = str(data.get("reason", ""))
    zh = f"({word(REASONS, reason, 'zh')})" if reason else ""
    en = f" ({word(REASONS, reason, 'en')})" if reason else ""
    return Words(
        f"摄像头已恢复{zh}:{place}",
        f"camera back{en}: {place}",
        f"{place} 已恢复{zh};不可用时段 {since} 至 {until}。",
        f"{place} is back{en}; it was not usable from {since} to {until}.",
    )


def _camera_place(writer: Writer, data: Mapping[str, Any]) -> str:
    place = f"{writer.hall(data['hall'])} {writer.camera(data['camera'])}"
    window = str(data.get("window", ""))
    return f"{place} {writer.window(window)}" if window else place


def _undelivered(_writer: Writer, data: Mapping[str, Any]) -> Words:
    target, count = str(data["target"]), str(data["tries"])
    return Words(
        f"通知未能送达:{target}",
        f"not delivered: {target}",
        f"发往 {target} 的 {data['key']} 尝试 {count} 次未成功,已停止重试:{data['error']}",
        f"{data['key']} to {target} failed {count} times and is given up: {data['error']}",
    )


def _test(writer: Writer, data: Mapping[str, Any]) -> Words:
    who, when = str(data["by"]), writer.time(data["at"])
    return Words(
        "OnPost 在岗:测试通知",
        "OnPost: test notification",
        f"{who} 于 {when} 发送的测试通知。收到即表示渠道可用。",
        f"A test sent by {who} at {when}. If you read this, the channel works.",
    )


def _digest(writer: Writer, data: Mapping[str, Any]) -> Words:
    return Words(
        digest.title(data, "zh"),
        digest.title(data, "en"),
        digest.body(writer, data, "zh"),
        digest.body(writer, data, "en"),
    )


def _zero_report(_writer: Writer, data: Mapping[str, Any]) -> Words:
    return Words(
        digest.zero_title(data, "zh"),
        digest.zero_title(data, "en"),
        digest.zero_body(data, "zh"),
        digest.zero_body(data, "en"),
    )


_MAKERS: Final[Mapping[str, Callable[[Writer, Mapping[str, Any]], Words]]] = {
    NoticeKind.FINDING: _finding,
    NoticeKind.CAMERA_DOWN: _camera_down,
    NoticeKind.CAMERA_BACK: _camera_back,
    NoticeKind.UNDELIVERED: _undelivered,
    NoticeKind.TEST: _test,
    NoticeKind.DIGEST: _digest,
    NoticeKind.ZERO_REPORT: _zero_report,
}
