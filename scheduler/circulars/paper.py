"""Measures of an official document (公文格式). Source: GB/T 9704-2012 as in domain.md §2.7.

A4; top margin (天头) 37 mm, left (订口) 28 mm, type area (版心) 156 × 225 mm; 22 lines of 28
characters in size 3 (三号, 16 pt).
"""

from __future__ import annotations

from typing import Final

WIDTH_MM: Final = 210.0
HEIGHT_MM: Final = 297.0
TOP_MM: Final = 37.0
BOTTOM_MM: Final = 35.0
LEFT_MM: Final = 28.0
RIGHT_MM: Final = 26.0
TEXT_WIDTH_MM: Final = WIDTH_MM - LEFT_MM - RIGHT_MM

BODY_PT: Final = 16.0
TITLE_PT: Final = 22.0
SMALL_PT: Final = 14.0
TABLE_PT: Final = 10.5
WIDE_TABLE_PT: Final = 9.0
LINE_PT: Final = 28.95
"""One of 22 lines in 225 mm."""

CHARACTER_PT: Final = 15.79
"""One of 28 characters in 156 mm."""

TRACKING_PT: Final = -0.25
"""Between characters in DOCX, which knows twentieths of a point: 28 of them fit the line."""

RED: Final = "E60012"

SONG_TITLE: Final = "方正小标宋简体"
FANGSONG: Final = "仿宋_GB2312"
HEITI: Final = "黑体"
KAITI: Final = "楷体_GB2312"
SONGTI: Final = "宋体"
LATIN: Final = "Times New Roman"
