"""The audit log (审计日志) as a file that can be checked without this program.

Each row holds an entry as it was hashed; the last one names the head. `docs/audit.md` says how to
reckon the hashes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from api.auth.audit import Acting, note
from models.domain.audit import AUDIT_CHAIN, Action, Deed, DeedQuery, deed_of
from models.domain.errors import InputError
from models.domain.ports import MakeUnitOfWork
from models.domain.register import Entry, Head
from scheduler.cells import no_formula

AT_A_TIME: Final = 500
COLUMNS: Final = (
    "seq", "at", "who", "roles", "means", "address", "action", "target", "outcome", "said",
    "key", "body", "prev_hash", "hash",
)  # fmt: skip
BOM: Final = "\ufeff"


class Format(StrEnum):
    """What an export is written as."""

    JSONL = "jsonl"
    CSV = "csv"


def exported(make_uow: MakeUnitOfWork, query: DeedQuery, head: Head, form: Format) -> Iterator[str]:
    """The lines of an export, oldest first, up to a head and that head last.

    Args:
        make_uow: The record; a short transaction for each few hundred entries.
        query: Which entries.
        head: The head that the export ends at, its own entry included.
        form: JSON lines or CSV.
    """
    rows = _entries(make_uow, query, head.seq)
    if form is Format.CSV:
        yield BOM + _csv_line(COLUMNS)
        for entry in rows:
            yield _csv_line(_cells(entry))
        yield _csv_line(("head", str(head.seq), *[""] * (len(COLUMNS) - 3), head.hash))
        return
    for entry in rows:
        yield _json_line(_columns(entry))
    yield _json_line({"head": {"chain": head.chain, "seq": head.seq, "hash": head.hash}})


def _entries(make_uow: MakeUnitOfWork, query: DeedQuery, last: int) -> Iterator[Entry]:
    after = 0
    while True:
        with make_uow(read_only=True) as uow:
            page = uow.register.entries(after, AT_A_TIME, chain=AUDIT_CHAIN)
        for entry in page:
            if entry.seq > last:
                return
            if query.covers(deed_of(entry)):
                yield entry
        if not page:
            return
        after = page[-1].seq


def _columns(entry: Entry) -> dict[str, object]:
    deed = deed_of(entry)
    return {
        "seq": entry.seq,
        "chain": entry.chain,
        "at": entry.at_text,
        "action": entry.kind,
        "key": entry.key,
        "who": deed.who,
        "target": deed.target,
        "outcome": deed.outcome,
        "body": entry.body,
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
    }


def _cells(entry: Entry) -> tuple[str, ...]:
    deed: Deed = deed_of(entry)
    said = json.dumps(deed.said, ensure_ascii=False)
    return (
        str(entry.seq), entry.at_text, deed.who, " ".join(deed.roles), deed.means, deed.address,
        deed.action, deed.target, deed.outcome, said, entry.key, entry.body, entry.prev_hash,
        entry.hash,
    )  # fmt: skip


def _csv_line(cells: tuple[str, ...]) -> str:
    """One row; what a spreadsheet would take for a formula gets an apostrophe before it."""
    held = io.StringIO()
    csv.writer(held).writerow([no_formula(cell) for cell in cells])
    return held.getvalue()


def _json_line(values: dict[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds: how many entries, and the head it ends at."""

    entries: int
    head: Head


def entered(
    make_uow: MakeUnitOfWork, query: DeedQuery, form: Format, who: Acting, now: datetime
) -> Head:
    """Enter that the log is exported; gives the head that the export ends at.

    Raises:
        StorageError: it cannot be entered; then nothing is exported.
    """
    with make_uow() as uow:
        note(uow, who, Action.AUDIT_EXPORTED, "audit", now, format=form, query=query.told())
        head = uow.register.head(chain=AUDIT_CHAIN)
        uow.commit()
    return head


def export_to(
    out: Path, make_uow: MakeUnitOfWork, query: DeedQuery, who: Acting, now: datetime
) -> Exported:
    """Write an export to a file, whole or not at all.

    Raises:
        InputError: the file's name has another ending, or it cannot be written.
        StorageError: the record cannot be read, or the export not be entered.
    """
    form = next((one for one in Format if out.suffix.lower() == f".{one.value}"), None)
    if form is None or not out.parent.is_dir():
        raise InputError(
            "导出文件须以 .jsonl 或 .csv 结尾,且所在文件夹存在。",
            "the file has to end with .jsonl or .csv, in a folder that is there.",
            where=str(out),
        )
    head = entered(make_uow, query, form, who, now)
    part = out.with_name(f".{out.name}.part")
    count = 0
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            for line in exported(make_uow, query, head, form):
                file.write(line)
                count += 1
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(
            f"无法写入:{error.strerror}。", f"cannot write: {error.strerror}.", where=str(out)
        ) from error
    return Exported(count - (2 if form is Format.CSV else 1), head)


def file_name(at: datetime, form: Format) -> str:
    """What a browser saves it as."""
    return f"onpost-audit-{at:%Y%m%d-%H%M%S}.{form.value}"
