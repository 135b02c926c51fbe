"""A program that registers one thing after another until it is killed, for tests.

`python -m tests.integration.register_writer URL DATA NAME LAST` writes keys `NAME:1`…`NAME:LAST`,
goes on where it was interrupted, and prints each key once it is committed.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from models.domain.records import EvidenceKind, EvidencePicture, FindingRecord
from models.domain.register import AlreadyRegistered
from models.storage.record import Record, open_record

WHEN = datetime(2026, 11, 23, 1, tzinfo=UTC)


def write(record: Record, key: str) -> int:
    """One finding: picture stored first, then entry, picture row and finding together."""
    stored = record.evidence.put(key.encode(), WHEN)
    shot = EvidencePicture(
        stored.sha256, stored.path, stored.bytes, WHEN, "c1", key, EvidenceKind.AT, 1, 2, 2
    )
    with record.make_uow() as uow:
        payload = {"evidence": [{"sha256": stored.sha256, "path": stored.path}]}
        seq = uow.register.append("finding_opened", payload, WHEN, key=key).seq
        uow.evidence.add(shot)
        uow.findings.add(
            FindingRecord(key, key, "h1", "off_post", "clue", WHEN, WHEN, WHEN, 1.0, last_seq=seq)
        )
        uow.commit()
    return seq


def main() -> None:
    url, data, name, last = sys.argv[1:5]
    record = open_record(Path(data), url)
    try:
        for number in range(1, int(last) + 1):
            key = f"{name}:{number}"
            try:
                write(record, key)
            except AlreadyRegistered:
                continue
            print(key, flush=True)
    finally:
        record.close()


if __name__ == "__main__":
    main()
