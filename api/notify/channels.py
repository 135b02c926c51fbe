"""Channels (通知渠道) through Apprise: mail, DingTalk 钉钉, WeCom 企业微信, Feishu 飞书, webhook …

An address of a channel holds its password or token: it is never printed or logged.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import apprise

from api.address_gate import AddressGate
from api.notify.wording import SEVERITIES
from api.redact import masked
from models.domain.errors import DeliveryError, SettingsError
from models.domain.notice import Reach, Severity

_TYPES: Final = {
    Severity.ORDINARY: apprise.NotifyType.INFO,
    Severity.IMPORTANT: apprise.NotifyType.WARNING,
    Severity.SERIOUS: apprise.NotifyType.FAILURE,
}
LONGEST_REASON: Final = 300


class Channel:
    """One channel of the settings.

    Args:
        name: Its name in the settings.
        url: Apprise's address of it.
        reach: Which notices it takes.
        gate: Says where it may lead.
        language: `zh`, `en`, or `both`.

    Raises:
        SettingsError: Apprise does not know such an address.
    """

    def __init__(
        self, name: str, url: str, reach: Reach, gate: AddressGate, language: str = "zh"
    ) -> None:
        self.name = name
        self.reach = reach
        self._language = language
        self._gate = gate
        asset = apprise.AppriseAsset(app_id="OnPost", app_desc="OnPost", async_mode=False)
        asset.http_redirects = False  # a redirect could lead past the gate
        service = apprise.Apprise.instantiate(url, asset=asset)
        if service is None:
            raise SettingsError(
                f"通知渠道“{name}”的地址不是 Apprise 能识别的地址。",
                f"the address of the channel {name!r} is none that Apprise knows.",
                where=f"notifications.channels.{name}.url",
            )
        self._service = service

    def send(self, content: Mapping[str, Any], number: str) -> None:
        """Send a worded notice, with its number in the text.

        Raises:
            DeliveryError: the channel did not take it.
        """
        for host in _hosts(self._service):
            self._gate.addresses(host, 0)
        severity = Severity(content["severity"])
        languages = ("zh", "en") if self._language == "both" else (self._language,)
        title = " / ".join(content[f"title_{one}"] for one in languages)
        body = "\n".join(content[f"body_{one}"] for one in languages if content[f"body_{one}"])
        with _heard() as lines:
            done = self._service.notify(
                title=f"{SEVERITIES[severity]}{title}",
                body=f"{body}\n[OnPost {number}]".strip(),
                notify_type=_TYPES[severity],
            )
        if not done:
            said = masked("; ".join(lines))[:LONGEST_REASON] or "refused"
            raise DeliveryError(f"渠道未接收:{said}。", f"the channel did not take it: {said}.")


def _hosts(service: Any) -> Iterator[str]:
    """Hosts that a channel's own address names; in other addresses a token stands in that place,
    which must not be asked of a name server."""
    if not any("{host}" in one for one in getattr(service, "templates", ())):
        return
    for name in ("host", "smtp_host"):
        if host := getattr(service, name, None):
            yield str(host)


class _Ear(logging.Handler):
    """Keeps what Apprise complains of in one thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.lines.append(record.getMessage())


@contextmanager
def _heard() -> Iterator[list[str]]:
    ear, heard = _Ear(), logging.getLogger("apprise")
    heard.addHandler(ear)
    try:
        yield ear.lines
    finally:
        heard.removeHandler(ear)
