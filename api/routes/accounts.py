"""Accounts (账号), by the security administrator."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query

from api.auth.account_office import AccountSeen
from api.auth.guard import needs
from api.auth.rule import Audit
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.paging import page_of
from api.routes.session import scope_out
from api.schemas.account import (
    AccountBody,
    AccountChanges,
    AccountOut,
    AccountPage,
    NewAccountOut,
)
from api.schemas.fields import Paged
from api.wiring import WebParts
from models.domain.access import Access, Permission, Scope
from models.domain.accounts import check_display_name
from models.domain.errors import InputError

router = APIRouter(tags=["accounts"])

READ: Final = needs(Permission.MANAGE_ACCOUNTS, audit=Audit.EACH)
CHANGE: Final = needs(Permission.MANAGE_ACCOUNTS, audit=Audit.CHANGE)


@router.get("/accounts", summary="Accounts", dependencies=[READ])
def list_accounts(parts: PartsDep, wanted: Annotated[Paged, Query()]) -> AccountPage:
    """All accounts by sign-in name."""
    everyone = {seen.account.login: seen for seen in parts.accounts.office.list()}
    logins, following = page_of(everyone, lambda login: (login,), wanted.after, wanted.limit)
    return AccountPage(
        items=[_told(everyone[login]) for login in logins],
        total=len(everyone),
        next_after=following,
        limit=wanted.limit,
    )


@router.post("/accounts", summary="Make an account", status_code=201, dependencies=[CHANGE])
def add_account(asked: AccountBody, parts: PartsDep, visitor: VisitorDep) -> NewAccountOut:
    """Make an account; its first password is in the answer, this once, and has to be changed."""
    access = Access(frozenset(asked.roles), _scope(parts, asked.halls, asked.units))
    account, password = parts.accounts.office.add(asked.login, asked.name, access, visitor)
    return _new(parts, account.login, password)


@router.get("/accounts/{login}", summary="One account", dependencies=[READ])
def one_account(login: str, parts: PartsDep) -> AccountOut:
    """One account."""
    return _one(parts, login)


@router.patch("/accounts/{login}", summary="Change an account", dependencies=[CHANGE])
def change_account(
    login: str, asked: AccountChanges, parts: PartsDep, visitor: VisitorDep
) -> AccountOut:
    """Another name, other roles, another scope."""
    held = _seen(parts, login).account
    named = check_display_name(asked.name) if asked.name is not None else ""
    given = asked.model_fields_set
    if given & {"roles", "halls", "units"}:
        scope = held.access.scope
        halls = asked.halls if "halls" in given else scope.halls
        units = asked.units if "units" in given else scope.units
        roles = held.access.roles if asked.roles is None else frozenset(asked.roles)
        parts.accounts.office.set_access(
            held.login, Access(roles, _scope(parts, halls, units)), visitor
        )
    if asked.name is not None:
        parts.accounts.office.rename(held.login, named, visitor)
    return _one(parts, held.login)


@router.post("/accounts/{login}/disable", summary="Disable", dependencies=[CHANGE])
def disable(login: str, parts: PartsDep, visitor: VisitorDep) -> AccountOut:
    """Shut an account: its sessions end, its tokens do not work."""
    return _one(parts, parts.accounts.office.disable(_login(parts, login), visitor).login)


@router.post("/accounts/{login}/enable", summary="Enable", dependencies=[CHANGE])
def enable(login: str, parts: PartsDep, visitor: VisitorDep) -> AccountOut:
    """Open a disabled account again."""
    return _one(parts, parts.accounts.office.enable(_login(parts, login), visitor).login)


@router.post("/accounts/{login}/unlock", summary="Unlock", dependencies=[CHANGE])
def unlock(login: str, parts: PartsDep, visitor: VisitorDep) -> AccountOut:
    """Forget failed sign-ins."""
    return _one(parts, parts.accounts.office.unlock(_login(parts, login), visitor).login)


@router.post("/accounts/{login}/reset-password", summary="New password", dependencies=[CHANGE])
def reset_password(login: str, parts: PartsDep, visitor: VisitorDep) -> NewAccountOut:
    """A one-time password, shown this once; sessions end, tokens are revoked."""
    held = _login(parts, login)
    password = parts.accounts.office.reset_password(held, visitor)
    return _new(parts, held, password)


def _new(parts: WebParts, login: str, password: str) -> NewAccountOut:
    return NewAccountOut(
        account=_one(parts, login),
        password=password,
        expires_at=parts.accounts.office.first_password_ends(login),
    )


def _seen(parts: WebParts, login: str) -> AccountSeen:
    try:
        return parts.accounts.office.get(login)
    except InputError:
        raise missing("账号", "account", login[:100]) from None


def _login(parts: WebParts, login: str) -> str:
    return _seen(parts, login).account.login


def _scope(
    parts: WebParts,
    halls: list[str] | frozenset[str] | None,
    units: list[str] | frozenset[str] | None,
) -> Scope:
    unknown = sorted(set(halls or ()) - parts.settings.halls.keys())
    if unknown:
        raise InputError(
            f"设置中没有大厅“{unknown[0]}”。",
            f"there is no hall {unknown[0]!r} in the settings.",
            where="halls",
        )
    return Scope(
        None if halls is None else frozenset(halls), None if units is None else frozenset(units)
    )


def _one(parts: WebParts, login: str) -> AccountOut:
    return _told(_seen(parts, login))


def _told(seen: AccountSeen) -> AccountOut:
    account = seen.account
    return AccountOut(
        login=account.login,
        name=account.name,
        roles=sorted(account.access.roles),
        scope=scope_out(account.access.scope),
        disabled=account.disabled,
        demo=account.demo,
        must_change_password=account.must_change,
        locked_until=seen.locked_until,
        sessions=seen.sessions,
        tokens=seen.tokens,
        created_at=account.created_at,
        password_at=account.password_at,
    )
