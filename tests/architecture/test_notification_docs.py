"""What docs/notifications.md shows works."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from api.notify.signing import HookKey, headers_of
from api.schemas.clue import NewClue
from api.wiring_notify import channels_of
from tests.architecture.source import ROOT
from tests.fakes_web import settings_of, town


def _blocks(language: str) -> list[str]:
    text = (ROOT / "docs/notifications.md").read_text("utf-8")
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", text)


def test_the_receiver_of_the_docs_takes_what_we_sign_and_refuses_everything_else(
    tmp_path: Path,
) -> None:
    told: dict[str, Any] = {}
    exec(_blocks("python")[0], told)  # noqa: S102  our own page
    is_genuine: Callable[..., bool] = told["is_genuine"]
    secret, body = HookKey(tmp_path / "key").secret("salt"), "{“在岗”}".encode()
    headers = headers_of(secret, "hook:1#7", 1000, body)
    assert is_genuine(secret, headers, body, 1299)
    assert not is_genuine(secret, headers, body + b" ", 1299)
    assert not is_genuine(secret, headers, body, 1301)
    assert not is_genuine(HookKey(tmp_path / "other").secret("salt"), headers, body, 1000)
    assert not is_genuine(secret, headers | {"webhook-id": "hook:1#8"}, body, 1000)


def test_the_settings_of_the_docs_are_good(tmp_path: Path) -> None:
    for block in _blocks("yaml"):
        values = town(tmp_path) | yaml.safe_load(block.replace("[main]", "[h00]"))
        channels_of(settings_of(values, tmp_path))


def test_the_clue_of_the_docs_is_good() -> None:
    assert NewClue.model_validate(json.loads(_blocks("json")[0])).kind == "empty"
