"""The jobs about cases: cards always, the drop folder and other databases where they are set."""

from __future__ import annotations

import time

from api.case_rules import FOLDER, SOURCES, entering, rules_of
from api.settings import Settings
from api.workbook_guard import check_workbook
from models.domain.ports import Clock, MakeUnitOfWork
from models.storage.foreign_cases import read_foreign
from scheduler.cases.folder import DropFolder
from scheduler.cases.importing import Enter
from scheduler.clockwork import Work
from scheduler.jobs.case_files import FolderTick, Pulled, PullTick, ReadSource
from scheduler.jobs.cases import CardTick
from scheduler.timetable import CASE_CARDS, CASE_FOLDER, CASE_SOURCES


def case_work(settings: Settings, make_uow: MakeUnitOfWork, clock: Clock) -> dict[str, Work]:
    """What each job of the timetable about cases does."""
    own = settings.supervision
    work: dict[str, Work] = {CASE_CARDS: CardTick(rules_of(settings), make_uow, clock)}
    if own.case_folder:
        folder = DropFolder(
            settings.path(own.case_folder), time.monotonic, settings.web.upload_mb * 1024 * 1024
        )
        work[CASE_FOLDER] = FolderTick(
            folder,
            check_workbook,
            rules_of(settings),
            entering(FOLDER),
            make_uow=make_uow,
            clock=clock,
        )
    if own.case_sources:
        work[CASE_SOURCES] = pull_tick(settings, make_uow, clock, entering(SOURCES))
    return work


def pull_tick(settings: Settings, make_uow: MakeUnitOfWork, clock: Clock, enter: Enter) -> PullTick:
    """Reads every named database of the settings."""
    return PullTick(
        sorted(settings.supervision.case_sources),
        sources_of(settings),
        rules_of(settings),
        enter,
        make_uow,
        clock,
    )


def sources_of(settings: Settings) -> ReadSource:
    """Reads the named databases of the settings."""

    def read(name: str, *, most: int) -> Pulled:
        source = settings.supervision.case_sources[name]
        url = source.database.get_secret_value()
        found = read_foreign(name, url, source.query, most=most)
        return Pulled(found.heads, found.rows)

    return read
