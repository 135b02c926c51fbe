"""What an audit entry may hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.audit import AUDIT_CHAIN, LONGEST, deed_of, payload_of, told
from models.domain.errors import RegisterError
from models.domain.register import Head, canonical, seal
from tests.builders import NINE


def payload(who: str = "li.na", action: str = "read", **said: Any) -> dict[str, Any]:
    return payload_of(who, ("operator",), "session:1", "192.0.2.7", action, "x", "done", said)


@pytest.mark.parametrize(
    "name", ["password", "new_password", "secret", "client_secret", "token", "Cookie"]
)
def test_a_detail_named_like_a_secret_is_refused(name: str) -> None:
    with pytest.raises(RegisterError, match="不得包含"):
        payload(**{name: "x"})


def test_the_name_of_a_token_is_no_secret() -> None:
    assert payload(token_name="feed")["said"] == {"token_name": "feed"}


@pytest.mark.parametrize("action", ["", "Read", "read it", "读", "1read", "a" * 61])
def test_an_action_is_a_plain_name(action: str) -> None:
    with pytest.raises(RegisterError, match="动作"):
        payload(action=action)


def test_an_outcome_is_one_of_three() -> None:
    with pytest.raises(ValueError, match="perhaps"):
        payload_of("li.na", (), "", "", "read", "x", "perhaps", {})


@given(st.text(st.characters(exclude_categories=())), st.text(st.characters()))
def test_whatever_a_caller_types_can_be_entered_and_is_bounded(who: str, typed: str) -> None:
    held = payload(who, typed=typed, many=[typed], deep={typed: who})
    assert len(held["who"]) <= LONGEST
    assert len(held["said"]["typed"]) <= LONGEST
    assert canonical(held)


def test_a_deed_is_read_as_it_was_entered() -> None:
    entry = seal(Head(AUDIT_CHAIN), "read", payload(count=3), NINE)
    deed = deed_of(entry)
    assert told(deed) == {
        "seq": 1,
        "at": NINE.isoformat(),
        "who": "li.na",
        "roles": ["operator"],
        "means": "session:1",
        "address": "192.0.2.7",
        "action": "read",
        "target": "x",
        "outcome": "done",
        "said": {"count": 3},
        "hash": entry.hash,
    }
