"""Which halls go together, and where: nobody is left out, nobody is moved without need."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vision.engine.shards import HallLoad, Node, Shard, placed, shards_of

HALLS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=4),
    st.tuples(st.integers(0, 9), st.sampled_from(["", "west", "east"])),
    max_size=12,
)
NODES = st.lists(
    st.tuples(st.integers(1, 8), st.frozensets(st.sampled_from(["west", "east"]))),
    min_size=1,
    max_size=5,
)


def halls(drawn: dict[str, tuple[int, str]]) -> list[HallLoad]:
    return [HallLoad(hall, cameras, place) for hall, (cameras, place) in drawn.items()]


def nodes(drawn: list[tuple[int, frozenset[str]]]) -> list[Node]:
    return [Node(f"n{i}", cpus, places) for i, (cpus, places) in enumerate(drawn)]


@given(HALLS, st.integers(1, 12))
def test_every_hall_with_a_camera_is_in_one_shard_of_its_place(
    drawn: dict[str, tuple[int, str]], most: int
) -> None:
    found = shards_of(halls(drawn), most)
    assert sorted(hall for shard in found for hall in shard.halls) == sorted(
        hall for hall, (cameras, _) in drawn.items() if cameras
    )
    for shard in found:
        assert {drawn[hall][1] for hall in shard.halls} == {shard.place}
        assert shard.cameras == sum(drawn[hall][0] for hall in shard.halls)
        assert shard.cameras <= most or len(shard.halls) == 1


@given(HALLS, NODES, st.integers(1, 12))
def test_every_shard_has_a_node_of_its_place_where_one_is_there_and_then_stays(
    drawn: dict[str, tuple[int, str]], machines: list[tuple[int, frozenset[str]]], most: int
) -> None:
    shards, there = shards_of(halls(drawn), most), nodes(machines)
    found = placed(shards, there, {})
    places = {node.id: node.places for node in there}
    for shard in shards:
        carried = any(shard.place in one for one in places.values())
        assert not carried or shard.place in places[found[shard.name]]
    assert placed(shards, there, found) == found


def test_a_new_node_takes_over_only_what_evens_the_load() -> None:
    shards = [Shard((f"h{i}",), 10) for i in range(6)]
    two = [Node("a", 2), Node("b", 2)]
    before = placed(shards, two, {})
    after = placed(shards, [*two, Node("c", 2)], before)
    moved = {name for name in before if after[name] != before[name]}
    assert {after[name] for name in moved} == {"c"}
    assert len(moved) == 2


def test_a_node_that_went_leaves_the_others_shards_where_they_are() -> None:
    shards = [Shard((f"h{i}",), 10) for i in range(6)]
    before = placed(shards, [Node("a", 2), Node("b", 2), Node("c", 2)], {})
    after = placed(shards, [Node("a", 2), Node("b", 2)], before)
    assert all(after[name] == node for name, node in before.items() if node != "c")
    assert sorted(after.values()) == ["a"] * 3 + ["b"] * 3


def test_without_a_node_nothing_is_placed() -> None:
    assert placed([Shard(("h",), 1)], [], {}) == {}
