"""The pages that work without any script: sign-in, one's own account, what a person is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.auth.demo_accounts import make_demo_accounts
from api.pages.language import inside
from api.pages.places import PLACES
from models.domain.access import GRANTS, Access, Role
from tests.fakes_web import OWN_PAGE, PASSWORD, Web, add_account, opened_parts, town

HTML = {"Accept": "text/html,application/xhtml+xml"}

AWAY = [
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "\\/evil.example",
    "javascript:alert(1)",
    "/ok\r\nSet-Cookie: onpost=planted",
    "/ok\nx",
    "/\t/evil.example",
    " //evil.example",
    "",
]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    parts, record = opened_parts(tmp_path)
    add_account(parts, "li.na", Access(frozenset({Role.OPERATOR})))
    yield Web(create_app(parts, pages=False))
    record.close()


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Web]:
    parts, record = opened_parts(tmp_path, town(tmp_path) | {"web": {"demo": True}})
    make_demo_accounts(parts.settings, parts.accounts.office)
    yield Web(create_app(parts, pages=False))
    record.close()


def sign_in(web: Web, back: str = "/", **typed: str) -> httpx.Response:
    sent = {"login": "li.na", "password": PASSWORD, "next": back} | typed
    return web.post("/sign-in", data=sent, headers=OWN_PAGE)


@pytest.mark.parametrize("back", AWAY)
def test_signing_in_leads_to_this_site_alone(web: Web, back: str) -> None:
    assert inside(back) == "/"
    answer = sign_in(web, back)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/today"
    assert len(answer.headers.get_list("set-cookie")) == 1
    viewer = web.signed_in("li.na")
    again = viewer.get("/sign-in", params={"next": back})
    assert (again.status_code, again.headers["location"]) == (303, "/")
    switched = web.get("/language/en", params={"back": back})
    assert switched.headers["location"] == "/"


def test_signing_in_leads_to_where_one_wanted_to_go(web: Web) -> None:
    asked = web.get("/findings?kind=off_post&hall=h00", headers=HTML)
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in?next=%2Ffindings%3Fkind%3Doff_post%26hall%3Dh00"
    form = web.get(asked.headers["location"])
    assert 'value="/findings?kind=off_post&amp;hall=h00"' in form.text
    answer = sign_in(web, "/findings?kind=off_post&hall=h00")
    assert answer.headers["location"] == "/findings?kind=off_post&hall=h00"


def test_what_is_typed_comes_back_as_text_and_no_page_runs_a_script(web: Web) -> None:
    form = web.get("/sign-in", params={"next": '/"><script>alert(1)</script>'})
    assert "<script" not in form.text
    assert "script-src" not in form.headers["content-security-policy"]
    assert form.headers["content-security-policy"].startswith("default-src 'none'")
    assert form.headers["cache-control"] == "no-store"


def test_a_wrong_password_is_told_in_the_form_and_gives_no_cookie(web: Web) -> None:
    answer = sign_in(web, password="wrong")
    assert answer.status_code == 401
    assert "登录名或口令不正确" in answer.text
    assert "set-cookie" not in answer.headers
    english = web.post(
        "/sign-in",
        data={"login": "li.na", "password": "wrong"},
        headers=OWN_PAGE | {"Cookie": "onpost_language=en"},
    )
    assert "sign-in name or password is wrong" in english.text


def test_a_foreign_page_can_sign_nobody_in(web: Web) -> None:
    typed = {"login": "li.na", "password": PASSWORD}
    answer = web.post("/sign-in", data=typed, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_link_from_another_site_is_opened_again_from_here(web: Web) -> None:
    answer = web.get("/findings?a=1&b=2", headers=HTML | {"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert 'content="0;url=/findings?a=1&amp;b=2"' in answer.text


def test_a_role_that_may_not_see_a_page_is_told_so_and_led_home(web: Web) -> None:
    auditor = web.as_(Role.AUDITOR)
    page = auditor.get("/metrics", headers=HTML | {"X-Forwarded-For": "192.0.2.7"})
    assert page.status_code == 403
    assert "无此权限" in page.text
    home = next(place.path for place in PLACES if place.permission in GRANTS[Role.AUDITOR])
    assert f'<a href="{home}">' in page.text
    refused = auditor.get("/api/v1/findings", headers=HTML)
    assert refused.headers["content-type"] == "application/problem+json"


def test_one_s_own_account_is_told_and_its_password_changed(web: Web) -> None:
    viewer = web.as_(Role.LIAISON, login="zhao.min")
    page = viewer.get("/account").text
    for said in ("zhao.min", "单位联络员", "户籍"):
        assert said in page
    typed = {"old": PASSWORD, "new": "Harbour-8-lantern", "again": "Harbour-9-lantern"}
    assert viewer.post("/account/password", data=typed).status_code == 422
    typed["again"] = typed["new"]
    answer = viewer.post("/account/password", data=typed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/unit")
    assert viewer.get("/account").status_code == 401
    assert web.signed_in("zhao.min", "Harbour-8-lantern").get("/account").status_code == 200


def test_the_rehearsal_signs_in_by_role_and_nothing_else_does(web: Web, rehearsal: Web) -> None:
    for role in Role:
        answer = rehearsal.post("/sign-in/demo", data={"role": role.value}, headers=OWN_PAGE)
        cookie = answer.headers["set-cookie"].partition(";")[0]
        told = Web(rehearsal.app, {"Cookie": cookie}).get("/api/v1/session").json()
        assert told["roles"] == [role.value]
    for sent in ("king", ""):
        refused = rehearsal.post("/sign-in/demo", data={"role": sent}, headers=OWN_PAGE)
        assert refused.status_code in {401, 422}
    assert "/sign-in/demo" in rehearsal.get("/sign-in").text
    assert "/sign-in/demo" not in web.get("/sign-in").text
    refused = web.post("/sign-in/demo", data={"role": "operator"}, headers=OWN_PAGE)
    assert refused.status_code == 401
    assert "set-cookie" not in refused.headers
