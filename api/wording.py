"""What states, reasons and kinds are called on pages, in Chinese and English (domain.md §2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

Language: TypeAlias = Literal["zh", "en"]
Pair: TypeAlias = tuple[str, str]

STATES: Final[Mapping[str, Pair]] = {
    "present": ("在岗", "staffed"),
    "absent": ("无人", "empty"),
    "unknown": ("无法核查", "cannot tell"),
    "closed": ("非工作时间", "closed"),
}
"""A window's state; each also has a shape of its own on the wall."""

REASONS: Final[Mapping[str, Pair]] = {
    "seen": ("见到人员", "somebody seen"),
    "empty": ("工位无人", "nobody at the post"),
    "not_yet_looked": ("尚未取样", "not looked at yet"),
    "too_few_looks": ("样本不足", "too few samples"),
    "no_sample": ("久无样本", "no recent sample"),
    "offline": ("摄像头离线", "camera offline"),
    "stale": ("画面过旧", "picture too old"),
    "frozen": ("画面冻结", "picture frozen"),
    "black": ("画面全黑", "picture black"),
    "overexposed": ("画面过曝", "overexposed"),
    "covered": ("镜头被遮挡", "lens covered"),
    "blurred": ("画面模糊", "blurred"),
    "moved": ("镜头被移动", "camera moved"),
    "wrong_clock": ("摄像头时钟不准", "camera clock wrong"),
    "wrong_size": ("画面尺寸不符", "unexpected size"),
    "broken_picture": ("画面损坏", "broken picture"),
    "occluded": ("工位被遮挡", "post hidden"),
    "detector_failed": ("识别失败", "detector failed"),
    "partial_view": ("只见部分工位", "seen only in part"),
    "not_visible": ("画面看不到工位", "not in view"),
}

LINKS: Final[Mapping[str, Pair]] = {
    "connecting": ("连接中", "connecting"),
    "live": ("正常", "live"),
    "stale": ("画面停滞", "stale"),
    "backing_off": ("等待重连", "waiting to reconnect"),
    "resting": ("待抽查", "resting until a check"),
    "closed": ("已关闭", "closed"),
}

KINDS: Final[Mapping[str, Pair]] = {
    "late": ("迟到", "late"),
    "early": ("早退", "left early"),
    "absent_half_day": ("缺岗(半天)", "absent half a day"),
    "absent_session": ("缺岗(全场)", "absent all session"),
    "away": ("离岗", "away from post"),
    "off_post": ("脱岗", "off post"),
    "cover_off_post": ("脱岗(顶岗人)", "cover off post"),
    "unmanned": ("空岗", "post unmanned"),
    "no_roster": ("无排班", "no roster"),
    "exempt": ("豁免", "exempt"),
}
"""What a finding or an alert is of."""

LIVES: Final[Mapping[str, Pair]] = {
    "clue": ("线索", "clue"),
    "exempted": ("豁免", "exempted"),
    "published": ("入通报", "in a circular"),
    "appealed": ("申诉中", "under appeal"),
    "rectifying": ("整改", "being rectified"),
    "closed": ("销号", "closed"),
    "to_verify": ("待核实", "to be verified"),
    "confirmed": ("确认", "confirmed"),
    "dismissed": ("误报排除", "dismissed"),
    "excused": ("情况说明成立", "excused"),
}
"""Where a finding is in its life."""

MOMENTS: Final[Mapping[str, Pair]] = {
    "before": ("无人之前(最后见到人员)", "before (last seen)"),
    "at": ("当时", "at the moment"),
    "after": ("之后", "after"),
}
"""What a picture of evidence shows."""

LIMITS: Final[Mapping[str, Pair]] = {
    "alert": ("阈值:离岗提醒", "limit: alert"),
    "off_post": ("阈值:脱岗", "limit: off post"),
    "late": ("阈值:迟到", "limit: late"),
    "early": ("阈值:早退", "limit: left early"),
    "missing": ("阈值:缺岗(半天)", "limit: absent half a day"),
}
"""Thresholds in the settings."""


def word(table: Mapping[str, Pair], name: str, language: Language) -> str:
    """The word for `name`; the name itself where there is none yet."""
    zh, en = table.get(name, (name, name))
    return en if language == "en" else zh


def length(seconds: float, language: Language) -> str:
    """`15分30秒`, `15 min 30 s`."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    units = ("h", "min", "s") if language == "en" else ("小时", "分", "秒")
    joint, gap = (" ", " ") if language == "en" else ("", "")
    parts = [
        f"{number}{gap}{unit}"
        for number, unit in zip((hours, minutes, rest), units, strict=True)
        if number
    ]
    return joint.join(parts) or f"0{gap}{units[2]}"
