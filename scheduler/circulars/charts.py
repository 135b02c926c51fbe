"""A chart as a picture, for formats that cannot draw one."""

from __future__ import annotations

from models.domain.document import Bars, Document
from scheduler.circulars.typesetting import typeset


def bars_png(chart: Bars) -> bytes:
    """A chart of bars as PNG, drawn as the PDF draws it.

    Raises:
        TypesettingError: no font with Chinese characters is installed.
    """
    alone = Document(issuer="", title=chart.name, blocks=(chart,))
    return typeset(alone, "png", only="bars")
