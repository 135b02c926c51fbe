"""How a camera is signed in to over HTTP: as it asks to be."""

from __future__ import annotations

from collections.abc import Generator

import httpx


class ChallengedAuth(httpx.Auth):
    """Basic or Digest, as the camera's challenge asks; Digest where it offers both.

    Remembers the challenge, so that the next request is let in at once.
    """

    def __init__(self, user: str, password: str) -> None:
        self._digest = httpx.DigestAuth(user, password)
        self._basic = httpx.BasicAuth(user, password)
        self._chosen: httpx.Auth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._chosen is not None:
            yield from self._chosen.auth_flow(request)
            return
        response = yield request
        if response.status_code != 401:
            return
        offers = [offer.strip().lower() for offer in response.headers.get_list("www-authenticate")]
        if any(offer.startswith("digest") or ", digest " in offer for offer in offers):
            self._chosen = self._digest
            yield from self._digest.auth_flow(request)
        elif any(offer.startswith("basic") for offer in offers):
            self._chosen = self._basic
            yield from self._basic.auth_flow(request)
