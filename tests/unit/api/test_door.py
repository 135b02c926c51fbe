"""Sessions, tokens, cookies, other sites' pages, rates: what the door lets in and what not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from starlette.types import Message

import api.app as app_module
from api.app import create_app
from api.auth.audit import Actor
from api.auth.endpoints import UnruledEndpoint
from api.wiring import WebParts
from models.domain.access import Access, Permission, Role, Scope
from models.storage.record import Record
from tests.fakes_web import (
    MORNING,
    OWN_PAGE,
    PASSWORD,
    StillClock,
    Web,
    add_account,
    opened_parts,
    town,
)

WHO = "/api/v1/session"
BY = Actor("test")


@pytest.fixture
def door_clock() -> StillClock:
    return StillClock()


@pytest.fixture
def opened(tmp_path: Path, door_clock: StillClock) -> Iterator[tuple[WebParts, Record]]:
    parts, record = opened_parts(tmp_path, door_clock=door_clock)
    yield parts, record
    record.close()


@pytest.fixture
def web(opened: tuple[WebParts, Record]) -> Web:
    return Web(create_app(opened[0], pages=False))


def person(web: Web, login: str = "li.na", role: Role = Role.OPERATOR, **given: Any) -> str:
    add_account(web.parts, login, Access(frozenset({role})), **given)
    return login


def cookie_of(answer: Any) -> str:
    return str(answer.headers["set-cookie"]).partition(";")[0]


def sign_in(web: Web, login: str, password: str = PASSWORD, **headers: str) -> Any:
    return web.post(WHO, json={"login": login, "password": password}, headers=headers)


def test_nobody_gets_anything_but_what_anybody_may_have(web: Web) -> None:
    for address in ("/api/v1/findings", "/api/v1/wall", "/api/v1/nothing", "/api/v1/events"):
        answer = web.get(address)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
    assert web.get("/healthz").status_code == 200
    assert web.get("/static/onpost.css").status_code == 200


def test_signing_in_tells_who_one_is_and_signing_out_ends_it(web: Web) -> None:
    answer = sign_in(web, person(web))
    told = answer.json()
    assert (told["login"], told["roles"], told["scope"]["halls"]) == ("li.na", ["operator"], None)
    assert "see_live" in told["permissions"]
    assert answer.headers["cache-control"] == "no-store"
    browser = Web(web.app, OWN_PAGE | {"Cookie": cookie_of(answer)})
    assert browser.get(WHO).json()["login"] == "li.na"
    assert browser.delete(WHO).status_code == 204
    assert browser.get(WHO).status_code == 401


def test_the_cookie_is_for_this_site_and_no_script(web: Web) -> None:
    said = sign_in(web, person(web)).headers["set-cookie"]
    assert said.startswith("onpost=")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(said.split("; "))
    assert "Secure" not in said


def test_behind_tls_the_cookie_is_bound_to_the_host_and_browsers_are_told_to_stay(
    tmp_path: Path,
) -> None:
    parts, record = opened_parts(tmp_path, town(tmp_path) | {"web": {"behind_tls": True}})
    web = Web(create_app(parts, pages=False))
    answer = sign_in(web, person(web))
    said = answer.headers["set-cookie"]
    assert said.startswith("__Host-onpost=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=strict"} <= set(said.split("; "))
    assert "Domain" not in said
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    held = {"Cookie": cookie_of(answer)}
    assert Web(web.app, held).get(WHO).status_code == 200
    plain = {"Cookie": cookie_of(answer).removeprefix("__Host-")}
    assert Web(web.app, plain).get(WHO).status_code == 401
    record.close()


def test_a_cookie_planted_before_signing_in_is_worth_nothing_after(web: Web) -> None:
    login = person(web)
    planted = "onpost=" + "p" * 43
    answer = sign_in(web, login, Cookie=planted, **OWN_PAGE)
    fresh = cookie_of(answer)
    assert fresh != planted
    assert Web(web.app, {"Cookie": planted}).get(WHO).status_code == 401
    again = cookie_of(sign_in(web, login, Cookie=fresh, **OWN_PAGE))
    assert again != fresh
    assert Web(web.app, {"Cookie": fresh}).get(WHO).status_code == 401
    assert Web(web.app, {"Cookie": again}).get(WHO).status_code == 200


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Origin": "http://127.0.0.1"}, True),
        ({"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://127.0.0.1.evil.example"}, False),
        ({"Origin": "http://127.0.0.1:81"}, False),
        ({"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}, False),
        ({"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_a_change_with_a_cookie_comes_from_our_own_page_or_is_refused(
    web: Web, headers: dict[str, str], allowed: bool
) -> None:
    held = {"Cookie": web.signed_in(person(web)).headers["Cookie"]}
    answer = Web(web.app, held | headers).delete(WHO)
    assert answer.status_code == (204 if allowed else 403)
    still = Web(web.app, held).get(WHO).status_code
    assert still == (401 if allowed else 200)


def test_a_wrong_password_is_answered_alike_whether_there_is_an_account_or_not(web: Web) -> None:
    known, unknown = sign_in(web, person(web), "wrong"), sign_in(web, "nobody", "wrong")
    assert (known.status_code, unknown.status_code) == (401, 401)
    assert known.json() == unknown.json()
    assert "set-cookie" not in known.headers


def test_guessing_is_locked_out_and_then_limited_by_address(
    web: Web, door_clock: StillClock
) -> None:
    login = person(web)
    tries = [sign_in(web, login, f"wrong-{number}") for number in range(6)]
    assert [answer.status_code for answer in tries][-1] == 429
    assert int(tries[-1].headers["retry-after"]) >= 1
    assert sign_in(web, login).status_code == 429
    for number in range(40):
        last = sign_in(web, f"guess-{number}", "wrong")
    assert last.status_code == 429
    assert last.headers["content-type"] == "application/problem+json"
    assert int(last.headers["retry-after"]) >= 1


def test_a_session_ends_by_itself_unused_and_in_any_case(web: Web, door_clock: StillClock) -> None:
    viewer = web.signed_in(person(web))
    door_clock.moment += timedelta(minutes=29)
    assert viewer.get(WHO).status_code == 200
    door_clock.moment += timedelta(minutes=29)
    assert viewer.get(WHO).status_code == 200
    door_clock.moment += timedelta(minutes=31)
    assert viewer.get(WHO).status_code == 401


def test_a_disabled_account_is_out_at_once(web: Web) -> None:
    login = person(web)
    viewer = web.signed_in(login)
    web.parts.accounts.office.disable(login, BY)
    assert viewer.get("/api/v1/wall").status_code == 401


def test_a_first_password_is_changed_before_anything_else(web: Web) -> None:
    viewer = web.signed_in(person(web, must_change=True))
    refused = viewer.get("/api/v1/findings")
    assert (refused.status_code, refused.json()["code"]) == (403, "PASSWORD_DUE")
    assert viewer.get(WHO).json()["must_change_password"] is True
    weak = viewer.post(f"{WHO}/password", json={"old": PASSWORD, "new": "short"})
    assert weak.status_code == 422
    answer = viewer.post(f"{WHO}/password", json={"old": PASSWORD, "new": "Harbour-8-lantern"})
    assert answer.status_code == 200
    assert viewer.get(WHO).status_code == 401
    fresh = Web(web.app, {"Cookie": cookie_of(answer)})
    assert fresh.get("/api/v1/findings").status_code == 200


def token(web: Web, login: str, *permissions: Permission, scope: Scope | None = None) -> str:
    expires = MORNING.astimezone(UTC) + timedelta(days=30)
    tokens = web.parts.accounts.tokens
    return tokens.make(
        login, "wall", frozenset(permissions), scope or Scope(), expires, BY
    )[1]  # fmt: skip


def test_a_token_may_what_it_names_until_it_expires_or_is_revoked(
    web: Web, door_clock: StillClock
) -> None:
    login = person(web)
    program = web.by_token(token(web, login, Permission.SEE_FINDINGS))
    assert program.get("/api/v1/findings").status_code == 200
    assert program.get("/api/v1/wall").status_code == 403
    assert program.get(WHO).status_code == 403
    second = web.by_token(token(web, login, Permission.SEE_FINDINGS))
    (held, _) = web.parts.accounts.tokens.list(login)
    web.parts.accounts.tokens.revoke(held.id, BY)
    statuses = {
        program.get("/api/v1/findings").status_code,
        second.get("/api/v1/findings").status_code,
    }
    assert statuses == {200, 401}
    door_clock.moment += timedelta(days=31)
    assert {program.get("/api/v1/findings").status_code} == {401}
    assert second.get("/api/v1/findings").status_code == 401


@pytest.mark.parametrize(
    "said",
    ["Bearer", "Bearer ", "Bearer onpost_", "Bearer onpost_" + "x" * 43, "Basic bGk6bmE=", "x"],
)
def test_what_is_no_token_of_ours_is_nobody_even_beside_a_good_cookie(web: Web, said: str) -> None:
    viewer = web.signed_in(person(web))
    assert viewer.get(WHO, headers={"Authorization": said}).status_code == 401


def test_a_session_secret_is_no_token_and_a_token_no_session(web: Web) -> None:
    login = person(web)
    secret = web.signed_in(login).headers["Cookie"].partition("=")[2]
    assert web.by_token(secret).get("/api/v1/findings").status_code == 401
    made = token(web, login, Permission.SEE_FINDINGS)
    assert Web(web.app, {"Cookie": f"onpost={made}"}).get("/api/v1/findings").status_code == 401


def test_a_token_needs_no_page_of_ours_to_act(web: Web) -> None:
    login = person(web)
    program = web.by_token(token(web, login, Permission.DECIDE, Permission.SEE_FINDINGS))
    assert program.delete("/api/v1/tokens/none").status_code == 403  # its own rule, not the page's
    assert program.post("/api/v1/findings", json={}).status_code in {401, 403, 405}


def test_a_token_of_a_narrow_scope_sees_less_than_its_account(web: Web) -> None:
    login = person(web)
    secret = token(web, login, Permission.SEE_LIVE, scope=Scope(halls=frozenset({"h01"})))
    web.parts.board.refresh()
    cameras = web.by_token(secret).get("/api/v1/cameras").json()
    assert {camera["hall_id"] for camera in cameras} == {"h01"}
    wall = web.by_token(secret).get("/api/v1/wall").json()
    assert [hall["id"] for hall in wall["halls"]] == ["h01"]


def test_tokens_are_made_shown_once_and_revoked_by_their_owner_alone(web: Web) -> None:
    owner, other = web.as_("operator"), web.as_("operator")
    asked = {
        "name": "大屏",
        "permissions": ["see_live"],
        "expires_at": "2027-01-01T00:00:00+08:00",
    }
    made = owner.post("/api/v1/tokens", json=asked)
    assert made.status_code == 201
    secret, ident = made.json()["secret"], made.json()["token"]["id"]
    assert secret.startswith("onpost_")
    assert secret not in owner.get("/api/v1/tokens").text
    assert other.get("/api/v1/tokens").json()["total"] == 0
    assert other.delete(f"/api/v1/tokens/{ident}").status_code == 404
    assert web.by_token(secret).get("/api/v1/wall").status_code == 200
    everybody = web.as_("security_admin")
    assert ident in everybody.get("/api/v1/tokens").text
    assert secret not in everybody.get("/api/v1/tokens").text
    assert owner.delete(f"/api/v1/tokens/{ident}").status_code == 204
    assert web.by_token(secret).get("/api/v1/wall").status_code == 401
    too_much = owner.post("/api/v1/tokens", json=asked | {"permissions": ["manage_accounts"]})
    assert too_much.status_code == 422


def test_metrics_are_for_this_machine_or_whoever_may_see_its_health(web: Web) -> None:
    assert web.get("/metrics").status_code == 200
    assert web.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 401
    away = asked_from(web, "192.0.2.7", "/metrics")
    assert away == 401
    secret = token(web, person(web), Permission.SEE_HEALTH)
    assert asked_from(web, "192.0.2.7", "/metrics", f"Bearer {secret}") == 200


def test_behind_a_proxy_no_call_is_known_to_be_of_this_machine(tmp_path: Path) -> None:
    parts, record = opened_parts(tmp_path, town(tmp_path) | {"web": {"behind_tls": True}})
    web = Web(create_app(parts, pages=False))
    assert web.get("/metrics").status_code == 401
    record.close()


def asked_from(web: Web, address: str, path: str, authorization: str = "") -> int:
    """The status of a call that comes from another address."""
    sent: list[Message] = []
    headers = [(b"host", b"127.0.0.1")]
    if authorization:
        headers.append((b"authorization", authorization.encode()))
    scope = {
        "type": "http", "method": "GET", "path": path, "headers": headers,
        "query_string": b"", "client": (address, 4711), "server": ("127.0.0.1", 80),
        "scheme": "http", "http_version": "1.1", "root_path": "",
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(web.app(scope, receive, send))
    return int(sent[0]["status"])


def test_a_wall_of_82_cameras_does_not_reach_the_limit_but_a_flood_does(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.auth.rate import ACCOUNT, Buckets

    seconds = [0.0]
    bucket = Buckets(ACCOUNT, lambda: seconds[0])
    for _ in range(60):
        seconds[0] += 1
        assert not any(bucket.take("wall") for _ in range(5 * 82))
    waits = [bucket.take("flood") for _ in range(10_000)]
    assert waits[0] == 0.0
    assert waits[-1] > 0.0


def test_strangers_are_limited_by_address_and_an_account_behind_it_is_not(web: Web) -> None:
    viewer = web.signed_in(person(web))
    statuses = [web.get("/api/v1/wall").status_code for _ in range(230)]
    assert set(statuses) == {401, 429}
    assert viewer.get("/api/v1/wall").status_code == 200


def test_an_endpoint_without_a_rule_stops_the_application(
    opened: tuple[WebParts, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    router = APIRouter()

    @router.get("/secret")
    def open_to_all() -> str:
        return "everything"

    monkeypatch.setattr(app_module, "ROUTERS", (*app_module.ROUTERS, router))
    with pytest.raises(UnruledEndpoint, match=r"GET.*/api/v1/secret"):
        create_app(opened[0], pages=False)


def test_a_guard_refuses_by_itself_where_the_door_was_left_out(
    opened: tuple[WebParts, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoDoor:
        def __init__(self, app: Any, **_: Any) -> None:
            self.app = app

        async def __call__(self, *args: Any) -> None:
            await self.app(*args)

    monkeypatch.setattr(app_module, "Door", NoDoor)
    web = Web(create_app(opened[0], pages=False))
    assert web.get("/api/v1/findings").status_code == 401


@pytest.mark.parametrize(
    ("cookie", "origin", "allowed"),
    [(True, "http://127.0.0.1", True), (True, "", False), (True, "http://evil.example", False),
     (False, "http://127.0.0.1", False)],
)  # fmt: skip
def test_a_socket_opens_for_the_signed_in_on_our_own_page_alone(
    web: Web, cookie: bool, origin: str, allowed: bool
) -> None:
    held = web.signed_in(person(web)).headers["Cookie"]
    headers = [(b"host", b"127.0.0.1")]
    headers += [(b"cookie", held.encode())] if cookie else []
    headers += [(b"origin", origin.encode())] if origin else []
    reached: list[str] = []
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    from api.auth.door import Door

    async def inner(scope: Any, *_: Any) -> None:
        reached.append(scope["state"]["visitor"].name)

    added = (vars(item) for item in web.app.user_middleware)
    locks: Any = next(item["kwargs"]["locks"] for item in added if item["cls"] is Door)
    scope = {"type": "websocket", "path": "/_nicegui_ws", "headers": headers, "query_string": b""}
    asyncio.run(Door(inner, locks)(scope, receive, send))
    assert reached == (["li.na"] if allowed else [])
    assert sent == ([] if allowed else [{"type": "websocket.close", "code": 1008}])


def test_half_a_character_is_refused_not_an_error(web: Web) -> None:
    for body in (
        '{"login": "\\ud800", "password": "x"}',
        '{"login": "a\\u0000b", "password": "x"}',
    ):
        answer = web.post(WHO, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {401, 422}


def test_a_body_is_not_even_read_of_whoever_may_not_call(web: Web) -> None:
    answer = web.post("/api/v1/accounts", content="{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 401
    answer = web.as_("operator").post("/api/v1/accounts", content="{")
    assert answer.status_code == 403
