"""Outgoing webhooks (外发回调): who is told of the register's entries, signed."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.clock import RealClock
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.notify.posting import check_url
from api.notify.signing import new_salt
from api.paging import page_of
from api.schemas.fields import Paged
from api.schemas.webhook import NewWebhook, TestedOut, WebhookMade, WebhookOut, WebhookPage
from api.wiring import WebParts
from api.wiring_notify import gate_of, hooks_of
from models.domain.access import Permission, Scope
from models.domain.audit import Action
from models.domain.errors import DeliveryError, InputError
from models.domain.hooks import MOST_HOOKS, Hook, topics_of
from models.domain.notice import ItemState
from models.domain.ports import UnitOfWork

router = APIRouter(tags=["webhooks"])
SEE = needs(Permission.MANAGE_WEBHOOKS)
CHANGE = needs(Permission.MANAGE_WEBHOOKS, audit=Audit.CHANGE)


@router.get("/webhooks", dependencies=[SEE], summary="Receivers of events")
def list_webhooks(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[Paged, Query()]
) -> WebhookPage:
    """Every receiver with what waits for it; no secret is told."""
    with parts.make_uow(read_only=True) as uow:
        hooks = [one for one in uow.outbox.hooks() if _covers(visitor, one.scope)]
        items, following = page_of(hooks, lambda one: (f"{one.id:09}",), wanted.after, wanted.limit)
        told = [_told(parts, uow, one) for one in items]
    return WebhookPage(items=told, total=len(hooks), next_after=following, limit=wanted.limit)


@router.post("/webhooks", dependencies=[CHANGE], summary="Add a receiver", status_code=201)
def add_webhook(parts: PartsDep, visitor: VisitorDep, wanted: NewWebhook) -> WebhookMade:
    """Adds a receiver; it is told of what is registered from now on. The answer holds its secret,
    which is never told again. An address that leads to this machine or an inner network is
    refused unless the settings allow that network."""
    _check_target(parts, wanted.url)
    now = parts.clock.now()
    with parts.make_uow() as uow:
        if len(uow.outbox.hooks()) >= MOST_HOOKS:
            raise InputError(
                f"回调已有 {MOST_HOOKS} 个,请先删除不用的。",
                f"there are {MOST_HOOKS} webhooks already; remove one first.",
                where="webhooks",
            )
        hook = uow.outbox.add_hook(
            Hook(
                url=wanted.url,
                salt=new_salt(),
                made_at=now,
                made_by=visitor.name,
                topics=topics_of(wanted.topics),
                scope=_scope(parts, visitor, wanted),
                after_seq=uow.register.head().seq,
            )
        )
        host = wanted.url.split("/")[2]
        note(uow, visitor, Action.SETTINGS_CHANGED, f"webhook:{hook.id}", now, added=host)
        told = _told(parts, uow, hook)
        uow.commit()
    secret = hooks_of(parts.settings).secret(hook)
    return WebhookMade(**told.model_dump(), secret=secret)


@router.delete(
    "/webhooks/{hook_id}",
    dependencies=[CHANGE],
    summary="Remove a receiver",
    status_code=204,
    response_class=Response,
)
def remove_webhook(hook_id: int, parts: PartsDep, visitor: VisitorDep) -> Response:
    """Removes a receiver; what waits for it is given up."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        _hook(uow, visitor, hook_id)
        uow.outbox.remove_hook(hook_id)
        uow.outbox.drop(f"hook:{hook_id}")
        note(uow, visitor, Action.SETTINGS_CHANGED, f"webhook:{hook_id}", now, removed=True)
        uow.commit()
    return Response(status_code=204)


@router.post("/webhooks/{hook_id}/disable", dependencies=[CHANGE], summary="Stop telling it")
def disable(hook_id: int, parts: PartsDep, visitor: VisitorDep) -> WebhookOut:
    """Stops telling a receiver of anything new."""
    return _switch(parts, visitor, hook_id, enabled=False)


@router.post("/webhooks/{hook_id}/enable", dependencies=[CHANGE], summary="Go on telling it")
def enable(hook_id: int, parts: PartsDep, visitor: VisitorDep) -> WebhookOut:
    """Goes on telling a receiver, first of what it missed."""
    return _switch(parts, visitor, hook_id, enabled=True)


@router.post("/webhooks/{hook_id}/test", dependencies=[CHANGE], summary="Post a test")
def test(hook_id: int, parts: PartsDep, visitor: VisitorDep) -> TestedOut:
    """Posts one signed test message now and says what became of it."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        hook = _hook(uow, visitor, hook_id)
        note(uow, visitor, Action.SETTINGS_CHANGED, f"webhook:{hook_id}", now, tested=True)
        uow.commit()
    content = {"type": "test", "kind": "test", "at": now.isoformat(), "by": visitor.name}
    message_id = f"test:{hook_id}:{uuid.uuid4().hex}"
    try:
        hooks_of(parts.settings).post(hook, message_id, content, RealClock().now())
    except DeliveryError as error:
        return TestedOut(delivered=False, error=f"{error.zh} / {error.en}")
    return TestedOut(delivered=True, error="")


def _switch(parts: WebParts, visitor: Visitor, hook_id: int, *, enabled: bool) -> WebhookOut:
    now = parts.clock.now()
    with parts.make_uow() as uow:
        _hook(uow, visitor, hook_id)
        uow.outbox.switch_hook(hook_id, enabled=enabled)
        note(uow, visitor, Action.SETTINGS_CHANGED, f"webhook:{hook_id}", now, enabled=enabled)
        told = _told(parts, uow, _hook(uow, visitor, hook_id))
        uow.commit()
    return told


def _check_target(parts: WebParts, url: str) -> None:
    check_url(url)
    host, _, port = url.split("/")[2].rpartition(":")
    if not port.isdecimal():
        host, port = url.split("/")[2], "443" if url.startswith("https") else "80"
    try:
        gate_of(parts.settings).addresses(host.strip("[]"), int(port))
    except InputError:
        raise
    except DeliveryError as error:
        raise InputError(error.zh, error.en, where="url") from None


def _scope(parts: WebParts, visitor: Visitor, wanted: NewWebhook) -> Scope:
    """What the new hook is told of: no more than whoever makes it sees."""
    unknown = sorted(set(wanted.halls or ()) - set(parts.settings.halls))
    if unknown:
        raise missing("大厅", "hall", unknown[0])
    own = visitor.scope
    scope = Scope(
        own.halls if wanted.halls is None else frozenset(wanted.halls),
        own.units if wanted.units is None else frozenset(wanted.units),
    )
    if not _covers(visitor, scope):
        raise missing("大厅或单位", "hall or unit", "halls, units")
    return scope


def _covers(visitor: Visitor, scope: Scope) -> bool:
    """Whether a visitor sees everything that a scope covers."""
    own = visitor.scope
    halls = own.halls is None or (scope.halls is not None and scope.halls <= own.halls)
    return halls and (own.units is None or (scope.units is not None and scope.units <= own.units))


def _hook(uow: UnitOfWork, visitor: Visitor, hook_id: int) -> Hook:
    hook = uow.outbox.hook(hook_id) if 0 < hook_id < 2**31 else None
    if hook is None or not _covers(visitor, hook.scope):
        raise missing("回调", "webhook", str(hook_id))
    return hook


def _told(parts: WebParts, uow: UnitOfWork, hook: Hook) -> WebhookOut:
    target = f"hook:{hook.id}"
    last = uow.outbox.of_target(target)
    halls, units = hook.scope.halls, hook.scope.units
    return WebhookOut(
        id=hook.id,
        url=hook.url,
        topics=sorted(hook.topics),
        halls=None if halls is None else sorted(halls),
        units=None if units is None else sorted(units),
        enabled=hook.enabled,
        made_at=parts.teller.local(hook.made_at),
        made_by=hook.made_by,
        pending=uow.outbox.pending(target),
        given_up=sum(one.state is ItemState.DEAD for one in last),
        last_error=next((one.error for one in last if one.error), ""),
    )
