"""The desk of circulars for the web and for commands."""

from __future__ import annotations

from api.reports.circulars import Desk
from api.settings import Settings
from models.domain.ports import Clock, MakeUnitOfWork
from models.storage.document_store import DOCUMENTS, DocumentStore
from models.storage.evidence_places import open_evidence


def document_store(settings: Settings) -> DocumentStore:
    """Files of papers, in the data folder."""
    return DocumentStore(settings.data_path / DOCUMENTS)


def desk_of(settings: Settings, make_uow: MakeUnitOfWork, clock: Clock) -> Desk:
    """What the work on circulars needs."""
    evidence = open_evidence(settings.evidence_place)
    return Desk(settings, make_uow, document_store(settings), clock, evidence)
