"""The wall: every camera's newest picture, what its windows are, and alerts as they come."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.pages.layout import in_language, island, page_frame
from api.wiring import WebParts
from api.wording import KINDS, LINKS, LIVES, REASONS, STATES
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/`."""

    @ui.page("/", title="在岗 OnPost · 监控墙", dependencies=[needs(Permission.SEE_LIVE)])
    def wall(request: Request) -> None:
        ui.add_body_html('<script src="/static/wall_big.js" defer></script>')
        page = page_frame(parts, request, script="wall.js")
        island(
            "wall",
            {
                "language": page.language,
                "time_zone": parts.settings.time_zone,
                "states": in_language(STATES, page.language),
                "reasons": in_language(REASONS, page.language),
                "links": in_language(LINKS, page.language),
                "kinds": in_language(KINDS, page.language),
                "lives": in_language(LIVES, page.language),
                "text": {name: page.text(zh, en) for name, (zh, en) in TEXT.items()},
            },
        )


TEXT = {
    "title": ("监控墙", "Wall"),
    "nothing": (
        "没有符合筛选条件的摄像头。点“全部”显示全部。",
        "No camera is like this. Press “all” to see every one.",
    ),
    "all_halls": ("全部大厅", "all halls"),
    "all_states": ("全部", "all"),
    "main": ("政务服务中心", "Main halls"),
    "branch": ("分中心", "Branch halls"),
    "township": ("乡镇便民服务中心", "Township centres"),
    "suffixes": ("便民服务中心 服务中心 分中心", "便民服务中心 服务中心 分中心"),
    "alerts": ("告警", "Alerts"),
    "registered": ("最新登记", "Newest findings"),
    "none": ("暂无", "none"),
    "no_picture": ("尚无画面", "no picture yet"),
    "old": ("画面已旧", "old picture"),
    "since": ("起", "since"),
    "over": ("已解除", "over"),
    "lasts": ("仍在继续", "goes on"),
    "cameras": ("路摄像头", "cameras"),
    "windows": ("窗口", "windows"),
    "close": ("关闭", "close"),
    "nine": ("九宫格轮巡 (9)", "3×3 in turns (9)"),
    "pace": ("每页停留", "each for"),
    "before": ("上一页", "before"),
    "next": ("下一页", "next"),
    "hold": ("暂停轮巡", "stop turning"),
    "show_zones": ("显示工位区域 (z)", "show zones (z)"),
    "hide_zones": ("隐藏工位区域 (z)", "hide zones (z)"),
    "lost": ("与服务器的连接中断,画面和状态不再更新。", "Connection lost: nothing is updated."),
    "not_watching": (
        "监测进程未运行:状态可能已过时,空窗口不会被登记。",
        "Watching has stopped: states may be out of date and nothing is registered.",
    ),
    "record_fault": ("数据库无法读取", "The database cannot be read"),
    "second": ("秒", " s"),
    "minute": ("分", " min"),
    "hour": ("时", " h"),
    "day": ("天", " d"),
}
