"""The composition root of notifications: who sends, and what with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from api.address_gate import AddressGate, networks_of
from api.clock import RealClock
from api.notify.channels import Channel
from api.notify.hooks import HookPoster
from api.notify.office import PostOffice
from api.notify.posting import Gate, Poster
from api.notify.postman import Postman
from api.notify.signing import KEY_FILE, HookKey
from api.notify.wording import Writer
from api.queries import Teller
from api.settings import Settings
from api.settings.notifications import ChannelSettings
from models.domain.notice import Reach
from models.domain.ports import MakeUnitOfWork


def reach_of(chosen: ChannelSettings) -> Reach:
    """Which notices a channel of the settings takes."""
    return Reach(
        least=chosen.least,
        kinds=None if chosen.kinds is None else frozenset(chosen.kinds),
        roles=None if chosen.roles is None else frozenset(chosen.roles),
        halls=None if chosen.halls is None else frozenset(chosen.halls),
        units=None if chosen.units is None else frozenset(chosen.units),
    )


def channels_of(settings: Settings) -> list[Channel]:
    """The channels of the settings.

    Raises:
        SettingsError: the address of one is none that Apprise knows.
    """
    gate = channel_gate_of(settings)
    return [
        Channel(name, chosen.url.get_secret_value(), reach_of(chosen), gate, chosen.language)
        for name, chosen in settings.notifications.channels.items()
    ]


def camera_gate_of(settings: Settings) -> AddressGate:
    """Where addresses of cameras that are typed on a page may lead."""
    return AddressGate("web.camera_networks", networks_of(settings.web.camera_networks))


def channel_gate_of(settings: Settings) -> AddressGate:
    """Where channels may lead."""
    allowed = networks_of(settings.notifications.channel_networks)
    return AddressGate("notifications.channel_networks", allowed)


def gate_of(settings: Settings) -> Gate:
    """Where webhooks may lead."""
    return Gate(networks_of(settings.notifications.hooks.allowed_networks))


def hook_key_of(settings: Settings) -> HookKey:
    """The key that makes the webhooks' secrets.

    Raises:
        StorageError: it can neither be read nor made.
    """
    return HookKey(settings.data_path / KEY_FILE)


def hooks_of(settings: Settings) -> HookPoster:
    """Who posts to webhooks.

    Raises:
        StorageError: the key can neither be read nor made.
    """
    poster = Poster(gate_of(settings), settings.notifications.hooks.timeout_s)
    return HookPoster(hook_key_of(settings), poster)


def make_postman(settings: Settings, make_uow: MakeUnitOfWork) -> Postman:
    """Who sends. `Postman.round(now)` takes real time.

    Raises:
        SettingsError: a channel's address cannot be used.
        StorageError: the webhooks' key can neither be read nor made.
    """
    return Postman(
        make_uow,
        channels=channels_of(settings),
        writer=Writer(settings),
        teller=Teller(settings),
        hooks=hooks_of(settings),
        give_up=timedelta(days=settings.notifications.give_up_after_days),
    )


@contextmanager
def posting(settings: Settings, make_uow: MakeUnitOfWork) -> Iterator[Postman]:
    """A thread of this process sends while the block runs.

    Raises:
        SettingsError: a channel's address cannot be used.
        StorageError: the webhooks' key can neither be read nor made.
    """
    postman = make_postman(settings, make_uow)
    office = PostOffice(postman, RealClock())
    office.start()
    try:
        yield postman
    finally:
        office.stop()
