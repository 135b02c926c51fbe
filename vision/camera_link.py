"""One camera's link: connects, reads when due, backs off, reconnects, for as long as it lives."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from models.domain.errors import ForbiddenMove, SourceError
from models.domain.ports import Clock
from models.domain.presence import Reason
from vision.due_times import DueTimes
from vision.frame import Frame
from vision.ports import FrameSource
from vision.sources.failures import AccessRefused, BrokenPicture, NoNewPicture


class LinkState(StrEnum):
    """How a camera's link stands (连接状态)."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"
    BACKING_OFF = "backing_off"
    RESTING = "resting"
    CLOSED = "closed"


_ENDS = frozenset({LinkState.RESTING, LinkState.CLOSED})
ALLOWED_MOVES: Mapping[LinkState, frozenset[LinkState]] = {
    LinkState.CONNECTING: frozenset({LinkState.LIVE, LinkState.BACKING_OFF}) | _ENDS,
    LinkState.LIVE: frozenset({LinkState.STALE, LinkState.BACKING_OFF}) | _ENDS,
    LinkState.STALE: frozenset({LinkState.LIVE, LinkState.BACKING_OFF}) | _ENDS,
    LinkState.BACKING_OFF: frozenset({LinkState.CONNECTING}) | _ENDS,
    LinkState.RESTING: frozenset({LinkState.CONNECTING, LinkState.CLOSED}),
    LinkState.CLOSED: frozenset(),
}
"""From each state, where it may go. A state never moves to itself."""


@dataclass(frozen=True, slots=True)
class BackOff:
    """Waits between attempts, in seconds of the clock.

    Attributes:
        first_s: After the first failure; doubles with each further one.
        cap_s: Longest wait.
        refused_s: After a wrong password: cameras lock accounts that keep trying.
        jitter: Share of each wait that chance takes away, so that cameras of one switch
            do not come back all at once.
        stable_reads: Frames in a row after which failures are forgotten.
    """

    first_s: float = 1.0
    cap_s: float = 60.0
    refused_s: float = 300.0
    jitter: float = 0.3
    stable_reads: int = 2

    def wait_s(self, failures: int, *, refused: bool, rng: random.Random) -> float:
        """The wait after `failures` (1, 2 …) failures without a stable stretch between."""
        doubled = self.first_s * float(2 ** min(failures - 1, 30))
        whole = self.refused_s if refused else min(self.cap_s, doubled)
        return whole * (1.0 - self.jitter * rng.random())


OnFrame = Callable[[Frame], None]
OnState = Callable[[str, LinkState, str, datetime], None]
"""Called with camera id, new state, reason (both languages, no password) and moment."""
OnMissed = Callable[[str, int], None]
"""Called with camera id and how many samples were due and not read."""

ATTENTIVE_S: Final = 0.5
"""Real seconds within which a link notices that closer samples are wanted."""


class CameraLink:
    """Reads one camera at its due times: start + `phase_s`, then every `period_s` or by `pace`.

    `run` is the body of one thread. When it is late it skips to the newest due time; what it
    skipped counts in `samples_missed`. A failed read is never a frame.

    Args:
        camera_id: The camera.
        make_source: Makes a fresh, unopened source; called for every connection.
        clock: All times and waits are this clock's.
        period_s: Seconds between samples, where `pace` says nothing else.
        phase_s: Shift of the due times, so that cameras take turns.
        on_frame: Gets every frame, in the link's thread; what it raises ends the link.
        on_state: Told of every change of state.
        rng: Chance for the jitter.
        back_off: Waits between attempts.
        stale_after: Periods without a frame until LIVE becomes STALE; twice as many end the
            connection.
        keep_open: False connects for each sample and hangs up after it (thin lines).
        closer: Seconds between samples that somebody wants just now, None where nobody asks;
            such samples come between the due ones and are not counted.
        on_demand: There are no due times: it rests, unconnected, until `closer` asks.
        pace: Seconds between samples at this moment (自适应采样), None for `period_s`.
    """

    def __init__(
        self,
        camera_id: str,
        make_source: Callable[[], FrameSource],
        clock: Clock,
        *,
        period_s: float,
        on_frame: OnFrame,
        on_state: OnState | None = None,
        phase_s: float = 0.0,
        rng: random.Random | None = None,
        back_off: BackOff | None = None,
        stale_after: float = 3.0,
        keep_open: bool = True,
        closer: Callable[[], float | None] | None = None,
        on_demand: bool = False,
        pace: Callable[[], float | None] | None = None,
    ) -> None:
        self.camera_id = camera_id
        self._make_source = make_source
        self._clock = clock
        self._period_s = period_s
        self._phase = timedelta(seconds=phase_s)
        self._on_frame = on_frame
        self._on_state = on_state
        self._rng = rng or random.Random(camera_id)  # noqa: S311 - spreads load, guards nothing
        self._back_off = back_off or BackOff()
        self._stale_after = stale_after
        self._keep_open = keep_open
        self._closer = closer
        self._pace = pace
        self._on_missed: OnMissed | None = None
        self._on_demand = on_demand
        self._state = LinkState.RESTING if on_demand else LinkState.CONNECTING
        self._reason = ""
        self._cut_by = Reason.OFFLINE
        self._source: FrameSource | None = None
        self._failures = 0
        self._reads_in_a_row = 0
        self._retry_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._last_frame_at: datetime | None = None
        self._live_since: datetime | None = None
        self.samples_read = 0
        self.samples_missed = 0

    @property
    def state(self) -> LinkState:
        """How the link stands now."""
        return self._state

    @property
    def reason(self) -> str:
        """Why, in both languages; empty while all is well."""
        return self._reason

    @property
    def blinded_by(self) -> Reason:
        """Why its windows cannot be seen while it gives no pictures."""
        return Reason.STALE if self._state is LinkState.STALE else self._cut_by

    @property
    def samples_due(self) -> int:
        """Samples whose due time is over: read or missed."""
        return self.samples_read + self.samples_missed

    def tell_missed(self, listener: OnMissed) -> None:
        """From now on `listener` hears of missed samples, in the link's thread."""
        self._on_missed = listener

    def run(self, stop: threading.Event) -> None:
        """Read until `stop` is set; whatever ends it, the source is released and CLOSED said."""
        due = self._due = DueTimes(self._clock.now() + self._phase, self._paced_s)
        self._tell(self._state, "")
        try:
            while self._wait(stop):
                if self._on_demand or self._clock.now() < due.next(self._clock.now()):
                    self._give(self._sample())
                    continue
                self._miss(due.skip_to_newest(self._clock.now()))
                frame = self._sample()
                if frame is not None:
                    due.over()
                    self.samples_read += 1
                    self._give(frame)
                elif self._source is not None:
                    due.over()  # connected but nothing new: the next due time is the next try
                    self._miss(1)
        finally:
            self._release()
            self._move(LinkState.CLOSED, "")

    def _paced_s(self) -> float:
        asked = self._pace() if self._pace is not None else None
        return self._period_s if asked is None else asked

    def _miss(self, samples: int) -> None:
        self.samples_missed += samples
        if samples and self._on_missed is not None:
            self._on_missed(self.camera_id, samples)

    def _give(self, frame: Frame | None) -> None:
        if frame is not None:
            self._on_frame(frame)

    def _wait(self, stop: threading.Event) -> bool:
        """Until a sample is due or wanted; False where the link is to stop."""
        steady = self._closer is None and self._pace is None
        while not stop.is_set():
            wanted = self._wanted()
            if wanted is None:
                self._release()
                self._move(LinkState.RESTING, "")
                stop.wait(ATTENTIVE_S)
                continue
            left = (wanted - self._clock.now()).total_seconds() / self._clock.speed
            if left <= 0:
                return True
            stop.wait(left if steady else min(left, ATTENTIVE_S))
        return False

    def _wanted(self) -> datetime | None:
        """When the next sample is to be taken, as far as it is known now."""
        regular = None if self._on_demand else self._due.next(self._clock.now())
        closer = self._closer() if self._closer is not None else None
        wanted = regular
        if closer is not None:
            before = self._tried_at
            soon = before + timedelta(seconds=closer) if before else self._clock.now()
            wanted = soon if regular is None else min(regular, soon)
        if wanted is None or self._retry_at is None:
            return wanted
        return max(wanted, self._retry_at)

    def _sample(self) -> Frame | None:
        """One attempt: a new frame, or None and the link's state says why."""
        self._tried_at = self._clock.now()
        try:
            source = self._connected()
            frame = self._newer(source.read())
        except NoNewPicture as failure:
            self._nothing_new(failure)
            return None
        except SourceError as failure:
            self._failed(failure)
            return None
        self._succeeded(frame)
        return frame

    def _newer(self, frame: Frame) -> Frame:
        if self._last_frame_at is not None and frame.taken_at <= self._last_frame_at:
            raise NoNewPicture(
                "收到的画面不比上一张新。", "the picture is not newer than the last one."
            )
        return frame

    def _connected(self) -> FrameSource:
        if self._source is None:
            if self._state in (LinkState.BACKING_OFF, LinkState.RESTING):
                self._move(LinkState.CONNECTING, "")
            self._source = self._make_source()
            self._source.open()
            self._live_since = self._clock.now()
        return self._source

    def _succeeded(self, frame: Frame) -> None:
        self._last_frame_at = frame.taken_at
        self._retry_at = None
        self._reads_in_a_row += 1
        if self._reads_in_a_row >= self._back_off.stable_reads:
            self._failures = 0
        self._move(LinkState.LIVE, "")
        if not self._keep_open:
            self._release()

    def _nothing_new(self, failure: NoNewPicture) -> None:
        """The connection holds: wait for it a while, then call it stale, then cut it."""
        self._reads_in_a_row = 0
        known = [at for at in (self._last_frame_at, self._live_since) if at is not None]
        silent = self._clock.now() - max(known)
        stale_after = self._stale_after * self._due.period
        if not self._keep_open or silent > 2 * stale_after:
            self._failed(failure)
        elif silent > stale_after and self._state is LinkState.LIVE:
            self._move(LinkState.STALE, str(failure))

    def _failed(self, failure: SourceError) -> None:
        self._release()
        self._reads_in_a_row = 0
        self._failures += 1
        broken = isinstance(failure, BrokenPicture)
        self._cut_by = Reason.BROKEN_PICTURE if broken else Reason.OFFLINE
        wait = self._back_off.wait_s(
            self._failures, refused=isinstance(failure, AccessRefused), rng=self._rng
        )
        self._retry_at = self._clock.now() + timedelta(seconds=wait)
        self._move(LinkState.BACKING_OFF, str(failure))

    def _release(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            source.close()

    def _move(self, to: LinkState, reason: str) -> None:
        if to is self._state:
            return
        check_move(self._state, to)
        self._tell(to, reason)

    def _tell(self, to: LinkState, reason: str) -> None:
        self._state, self._reason = to, reason
        if self._on_state is not None:
            self._on_state(self.camera_id, to, reason, self._clock.now())


def check_move(old: LinkState, new: LinkState) -> None:
    """Refuse a move that `ALLOWED_MOVES` does not list.

    Raises:
        ForbiddenMove: with both states named.
    """
    if new not in ALLOWED_MOVES[old]:
        raise ForbiddenMove(
            f"摄像机连接不能从 {old} 变为 {new}。",
            f"a camera link cannot go from {old} to {new}.",
        )
