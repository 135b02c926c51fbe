from __future__ import annotations

from models.domain.events import Snapshot, before_and_after, finding_of
from models.domain.register import Entry, Head, head_of, seal
from tests.builders import at

KEY = "w1@20261123T010000Z"
FACTS = {
    "finding": KEY,
    "window": "w1",
    "hall": "h1",
    "unit": "u1",
    "kind": "off_post",
    "label": "脱岗",
    "since": "2026-11-23T01:00:00+00:00",
    "until_at_least": "2026-11-23T01:15:00+00:00",
    "at_least_s": 900.0,
    "ended": False,
    "evidence": [{"sha256": "a" * 64, "path": "a"}],
}


class Story:
    """A register made by hand."""

    def __init__(self) -> None:
        self.head = Head()
        self.entries: dict[str, Entry] = {}

    def add(self, kind: str, key: str, /, **said: object) -> Entry:
        entry = seal(self.head, kind, said, at(self.head.seq), key)
        self.head = head_of(entry)
        self.entries[key] = entry
        return entry

    def told(self, entry: Entry) -> tuple[Snapshot | None, Snapshot | None]:
        return before_and_after(entry, self.entries.get)


def test_an_event_tells_how_the_finding_stood_then_not_how_it_stands_now() -> None:
    story = Story()
    opened = story.add("finding_opened", f"{KEY}:opened", **FACTS)
    longer = FACTS | {"at_least_s": 1200.0, "ended": True, "evidence": []}
    ended = story.add("finding_ended", f"{KEY}:after:1", **longer)
    confirmed = story.add(
        "finding_confirmed",
        f"{KEY}:after:2",
        **{"finding": KEY, "from": "to_verify", "to": "confirmed", "by": "li", "reason": ""},
        person="张三",
    )
    before, after = story.told(opened)
    assert before is None
    assert after is not None
    assert (after["state"], after["proven_s"], after["ended"]) == ("to_verify", 900.0, False)
    before, after = story.told(ended)
    assert before is not None and after is not None
    assert (before["proven_s"], after["proven_s"]) == (900.0, 1200.0)
    assert (before["ended"], after["ended"]) == (False, True)
    assert after["evidence_sha256"] == ["a" * 64]
    before, after = story.told(confirmed)
    assert before is not None and after is not None
    assert (before["state"], after["state"]) == ("to_verify", "confirmed")
    assert after["proven_s"] == 1200.0


def test_no_event_names_a_person() -> None:
    story = Story()
    story.add("finding_opened", f"{KEY}:opened", **FACTS)
    entry = story.add(
        "finding_confirmed", f"{KEY}:after:1", finding=KEY, to="confirmed", person="张三"
    )
    assert "张三" not in str(story.told(entry))


def test_what_was_withdrawn_and_holds_again_begins_anew_after_its_withdrawal() -> None:
    story = Story()
    story.add("finding_opened", f"{KEY}:opened", **FACTS)
    gone = story.add("finding_withdrawn", f"{KEY}:after:1", finding=KEY, reference="X-1")
    back = story.add("finding_reopened", f"{KEY}:reopened:2", **FACTS)
    _, after = story.told(gone)
    assert after is not None
    assert (after["state"], after["reason"], after["ended"]) == ("revoked", "withdrawn", True)
    before, after = story.told(back)
    assert before is not None and after is not None
    assert (before["state"], after["state"], after["ended"]) == ("revoked", "to_verify", False)


def test_what_a_person_called_false_stays_so_when_it_is_excused_later() -> None:
    story = Story()
    story.add("finding_opened", f"{KEY}:opened", **FACTS)
    story.add("finding_dismissed", f"{KEY}:after:1", finding=KEY, to="dismissed", reason="群众遮挡")
    late = story.add("finding_excused", f"{KEY}:after:2", finding=KEY, reference="L-1")
    before, after = story.told(late)
    assert before is not None and after is not None
    assert (before["reason"], after["state"]) == ("群众遮挡", "dismissed")


def test_a_question_changes_nothing() -> None:
    story = Story()
    story.add("finding_opened", f"{KEY}:opened", **FACTS)
    asked = story.add("finding_questioned", f"{KEY}:questioned:L-1", finding=KEY, reference="L-1")
    before, after = story.told(asked)
    assert before == after


def test_an_entry_about_no_finding_is_about_none() -> None:
    assert finding_of(Story().add("roster_imported", "roster:1", version=1)) == ""
