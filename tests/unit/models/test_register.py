"""The hash chain: what is registered cannot be changed without a trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import RegisterError
from models.domain.presence import State
from models.domain.register import (
    GENESIS,
    Anchor,
    Entry,
    FaultKind,
    Head,
    canonical,
    entry_hash,
    evidence_named,
    evidence_purged,
    head_of,
    moment_text,
    seal,
)
from models.domain.register_check import owed_settlements, verify
from tests.builders import NINE, at

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
payloads = st.dictionaries(texts, values, max_size=4)


def chain_of(bodies: Sequence[dict[str, Any]]) -> list[Entry]:
    head, entries = Head(), []
    for number, payload in enumerate(bodies):
        entries.append(seal(head, "note", payload, at(number), f"k{number}"))
        head = head_of(entries[-1])
    return entries


def signed(entries: Sequence[Entry]) -> list[Anchor]:
    """As the program does it: each entry before its commit and after."""
    return [
        Anchor(entry.chain, entry.seq, entry.seq, entry.hash, settled, entry.at_text)
        for entry in entries
        for settled in (False, True)
    ]


def kinds(entries: Sequence[Entry], anchors: Sequence[Anchor]) -> set[FaultKind]:
    return {fault.kind for fault in verify(entries, anchors)}


def resealed(entries: Sequence[Entry]) -> list[Entry]:
    """An attacker who knows the rules computes every number and hash anew."""
    previous, out = GENESIS, []
    for seq, entry in enumerate(entries, 1):
        digest = entry_hash(
            seq, entry.chain, entry.at_text, entry.kind, entry.key, entry.body, previous
        )
        out.append(replace(entry, seq=seq, prev_hash=previous, hash=digest))
        previous = digest
    return out


FIVE = [{"n": number} for number in range(5)]


def test_an_untouched_chain_verifies() -> None:
    entries = chain_of(FIVE)
    assert verify(entries, signed(entries), head=head_of(entries[-1])) == []


def test_an_empty_register_verifies() -> None:
    assert verify([], [], head=Head()) == []


def test_equal_payloads_have_equal_text_whatever_the_order_of_their_keys() -> None:
    assert (
        canonical({"b": 1, "a": (2, 3)})
        == canonical({"a": [2, 3], "b": 1})
        == ('{"a":[2,3],"b":1}')
    )


def test_times_are_written_in_utc_and_words_as_they_are() -> None:
    shanghai = timezone(timedelta(hours=8))
    text = canonical(
        {"at": datetime(2026, 11, 23, 9, tzinfo=shanghai), "s": State.ABSENT, "名": "窗口"}
    )
    assert text == '{"at":"2026-11-23T01:00:00.000000+00:00","s":"absent","名":"窗口"}'


@pytest.mark.parametrize(
    "payload",
    [
        {"x": float("nan")},
        {"x": float("inf")},
        {"x": datetime(2026, 11, 23, 9)},  # noqa: DTZ001 - a naive time is what is refused
        {"x": object()},
        {"x": b"bytes"},
        {"x": "\ud800"},
        {1: "key"},
    ],
)
def test_what_json_cannot_hold_is_refused(payload: dict[Any, Any]) -> None:
    with pytest.raises(RegisterError):
        canonical(payload)


def test_an_entry_without_a_time_zone_is_refused() -> None:
    with pytest.raises(RegisterError):
        seal(Head(), "note", {}, datetime(2026, 11, 23, 9))  # noqa: DTZ001


def test_an_entry_gives_back_what_was_registered() -> None:
    entry = seal(Head(), "note", {"n": 1, "名": "窗口"}, NINE, "k")
    assert (entry.at, entry.payload, entry.seq) == (NINE, {"n": 1, "名": "窗口"}, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"at_text": moment_text(NINE + timedelta(microseconds=1))},
        {"kind": "notf"},
        {"key": "k9"},
        {"key": ""},
        {"body": '{"n":9}'},
        {"body": '{"n": 2}'},
        {"chain": "registes"},
        {"hash": "0" * 64},
    ],
)
def test_an_edit_of_any_part_of_an_entry_is_found(changed: dict[str, str]) -> None:
    entries = chain_of(FIVE)
    anchors = signed(entries)
    entries[2] = replace(entries[2], **changed)  # type: ignore[arg-type]
    faults = verify(entries, anchors)
    assert FaultKind.EDITED in {fault.kind for fault in faults}
    assert {fault.seq for fault in faults} <= {3, 4}


def test_an_edited_link_is_found() -> None:
    entries = chain_of(FIVE)
    anchors = signed(entries)
    entries[2] = replace(entries[2], prev_hash=GENESIS)
    assert {FaultKind.EDITED, FaultKind.LINK} <= kinds(entries, anchors)


def test_a_deleted_entry_is_found_and_numbered() -> None:
    entries = chain_of(FIVE)
    anchors = signed(entries)
    del entries[2]
    (fault,) = verify(entries, anchors)
    assert (fault.kind, fault.seq) == (FaultKind.GAP, 3)
    assert "第 3 条" in fault.zh


def test_two_entries_that_changed_places_are_found() -> None:
    entries = chain_of(FIVE)
    anchors = signed(entries)
    entries[1], entries[2] = replace(entries[2], seq=2), replace(entries[1], seq=3)
    assert kinds(entries, anchors) >= {FaultKind.EDITED, FaultKind.LINK}


def test_a_cut_tail_is_found_by_the_signed_head() -> None:
    entries = chain_of(FIVE)
    faults = verify(entries[:3], signed(entries), head=head_of(entries[2]))
    assert [(fault.kind, fault.seq) for fault in faults] == [(FaultKind.CUT_TAIL, 4)]


def test_an_emptied_register_is_found_by_the_signed_head() -> None:
    assert kinds([], signed(chain_of(FIVE))) == {FaultKind.CUT_TAIL}


def test_a_chain_rewritten_with_right_hashes_is_found_where_it_begins_to_differ() -> None:
    entries = chain_of(FIVE)
    anchors = signed(entries)
    entries[2] = replace(entries[2], body='{"n":99}')
    faults = verify(resealed(entries), anchors)
    assert [(f.kind, f.seq) for f in faults] == [
        (FaultKind.REWRITTEN, 3),
        (FaultKind.UNSIGNED, 3),
    ]


def test_an_entry_added_at_the_end_with_right_hashes_is_found() -> None:
    entries = chain_of(FIVE)
    forged = seal(head_of(entries[-1]), "note", {"n": "forged"}, at(9))
    faults = verify([*entries, forged], signed(entries))
    assert [(fault.kind, fault.seq) for fault in faults] == [(FaultKind.UNSIGNED, 6)]


def test_a_forged_entry_stays_found_after_the_program_went_on_above_it() -> None:
    entries = chain_of(FIVE)
    forged = seal(head_of(entries[-1]), "note", {"n": "forged"}, at(9))
    ours = seal(head_of(forged), "note", {"n": "ours"}, at(10))
    faults = verify([*entries, forged, ours], signed([*entries, ours]))
    assert [(fault.kind, fault.seq) for fault in faults] == [(FaultKind.UNSIGNED, 6)]


def test_a_register_whose_signed_heads_are_gone_does_not_verify() -> None:
    (fault,) = verify(chain_of(FIVE), [])
    assert (fault.kind, fault.seq) == (FaultKind.UNSIGNED, 1)


def test_several_entries_of_one_transaction_need_one_signature() -> None:
    entries = chain_of(FIVE)
    last = entries[-1]
    anchor = Anchor(last.chain, 1, last.seq, last.hash, settled=True, at_text=last.at_text)
    assert verify(entries, [anchor]) == []


def test_an_entry_signed_but_never_committed_is_no_fault() -> None:
    entries = chain_of(FIVE)
    anchors = signed(entries)
    died = seal(head_of(entries[-1]), "note", {"n": "died"}, at(9))
    pending = Anchor(died.chain, 6, 6, died.hash, settled=False, at_text=died.at_text)
    assert verify(entries, [*anchors, pending]) == []


def test_a_head_row_that_names_another_entry_is_found() -> None:
    entries = chain_of(FIVE)
    assert {f.kind for f in verify(entries, signed(entries), head=Head(seq=4, hash="x"))} == {
        FaultKind.HEAD
    }


def test_anchors_written_while_the_entries_were_read_are_not_held_against_them() -> None:
    entries = chain_of(FIVE)
    anchors = signed(entries)
    assert verify(entries[:4], anchors, must_stand=anchors[:8]) == []


def test_a_column_that_is_not_text_any_more_is_found() -> None:
    entries = chain_of(FIVE)
    anchors = signed(entries)
    entries[2] = replace(entries[2], body=None)  # type: ignore[arg-type]
    assert FaultKind.UNREADABLE in kinds(entries, anchors)


def test_only_heads_committed_but_never_settled_are_owed_a_settlement() -> None:
    entries = chain_of(FIVE)
    died = seal(head_of(entries[-1]), "note", {"n": "died"}, at(9))
    anchors = [
        *signed(entries[:4]),
        Anchor(entries[4].chain, 5, 5, entries[4].hash, settled=False, at_text=""),
        Anchor(died.chain, 6, 6, died.hash, settled=False, at_text=""),
    ]
    stored = {entry.seq: entry for entry in entries}
    assert owed_settlements(anchors, lambda anchor: stored.get(anchor.seq)) == [(5, entries[4])]


def test_an_entry_tells_which_pictures_it_names_and_which_were_destroyed() -> None:
    named = seal(Head(), "finding_opened", {"evidence": [{"sha256": "ab", "path": "p"}]}, NINE)
    purge = seal(Head(), "evidence_purged", {"sha256": ["ab"]}, NINE)
    assert list(evidence_named(named)) == [("ab", "p")]
    assert (list(evidence_named(purge)), evidence_purged(purge)) == ([], ("ab",))
    assert evidence_purged(named) == ()


@given(st.lists(payloads, min_size=1, max_size=6))
def test_any_chain_verifies_and_gives_its_payloads_back(bodies: list[dict[str, Any]]) -> None:
    entries = chain_of(bodies)
    assert verify(entries, signed(entries)) == []
    assert [canonical(entry.payload) for entry in entries] == [canonical(body) for body in bodies]


@given(st.lists(payloads, min_size=1, max_size=6), st.data())
def test_any_change_of_one_character_is_found(bodies: list[dict[str, Any]], data: Any) -> None:
    entries = chain_of(bodies)
    anchors = signed(entries)
    index = data.draw(st.integers(0, len(entries) - 1))
    column = data.draw(
        st.sampled_from(["chain", "at_text", "kind", "key", "body", "prev_hash", "hash"])
    )
    old = getattr(entries[index], column)
    place = data.draw(st.integers(0, len(old) - 1))
    letter = data.draw(st.characters(exclude_categories=["Cs"], exclude_characters=old[place]))
    changed = old[:place] + letter + old[place + 1 :]
    entries[index] = replace(entries[index], **{column: changed})
    assert verify(entries, anchors) != []


@given(st.lists(payloads, min_size=2, max_size=6), st.data())
def test_any_loss_move_or_insertion_is_found_even_with_hashes_made_anew(
    bodies: list[dict[str, Any]], data: Any
) -> None:
    entries = chain_of(bodies)
    anchors = signed(entries)
    deed = data.draw(st.sampled_from(["lose", "move", "insert"]))
    index = data.draw(st.integers(0, len(entries) - 1))
    taken = entries.pop(index)
    if deed == "move":
        places = [place for place in range(len(entries) + 1) if place != index]
        entries.insert(data.draw(st.sampled_from(places)), taken)
    if deed == "insert":
        entries[index:index] = [replace(taken, key="other"), taken]
    assert verify(resealed(entries), anchors) != []
    assert verify(entries, anchors) != []


def test_moments_are_told_apart_to_the_microsecond() -> None:
    assert moment_text(datetime(2026, 11, 23, 1, 0, 0, 7, UTC)) == (
        "2026-11-23T01:00:00.000007+00:00"
    )
