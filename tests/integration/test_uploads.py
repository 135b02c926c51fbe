"""Dangerous uploads against a running `onpost serve`: refused in both languages, nothing changed,
memory bounded."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.domain.access import Role
from tests.fakes_duty import ROSTER_HEADS, two_units, with_parts, workbook
from tests.fakes_web import Served, jpeg, picture, served
from tests.record_digest import record_digest

MEGABYTE = 1024 * 1024
MOST_GROWTH = 300 * MEGABYTE
"""What the process may grow by at its peak while one upload after the other comes in."""

GOOD = workbook(
    tuple(ROSTER_HEADS.split(",")), ("2026-11-24", "08:30-12:00", "w01-1", "户籍", "李四", "A")
)
SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("uploads")
    with served(folder, two_units(folder)) as running:
        yield running


@pytest.fixture(scope="module")
def reviewer(town: Served) -> Iterator[httpx.Client]:
    with town.client(Role.REVIEWER) as client:
        client.timeout = httpx.Timeout(60)
        yield client


def sheet_of(inside: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?>{head}<worksheet {MAIN}>{inside}</worksheet>'.encode()


def laughs() -> bytes:
    lines = ['<!ENTITY l0 "ha">']
    lines += [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    cell = '<c r="A1" t="inlineStr"><is><t>&l9;</t></is></c>'
    head = f"<!DOCTYPE worksheet [{''.join(lines)}]>"
    return sheet_of(f'<sheetData><row r="1">{cell}</row></sheetData>', head)


def bomb(megabytes: int) -> bytes:
    return with_parts(GOOD, {SHEET: sheet_of("<sheetData/>" + " " * (megabytes * MEGABYTE))})


def lying_bomb() -> bytes:
    """Its directory says that the sheet is small."""
    data = bytearray(bomb(40))
    size = struct.pack("<I", len(sheet_of("<sheetData/>")) + 40 * MEGABYTE)
    assert data.count(size) == 2
    return bytes(data.replace(size, struct.pack("<I", 1000)))


def rel(kind: str, target: str) -> bytes:
    return (
        f'<Relationships {RELS}><Relationship Id="r1" Type="{OFFICE}/{kind}" '
        f'Target="{target}" TargetMode="External"/></Relationships>'
    ).encode()


def many_parts() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for number in range(3000):
            packed.writestr(f"xl/p{number}.xml", "<a/>")
    return out.getvalue()


def picture_bomb() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99))


def wide(reference: str) -> bytes:
    cell = f'<c r="{reference}" t="inlineStr"><is><t>x</t></is></c>'
    number = "".join(filter(str.isdigit, reference))
    return sheet_of(f'<sheetData><row r="{number}">{cell}</row></sheetData>')


WORKBOOKS: dict[str, Any] = {
    "a zip bomb": lambda: bomb(120),
    "a zip bomb whose directory lies": lying_bomb,
    "thousands of parts": many_parts,
    "entities that grow": lambda: with_parts(GOOD, {SHEET: laughs()}),
    "entities in UTF-16": lambda: with_parts(
        GOOD,
        {SHEET: laughs().decode().replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16")},
    ),
    "external entities": lambda: with_parts(
        GOOD,
        {SHEET: sheet_of("&x;", '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>')},
    ),
    "a link to another workbook": lambda: with_parts(
        GOOD, {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    ),
    "a relationship to elsewhere": lambda: with_parts(
        GOOD,
        {"xl/worksheets/_rels/sheet1.xml.rels": rel("oleObject", "http://192.0.2.1/x")},
    ),
    "outside data": lambda: with_parts(GOOD, {"xl/connections.xml": b"<connections/>"}),
    "macros": lambda: with_parts(GOOD, {"xl/vbaProject.bin": b"\0" * 100}),
    "macros of 1992": lambda: with_parts(GOOD, {"xl/macrosheets/sheet1.xml": b"<a/>"}),
    "embedded objects": lambda: with_parts(GOOD, {"xl/embeddings/oleObject1.bin": b"\0"}),
    "a billion merged cells": lambda: with_parts(
        GOOD,
        {SHEET: sheet_of('<sheetData/><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')},
    ),
    "a link over a billion cells": lambda: with_parts(
        GOOD,
        {SHEET: sheet_of('<sheetData/><hyperlinks><hyperlink ref="A1:XFD1048576"/></hyperlinks>')},
    ),
    "a cell far out": lambda: with_parts(GOOD, {SHEET: wide("XFD1048576")}),
    "a cell at the edge": lambda: with_parts(GOOD, {SHEET: wide("GR20000")}),
    "a picture of billions of pixels": lambda: with_parts(
        GOOD, {"xl/media/image1.png": picture_bomb()}
    ),
    "deep XML": lambda: with_parts(GOOD, {SHEET: sheet_of("<a>" * 5000 + "</a>" * 5000)}),
    "a workbook cut short": lambda: GOOD[: len(GOOD) // 2],
    "no workbook in a zip": lambda: with_parts(GOOD, {"[Content_Types].xml": b"<x/>"}),
    "garbage as .xls": lambda: (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(7).randbytes(9000)
    ),
    "commas without end": lambda: b"," * (9 * MEGABYTE),
    "lines without end": lambda: b"a\n" * (4 * MEGABYTE),
    "binary as CSV": lambda: random.Random(3).randbytes(20_000),
    "nothing": lambda: b"",
}


def refused(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    assert answer.status_code in statuses, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert any("一" <= letter <= "鿿" for letter in told["detail_zh"])
    assert told["detail_en"].isascii() or told["detail_en"]
    return told


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_dangerous_workbook_is_refused(town: Served, reviewer: httpx.Client, name: str) -> None:
    before = record_digest(town.record)
    files = {"file": ("排班.xlsx", WORKBOOKS[name]())}
    told = refused(reviewer.post("/api/v1/rosters", files=files), 422)
    assert told["problems"][0]["code"] in {"E101", "E102"}
    assert told["problems"][0]["file"] == "排班.xlsx"
    assert record_digest(town.record) == before


def test_two_hundred_megabytes_are_refused_announced_or_not(
    town: Served, reviewer: httpx.Client
) -> None:
    before = record_digest(town.record)
    head = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\nPK\x03\x04'
    )
    chunk = b"\0" * MEGABYTE

    def body() -> Iterator[bytes]:
        yield head
        for _ in range(200):
            yield chunk
        yield b"\r\n--b--\r\n"

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    length = {"Content-Length": str(len(head) + 200 * MEGABYTE + 9)}
    for headers in (kind, kind | length):
        answer = reviewer.post("/api/v1/rosters", content=body(), headers=headers)
        assert "10 MB" in refused(answer, 413)["detail_zh"]
    assert record_digest(town.record) == before


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        (
            b"".join(
                b'--b\r\nContent-Disposition: form-data; name="n%d"\r\n\r\nx\r\n' % number
                for number in range(20_000)
            )
            + b"--b--\r\n",
            (422,),
        ),
        (b'--b\r\nContent-Disposition: form-data; name="' + b"x" * 2_000_000, (422,)),
        (b"--b\r\n" + b"X-A: y\r\n" * 100_000 + b"\r\n", (422,)),
        (b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n' + b"x" * 200_000, (422,)),
        (b"no parts at all", (422,)),
        (b"", (422,)),
    ],
    ids=["many parts", "a long name", "many heads", "a long field", "no parts", "nothing"],
)
def test_a_multipart_that_is_none_is_refused(
    town: Served, reviewer: httpx.Client, body: bytes, statuses: tuple[int, ...]
) -> None:
    before = record_digest(town.record)
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    refused(reviewer.post("/api/v1/rosters", content=body, headers=headers), *statuses)
    assert record_digest(town.record) == before


def test_a_file_comes_as_multipart_or_not_at_all(reviewer: httpx.Client) -> None:
    refused(reviewer.post("/api/v1/rosters", content=GOOD), 415)
    refused(reviewer.post("/api/v1/rosters", json={"file": "x"}), 415)


def sized(width: int, height: int) -> bytes:
    """A JPEG whose head says this size."""
    data = bytearray(jpeg(picture(1)))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def twice_sized() -> bytes:
    data = jpeg(picture(1))
    at = data.index(b"\xff\xc0")
    length = struct.unpack(">H", data[at + 2 : at + 4])[0]
    segment = bytearray(data[at : at + 2 + length])
    segment[5:9] = struct.pack(">HH", 60_000, 60_000)
    return data[:at] + bytes(segment) + data[at:]


PICTURES: dict[str, Any] = {
    "billions of pixels": lambda: sized(65_000, 65_000),
    "a little too many pixels": lambda: sized(6000, 6000),
    "two sizes": twice_sized,
    "no size": lambda: sized(0, 0),
    "cut short": lambda: jpeg(picture(1))[:2000],
    "a PNG": picture_bomb,
    "text": lambda: b"GIF89a hello",
    "a web page": lambda: b"<html><script>alert(1)</script></html>",
    "nothing": lambda: b"",
    "a JPEG's first bytes": lambda: b"\xff\xd8\xff\xe0" + b"\0" * 5000 + b"\xff\xd9",
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_is_none_is_refused(town: Served, reviewer: httpx.Client, name: str) -> None:
    before = record_digest(town.record)
    data = {"window_id": "w01-1", "code": "B-PHONE", "note": "低头"}
    answer = reviewer.post(
        "/api/v1/behaviours", data=data, files={"picture": ("still.jpg", PICTURES[name]())}
    )
    refused(answer, 422, 502)
    assert record_digest(town.record) == before
    assert not list(town.settings.evidence_path.rglob("*.jpg"))


def test_a_name_with_a_path_is_a_name_only(town: Served, reviewer: httpx.Client) -> None:
    files = {"file": ("../../../tmp/onpost-was-here\\..\\排班.csv", b"x")}
    told = refused(reviewer.post("/api/v1/rosters", files=files), 422)
    assert told["problems"][0]["file"] == "排班.csv"
    assert not Path("/tmp/onpost-was-here").exists()


def test_memory_stays_bounded_and_good_files_are_taken_still(
    town: Served, reviewer: httpx.Client
) -> None:
    """Runs in one go what the tests above run, and looks at the process's highest mark."""
    formula = workbook(
        tuple(ROSTER_HEADS.split(",")),
        ("2026-11-24", "08:30-12:00", "w01-1", "户籍", "李四", "A"),
        ("=A2", "08:30-12:00", "w01-2", "户籍", "王五", "A"),
    )
    files = {"file": ("排班.xlsx", GOOD)}
    preview = "/api/v1/rosters/preview"
    assert reviewer.post(preview, files=files).json()["added"] == 1
    status = Path(f"/proc/{town.process.pid}/status")
    before = _kilobytes(status, "VmRSS")
    Path(f"/proc/{town.process.pid}/clear_refs").write_text("5")  # the highest mark begins anew
    for make in WORKBOOKS.values():
        assert reviewer.post(preview, files={"file": ("排班.xlsx", make())}).status_code == 422
    rows = [("2026-11-24", "08:30-12:00", "w01-1", "户籍", "李四", "A")] * 6_000
    large = workbook(tuple(ROSTER_HEADS.split(",")), *rows)
    assert reviewer.post(preview, files={"file": ("大.xlsx", large)}).json()["added"] == 1
    grown = (_kilobytes(status, "VmHWM") - before) * 1024
    assert grown < MOST_GROWTH, f"{grown / MEGABYTE:.0f} MB"
    told = reviewer.post(preview, files={"file": ("公式.xlsx", formula)})
    assert "A3" in told.text  # a formula without a stored value reads as empty and is told
    assert reviewer.post("/api/v1/rosters", files=files).json()["version"] == 1


def _kilobytes(status: Path, name: str) -> int:
    line = next(one for one in status.read_text().splitlines() if one.startswith(name))
    return int(line.split()[1])
