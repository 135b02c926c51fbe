"""When the reader of a live stream may rest, by the stream's own times."""

from __future__ import annotations

from typing import Final

LISTENS_S: Final = 0.5
"""So long a reader listens without a rest, to learn how quickly packets can come."""
EVERY_S: Final = 60.0
"""So often it does; clocks that run apart do not come far meanwhile."""
_JUMP_S: Final = 5.0
_SHORTEST_S, _LONGEST_S = 0.02, 0.2


class Beat:
    """Compares stream time with ours. Used by one thread.

    A packet that lags no more than two pictures behind the quickest is among the newest. Its
    successor may be half here: to wait for it would mean to wake for each of its pieces.
    """

    def __init__(self) -> None:
        self._least = float("inf")
        self._listens_until: float | None = None
        self._lag = 0.0
        self._stream_s: float | None = None
        self._between_s = _SHORTEST_S

    def may_rest(self, stream_s: float, now_s: float) -> bool:
        """Whether it is time to rest after this packet.

        Args:
            stream_s: The packet's time by the stream, seconds.
            now_s: When it was read, real seconds, monotonic.
        """
        lag = now_s - stream_s
        if self._stream_s is None or abs(lag - self._lag) > _JUMP_S:
            self._listens_until = None
        elif (passed := stream_s - self._stream_s) > 0:
            self._between_s = min(_LONGEST_S, max(_SHORTEST_S, passed))
        self._stream_s, self._lag = stream_s, lag
        if self._listens_until is None or now_s > self._listens_until + EVERY_S:
            self._listens_until, self._least = now_s + LISTENS_S, lag
        self._least = min(self._least, lag)
        return now_s > self._listens_until and lag - self._least <= 2 * self._between_s
