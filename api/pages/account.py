"""One's own account: who am I, what may I, a new password; `/account`, without any script."""

from __future__ import annotations

from html import escape
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from api.auth.cookies import set_session
from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.deps import PartsDep, VisitorDep
from api.errors import status_of
from api.pages.language import Page, language_of
from api.pages.places import ACCOUNT, home_of, places_of
from api.pages.plain import field, form, plain_page, warning
from api.wiring import WebParts
from api.wording import word
from api.wording_accounts import ROLES
from models.domain.access import Permission
from models.domain.accounts import LockedOut, SignInRefused
from models.domain.errors import InputError, OnPostError

router = APIRouter(include_in_schema=False)

OWN = needs(Permission.OWN_ACCOUNT)


class NewPassword(BaseModel):
    """What the form sends."""

    old: str = Field(max_length=200)
    new: str = Field(max_length=200)
    again: str = Field(max_length=200)


@router.get(ACCOUNT, dependencies=[OWN])
def show(request: Request, parts: PartsDep, visitor: VisitorDep) -> Response:
    """Who am I."""
    return _page(request, parts, visitor)


@router.post(
    f"{ACCOUNT}/password", dependencies=[needs(Permission.OWN_ACCOUNT, audit=Audit.CHANGE)]
)
def change_password(
    request: Request, parts: PartsDep, visitor: VisitorDep, typed: Annotated[NewPassword, Form()]
) -> Response:
    """A new password; every other session of the account ends."""
    if typed.new != typed.again:
        return _page(request, parts, visitor, _not_the_same())
    try:
        secret, _ = parts.accounts.desk.change_password(visitor, typed.old, typed.new)
    except (InputError, SignInRefused, LockedOut) as error:
        return _page(request, parts, visitor, error)
    answer = RedirectResponse(home_of(visitor), 303)
    set_session(answer, secret, tls=parts.settings.web.tls)
    return answer


def _not_the_same() -> InputError:
    return InputError(
        "两次输入的新口令不一致,请重新输入。",
        "the new password was not typed the same twice; type it again.",
        where="password",
    )


def _page(
    request: Request, parts: WebParts, visitor: Visitor, error: OnPostError | None = None
) -> Response:
    page = Page(language_of(request, parts.settings.web.language))
    said = warning(page.text(error.zh, error.en)) if error else ""
    if visitor.password_due and not error:
        said = warning(page.text("请先修改口令。", "Change the password before anything else."))
    title = page.text("我的账号", "My account")
    body = said + _facts(page, parts, visitor) + _password(page) + _out(page)
    return plain_page(page, ACCOUNT, title, body, status_of(error) if error else 200)


def _facts(page: Page, parts: WebParts, visitor: Visitor) -> str:
    roles = sorted(word(ROLES, role.value, page.language) for role in visitor.access.roles)
    scope, everywhere = visitor.scope, page.text("全部", "all")
    halls = everywhere if scope.halls is None else "、".join(
        sorted(parts.teller.hall_name(hall) for hall in scope.halls)
    )  # fmt: skip
    units = everywhere if scope.units is None else "、".join(sorted(scope.units))
    facts = (
        (page.text("登录名", "Sign-in name"), visitor.name),
        (page.text("角色", "Roles"), "、".join(roles)),
        (page.text("大厅", "Halls"), halls),
        (page.text("单位", "Units"), units),
    )
    links = " ".join(
        f'<a href="{place.path}">{escape(page.text(place.zh, place.en))}</a>'
        for place in places_of(visitor)
    )
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts)
    return f'<dl class="facts">{rows}</dl><p>{"" if visitor.password_due else links}</p>'


def _password(page: Page) -> str:
    fields = field("old", page.text("原口令", "Old password"), "password", "current-password")
    fields += field("new", page.text("新口令", "New password"), "password", "new-password")
    fields += field("again", page.text("再输一次", "Once more"), "password", "new-password")
    return form(f"{ACCOUNT}/password", fields, page.text("修改口令", "Change password"))


def _out(page: Page) -> str:
    return form("/sign-out", "", page.text("退出登录", "Sign out"))
