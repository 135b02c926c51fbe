"""The settings of notifications: channels through Apprise, and outgoing webhooks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from api.settings.fields import Identifier, NetworkText, refusal
from api.settings.sections import Section
from models.domain.access import Role
from models.domain.notice import Severity


def _channel_address(value: SecretStr) -> SecretStr:
    if "://" not in value.get_secret_value():
        raise refusal(
            "通知渠道的地址应类似 mailto://、dingtalk://、wecombot://、feishu:// 或 json://。",
            "a channel's address looks like mailto://, dingtalk://, wecombot://, feishu:// "
            "or json://.",
        )
    return value


ChannelAddress = Annotated[SecretStr, AfterValidator(_channel_address)]


class ChannelSettings(Section):
    """One channel (通知渠道). `url` is an Apprise address and never shows in a print."""

    url: ChannelAddress
    least: Severity = Field(Severity.IMPORTANT, description="The least severity that goes out.")
    kinds: tuple[str, ...] | None = Field(None, description="finding, camera_down, digest, …")
    roles: tuple[Role, ...] | None = Field(None, description="Roles that read this channel.")
    halls: tuple[Identifier, ...] | None = None
    units: tuple[str, ...] | None = None
    language: Literal["zh", "en", "both"] = "zh"


class HookLimits(Section):
    """Where outgoing webhooks may lead beside public addresses."""

    allowed_networks: tuple[NetworkText, ...] = Field(
        (), description="Inner networks that webhooks may be posted to, such as 10.1.0.0/16."
    )
    timeout_s: float = Field(10.0, gt=0, le=60)


class NotificationSettings(Section):
    """What is told outside the pages, and how long it is tried."""

    channels: dict[Identifier, ChannelSettings] = Field(default_factory=dict)
    channel_networks: tuple[NetworkText, ...] = Field(
        (), description="Networks beside public and private ones that channels may lead to."
    )
    hooks: HookLimits = HookLimits()
    give_up_after_days: float = Field(3.0, gt=0, le=30)
