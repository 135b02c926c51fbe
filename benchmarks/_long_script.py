"""What happens at one camera in one session of the long run, and so what is true.

Drawn by chance from the seed: who leaves when and for how long, who bends down or is out of
sight for minutes, who or what stands before a window, what lies on a chair, how the light is.
Moments are seconds since local midnight. Pure; the pictures are made in `_long_scene`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Final, TypeVar

from vision.sources.rehearsal import actors
from vision.sources.rehearsal.actors import HARD, Pose, Stretch, Timeline, Visit
from vision.sources.rehearsal.bodies import Look
from vision.sources.rehearsal.chance import chance
from vision.sources.rehearsal.stage import CameraPlan

Value = TypeVar("Value")

CALM_S: Final = 120.0
"""Whoever comes or goes is upright for so long: nobody arrives below the counter."""
APART_S: Final = 360.0
"""Between two absences of one window."""
HOW_MANY: Final = ((0, 7), (1, 8), (2, 4), (3, 1))
"""Absences of a window in a session, and how often."""
LENGTHS: Final = (((60, 270), 35), ((300, 900), 22), ((900, 2700), 38), ((2700, 6600), 5))
"""Seconds an absence lasts, and how often; nothing keeps clear of a threshold."""
NO_SHOW: Final = 0.01
AT_START, AT_END = 0.10, 0.18
LASTING: Final = (0.15, (180.0, 600.0))
"""Chance a session that a clerk is out of sight, present, and for how long."""
QUEUE: Final = (0.25, (120.0, 600.0))
BOARD: Final = (0.08, (120.0, 600.0))
LAMPS: Final = (1.0, 0.72, 0.85, 1.2)
SUN: Final = (0.3, (600.0, 3600.0))


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who stands right before a window."""

    start: float
    end: float
    choice: int
    look: Look
    aside_m: float
    top_m: float


@dataclass(frozen=True, slots=True)
class Board:
    """A board on a trolley, wheeled before a window, which hides it."""

    start: float
    end: float
    choice: int


@dataclass(frozen=True, slots=True)
class Left:
    """What lies on the chair or the counter while the clerk is away."""

    start: float
    end: float
    coat: bool
    bag: bool
    choice: int


@dataclass(frozen=True, slots=True)
class Sun:
    """Sun from one side."""

    start: float
    end: float
    from_left: bool
    strength: float


@dataclass(frozen=True, slots=True)
class Post:
    """One window's session.

    Attributes:
        absent: When nobody is there, within the session; the truth.
        present: When the clerk is there, also before and after the session.
        lasting: Out of sight though present: when, and how.
    """

    absent: tuple[Stretch, ...]
    present: tuple[Stretch, ...]
    poses: Timeline[Pose]
    lasting: tuple[tuple[Stretch, Pose], ...]
    visits: tuple[Visit, ...]
    queues: tuple[Standing, ...]
    boards: tuple[Board, ...]
    left: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """One camera's session; also what `rehearsal.scene.Scene` needs of a day's script."""

    plan: CameraPlan
    session: Stretch
    posts: Mapping[str, Post]
    passings: tuple[actors.Passing, ...]
    lamps: Timeline[float]
    suns: tuple[Sun, ...]

    def is_present(self, window_id: str, second: float) -> bool:
        """Whether the clerk is at the window."""
        return _during(self.posts[window_id].present, second)

    def who(self, window_id: str, second: float) -> int:  # noqa: ARG002 - nobody stands in
        """Always the window's own clerk."""
        return 0

    def calm(self, window_id: str) -> list[Stretch]:
        """When the clerk must not be in a hard pose."""
        return calm(self.posts[window_id].present)

    def pose(self, window_id: str, second: float) -> Pose | None:
        """How the clerk sits, None when away."""
        post = self.posts[window_id]
        if not _during(post.present, second):
            return None
        lasting = (pose for when, pose in post.lasting if _during((when,), second))
        return next(lasting, None) or post.poses.at(second)

    def posture(self, window_id: str, second: float) -> str:
        """`A` away, `L` out of sight for minutes, `H` bent down, `E` easy to see."""
        pose = self.pose(window_id, second)
        if pose is None:
            return "A"
        if any(_during((when,), second) for when, _ in self.posts[window_id].lasting):
            return "L"
        return "H" if pose.hard else "E"

    def cover(self, window_id: str, second: float) -> str:
        """What is before the window: `b` a board, `q` somebody standing, `v` a citizen, `p`
        somebody passing the camera, `.` nothing."""
        post = self.posts[window_id]
        for name, things in (("b", post.boards), ("q", post.queues), ("v", post.visits)):
            if any(one.start <= second < one.end for one in things):
                return name
        passing = any(one.start <= second < one.end for one in self.passings)
        return "p" if passing else "."

    def light(self, second: float) -> str:
        """`s` sun from the side, `d` lamps other than usual, `.` as usual."""
        if self.sun(second):
            return "s"
        return "." if self.lamps.at(second) == 1.0 else "d"

    def sun(self, second: float) -> Sun | None:
        """The sun that falls in, None where none does."""
        return next((one for one in self.suns if one.start <= second < one.end), None)

    def hidden(self, window_id: str) -> list[tuple[str, Stretch]]:
        """What may keep a clerk who is there from being seen: its name, and when."""
        post = self.posts[window_id]
        return [
            *(("out of sight", when) for when, _ in post.lasting),
            *(("bent down", when) for when in _bent(post.poses, self.session)),
            *(("board", (one.start, one.end)) for one in post.boards),
            *(("queue", (one.start, one.end)) for one in post.queues),
        ]


def written(plan: CameraPlan, seed: int, session: Stretch) -> Script:
    """The script of one camera's session, always the same for the same arguments."""
    posts = {seat.window_id: _post(plan, seat.window_id, seed, session) for seat in plan.seats}
    rng = chance(seed, "light", plan.id, session)
    switches = sorted(rng.uniform(*session) for _ in range(rng.choice((0, 0, 1, 2))))
    gains = [1.0, *(rng.choice(LAMPS) for _ in switches)]
    suns = tuple(
        Sun(*when, rng.random() < 0.5, rng.uniform(0.2, 0.45)) for when in _some(SUN, rng, session)
    )
    passings = tuple(one for one in actors.passings(seed, plan.id) if _near(one, session))
    return Script(plan, session, posts, passings, Timeline([0.0, *switches], gains), suns)


def _bent(poses: Timeline[Pose], session: Stretch) -> list[Stretch]:
    """When the clerk would be in hard poses, one after another as one stretch."""
    changes = [*poses.items(), (session[1], None)]
    found: list[Stretch] = []
    for (start, pose), (end, _) in pairwise(changes):
        if pose is None or not pose.hard or start >= session[1] or end <= session[0]:
            continue
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def calm(present: Iterable[Stretch]) -> list[Stretch]:
    """The time around coming and going."""
    edges = sorted(edge for stretch in present for edge in stretch)
    return [(edge - CALM_S, edge + CALM_S) for edge in edges]


def _post(plan: CameraPlan, window_id: str, seed: int, session: Stretch) -> Post:
    rng = chance(seed, "long", window_id, session)
    absent = _absences(rng, session)
    whole = (session[0] - rng.uniform(200, 900), session[1] + rng.uniform(20, 400))
    outside = [_reaching(one, session, whole) for one in absent]
    present = tuple(_without(whole, outside))
    quiet = calm(present)
    lasting = tuple(
        (when, rng.choice(HARD))
        for when in _some(LASTING, rng, session)
        if not any(when[0] < end and when[1] > start for start, end in (*quiet, *outside))
    )
    queues = tuple(
        Standing(
            *when,
            rng.randrange(1000),
            Look.drawn(rng),
            rng.uniform(-0.15, 0.15),
            rng.uniform(0.3, 0.5),
        )
        for when in _some(QUEUE, rng, session)
    )
    boards = tuple(Board(*when, rng.randrange(1000)) for when in _some(BOARD, rng, session))
    left = tuple(
        Left(*one, rng.random() < 0.35, rng.random() < 0.3, rng.randrange(1000)) for one in outside
    )
    poses = actors.poses(seed, window_id, quiet)
    visits = tuple(one for one in actors.visits(seed, plan.id, window_id) if _near(one, session))
    return Post(tuple(absent), present, poses, lasting, visits, queues, boards, left)


def _absences(rng: Random, session: Stretch) -> list[Stretch]:
    """Within the session, apart from each other, oldest first."""
    start, end = session
    if rng.random() < NO_SHOW:
        return [session]
    found: list[Stretch] = []
    for _ in range(_one_of(HOW_MANY, rng)):
        length = rng.uniform(*_one_of(LENGTHS, rng))
        where, free = rng.random(), rng.uniform(start + APART_S, end - APART_S - length)
        first = start if where < AT_START else end - length if where < AT_END else free
        one = (max(start, first), min(end, first + length))
        if all(one[0] >= b + APART_S or one[1] <= a - APART_S for a, b in found):
            found.append(one)
    return sorted(found)


def _reaching(absent: Stretch, session: Stretch, whole: Stretch) -> Stretch:
    """An absence at the session's edge goes on beyond it."""
    first = whole[0] if absent[0] <= session[0] else absent[0]
    return first, whole[1] if absent[1] >= session[1] else absent[1]


def _without(whole: Stretch, taken: Sequence[Stretch]) -> list[Stretch]:
    left, here = [], whole[0]
    for start, end in sorted(taken):
        left.append((here, start))
        here = end
    return [(a, b) for a, b in (*left, (here, whole[1])) if b > a]


def _some(how: tuple[float, Stretch], rng: Random, session: Stretch) -> list[Stretch]:
    """With its chance one stretch of its lengths, anywhere in the session; otherwise none."""
    share, lengths = how
    length, start, there = rng.uniform(*lengths), rng.uniform(*session), rng.random() < share
    return [(start, min(session[1], start + length))] if there else []


def _one_of(choices: Sequence[tuple[Value, int]], rng: Random) -> Value:
    return rng.choices([one for one, _ in choices], [share for _, share in choices])[0]


def _during(stretches: Iterable[Stretch], second: float) -> bool:
    return any(start <= second < end for start, end in stretches)


def _near(one: Visit | actors.Passing, session: Stretch) -> bool:
    return one.start < session[1] + 600 and one.end > session[0] - 600
