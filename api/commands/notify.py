"""`onpost notify`: the outbox of notifications, a test, and trying again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.roster import SettingsFile

if TYPE_CHECKING:
    from api.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add the group `notify`."""
    group = typer.Typer(no_args_is_help=True, help="Notifications and their channels (通知).")
    app.add_typer(group, name="notify")
    group.command("list")(list_)
    group.command("test")(test)
    group.command("retry")(retry)


def list_(
    state: Annotated[str, typer.Option("--state", help="waiting, sent, dead, no_channel")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50,
    settings: SettingsFile = None,
) -> None:
    """Print notifications as JSON lines, newest first, with what became of them."""
    import json

    from api.duty_doors import looked_at
    from api.notify.wording import Writer
    from api.settings import load_settings
    from models.domain.errors import InputError
    from models.domain.notice import ItemState

    chosen = load_settings(settings)
    if state and state not in set(ItemState):
        known = ", ".join(ItemState)
        raise InputError(f"状态须为 {known} 之一。", f"choose of {known}.", where="--state")
    with looked_at(chosen) as make_uow:
        if make_uow is None:
            return
        with make_uow(read_only=True) as uow:
            kept = uow.outbox.notices(ItemState(state) if state else None, limit=limit)
            ways = uow.outbox.deliveries([one.id for one in kept])
    writer = Writer(chosen)
    for one in kept:
        worded = writer.worded(one.notice)
        said = {
            "id": one.id,
            "at": one.at.isoformat(),
            "kind": worded.kind,
            "severity": worded.severity.value,
            "title": worded.title_zh,
            "state": one.state.value,
            "deliveries": [
                {"target": way.target, "state": way.state.value, "tries": way.tries}
                | ({"error": way.error} if way.error else {})
                for way in ways
                if way.notice_id == one.id
            ],
        }
        typer.echo(json.dumps(said, ensure_ascii=False))


def test(
    channel: Annotated[
        str, typer.Option("--channel", help="One channel; all where left out.")
    ] = "",
    settings: SettingsFile = None,
) -> None:
    """Send a test through the channels of the settings and tell what became of it."""
    from api.settings import load_settings
    from api.wiring_notify import channels_of
    from models.domain.errors import DeliveryError, InputError

    chosen = load_settings(settings)
    found = [one for one in channels_of(chosen) if channel in {"", one.name}]
    if not found:
        names = "、".join(chosen.notifications.channels) or "(无)"
        raise InputError(
            f"没有要测试的渠道。设置中有:{names}。",
            f"there is no such channel to test; the settings have: {names}.",
            where="--channel",
        )
    content = _test_content(chosen)
    failed = 0
    for one in found:
        try:
            one.send(content, "test")
            typer.echo(f"{one.name}: 已发 / sent")
        except DeliveryError as error:
            failed += 1
            typer.echo(f"{one.name}: {error.zh} / {error.en}")
    if failed:
        raise typer.Exit(1)


def _test_content(chosen: Settings) -> dict[str, str]:
    from api.auth.audit import console
    from api.clock import RealClock
    from api.notify.postman import content_of
    from api.notify.wording import Writer
    from models.domain.notice import Notice, NoticeKind, Severity

    data = {"by": console().name, "at": RealClock().now().isoformat()}
    notice = Notice(NoticeKind.TEST, "test", Severity.IMPORTANT, data=data)
    return content_of(Writer(chosen).worded(notice))


def retry(
    number: Annotated[int, typer.Argument(help="Its number, from `onpost notify list`.")],
    settings: SettingsFile = None,
) -> None:
    """Try again what was given up, or what no channel took; `onpost serve` sends it."""
    from api.auth.audit import console, note
    from api.clock import RealClock
    from api.duty_doors import opened
    from api.settings import load_settings
    from api.wiring_record import make_clock
    from models.domain.audit import Action
    from models.domain.errors import InputError

    chosen = load_settings(settings)
    with opened(chosen) as record, record.make_uow() as uow:
        if not uow.outbox.again(number, RealClock().now()):
            raise InputError(
                f"第 {number} 号通知没有可重发的内容。",
                f"nothing of notification {number} can be tried again.",
                where=str(number),
            )
        target, now = f"notification:{number}", make_clock(chosen).now()
        note(uow, console(), Action.SETTINGS_CHANGED, target, now, retried=True)
        uow.commit()
    typer.echo(f"#{number}: 待发 / waiting")
