"""What the record keeps: notifications to be sent (发件箱), and webhooks."""

from __future__ import annotations

from typing import Protocol


class OutboxBook(Protocol):
    """Notifications to be sent (发件箱), and webhooks."""
