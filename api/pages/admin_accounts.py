"""Accounts and tokens (账号、令牌), for the security administrator: `/admin/accounts`."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from api.auth.guard import needs
from api.deps import VisitorDep
from api.pages.desk import desk_page
from api.wiring import WebParts
from api.wording_accounts import ROLES
from models.domain.access import Permission


def add_page(parts: WebParts) -> None:
    """Add `/admin/accounts`."""

    @ui.page(
        "/admin/accounts",
        title="在岗 OnPost · 账号",
        dependencies=[needs(Permission.MANAGE_ACCOUNTS)],
    )
    def accounts(request: Request, visitor: VisitorDep) -> None:
        ui.add_head_html('<link rel="stylesheet" href="/static/admin.css">')
        desk_page(parts, visitor, request, "accounts.js", words={"roles": ROLES})
