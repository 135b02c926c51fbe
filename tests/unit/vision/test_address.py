from __future__ import annotations

import copy
import json
import pickle
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import AddressError
from vision.sources.address import AddressKind, Secret, parse_address

PASSWORD = "p@ss:w/o#rd"
ENCODED = "rtsp://admin:p%40ss%3Aw%2Fo%23rd@10.0.0.8:554/Streaming/Channels/101?transport=tcp"


def test_a_percent_encoded_password_is_read_and_written_back() -> None:
    address = parse_address(ENCODED)
    assert (address.user, address.password.reveal()) == ("admin", PASSWORD)
    assert (address.host, address.port, address.kind) == ("10.0.0.8", 554, AddressKind.RTSP)
    assert parse_address(address.with_login.reveal()) == address
    assert "p%40ss%3Aw%2Fo%23rd@" in address.with_login.reveal()
    assert "admin" not in address.without_login.reveal()


def test_the_password_is_in_no_text_made_from_the_address() -> None:
    address = parse_address(ENCODED)
    texts = [
        repr(address),
        str(address),
        f"{address}",
        f"{address.password:>10}",
        "%s %r" % (address.password, address),  # noqa: UP031 - this way of printing too
        repr(asdict(address)),
        repr(copy.deepcopy(address)),
        repr(address.with_login),
        address.redacted,
        json.dumps(asdict(address), default=str),
    ]
    for text in texts:
        assert PASSWORD not in text
        assert "p%40ss" not in text
    assert address.redacted == "rtsp://admin:***@10.0.0.8/Streaming/Channels/101?transport=tcp"


def test_a_secret_cannot_be_pickled() -> None:
    with pytest.raises(TypeError, match="never written out"):
        pickle.dumps(parse_address(ENCODED))
    with pytest.raises(TypeError):
        json.dumps(Secret("x"))


def test_a_password_in_the_query_is_masked() -> None:
    address = parse_address("http://10.0.0.8/snap.cgi?user=admin&pwd=hush1&chn=1")
    assert address.redacted == "http://10.0.0.8/snap.cgi?user=admin&pwd=***&chn=1"
    assert "hush1" not in repr(asdict(address))
    assert address.without_login.reveal().endswith("?user=admin&pwd=hush1&chn=1")


@pytest.mark.parametrize("raw", ["p@ss", "pa:ss", "p@s:s@", "100%", "50%off"])
def test_a_raw_at_sign_colon_or_percent_in_the_password_is_understood(raw: str) -> None:
    address = parse_address(f"rtsp://admin:{raw}@10.0.0.8/x")
    assert (address.password.reveal(), address.host) == (raw, "10.0.0.8")


@pytest.mark.parametrize(("raw", "code"), [("pa/ss", "%2F"), ("pa#ss", "%23"), ("pa?ss", "%3F")])
def test_a_raw_slash_hash_or_question_mark_is_refused_with_advice(raw: str, code: str) -> None:
    with pytest.raises(AddressError) as caught:
        parse_address(f"rtsp://admin:{raw}@10.0.0.8:554/x", where="cameras.c1.source")
    assert code in caught.value.zh
    assert code in caught.value.en
    assert caught.value.where == "cameras.c1.source"
    assert raw not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("gopher://10.0.0.8/x", "unknown scheme 'gopher'"),
        ("RTMP://10.0.0.8/x", "unknown scheme 'rtmp'"),
        ("rtsp://", "no host"),
        ("rtsp://admin:secret9@/x", "no host"),
        ("rtsp://:554/x", "no host"),
        ("rtsp://admin:secret9@10.0.0.8:70000/x", "port"),
        ("rtsp://admin:secret9@10.0.0.8:0/x", "port"),
        ("rtsp://10.0.0.8:abc/x", "port"),
        ("rtsp://ho st/x", "host is not valid"),
        ("http://[::zz]/x", "host is not valid"),
        ("rtsp://10.0.0.8/x\nOPTIONS *", "line breaks"),
        ("10.0.0.8/x", "no scheme"),
        ("camera.example:554/x", "no scheme"),
        ("admin:secret9@10.0.0.8/x", "no scheme"),
        ("file://", "path is empty"),
    ],
)
def test_a_bad_address_is_refused_without_telling_its_password(text: str, said: str) -> None:
    with pytest.raises(AddressError, match=said) as caught:
        parse_address(text)
    assert "secret9" not in str(caught.value)
    assert caught.value.zh


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("http://cam-1.hall.example/onvif/snap", "cam-1.hall.example", 80),
        ("https://cam_2/onvif/snap", "cam_2", 443),
        ("rtsp://[fe80::1]:8554/1/1", "fe80::1", 8554),
        ("RTSP://10.0.0.8", "10.0.0.8", 554),
    ],
)
def test_hosts_and_usual_ports(text: str, host: str, port: int) -> None:
    address = parse_address(text)
    assert (address.host, address.port) == (host, port)
    assert parse_address(address.with_login.reveal()).host == host


def test_a_path_is_a_recording() -> None:
    address = parse_address("clips/morning hall.mp4", base=Path("/srv/onpost"))
    assert address.kind is AddressKind.RECORDING
    assert address.file == Path("/srv/onpost/clips/morning hall.mp4")
    assert parse_address("file:///srv/a%20b.mkv").file == Path("/srv/a b.mkv")


text = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), max_size=20)


@given(user=text, password=text)
def test_every_login_survives_writing_and_reading(user: str, password: str) -> None:
    first = parse_address("rtsp://10.0.0.8/x")
    known = type(first)(
        first.kind, first.scheme, first.host, first.port, user, Secret(password), first.path
    )
    again = parse_address(known.with_login.reveal())
    assert (again.user, again.password.reveal()) == (user, password)


@given(text=st.text(max_size=60))
def test_whatever_is_typed_is_an_address_or_a_clear_refusal(text: str) -> None:
    for typed in (text, f"rtsp://{text}", f"http://u:{text}@h/"):
        try:
            parse_address(typed)
        except AddressError as error:
            assert error.zh
            assert error.en
