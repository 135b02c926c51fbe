"""Pages without any script: they work where nobody is signed in and nothing else is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import quote

from fastapi.responses import HTMLResponse

from api.auth.same_origin import FORM_POLICY
from api.pages.language import Page
from api.wording import Language

HEADERS = {"Content-Security-Policy": FORM_POLICY, "Cache-Control": "no-store"}


def plain_page(page: Page, here: str, title: str, body: str, status: int = 200) -> HTMLResponse:
    """A whole page.

    Args:
        page: The language.
        here: Its address, to come back to after a switch of the language.
        title: As text.
        body: As HTML, already escaped.
        status: Of the answer.
    """
    other, name = ("zh", "中文") if page.language == "en" else ("en", "English")
    brand = page.text("在岗 OnPost", "OnPost 在岗")
    lang = "en" if page.language == "en" else "zh-CN"
    return HTMLResponse(
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · 在岗 OnPost</title>"
        '<link rel="icon" href="/static/favicon.svg">'
        '<link rel="stylesheet" href="/static/onpost.css"></head><body>'
        f'<header class="bar"><a class="brand" href="/">{brand}</a>'
        '<span class="bar-middle"></span>'
        f'<a class="language" href="/language/{other}?back={quote(here, safe="")}">{name}</a>'
        f'</header><main class="plain"><h1>{escape(title)}</h1>{body}</main></body></html>',
        status,
        HEADERS,
    )


def notice_page(language: Language, body: str) -> HTMLResponse:
    """A page in both languages that is made to be printed; `language` is the one of its title."""
    title = "Notice" if language == "en" else "告知书"
    lang = "en" if language == "en" else "zh-CN"
    return HTMLResponse(
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} · 在岗 OnPost</title>"
        '<link rel="icon" href="/static/favicon.svg">'
        '<link rel="stylesheet" href="/static/notice.css"></head>'
        f'<body><main class="plain">{body}</main></body></html>',
        200,
        HEADERS,
    )


def bounce(address: str) -> HTMLResponse:
    """Open the same address again from our own page: a browser that came from another site's
    link sends the strict cookie only then."""
    target = escape(address, quote=True)
    return HTMLResponse(
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={target}">'
        f'<title>在岗 OnPost</title><a href="{target}">继续 / continue</a>',
        200,
        HEADERS,
    )


def form(action: str, inside: str, button: str, hidden: Mapping[str, str] | None = None) -> str:
    """A form that is posted; `inside` is HTML, the rest is text."""
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in (hidden or {}).items()
    )
    return (
        f'<form method="post" action="{escape(action)}">{kept}{inside}'
        f'<button type="submit">{escape(button)}</button></form>'
    )


def field(name: str, label: str, kind: str, complete: str, *, first: bool = False) -> str:
    """One line to type into."""
    focus = " autofocus" if first else ""
    return (
        f'<label>{escape(label)}<input name="{name}" type="{kind}" autocomplete="{complete}" '
        f'maxlength="200" required{focus}></label>'
    )


def warning(text: str) -> str:
    """What went wrong, told at once also to who listens."""
    return f'<p class="warning" role="alert">{escape(text)}</p>' if text else ""
