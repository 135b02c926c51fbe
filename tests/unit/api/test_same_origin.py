from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.types import Message

from api.app import create_app
from api.auth.same_origin import SECURITY_HEADERS
from tests.fakes_web import Web, opened_parts


def _post(folder: Path, headers: dict[str, str]) -> httpx.Response:
    parts, record = opened_parts(folder)
    transport = httpx.ASGITransport(create_app(parts, pages=False))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post("/api/v1/findings", headers=headers)

    answer = asyncio.run(ask())
    record.close()
    return answer


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:81"},
        {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_cannot_act(tmp_path: Path, headers: dict[str, str]) -> None:
    answer = _post(tmp_path, headers)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://127.0.0.1"}, {"Sec-Fetch-Site": "same-origin"}]
)
def test_own_pages_and_programs_reach_the_application(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    assert _post(tmp_path, headers).status_code != 403


def test_a_socket_of_another_site_is_closed_before_it_opens(tmp_path: Path) -> None:
    parts, record = opened_parts(tmp_path)
    sent: list[Message] = []
    headers = [(b"host", b"127.0.0.1"), (b"origin", b"http://evil.example")]
    scope = {"type": "websocket", "path": "/x", "headers": headers, "subprotocols": []}

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(create_app(parts, pages=False)(scope, receive, send))
    record.close()
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_every_answer_carries_the_security_headers(tmp_path: Path) -> None:
    parts, record = opened_parts(tmp_path)
    for address in ("/api/v1/cameras", "/api/v1/nothing"):
        answer = Web(create_app(parts, pages=False)).get(address)
        assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    record.close()
