from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from typer.testing import CliRunner

from api.cli import build
from api.settings import load_settings
from api.wiring_notify import make_postman
from api.wiring_record import make_record
from models.domain.audit import AUDIT_CHAIN
from models.domain.errors import OnPostError
from models.domain.notice import Notice, Severity
from tests.fakes_web import MORNING, settings_of, town
from tests.servers.receiver import Receiver, receiver

SECRET = "geheim-token"


def written(folder: Path, there: Receiver) -> Path:
    address = there.url.replace("http://", f"json://u:{SECRET}@")
    told = {"channels": {"centre": {"url": address}}, "channel_networks": ["127.0.0.0/8"]}
    file = folder / "onpost.yaml"
    file.write_text(yaml.safe_dump(town(folder) | {"notifications": told}, allow_unicode=True))
    return file


def run(*argv: object) -> tuple[int, str]:
    result = CliRunner().invoke(build(), [str(one) for one in argv])
    if isinstance(result.exception, OnPostError):
        return 2, str(result.exception)
    return result.exit_code, result.output


def test_a_test_goes_through_the_channel_and_tells_what_became_of_it(tmp_path: Path) -> None:
    with receiver() as there:
        file = written(tmp_path, there)
        assert run("notify", "test", "--settings", file) == (0, "centre: 已发 / sent\n")
        assert "测试通知" in json.loads(there.posted[0].body)["title"]
        there.status = 403
        code, said = run("notify", "test", "--channel", "centre", "--settings", file)
    assert code == 1
    assert "渠道未接收" in said
    assert SECRET not in said
    code, said = run("notify", "test", "--channel", "nope", "--settings", file)
    assert (code, "centre" in said) == (2, True)


def test_the_outbox_is_listed_and_tried_again(tmp_path: Path) -> None:
    with receiver() as there:
        file = written(tmp_path, there)
    assert run("notify", "list", "--settings", file) == (0, "")
    values: dict[str, Any] = yaml.safe_load(file.read_text())
    del values["notifications"]
    settings = settings_of(values, tmp_path)
    record = make_record(settings)
    with record.make_uow() as uow:
        uow.outbox.put(Notice("hello", "hello:1", Severity.SERIOUS, title_zh="您好"), MORNING)
        uow.commit()
    make_postman(settings, record.make_uow).round(MORNING)
    code, said = run("notify", "list", "--state", "no_channel", "--settings", file)
    told = json.loads(said)
    assert (code, told["title"], told["state"]) == (0, "您好", "no_channel")
    code, said = run("notify", "retry", told["id"], "--settings", file)
    assert (code, said) == (0, f"#{told['id']}: 待发 / waiting\n")
    assert run("notify", "retry", told["id"], "--settings", file)[0] == 2
    assert run("notify", "list", "--state", "lost", "--settings", file)[0] == 2
    with record.make_uow(read_only=True) as uow:
        (entry,) = uow.register.entries(chain=AUDIT_CHAIN)
    assert entry.payload["target"] == f"notification:{told['id']}"
    record.close()


def test_a_channel_s_address_never_shows(tmp_path: Path) -> None:
    with receiver() as there:
        file = written(tmp_path, there)
        code, said = run("settings", "check", file)
        told = load_settings(file)
    assert code == 0
    assert SECRET not in said + str(told) + repr(told) + json.dumps(told.public())
