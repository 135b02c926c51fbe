"""Case data that comes by itself: files of the drop folder, views of other databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog

from models.domain.errors import OnPostError, StorageError
from models.domain.ports import Clock, MakeUnitOfWork
from scheduler.cases.folder import DONE, LONGEST, REFUSED, DropFolder
from scheduler.cases.importing import (
    CaseImport,
    Enter,
    Origin,
    RulesOf,
    plan_import,
    write_import,
)
from scheduler.cases.pulling import MOST_ROWS, Value, sheet_of
from scheduler.cases.reading import read_files, read_tables

log = structlog.get_logger("onpost.schedule")


class FolderTick:
    """Takes the files of the drop folder.

    Args:
        folder: The drop folder.
        check: Refuses a dangerous file before anything reads it.
        rules_of: Calendar, hours and rules, by the record as it is.
        enter: Enters an import into the audit log.
        make_uow: Makes transactions that the lease fences.
        clock: The process's clock.
    """

    def __init__(
        self,
        folder: DropFolder,
        check: Callable[[Path], None],
        rules_of: RulesOf,
        enter: Enter,
        *,
        make_uow: MakeUnitOfWork,
        clock: Clock,
    ) -> None:
        self._folder = folder
        self._check = check
        self._rules_of = rules_of
        self._enter = enter
        self._make_uow = make_uow
        self._clock = clock

    def __call__(self) -> str:
        """One tick; says what it took."""
        taken = refused = 0
        for path in self._folder.ready():
            now = self._clock.now()
            try:
                message = self._take(path, now)
            except StorageError:
                raise  # nobody's fault who dropped it: it stays and is tried again
            except OnPostError as error:
                refused += 1
                self._folder.move(path, REFUSED, now, f"{error}\n")
                log.warning("case_file_refused", file=path.name, error=str(error)[:500])
                continue
            if message:
                taken += 1
                self._folder.move(path, DONE, now, message)
        counts = {"taken": taken, "refused": refused}
        return ", ".join(f"{name} {count}" for name, count in counts.items() if count)

    def _take(self, path: Path, now: datetime) -> str:
        """Take a file and say so; nothing where it is gone or changed meanwhile."""
        dropped = self._folder.read(path)
        if dropped is None:
            return ""
        self._check(path)
        name = path.name[-LONGEST:]
        files = ((name, dropped.sha256),)
        origin = Origin("folder", files, "case-folder", f"case-file:{dropped.sha256}")
        with self._make_uow() as uow:
            uow.cases.hold()
            known = uow.register.by_key(origin.key)
            if known is not None:
                return (
                    f"此文件已导入(登记第 {known.seq} 号),未重复导入。\n"
                    "this file was imported before and was not taken again.\n"
                )
            rules = self._rules_of(uow)
            read = read_files([(name, dropped.data)], rules.context)
            found = write_import(
                uow,
                plan_import(uow, read.cases, read.problems),
                origin,
                deadlines=rules.deadlines,
                now=now,
                enter=self._enter,
            )
            uow.commit()
        log.info("case_file_taken", file=name, **found.counts)
        return _message(found)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a source gave: heads and rows."""

    heads: Sequence[str]
    rows: Sequence[Sequence[Value]]


class ReadSource(Protocol):
    """Reads a named source of the settings; raises OnPostError where it cannot."""

    def __call__(self, name: str, *, most: int) -> Pulled: ...


@dataclass(frozen=True, slots=True)
class PullTick:
    """Reads every named source; what differs from the record is written.

    Attributes:
        names: The sources.
        read: Reads one.
    """

    names: Sequence[str]
    read: ReadSource
    rules_of: RulesOf
    enter: Enter
    make_uow: MakeUnitOfWork
    clock: Clock

    def __call__(self) -> str:
        """One tick; a source that fails holds up no other.

        Raises:
            OnPostError: of the last source that failed, once all were tried.
        """
        said, failed = [], None
        for name in self.names:
            try:
                found = self.pull(name, "case-sources")
            except OnPostError as error:
                log.warning("case_source_failed", source=name, error=str(error)[:500])
                failed = error
                continue
            if found.seq:
                said.append(f"{name}: new {len(found.new)}, changed {len(found.changed)}")
        if failed is not None:
            raise failed
        return "; ".join(said)

    def pull(self, name: str, by: str) -> CaseImport:
        """Read one source and write what differs; nothing is entered where nothing does.

        Raises:
            OnPostError: it cannot be read, or a row is wrong; nothing was written.
        """
        pulled = self.read(name, most=MOST_ROWS)
        now = self.clock.now()
        with self.make_uow() as uow:
            uow.cases.hold()
            rules = self.rules_of(uow)
            table = sheet_of(name, pulled.heads, pulled.rows, rules.context.zone)
            read = read_tables([(name, [table])], rules.context)
            found = plan_import(uow, read.cases, read.problems)
            if found.new or found.changed:
                origin = Origin("source", ((name, ""),), by)
                found = write_import(
                    uow,
                    found,
                    origin,
                    deadlines=rules.deadlines,
                    now=now,
                    enter=self.enter,
                )
                uow.commit()
        return found


def _message(found: CaseImport) -> str:
    counts = found.counts
    lines = [
        f"已导入:新增 {counts['new']} 件,更新 {counts['changed']} 件,无变化 {counts['same']} 件。",
        f"imported: {counts['new']} new, {counts['changed']} changed, {counts['same']} the same.",
        *(str(one) for one in found.problems),
    ]
    return "\n".join(lines) + "\n"
