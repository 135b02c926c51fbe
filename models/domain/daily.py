"""When a daily job (每日任务) is due: by local days, whatever the clock or the zone does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a local day.

    Attributes:
        at: Wall time from which it is due. One that the day skips (clocks go forward) is taken
            as if they had not; of one that comes twice the first counts.
        late_s: So many seconds later it may still run; after that the day counts as missed.
    """

    at: time
    late_s: float = 12 * 3600.0

    def moment(self, day: date, zone: ZoneInfo) -> datetime:
        """From when it is due on `day`, UTC."""
        return datetime.combine(day, self.at.replace(fold=0), zone).astimezone(UTC)

    def newest_due(self, now: datetime, zone: ZoneInfo) -> date:
        """The newest local day whose moment has come."""
        today = now.astimezone(zone).date()
        return today if now >= self.moment(today, zone) else today - timedelta(days=1)

    def in_time(self, day: date, now: datetime, zone: ZoneInfo) -> bool:
        """Whether the job of `day` may still run."""
        return (now - self.moment(day, zone)).total_seconds() <= self.late_s

    def next_after(self, now: datetime, zone: ZoneInfo) -> datetime:
        """When it is due next, UTC."""
        return self.moment(self.newest_due(now, zone) + timedelta(days=1), zone)
