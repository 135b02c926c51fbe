"""Outgoing webhooks: signatures, where they may lead, and what they do not wait for."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from api.address_gate import networks_of
from api.notify.posting import Gate, Poster, TargetRefused, check_url
from api.notify.signing import HookKey, headers_of, new_salt, verify
from models.domain.errors import DeliveryError, InputError
from tests.servers.receiver import Receiver, receiver

HERE = networks_of(["127.0.0.0/8"])


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as one:
        yield one


def test_a_secret_is_the_same_after_a_restart_and_another_for_every_hook(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "hooks.key"
    salt = new_salt()
    secret = HookKey(file).secret(salt)
    assert HookKey(file).secret(salt) == secret
    assert HookKey(file).secret(new_salt()) != secret
    assert HookKey(tmp_path / "other.key").secret(salt) != secret
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["hooks.key"]


def test_a_receiver_takes_what_is_signed_and_refuses_everything_else(tmp_path: Path) -> None:
    secret = HookKey(tmp_path / "key").secret("salt")
    headers, body = headers_of(secret, "hook:1#7", 1000, b'{"a": 1}'), b'{"a": 1}'
    verify(secret, headers, body, now=1200)
    forged: list[tuple[dict[str, str], bytes, float]] = [
        (headers, b'{"a": 2}', 1200),
        (headers | {"webhook-id": "hook:1#8"}, body, 1200),
        (headers | {"webhook-timestamp": "1001"}, body, 1200),
        (headers | {"webhook-signature": "v1,AAAA"}, body, 1200),
        (headers | {"webhook-signature": ""}, body, 1200),
        (headers | {"webhook-timestamp": "soon"}, body, 1200),
        (headers, body, 1301),
        (headers, body, 600),
    ]
    for told, sent, now in forged:
        with pytest.raises(InputError):
            verify(secret, told, sent, now)
    with pytest.raises(InputError):
        verify(HookKey(tmp_path / "other").secret("salt"), headers, body, 1200)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://",
        "http://a b/",
        "http://user:pass@example.org/",
        "http://example.org:99999/",
        "http://例子.example/",
        "http://example.org/\r\nx: y",
        "gopher://127.0.0.1:70/_x",
        "",
    ],
)
def test_an_address_that_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(TargetRefused):
        check_url(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "10.0.0.5",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104  it leads here
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "ff02::1",
    ],
)
def test_no_inner_address_is_posted_to_unless_it_is_allowed(address: str) -> None:
    def lies(_host: str, _port: int) -> Sequence[str]:
        return ["203.0.114.1", address]

    with pytest.raises(TargetRefused, match="allowed_networks"):
        Gate(resolve=lies).addresses("receiver.example", 443)


def test_public_addresses_and_listed_networks_pass() -> None:
    found = ["8.8.8.8", "2001:4860:4860::8888", "10.1.2.3"]
    gate = Gate(networks_of(["10.1.0.0/16"]), lambda _host, _port: found)
    assert gate.addresses("receiver.example", 443) == found


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]"])
def test_this_machine_is_refused_however_it_is_spelt(there: Receiver, host: str) -> None:
    port = there.url.rpartition(":")[2]
    with pytest.raises(DeliveryError):
        Poster(Gate()).post(f"http://{host}:{port}/in", {}, b"{}")
    assert there.posted == []


def test_a_name_that_changes_between_check_and_connection_leads_nowhere_else(
    there: Receiver,
) -> None:
    asked = []

    def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    port = there.url.rpartition(":")[2]
    Poster(Gate(HERE, rebinding)).post(f"http://receiver.example:{port}/in", {"a": "b"}, b"{}")
    assert asked == ["receiver.example"]
    (one,) = there.posted
    assert (one.path, one.body, one.headers["host"]) == ("/in", b"{}", f"receiver.example:{port}")


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 410, 500, 503])
def test_only_a_2xx_says_that_it_was_taken(there: Receiver, status: int) -> None:
    there.status = status
    with pytest.raises(DeliveryError, match=str(status)):
        Poster(Gate(HERE)).post(f"{there.url}/in", {}, b"{}")


def test_a_redirect_is_not_followed(there: Receiver) -> None:
    with receiver() as other:
        there.status, there.location = 307, f"{other.url}/elsewhere"
        with pytest.raises(DeliveryError, match="307"):
            Poster(Gate(HERE)).post(f"{there.url}/in", {}, b"{}")
        assert (len(there.posted), other.posted) == (1, [])


def test_a_receiver_that_takes_its_time_is_left(there: Receiver) -> None:
    there.slow_s = 30
    begun = time.monotonic()
    with pytest.raises(DeliveryError, match="no answer"):
        Poster(Gate(HERE), timeout_s=0.5).post(f"{there.url}/in", {}, b"{}")
    assert time.monotonic() - begun < 15


def test_an_answer_without_end_is_not_read(there: Receiver) -> None:
    there.dribble = True
    begun = time.monotonic()
    Poster(Gate(HERE), timeout_s=60).post(f"{there.url}/in", {}, b"{}")
    assert time.monotonic() - begun < 30


def test_a_receiver_that_is_not_there_is_told_so(there: Receiver) -> None:
    with pytest.raises(DeliveryError, match="no answer"):
        Poster(Gate(HERE), 2).post("http://127.0.0.1:9/in", {}, b"{}")
