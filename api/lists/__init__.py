"""Lists of the API as tables that can be taken away: columns, one declaration for each noun."""

from __future__ import annotations

from typing import Final

from api.lists.checks import CHECKS
from api.lists.duty import DUTY
from api.lists.house import HOUSE
from api.lists.papers import CASES, PAPERS
from api.lists.watching import WATCHING

LISTINGS: Final = (*WATCHING, *DUTY, *CHECKS, *CASES, *PAPERS, *HOUSE)
"""Every list that can be exported."""
