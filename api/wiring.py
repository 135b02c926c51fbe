"""The composition root: from settings to the parts that processes share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from api.auth.account_desk import AccountDesk
from api.auth.account_office import AccountOffice
from api.auth.audit_groups import AuditDesk
from api.auth.passwords import Passwords
from api.auth.token_desk import TokenDesk
from api.board import Board, OpenNow
from api.clock import RealClock
from api.events import Broadcaster
from api.hours import open_now
from api.queries import Teller
from api.settings import Settings
from api.settings.domain import account_rules_of
from api.wall import Wall
from api.wiring_record import make_clock, make_record
from models.domain.ports import Clock, EvidenceStore, MakeUnitOfWork
from vision.frame_shelf import FrameShelf

__all__ = ["WebParts", "make_clock", "make_record", "make_shelf", "opened_web", "web_parts"]


def make_shelf(settings: Settings) -> FrameShelf:
    """The frame shelf in the folder that the settings choose."""
    return FrameShelf(settings.shelf_path)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts, sessions and tokens, by who works with them.

    Attributes:
        desk: Signs in, and tells whose a session or a token is.
        office: Makes and changes accounts.
        tokens: Makes and revokes tokens.
    """

    desk: AccountDesk
    office: AccountOffice
    tokens: TokenDesk


def accounts_of(
    settings: Settings,
    make_uow: MakeUnitOfWork,
    clock: Clock,
    passwords: Passwords | None = None,
) -> Accounts:
    """Accounts in the record. `clock` is the real one: a session lasts real minutes."""
    rules, passwords = account_rules_of(settings), passwords or Passwords()
    desk = AccountDesk(make_uow, clock, rules, passwords)
    return Accounts(
        desk,
        AccountOffice(make_uow, clock, passwords, desk.forget, rules),
        TokenDesk(make_uow, clock, rules, desk.forget),
    )


@dataclass(frozen=True, slots=True)
class WebParts:
    """What the web is made of; routes get it through `api.deps`."""

    settings: Settings
    clock: Clock
    shelf: FrameShelf
    make_uow: MakeUnitOfWork
    evidence: EvidenceStore
    teller: Teller
    board: Board
    broadcaster: Broadcaster
    wall: Wall
    audit: AuditDesk
    accounts: Accounts


def web_parts(
    settings: Settings,
    clock: Clock,
    shelf: FrameShelf,
    make_uow: MakeUnitOfWork,
    evidence: EvidenceStore,
    *,
    is_open: OpenNow | None = None,
    accounts: Accounts | None = None,
) -> WebParts:
    """The web's parts around a record that is open already."""
    board = Board(settings, clock, shelf, make_uow, is_open or open_now(settings, make_uow))
    teller = Teller(settings)
    return WebParts(
        settings,
        clock,
        shelf,
        make_uow,
        evidence,
        teller,
        board,
        Broadcaster(),
        Wall(settings, teller, make_uow),
        AuditDesk(make_uow, clock),
        accounts or accounts_of(settings, make_uow, RealClock()),
    )


@contextmanager
def opened_web(settings: Settings) -> Iterator[WebParts]:
    """The web's parts with the record opened, and closed at the end.

    Raises:
        StorageError: the database or a folder cannot be used.
    """
    record = make_record(settings)
    try:
        yield web_parts(
            settings,
            make_clock(settings),
            make_shelf(settings),
            record.make_uow,
            record.evidence,
        )
    finally:
        record.close()
