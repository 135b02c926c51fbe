from __future__ import annotations

import json

from models.domain.circular import CircularKind
from models.domain.document import Picture
from models.domain.document_json import document_json, document_of
from models.domain.register import canonical
from scheduler.circulars.compose import circular
from tests.unit.scheduler.circulars.test_compose import HEADS, ISSUED, REPORT
from tests.unit.scheduler.circulars.test_formats import DOCUMENT


def test_a_document_comes_back_from_json_as_it_was() -> None:
    made = circular(REPORT, CircularKind.MONTHLY, HEADS, ISSUED)
    for document in (made, DOCUMENT):
        text = canonical(document_json(document))
        again = document_of(json.loads(text))
        assert again == document
        assert canonical(document_json(again)) == text


def test_a_picture_comes_back_byte_for_byte() -> None:
    picture = Picture(bytes(range(256)), "证据 #1")
    made = circular(REPORT, CircularKind.MONTHLY, HEADS, ISSUED)
    with_picture = type(made)(made.issuer, made.title, (picture,))
    assert document_of(document_json(with_picture)).blocks == (picture,)
