"""The notice for the hall's wall (告知书) at `/notice`: to be read and printed by anybody."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Request, Response

from api.auth.guard import needs
from api.deps import PartsDep
from api.pages.language import language_of
from api.pages.plain import notice_page
from api.privacy_notice import Part, notice_of

router = APIRouter(include_in_schema=False)
PATH = "/notice"


@router.get(PATH, dependencies=[needs(None)])
def show(request: Request, parts: PartsDep) -> Response:
    """What is recorded, for how long, who sees it, what one may do; in both languages."""
    told = notice_of(parts.settings)
    body = _said(told, 0, "zh-CN") + "<hr>" + _said(told, 1, "en")
    return notice_page(language_of(request, parts.settings.web.language), body)


def _said(told: tuple[Part, ...], which: int, language: str) -> str:
    title = ("本大厅视频核查告知书", "Notice: camera checks in this hall")[which]
    parts = "".join(
        f"<h2>{escape(part.heading[which])}</h2><ul>"
        + "".join(f"<li>{escape(one[which])}</li>" for one in part.said)
        + "</ul>"
        for part in told
    )
    return f'<section lang="{language}"><h1>{escape(title)}</h1>{parts}</section>'
