"""Notices and events on their way out: real channels, a real record, a sender that is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from api.notify.postman import Postman, Sent
from api.notify.signing import new_salt, verify
from api.settings import Settings
from api.wiring_notify import hook_key_of, make_postman, posting
from models.domain.access import Role, Scope
from models.domain.errors import SettingsError
from models.domain.hooks import Hook
from models.domain.notice import Audience, ItemState, Notice, NoticeKind, Severity
from models.storage.record import Record, open_record
from tests.fakes_web import MORNING, off_post, settings_of, town
from tests.servers.mailbox import mailbox
from tests.servers.receiver import Receiver, receiver, until

SECRET = "s3cret-token"


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as one:
        yield one


@pytest.fixture
def record(database_url: str, tmp_path: Path) -> Iterator[Record]:
    opened = open_record(tmp_path / "data", database_url)
    yield opened
    opened.close()


def settings(folder: Path, *, days: float = 3, **channels: Any) -> Settings:
    told = {
        "channels": channels,
        "channel_networks": ["127.0.0.0/8"],
        "hooks": {"allowed_networks": ["127.0.0.0/8"], "timeout_s": 5},
        "give_up_after_days": days,
    }
    return settings_of(town(folder) | {"notifications": told}, folder)


def channel(there: Receiver, **more: Any) -> dict[str, Any]:
    address = there.url.replace("http://", f"json://user:{SECRET}@")
    return {"url": f"{address}/hook"} | more


def notice(number: int = 1, severity: Severity = Severity.SERIOUS, **more: Any) -> Notice:
    data = {"by": "li", "at": MORNING.isoformat()}
    return replace(Notice("hello", f"hello:{number}", severity, data=data), **more)


def put(record: Record, *notices: Notice) -> None:
    with record.make_uow() as uow:
        for one in notices:
            uow.outbox.put(one, MORNING)
        uow.commit()


def add_hook(record: Record, there: Receiver, **more: Any) -> Hook:
    with record.make_uow() as uow:
        hook = Hook(f"{there.url}/in", new_salt(), MORNING, "admin")
        kept = uow.outbox.add_hook(replace(hook, **more))
        uow.commit()
    return kept


def states(record: Record) -> list[tuple[str, ItemState]]:
    with record.make_uow(read_only=True) as uow:
        kept = uow.outbox.notices()
        found = [(one.notice.key, one.state) for one in kept if one.state is not ItemState.SENT]
        rows = uow.outbox.deliveries([one.id for one in kept])
    return found + [(row.key, row.state) for row in rows]


def test_a_notice_reaches_the_channels_that_take_it_and_no_other(
    record: Record, there: Receiver, tmp_path: Path
) -> None:
    with receiver() as other:
        chosen = settings(
            tmp_path,
            centre=channel(there, language="both"),
            quiet=channel(other, roles=["auditor"]),
        )
        worded = notice(title_zh="标题", title_en="title", body_zh="正文", body_en="text")
        audience = Audience(frozenset({Role.REVIEWER}))
        put(record, replace(worded, audience=audience), notice(2, Severity.ORDINARY))
        postman = make_postman(chosen, record.make_uow)
        assert postman.round(MORNING) == Sent(2, 1, 0)
        assert postman.round(MORNING) == Sent()
        assert other.posted == []
    (one,) = there.posted
    told = json.loads(one.body)
    assert told["title"] == "【严重】标题 / title"
    assert told["message"].startswith("正文\ntext\n[OnPost N")
    assert states(record) == [
        ("hello:2", ItemState.NO_CHANNEL),
        ("hello:1#centre", ItemState.SENT),
    ]


def test_nothing_configured_piles_up_nothing(record: Record, tmp_path: Path) -> None:
    put(record, notice(1), notice(2))
    postman = make_postman(settings(tmp_path), record.make_uow)
    assert postman.round(MORNING) == Sent(2)
    assert postman.round(MORNING) == Sent()
    assert {state for _, state in states(record)} == {ItemState.NO_CHANNEL}


def test_what_a_channel_refuses_is_tried_again_with_growing_waits_then_given_up_and_told(
    record: Record, there: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(record, notice())
    postman = make_postman(settings(tmp_path, days=0.1, a=channel(there)), record.make_uow)
    there.status, now, tries = 503, MORNING, []
    for minute in range(200):
        now = MORNING + timedelta(minutes=minute)
        before = len(there.posted)
        postman.round(now)
        if len(there.posted) > before and states(record)[0][1] is not ItemState.DEAD:
            tries.append(minute)
    gaps = [late - early for early, late in pairwise(tries)]
    assert tries[0] == 0
    assert gaps == sorted(gaps) and gaps[-1] > 9 * gaps[0]
    assert dict(states(record))["hello:1#a"] is ItemState.DEAD
    with record.make_uow(read_only=True) as uow:
        (dead,) = uow.outbox.of_target("channel:a", ItemState.DEAD)
        told = [one.notice for one in uow.outbox.notices() if one.notice.kind == "undelivered"]
    assert "503" in dead.error
    assert [one.audience.roles for one in told] == [frozenset({Role.SYSTEM_ADMIN})]
    assert SECRET not in f"{dead.error}{told}{capsys.readouterr()}"
    there.status = 200
    with record.make_uow() as uow:
        assert uow.outbox.again(dead.notice_id, now) == 1
        uow.commit()
    postman.round(now)
    assert dict(states(record))["hello:1#a"] is ItemState.SENT


def test_a_channel_of_an_unknown_kind_is_refused_by_name_and_without_its_secret(
    tmp_path: Path, record: Record
) -> None:
    chosen = settings(tmp_path, odd={"url": f"nosuch://{SECRET}@x"})
    with pytest.raises(SettingsError, match="odd") as caught:
        make_postman(chosen, record.make_uow)
    assert SECRET not in str(caught.value)
    assert SECRET not in str(chosen.public()) + repr(chosen)


def test_every_register_entry_is_an_event_for_every_hook_that_wants_it(
    record: Record, there: Receiver, tmp_path: Path
) -> None:
    chosen = settings(tmp_path)
    hook = add_hook(record, there, topics=frozenset({"finding"}))
    add_hook(record, there, scope=Scope(halls=frozenset({"h99"})))
    add_hook(record, there, enabled=False)
    finding = off_post(record, chosen, "w01-1", MORNING)
    with record.make_uow() as uow:
        uow.register.append("roster_imported", {"version": 1}, MORNING, key="roster:1")
        uow.commit()
    postman = make_postman(chosen, record.make_uow)
    assert postman.round(MORNING).sent == 1
    assert postman.round(MORNING) == Sent()
    (one,) = there.posted
    verify(hook_key_of(chosen).secret(hook.salt), one.headers, one.body, MORNING.timestamp())
    told = json.loads(one.body)
    assert one.headers["webhook-id"] == f"hook:{hook.id}#1"
    assert (told["type"], told["kind"], told["window_id"]) == ("new", "finding_opened", "w01-1")
    assert (told["before"], told["after"]["key"]) == (None, finding.key)


def test_a_receiver_that_was_away_gets_everything_once_it_is_back(
    record: Record, there: Receiver, tmp_path: Path
) -> None:
    chosen = settings(tmp_path)
    add_hook(record, there)
    there.status = 503
    for window in ("w01-1", "w02-1", "w03-1"):
        off_post(record, chosen, window, MORNING)
    postman = make_postman(chosen, record.make_uow)
    assert postman.round(MORNING) == Sent(3, 0, 3)
    assert len(there.posted) == 1  # the others wait as long as the first
    there.status = 200
    assert postman.round(MORNING + timedelta(seconds=29)) == Sent()
    assert postman.round(MORNING + timedelta(seconds=30)).sent == 3
    assert [one.headers["webhook-id"][-1] for one in there.posted[1:]] == ["1", "2", "3"]


@contextmanager
def killed_between_sending_and_writing(url: str, folder: Path) -> Iterator[int]:
    """A sender that posts and then never writes what it did, killed with -9."""
    argv = [sys.executable, "-m", "tests.integration.postman_that_hangs", url, str(folder)]
    process = subprocess.Popen(  # noqa: S603
        argv, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "posted\n"
        os.kill(process.pid, signal.SIGKILL)
        yield process.wait(30)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_what_a_killed_sender_held_is_sent_by_another_under_the_same_key(
    record: Record, database_url: str, there: Receiver, tmp_path: Path
) -> None:
    chosen = settings(tmp_path)
    add_hook(record, there)
    off_post(record, chosen, "w01-1", MORNING)
    with killed_between_sending_and_writing(database_url, tmp_path) as code:
        assert code == -signal.SIGKILL
        postman = make_postman(chosen, record.make_uow)
        assert postman.round(MORNING + timedelta(seconds=60)) == Sent()  # it is held still
        assert postman.round(MORNING + timedelta(seconds=301)).sent == 1
        assert postman.round(MORNING + timedelta(days=1)) == Sent()
    first, second = there.posted
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_two_that_send_at_once_send_everything_once(
    record: Record, there: Receiver, tmp_path: Path
) -> None:
    chosen = settings(tmp_path, a=channel(there))
    put(record, *(notice(number) for number in range(12)))
    failures: list[BaseException] = []

    def send(postman: Postman) -> None:
        try:
            for _ in range(8):
                postman.round(MORNING)
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    both = [
        threading.Thread(target=send, args=(make_postman(chosen, record.make_uow),))
        for _ in range(2)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert failures == []
    numbers = [json.loads(one.body)["message"] for one in there.posted]
    assert len(numbers) == len(set(numbers)) == 12


def test_a_slow_receiver_holds_up_no_transaction(
    record: Record, there: Receiver, tmp_path: Path
) -> None:
    chosen = settings(tmp_path, a=channel(there))
    add_hook(record, there)
    there.slow_s = 60
    put(record, notice())
    off_post(record, chosen, "w01-1", MORNING)
    with posting(chosen, record.make_uow):
        there.wait(2)
        off_post(record, chosen, "w02-1", MORNING)  # a decision is registered meanwhile
        there.released.set()
        until(lambda: dict(states(record)).get("hello:1#a") is ItemState.SENT)
        there.wait(3)


def test_a_test_notice_goes_to_the_channel_that_is_named(
    record: Record, there: Receiver, tmp_path: Path
) -> None:
    chosen = settings(tmp_path, a=channel(there, least="serious"), b=channel(there))
    data = {"by": "li", "at": MORNING.isoformat(), "channel": "a"}
    put(record, Notice(NoticeKind.TEST, "test:1", data=data))
    make_postman(chosen, record.make_uow).round(MORNING)
    assert states(record) == [("test:1#a", ItemState.SENT)]
    assert "测试通知" in json.loads(there.posted[0].body)["title"]


def test_a_notice_goes_out_by_mail(record: Record, tmp_path: Path) -> None:
    with mailbox() as box:
        address = f"mailto://127.0.0.1:{box.port}?mode=insecure"
        address += "&from=onpost@hall.example&to=centre@hall.example"
        chosen = settings(tmp_path, mail={"url": address, "language": "both"})
        put(record, notice(title_zh="空岗", title_en="unmanned", body_zh="三号窗口"))
        postman = make_postman(chosen, record.make_uow)
        box.full = True
        assert postman.round(MORNING) == Sent(1, 0, 1)
        box.full = False
        assert postman.round(MORNING + timedelta(minutes=1)).sent == 1
    (letter,) = box.letters
    assert letter["subject"] == "【严重】空岗 / unmanned"
    assert "centre@hall.example" in letter["to"]
    text = letter.get_body(("html", "plain"))
    assert text is not None
    assert "三号窗口" in text.get_content()
