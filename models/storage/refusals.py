"""Why a database refused, in words that say what to do."""

from __future__ import annotations

import sqlite3
from typing import Final

Words = tuple[str, str]
"""In Chinese and in English."""

_FULL: Final = (
    "磁盘已满,请清理或扩充数据库所在的磁盘。",
    "the disk is full; make room on the disk of the database.",
)
_LOCKED: Final = (
    "数据库被另一个程序长时间占用(锁定);请找出并结束它,例如未关闭的查询工具或复制程序。",
    "another program holds the database (locked) for long; find and end it: a query tool, a copy.",
)
_READ_ONLY: Final = (
    "数据库只读;请检查磁盘是否出错而转为只读、文件权限、数据库的只读设置。",
    "the database is read-only; check for a failed disk, the file's permissions, its settings.",
)
_AWAY: Final = (
    "数据库没有运行或正在重启;请启动它,恢复后会自动继续。",
    "the database does not run or is starting; start it, and the work goes on by itself.",
)
_DISK: Final = (
    "磁盘读写出错;请检查数据库所在的磁盘。",
    "the disk fails; check the disk of the database.",
)
_DAMAGED: Final = (
    "数据库文件已损坏;请停止程序并从备份恢复。",
    "the database's file is damaged; stop the program and restore a backup.",
)
_DENIED: Final = (
    "数据库拒绝登录或权限不足;请检查数据库地址中的用户、密码和授权。",
    "the database refuses the user; check user and password in its address, and its grants.",
)
_OTHER: Final = (
    "请检查数据库是否运行、磁盘空间与权限。",
    "check that it runs, its disk space and permissions.",
)

_SQLITE: Final = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_IOERR: _DISK,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_PERM: _READ_ONLY,
}
"""By primary result code; an extended code holds it in its lowest byte."""

_POSTGRESQL: Final = {
    "53100": _FULL,
    "55P03": _LOCKED,
    "25006": _READ_ONLY,
    "58030": _DISK,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
    "42501": _DENIED,
    "28": _DENIED,
    "08": _AWAY,
    "57P": _AWAY,
}
"""By SQLSTATE or its beginning."""


def advice(error: BaseException) -> Words:
    """What to do about a refusal of the database's driver."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return _OTHER if code is None else _SQLITE.get(code & 0xFF, _OTHER)
    if not type(error).__module__.startswith("psycopg"):
        return _OTHER
    state = getattr(error, "sqlstate", None)
    if state is None:  # no server said so: there is no connection, or it was cut
        return _DENIED if "authentication" in str(error) else _AWAY
    return next((w for key, w in _POSTGRESQL.items() if state.startswith(key)), _OTHER)
