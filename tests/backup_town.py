"""A small record with something in every chain and folder, for tests of backups and upgrades."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from api.settings import Settings, parse_settings
from api.wiring_record import make_record
from models.domain.audit import AUDIT_CHAIN
from models.domain.presence import Reason, State
from models.domain.records import EvidenceKind, EvidencePicture, FindingRecord
from models.domain.spans import Span
from models.storage.document_store import DocumentStore
from models.storage.record import Record

WHEN = datetime(2026, 11, 23, 1, 30, 0, 123456, tzinfo=UTC)

SETTINGS = """
data_dir: {data}
database: {database}
halls: {{main: {{name: 市政务服务中心}}}}
cameras: {{c1: {{hall: main, name: 一号, source: "http://127.0.0.1:1/1.jpg"}}}}
windows:
  W1:
    hall: main
    name: 1号窗口
    unit: 税务局
    views: [{{camera: c1, polygon: [[0.1, 0.2], [0.4, 0.2], [0.4, 0.9]]}}]
"""


def settings_file(folder: Path, data: str, database: str) -> Path:
    """Settings of an installation, written to a file."""
    file = folder / f"{data}.yaml"
    file.write_text(SETTINGS.format(data=data, database=database), "utf-8")
    return file


def settings_in(file: Path) -> Settings:
    """The settings of a file, whatever the environment says."""
    return parse_settings(file.read_text("utf-8"), file, {})


def finding(record: Record, number: int) -> None:
    """One finding with its picture, in one transaction."""
    key = f"off_post:W1@{number}"
    stored = record.evidence.put(f"picture {number}".encode(), WHEN)
    shot = EvidencePicture(
        stored.sha256, stored.path, stored.bytes, WHEN, "c1", "W1", EvidenceKind.AT, 1, 2, 2
    )
    with record.make_uow() as uow:
        payload = {"finding": key, "evidence": [{"sha256": stored.sha256, "path": stored.path}]}
        seq = uow.register.append("finding_opened", payload, WHEN, key=key).seq
        uow.register.append("read", {"who": "wang"}, WHEN, chain=AUDIT_CHAIN)
        uow.evidence.add(shot)
        uow.findings.add(
            FindingRecord(
                key,
                "W1",
                "main",
                "off_post",
                "to_verify",
                WHEN,
                WHEN,
                WHEN,
                960.5,
                last_seq=seq,
                unit_id="税务局",
                details={"说明": "\u2028空", "n": 1.0},
            )
        )
        uow.commit()


def filled(settings: Settings) -> Record:
    """The record of an installation with three findings, spans, a roster and a document."""
    settings.data_path.mkdir(parents=True, exist_ok=True)
    record = make_record(settings)
    for number in range(3):
        finding(record, number)
    with record.make_uow() as uow:
        uow.spans.save([Span("W1", State.ABSENT, Reason.EMPTY, WHEN, None, samples=7)])
        uow.rosters.save({"rows": [["张三", "W1"]]}, "十一月.xlsx", WHEN)
        uow.settings.save({"halls": {"main": {}}}, WHEN)
        uow.commit()
    DocumentStore(settings.data_path / "documents").put(b"%PDF-", WHEN, "pdf")
    return record
