"""Where addresses typed on a page, and channels, may lead: never to this machine by itself."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from api.address_gate import AddressGate, PlaceRefused, networks_of, own_addresses
from api.app import create_app
from api.camera_trial import network_address, try_camera
from api.clock import RealClock
from api.notify.channels import Channel, _hosts
from models.domain.access import Role
from models.domain.errors import DeliveryError, SourceError
from models.domain.notice import Reach, Severity
from models.storage.record import Record
from tests.fakes_web import MORNING, Web, opened_parts
from tests.servers.pictures import serving
from tests.servers.receiver import receiver

OWN = frozenset({ipaddress.ip_address("10.9.8.7")})
SETTING = "web.camera_networks"


def gate(found: str, *allowed: str) -> AddressGate:
    return AddressGate(SETTING, networks_of(allowed), lambda _host, _port: [found], lambda: OWN)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Web, Record]]:
    parts, record = opened_parts(tmp_path)
    yield Web(create_app(parts, pages=False)), record
    record.close()


@pytest.mark.parametrize(
    "inner",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",  # noqa: S104  an address, nothing listens on it
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "169.254.169.254",
        "fe80::1%eth0",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
        "10.9.8.7",
        "::ffff:10.9.8.7",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "100.64.0.1",
        "192.0.2.1",
    ],
)
def test_no_camera_is_tried_on_this_machine_or_where_none_stands(inner: str) -> None:
    with pytest.raises(PlaceRefused, match="not allowed") as refused:
        gate(inner).addresses("camera.example", 554)
    assert SETTING in refused.value.zh and SETTING in refused.value.en


@pytest.mark.parametrize("fine", ["10.1.2.3", "192.168.1.64", "172.20.0.5", "fd12::8", "8.8.8.8"])
def test_private_and_public_networks_are_where_cameras_stand(fine: str) -> None:
    assert gate(fine).addresses("camera.example", 554) == [fine]


@pytest.mark.parametrize(
    ("inner", "network"), [("127.0.0.1", "127.0.0.0/8"), ("100.64.0.1", "100.64.0.0/10")]
)
def test_a_network_that_the_settings_list_is_allowed(inner: str, network: str) -> None:
    assert gate(inner, network).addresses("camera.example", 554) == [inner]


def test_the_machine_knows_its_own_addresses() -> None:
    assert ipaddress.ip_address("127.0.0.1") in own_addresses()


def test_this_machine_is_not_tested_however_it_is_spelt(house: tuple[Web, Record]) -> None:
    admin = house[0].as_(Role.SYSTEM_ADMIN)
    spelt = ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "0")
    for scheme, host in product(("http", "rtsp"), spelt):
        source = f"{scheme}://viewer:geheim-9@{host}:9/x.jpg"
        answer = admin.post("/api/v1/cameras/test", json={"source": source})
        assert (answer.status_code, source) == (422, source)
        assert SETTING in answer.json()["detail_zh"]
        assert "geheim-9" not in answer.text


def test_a_refused_test_leaves_its_trace(house: tuple[Web, Record]) -> None:
    web, record = house
    source = {"source": "http://127.0.0.1:5432/"}
    assert web.as_(Role.SYSTEM_ADMIN).post("/api/v1/cameras/test", json=source).status_code == 422
    with record.make_uow(read_only=True) as uow:
        told = [(one.kind, one.payload["target"]) for one in uow.register.entries(chain="audit")]
    assert ("camera_tested", "host:127.0.0.1") in told


def test_a_name_that_changes_after_the_check_leads_nowhere_else() -> None:
    asked: list[str] = []

    def once(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    open_gate = AddressGate(SETTING, networks_of(["127.0.0.0/8"]), once)
    with serving(lambda: MORNING) as source:
        named = source.replace("127.0.0.1", "camera.example")  # no name server knows it
        tried = try_camera(network_address(named), RealClock(), open_gate)
    assert (tried.width, asked) == (640, ["camera.example"])


def test_a_name_that_nobody_knows_is_told_as_a_test_that_failed() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise DeliveryError("无法解析。", "cannot be resolved.")

    with pytest.raises(SourceError, match="resolved"):
        try_camera(
            network_address("rtsp://camera.example/1"),
            RealClock(),
            AddressGate(SETTING, resolve=unknown),
        )


CONTENT = {"severity": Severity.SERIOUS.value, "title_zh": "空岗", "body_zh": "三号窗口"}


def test_a_channel_leads_to_this_machine_only_where_the_settings_say_so() -> None:
    with receiver() as there:
        url = there.url.replace("http://", "json://")
        shut = Channel("a", url, Reach(), AddressGate("notifications.channel_networks"))
        with pytest.raises(DeliveryError, match="channel_networks"):
            shut.send(CONTENT, "n1")
        assert there.posted == []
        opened = AddressGate("notifications.channel_networks", networks_of(["127.0.0.0/8"]))
        Channel("a", url, Reach(), opened).send(CONTENT, "n1")
        assert len(there.posted) == 1


def test_a_channel_s_token_is_asked_of_no_name_server() -> None:
    asked: list[str] = []

    def listening(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["8.8.8.8"]

    for url in ("dingtalk://tok3n1234567890", "feishu://0f1e2d3c-0f1e-2d3c-4b5a-001122334455"):
        channel = Channel("a", url, Reach(), AddressGate("x", resolve=listening))
        assert list(_hosts(channel._service)) == []
    assert asked == []
