"""Where a watch's processor time goes: a thin profiler around its real parts.

Each named part counts the processor time of the thread it runs in, less what parts inside it
count. Links decode in threads of their own, and the network computes in its engine's threads;
those are read whole from /proc. Nothing of this is in the product: methods are wrapped here.
"""

from __future__ import annotations

import functools
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from models.domain.presence import Look

TASKS = Path("/proc/self/task")
DECODING = ("link-", "rtsp-")


class Split:
    """Processor seconds by part, of all threads."""

    def __init__(self) -> None:
        self._own = threading.local()
        self._all: list[dict[str, float]] = []
        self._lock = threading.Lock()

    def _mine(self) -> tuple[list[list[Any]], dict[str, float]]:
        if not hasattr(self._own, "stack"):
            self._own.stack, self._own.spent = [], defaultdict(float)
            with self._lock:
                self._all.append(self._own.spent)
        return self._own.stack, self._own.spent

    def begin(self, part: str) -> None:
        """This thread goes into a part; the part around it rests."""
        stack, spent = self._mine()
        now = time.thread_time()
        if stack:
            spent[stack[-1][0]] += now - stack[-1][1]
        stack.append([part, now])

    def end(self) -> None:
        """It comes out again."""
        stack, spent = self._mine()
        now = time.thread_time()
        part, since = stack.pop()
        spent[part] += now - since
        if stack:
            stack[-1][1] = now

    def around(self, owner: Any, name: str, part: str) -> None:
        """Count what `owner.name` does as a part."""
        wrapped = getattr(owner, name)

        @functools.wraps(wrapped)
        def counted(*given: Any, **named: Any) -> Any:
            self.begin(part)
            try:
                return wrapped(*given, **named)
            finally:
                self.end()

        setattr(owner, name, counted)

    def between(self, owner: Any, first: str, last: str, part: str) -> None:
        """Count everything from one method to another of the same thread, as of a `with`."""
        entered, left = getattr(owner, first), getattr(owner, last)

        @functools.wraps(entered)
        def enter(*given: Any) -> Any:
            self.begin(part)
            try:
                return entered(*given)
            except BaseException:
                self.end()
                raise

        @functools.wraps(left)
        def leave(*given: Any) -> Any:
            try:
                return left(*given)
            finally:
                self.end()

        setattr(owner, first, enter)
        setattr(owner, last, leave)

    def totals(self) -> dict[str, float]:
        """So far."""
        found: dict[str, float] = defaultdict(float)
        with self._lock:
            for spent in self._all:
                for part, seconds in list(spent.items()):
                    found[part] += seconds
        return dict(found)


def tids() -> frozenset[int]:
    """This process's threads."""
    return frozenset(int(one.name) for one in TASKS.iterdir())


def spent_by(threads: Iterable[int]) -> float:
    """Processor seconds of these threads of this process; one that has ended counts nothing."""
    total = 0
    for tid in threads:
        try:
            total += int((TASKS / str(tid) / "schedstat").read_text("ascii").split()[0])
        except (OSError, IndexError):
            continue
    return total / 1e9


def decoding_threads() -> list[int]:
    """Threads of links and streams."""
    found = [one for one in threading.enumerate() if one.name.startswith(DECODING)]
    return [one.native_id for one in found if one.native_id is not None]


class Seen:
    """When pictures came and were decided, and what was decided of them."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._came: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()
        self.begin()

    def begin(self) -> None:
        """Forget what was."""
        with self._lock:
            self.decision_s: list[float] = []
            self.queue_s: list[float] = []
            self.frames = self.windows = self.looked = 0

    def came(self, frame: Any) -> None:
        """A picture was read and waits."""
        now, taken = self._now(), frame.taken_at.timestamp()
        with self._lock:
            self._came[frame.camera_id] = now, taken

    def decided(self, frame: Any, evidence: Mapping[str, Any]) -> None:
        """Its windows' states follow from it now."""
        now, taken = self._now(), frame.taken_at.timestamp()
        with self._lock:
            came, of = self._came.get(frame.camera_id, (now, taken))
            self.frames += 1
            self.windows += len(evidence)
            self.looked += sum(one.look is Look.LOOKED for one in evidence.values())
            self.decision_s.append(now - taken)
            if of == taken:
                self.queue_s.append(now - came)
