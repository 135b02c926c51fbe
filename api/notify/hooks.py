"""Posts signed messages to the webhooks of the record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.notify.posting import Poster
from api.notify.signing import HookKey, headers_of
from models.domain.hooks import Hook


class HookPoster:
    """Signs and posts.

    Args:
        key: Makes the hooks' secrets.
        poster: Posts.
    """

    def __init__(self, key: HookKey, poster: Poster) -> None:
        self._key = key
        self._poster = poster

    def secret(self, hook: Hook) -> str:
        """What the hook's receiver checks signatures with; shown once, when it is made."""
        return self._key.secret(hook.salt)

    def post(self, hook: Hook, message_id: str, content: Mapping[str, Any], now: datetime) -> None:
        """Post one message.

        Args:
            hook: To whom.
            message_id: Its lasting name; the receiver drops what it knows already.
            content: JSON values.
            now: Real time, signed with it.

        Raises:
            DeliveryError: the receiver did not take it.
        """
        body = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
        headers = headers_of(self.secret(hook), message_id, int(now.timestamp()), body)
        self._poster.post(hook.url, headers, body)
