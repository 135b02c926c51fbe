"""Camera shards as actors of a Ray cluster: started, followed, moved, found again.

Ray restarts an actor whose process or node is lost, on whatever node is left. This engine looks
round, starts what is missing, and moves one shard at a time where nodes came or went. Actors are
named and detached: an engine that starts finds those of the one before it. That no two of them
write of one hall is not decided here but in the record, by the epoch of each hall's lease.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # read when ray is imported

import ray
import structlog
from ray import exceptions
from ray.util import list_named_actors
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from models.domain.errors import StorageError
from models.domain.lease import LeaseLost
from vision.engine.shards import Node, Shard, placed
from vision.frame_shelf import ShelfMeta

log = structlog.get_logger("onpost.watch")

LABEL: Final = "onpost-place"
"""Label of a node (`ray start --labels onpost-place=west`): halls of that place belong on it."""
RESOURCE: Final = "onpost-place-"
"""The same as a custom resource, where one node carries several: `onpost-place-west`."""

ANSWERS_S: Final = 5.0
"""How long a look waits for the shards' words."""
GIVEN_UP_S: Final = 60.0
"""A shard that gave no word for so long is started anew."""
LOST_S: Final = 10.0
"""A shard whose lease another one took is started anew after so long."""
STOP_WITHIN_S: Final = 20.0
_OBJECTS: Final = 200 * 1024 * 1024
_CPU: Final = 0.001
"""What Ray is told an actor takes: cameras are counted here, but of an actor that takes nothing
Ray does not mind on which node it belongs."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A camera's newest picture on its node's shelf; bytes are empty where they are known."""

    meta: ShelfMeta
    jpeg: bytes = field(repr=False, default=b"")
    thumbnail: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class Word:
    """What a shard says of itself.

    Attributes:
        node: The node it runs on.
        watching: Whether its cameras are read; false while it starts, or cannot.
        lost: Why it watches no more, empty while it does: others hold its halls.
        fault: Why it could not start yet.
        values: What a watch leaves on the shelf: counters, metrics.
        shown: Pictures and conditions that are new.
    """

    node: str = ""
    watching: bool = False
    lost: str = ""
    fault: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    shown: Sequence[Shown] = ()


Seen = Mapping[str, tuple[str, str]]
"""When a camera was last noted, and the hash of its picture, by camera."""


class ShardWatch(Protocol):
    """Watches the halls of one shard."""

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set.

        Raises:
            LeaseLost: another process watches these halls now.
        """
        ...

    def word(self, seen: Seen) -> Word:
        """How it goes, and what the shelf shows that is not in `seen`."""
        ...


class ShardActor:
    """The process of one shard; its methods answer while its thread watches."""

    def __init__(self, build: Callable[[], ShardWatch]) -> None:
        self._watch = build()
        self._stop = threading.Event()
        self._lost = ""
        self._node = str(ray.get_runtime_context().get_node_id())
        self._thread = threading.Thread(target=self._run, name="shard", daemon=True)
        self._thread.start()

    def word(self, seen: Seen) -> Word:
        """How it goes."""
        said = self._watch.word(seen)
        return Word(
            self._node,
            said.watching and not self._lost,
            self._lost,
            said.fault,
            said.values,
            said.shown,
        )

    def end(self) -> bool:
        """Stop watching after a last round of the record; True where that ended in time."""
        self._stop.set()
        self._thread.join(STOP_WITHIN_S)
        return not self._thread.is_alive()

    def pid(self) -> int:
        """The process, for whoever has to end it by hand."""
        return os.getpid()

    def _run(self) -> None:
        try:
            self._watch.run(self._stop)
        except LeaseLost as lost:
            self._lost = str(lost)
            log.warning("shard_lost", what=self._lost)
        except Exception:  # a new process, here or elsewhere, is what Ray is for
            log.exception("shard_failed")
            os._exit(1)


class NoAnswer(Exception):
    """An actor is not there, or did not answer in time."""


def answer_of(name: str, method: str, *args: Any, within_s: float) -> Any:
    """What an actor of this process's namespace answers.

    Raises:
        NoAnswer: none came.
    """
    try:
        actor: Any = ray.get_actor(name)
        asked = getattr(actor, method).remote(*args)
        return ray.get(asked, timeout=within_s)
    except (exceptions.RayError, ValueError) as error:
        raise NoAnswer(_short(error)) from error


class RayCluster:
    """The cluster, as far as shards need it.

    Args:
        address: Of the cluster, `auto` for this machine's, `local` for one of this process.
        namespace: Keeps one installation's actors apart from another's.

    Raises:
        StorageError: it cannot be reached.
    """

    def __init__(self, address: str, namespace: str) -> None:
        own: dict[str, Any] = {"include_dashboard": False, "object_store_memory": _OBJECTS}
        self._namespace = namespace
        try:
            ray.init(
                address=address,
                namespace=namespace,
                log_to_driver=False,
                **(own if address == "local" else {}),
            )
        except (ConnectionError, exceptions.RayError, ValueError, RuntimeError) as error:
            raise StorageError(
                f"无法连接 Ray 集群:{error}。请检查 --address 与各节点 Ray 版本。",
                f"the Ray cluster cannot be reached: {error}. Check --address, and that all "
                "nodes run the same Ray.",
                where=address,
            ) from None

    @property
    def here(self) -> str:
        """The node that this process runs on."""
        return str(ray.get_runtime_context().get_node_id())

    def nodes(self) -> list[Node]:
        """The nodes that are there, those without a processor to give left out."""
        return [
            Node(one["NodeID"], float(one["Resources"].get("CPU", 0)), _places(one))
            for one in ray.nodes()  # type: ignore[no-untyped-call]
            if one["Alive"] and one["Resources"].get("CPU", 0) > 0
        ]

    def names(self) -> set[str]:
        """Actors of this namespace."""
        return set(list_named_actors())

    def start(self, name: str, made: Callable[..., Any], node: str, *args: Any) -> None:
        """Start an actor on a node, or wherever there is room should the node go.

        Args:
            name: Its name; one that has it already is left alone.
            made: Its class.
            node: Where.
            args: What it is made with; Ray keeps them for its restarts.
        """
        ray.remote(made).options(
            name=name,
            lifetime="detached",
            get_if_exists=True,
            num_cpus=_CPU,
            max_restarts=-1,
            max_concurrency=4,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=True),
        ).remote(*args)

    def ask(self, names: Iterable[str], method: str, *args: Any, within_s: float) -> dict[str, Any]:
        """The answers of actors, None of those that are starting again or do not answer; those
        that are gone for good are left out."""
        asked = {}
        for name in names:
            with suppress(ValueError):  # there is none of that name
                actor = ray.get_actor(name)
                asked[getattr(actor, method).remote(*args)] = name
        done, waiting = ray.wait(list(asked), num_returns=len(asked), timeout=within_s)
        found: dict[str, Any] = {asked[one]: None for one in waiting}
        for one in done:
            with suppress(exceptions.ActorDiedError):
                try:
                    found[asked[one]] = ray.get(one)
                except exceptions.ActorDiedError:
                    raise
                except exceptions.RayError as error:
                    log.warning("shard_does_not_answer", shard=asked[one], error=_short(error))
                    found[asked[one]] = None
        return found

    def kill(self, name: str) -> None:
        """End an actor for good."""
        with suppress(ValueError, exceptions.RayError):
            ray.kill(ray.get_actor(name), no_restart=True)

    def close(self) -> None:
        """Leave the cluster; detached actors go on."""
        ray.shutdown()


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__


def _places(node: Mapping[str, Any]) -> frozenset[str]:
    label = (node.get("Labels") or {}).get(LABEL)
    carried = {
        name.removeprefix(RESOURCE) for name in node["Resources"] if name.startswith(RESOURCE)
    }
    return frozenset(carried | ({label} if label else set()))


class RayEngine:
    """Keeps every shard running somewhere. Used from one thread.

    Args:
        cluster: Where.
        shards: What is to be watched.
        build: Makes what makes a shard's watch, to be sent to its process.
        tag: Actors of another tag watch by other settings, and are ended.
        take: Given every word.
        stopwatch: Steady seconds.
    """

    def __init__(
        self,
        cluster: RayCluster,
        shards: Sequence[Shard],
        build: Callable[[Shard], Callable[[], ShardWatch]],
        *,
        tag: str,
        take: Callable[[Word], None],
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cluster = cluster
        self._shards = {f"shard-{one.name}-{tag}": one for one in shards}
        self._build = build
        self._take = take
        self._stopwatch = stopwatch
        self._seen: dict[str, tuple[str, str]] = {}
        self._nodes: dict[str, str] = {}
        self._silent: dict[str, float] = {}

    def take_over(self) -> None:
        """End shards of other settings, in order, before those of these are started."""
        others = {
            name for name in self._cluster.names() - set(self._shards) if name.startswith("shard-")
        }
        self._end(others)

    def look(self) -> dict[str, Word]:
        """One look round: words are taken, what is missing is started, one shard is moved.

        Returns:
            The word of each shard that gave one.
        """
        answers = self._cluster.ask(self._shards, "word", self._seen, within_s=ANSWERS_S)
        words: dict[str, Word] = {name: word for name, word in answers.items() if word is not None}
        for name, word in words.items():
            self._nodes[name] = word.node
            self._take(word)
            for one in word.shown:
                meta = one.meta
                self._seen[meta.camera_id] = meta.noted_at.isoformat(), meta.latest_etag
        gone = self._shards.keys() - answers.keys() | self._given_up(answers)
        self._place(gone, words)
        return words

    def _given_up(self, answers: Mapping[str, Word | None]) -> set[str]:
        """Shards that said nothing, or that they lost their halls, for too long; ended here."""
        now, found = self._stopwatch(), set()
        for name, word in answers.items():
            if word is not None and not word.lost:
                self._silent.pop(name, None)
                continue
            since = self._silent.setdefault(name, now)
            if now - since >= (LOST_S if word is not None else GIVEN_UP_S):
                log.warning("shard_given_up", shard=name, lost=bool(word))
                self._cluster.kill(name)
                found.add(name)
        return found

    def _place(self, gone: set[str], words: Mapping[str, Word]) -> None:
        names = {shard.name: name for name, shard in self._shards.items()}
        standing = {
            self._shards[name].name: node for name, node in self._nodes.items() if name not in gone
        }
        plan = placed(list(self._shards.values()), self._cluster.nodes(), standing)
        moved = False
        for shard, node in plan.items():
            name = names[shard]
            if name in gone:
                self._start(name, node)
            elif name in words and words[name].node != node and words[name].watching and not moved:
                log.info("shard_moves", shard=name, to=node)
                self._end({name})
                self._start(name, node)
                moved = True

    def _start(self, name: str, node: str) -> None:
        shard = self._shards[name]
        log.info("shard_starts", shard=name, halls=len(shard.halls), cameras=shard.cameras)
        self._cluster.start(name, ShardActor, node, self._build(shard))
        self._silent.pop(name, None)
        self._nodes[name] = node

    def _end(self, names: set[str]) -> None:
        if not names:
            return
        ended = self._cluster.ask(names, "end", within_s=STOP_WITHIN_S + ANSWERS_S)
        for name in names:
            if not ended.get(name):
                log.warning("shard_cut_off", shard=name)
            self._cluster.kill(name)

    def stop(self) -> None:
        """Stop every shard after a last round of its record."""
        self._end(set(self._shards) & self._cluster.names())
