"""Papers (文书) as a visitor sees them: by unit, in pages, with their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Response

from api.auth.visitor import Visitor
from api.case_rules import units_seen
from api.errors import missing
from api.paging import number_of
from api.reports.attached import ATTACHMENT
from api.reports.circulars import Desk
from api.reports.desk import desk_of
from api.schemas.rectification import PaperFileOut
from api.wiring import WebParts
from models.domain.papers import Paper, PaperKind
from models.domain.ports import UnitOfWork

MEDIA: Final = {
    "pdf": "application/pdf",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "png": "image/png",
}
ANY_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {kind: {} for kind in MEDIA.values()}}
}


@dataclass(frozen=True, slots=True)
class PageOfPapers:
    """A page: papers, how many there are, where the next page begins."""

    papers: Sequence[Paper]
    total: int
    next_after: str | None


@dataclass(frozen=True, slots=True)
class PaperView:
    """What one visitor sees of papers of one kind.

    Attributes:
        kind: Which papers.
        zh: What they are called.
        address: Under what address they are told, e.g. `rectifications`.
    """

    parts: WebParts
    visitor: Visitor
    kind: PaperKind
    zh: str
    address: str

    @property
    def desk(self) -> Desk:
        """What services need."""
        return desk_of(self.parts.settings, self.parts.make_uow, self.parts.clock)

    def units(self, wanted: str = "") -> frozenset[str] | None:
        """Units whose papers are told; None for all."""
        seen = units_seen(self.parts.settings, self.visitor.scope)
        if not wanted:
            return seen
        return frozenset({wanted}) if seen is None or wanted in seen else frozenset()

    def page(self, *, unit: str, state: str, after: str, limit: int) -> PageOfPapers:
        """One page of them, newest first.

        Raises:
            InputError: the cursor is none of this list.
        """
        units, last = self.units(unit), number_of(after)
        with self.parts.make_uow(read_only=True) as uow:
            found = uow.papers.list(
                self.kind, units=units, state=state, after=last, limit=limit + 1
            )
            total = uow.papers.count(self.kind, units=units, state=state)
        page = found[:limit]
        following = str(page[-1].number) if len(found) > limit else None
        return PageOfPapers(page, total, following)

    def seen(self, uow: UnitOfWork, key: str) -> Paper:
        """One of them.

        Raises:
            NotThere: there is none, or it is another unit's.
        """
        paper = uow.papers.get(self.kind, key) if len(key) <= 200 else None
        units = self.units()
        if paper is None or (units is not None and paper.unit_id not in units):
            raise missing(self.zh, self.kind.value, key[:100])
        return paper

    def check(self, key: str) -> None:
        """Refuse what the visitor does not see.

        Raises:
            NotThere: there is none, or it is another unit's.
        """
        with self.parts.make_uow(read_only=True) as uow:
            self.seen(uow, key)

    def files(self, uow: UnitOfWork, paper: Paper) -> list[PaperFileOut]:
        """Its files, in the order in which they came."""
        address = f"/api/v1/{self.address}/{quote(paper.key)}/files"
        return [
            PaperFileOut(
                name=file.name,
                sha256=file.sha256,
                bytes=file.bytes,
                attached=file.variant == ATTACHMENT,
                url=f"{address}/{place}",
            )
            for place, file in enumerate(uow.papers.files(paper.key), 1)
        ]

    def file(self, key: str, number: int) -> Response:
        """One of its files, compared with its hash before it is given.

        Raises:
            NotThere: there is none.
            StorageError: it is lost or was changed.
        """
        with self.parts.make_uow(read_only=True) as uow:
            files = uow.papers.files(self.seen(uow, key).key)
        if not 0 < number <= len(files):
            raise missing("文件", "file", str(number)[:20])
        found = files[number - 1]
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
            "ETag": f'"{found.sha256}"',
        }
        kind = MEDIA[found.path.rsplit(".", 1)[1]]
        return Response(self.desk.store.read(found.path), media_type=kind, headers=headers)

    def local(self, at: datetime) -> datetime:
        """A moment in the site's time zone."""
        return at.astimezone(ZoneInfo(self.parts.settings.time_zone))

    def local_of(self, text: str | None) -> datetime | None:
        """The same of a stored one; None for none."""
        return None if text is None else self.local(datetime.fromisoformat(text))
