"""Shards (分片): which halls are watched together on a cluster, and on which node.

A shard is whole halls, because a window may be seen by two cameras of its hall. Which halls make
a shard follows from the settings alone; where it runs follows from what nodes there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HallLoad:
    """A hall to be watched.

    Attributes:
        hall_id: The hall.
        cameras: How many cameras it has.
        place: Label of the nodes that its cameras are to be read on, empty for any.
    """

    hall_id: str
    cameras: int
    place: str = ""


@dataclass(frozen=True, slots=True)
class Shard:
    """Halls that one process watches.

    Attributes:
        halls: Their ids, sorted.
        cameras: How many cameras they have together.
        place: Label of the nodes they belong on, empty for any.
    """

    halls: tuple[str, ...]
    cameras: int
    place: str = ""

    @property
    def name(self) -> str:
        """The same for the same halls, whoever asks."""
        return hashlib.sha256("\n".join(self.halls).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of the cluster.

    Attributes:
        id: The cluster's name for it.
        cpus: Processors; a node with twice as many gets twice as many cameras.
        places: Labels of halls that it carries.
    """

    id: str
    cpus: float
    places: frozenset[str] = frozenset()


def shards_of(halls: Iterable[HallLoad], most: int) -> list[Shard]:
    """Halls put together, those of a place apart from others, in the order of their ids.

    Args:
        halls: All halls; those without cameras are left out.
        most: Most cameras of a shard; a hall that has more is one by itself.
    """
    found: list[Shard] = []
    for hall in sorted(halls, key=lambda one: (one.place, one.hall_id)):
        last = found[-1] if found else None
        if not hall.cameras:
            continue
        if last and last.place == hall.place and last.cameras + hall.cameras <= most:
            together = (*last.halls, hall.hall_id), last.cameras + hall.cameras
            found[-1] = Shard(*together, hall.place)
        else:
            found.append(Shard((hall.hall_id,), hall.cameras, hall.place))
    return found


def placed(
    shards: Sequence[Shard], nodes: Sequence[Node], standing: Mapping[str, str]
) -> dict[str, str]:
    """On which node each shard belongs.

    A shard stays where it is as long as its node is there and is no fuller than another would
    be with it. A place that no node carries is no reason to watch nobody: any node will do.

    Args:
        shards: All shards.
        nodes: The nodes that are there.
        standing: Node of each shard that runs, by its name.

    Returns:
        Node of each shard, by its name; empty where there is no node.
    """
    if not nodes:
        return {}
    carried = frozenset[str]().union(*(node.places for node in nodes))
    plan = _Plan(nodes)
    homeless = []
    for shard in shards:
        node = standing.get(shard.name, "")
        if node in plan.load and plan.fits(shard, node, carried):
            plan.put(shard, node)
        else:
            homeless.append(shard)
    for shard in sorted(homeless, key=lambda one: -one.cameras):
        fitting = [node.id for node in nodes if plan.fits(shard, node.id, carried)]
        plan.put(shard, min(fitting, key=lambda one: (plan.with_it(shard, one), one)))
    for _ in shards:
        if not plan.ease(shards, carried):
            break
    return plan.found


class _Plan:
    """Cameras by node, as shards are put."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = {node.id: node for node in nodes}
        self.load = dict.fromkeys(self._nodes, 0)
        self.found: dict[str, str] = {}

    def fits(self, shard: Shard, node: str, carried: frozenset[str]) -> bool:
        return shard.place not in carried or shard.place in self._nodes[node].places

    def with_it(self, shard: Shard, node: str) -> float:
        """How full a node would be with a shard more: cameras a processor."""
        return (self.load[node] + shard.cameras) / max(self._nodes[node].cpus, 0.1)

    def put(self, shard: Shard, node: str) -> None:
        before = self.found.get(shard.name)
        if before is not None:
            self.load[before] -= shard.cameras
        self.found[shard.name] = node
        self.load[node] += shard.cameras

    def ease(self, shards: Sequence[Shard], carried: frozenset[str]) -> bool:
        """Move the shard whose move helps most; False where none does."""
        best: tuple[float, Shard, str] | None = None
        for shard in shards:
            here = self.found[shard.name]
            now = self.load[here] / max(self._nodes[here].cpus, 0.1)
            for node in self._nodes:
                gain = now - self.with_it(shard, node)
                helps = node != here and gain > 0 and self.fits(shard, node, carried)
                if helps and (best is None or gain > best[0]):
                    best = gain, shard, node
        if best is not None:
            self.put(best[1], best[2])
        return best is not None
