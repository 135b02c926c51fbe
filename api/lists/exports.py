"""Every list as a file: `/{list}/export.xlsx`; findings as CSV too.

Each takes what the list takes but pages, sees what the list sees, and is entered in the audit log
before it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, create_model

from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.deps import PartsDep, VisitorDep
from api.exporting import as_csv, as_xlsx
from api.lists import LISTINGS
from api.lists.listing import PAGING, Listing
from api.lists.watching import FINDINGS
from api.schemas.fields import Asked
from api.wiring import WebParts
from api.wording import Language

router = APIRouter()

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv"
LANGUAGE: Final = "language"
Write: TypeAlias = Callable[[Listing, WebParts, Visitor, BaseModel], Response]


def _choice(listing: Listing) -> type[BaseModel]:
    """What an export is asked: what the list is, without its pages, and the language."""
    told: dict[str, Any] = {
        name: (field.annotation, field)
        for name, field in listing.asked.model_fields.items()
        if name not in PAGING
    }
    told[LANGUAGE] = (Language, Field("zh", description="Of the heads and words."))
    return create_model("ExportChoice", __base__=Asked, **told)


def _asked(wanted: BaseModel) -> tuple[dict[str, Any], Language]:
    chosen = wanted.model_dump(exclude_defaults=True)
    return chosen, chosen.pop(LANGUAGE, "zh")


def _workbook(listing: Listing, parts: WebParts, visitor: Visitor, wanted: BaseModel) -> Response:
    now = parts.teller.local(parts.clock.now())
    chosen, language = _asked(wanted)
    rows = listing.rows(parts, visitor, chosen, language)
    filters = wanted.model_dump(exclude_defaults=True, mode="json", exclude={LANGUAGE})
    about = (
        ("导出人 exported by", visitor.name),
        ("时间 at", now.isoformat(timespec="seconds")),
        ("条件 filter", urlencode(filters) or "(全部 all)"),
    )
    title = listing.en if language == "en" else listing.zh
    return _file(as_xlsx(title, listing.head(language), rows, about), listing, XLSX, now)


def _plain(listing: Listing, parts: WebParts, visitor: Visitor, wanted: BaseModel) -> Response:
    chosen, language = _asked(wanted)
    data = as_csv(listing.head(language), listing.rows(parts, visitor, chosen, language))
    return _file(data, listing, f"{CSV}; charset=utf-8", parts.teller.local(parts.clock.now()))


def _file(data: bytes, listing: Listing, media: str, now: datetime) -> Response:
    ending = "xlsx" if media == XLSX else "csv"
    name = f"onpost-{listing.path.replace('/', '-')}-{now:%Y%m%d-%H%M%S}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type=media, headers=headers)


def _add(listing: Listing, write: Write, ending: str, media: str, what: str) -> None:
    """Add the export of a list; it takes what the list takes."""

    def export(parts: PartsDep, visitor: VisitorDep, wanted: Any) -> Response:
        return write(listing, parts, visitor, wanted)

    export.__annotations__["wanted"] = Annotated[_choice(listing), Query()]
    router.add_api_route(
        f"/{listing.path}/export.{ending}",
        export,
        dependencies=[needs(listing.see, also=listing.export, audit=Audit.EACH)],
        response_class=Response,
        responses={200: {"content": {media: {}}}},
        summary=f"As {what}: {listing.en}",
        description=f"`/{listing.path}` as {what}: all that the caller sees of it, in its order.",
        tags=[listing.tag],
    )


for _listing in LISTINGS:
    _add(_listing, _workbook, "xlsx", XLSX, "a workbook")
_add(FINDINGS, _plain, "csv", CSV, "CSV, UTF-8 with a byte order mark")
