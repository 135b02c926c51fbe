"""One transaction of the record, its books, and the signed head of what it appended."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from models.domain import ports
from models.domain.errors import StorageError
from models.domain.lease import SCHEDULE
from models.domain.ports_accounts import AccountBook
from models.domain.ports_checks import CheckBook
from models.domain.ports_jobs import JobBook
from models.domain.ports_outbox import ClueBook, OutboxBook
from models.domain.ports_supervision import CaseBook, PaperBook
from models.storage.account_book import StoredAccounts
from models.storage.anchors import Anchors
from models.storage.camera_book import StoredCameras
from models.storage.case_book import StoredCases
from models.storage.check_book import StoredChecks
from models.storage.clue_book import StoredClues
from models.storage.duty_book import StoredDuty
from models.storage.engine import READ_ONLY, open_engine
from models.storage.evidence_book import StoredEvidence
from models.storage.finding_book import StoredAlerts, StoredFindings
from models.storage.job_book import StoredJobs
from models.storage.migrate import upgrade
from models.storage.outbox_book import StoredOutbox
from models.storage.paper_book import StoredPapers
from models.storage.refusals import advice
from models.storage.register_book import StoredRegister
from models.storage.row_seals import TRACE, RowTrace, adopt_rows, follow_writes, seal_rows
from models.storage.span_book import StoredPresences, StoredSpans
from models.storage.version_book import StoredRosters, StoredSettings

_log: Final = logging.getLogger(__name__)


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn the database's errors into one that a person can mend."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        refusal = getattr(error, "orig", None) or error
        cause = (str(refusal).strip().splitlines() or [type(refusal).__name__])[0]
        zh, en = advice(refusal)
        raise StorageError(
            f"数据库操作失败,本次未写入任何内容:{cause}。{zh}",
            f"the database refused, nothing was written: {cause}; {en}",
            where="database",
        ) from error


class SqlUnitOfWork:
    """UnitOfWork on one connection of the engine."""

    spans: ports.SpanBook
    presences: ports.PresenceBook
    register: ports.RegisterBook
    findings: ports.FindingBook
    evidence: ports.EvidenceBook
    alerts: ports.AlertBook
    cameras: ports.CameraBook
    rosters: ports.RosterBook
    duty: ports.DutyBook
    settings: ports.SettingsBook
    accounts: AccountBook
    jobs: JobBook
    checks: CheckBook
    outbox: OutboxBook
    cases: CaseBook
    papers: PaperBook
    clues: ClueBook

    def __init__(
        self,
        engine: Engine,
        anchors: Anchors | None,
        *,
        read_only: bool,
        held: Mapping[str, int] | None = None,
    ) -> None:
        self._engine = engine
        self._anchors = anchors
        self._read_only = read_only
        self._held = held or {}
        self._connection: Connection | None = None
        self._register: StoredRegister | None = None
        self._trace: RowTrace | None = None

    def __enter__(self) -> SqlUnitOfWork:
        if self._connection is not None:
            raise RuntimeError("a unit of work is entered once at a time")
        with storage_errors():
            connection = self._engine.connect()
            try:
                connection = connection.execution_options(**{READ_ONLY: self._read_only})
                connection.begin()
            except BaseException:
                connection.close()
                raise
        self._connection = connection
        self._trace = RowTrace(connection)
        if not self._read_only:
            connection.execution_options(**{TRACE: self._trace})
        self._register = StoredRegister(connection)
        self.register = self._register
        self.spans = StoredSpans(connection)
        self.presences = StoredPresences(connection)
        self.findings = StoredFindings(connection)
        self.evidence = StoredEvidence(connection)
        self.alerts = StoredAlerts(connection)
        self.cameras = StoredCameras(connection)
        self.rosters = StoredRosters(connection)
        self.duty = StoredDuty(connection)
        self.settings = StoredSettings(connection)
        self.accounts = StoredAccounts(connection)
        self.jobs = StoredJobs(connection)
        self.checks = StoredChecks(connection)
        self.outbox = StoredOutbox(connection)
        self.cases = StoredCases(connection)
        self.papers = StoredPapers(connection)
        self.clues = StoredClues(connection)
        self._fence()
        return self

    def _fence(self) -> None:
        """Nothing is written by a process whose lease another one holds."""
        if not self._held or self._read_only:
            return
        try:
            with storage_errors():
                self.jobs.hold(self._held)
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *exc: object) -> None:
        connection, self._connection, self._register = self._connection, None, None
        with storage_errors():
            if connection is not None:
                connection.close()  # rolls back what was not committed
            error = exc[1] if len(exc) > 1 else None
            if isinstance(error, (SQLAlchemyError, sqlite3.Error)):
                raise error

    def commit(self) -> None:
        connection, register = self._connection, self._register
        if self._read_only or connection is None or register is None:
            raise RuntimeError("commit is for an entered unit of work that may write")
        if not connection.in_transaction():
            raise RuntimeError("a unit of work commits once")
        with storage_errors():
            if self._trace is not None:
                seal_rows(connection, register, self._trace)
        appended = list(register.appended.values())
        if self._anchors is not None:
            for first, entry in appended:
                self._anchors.sign(first, entry, settled=False)
        with storage_errors():
            connection.commit()
        if self._anchors is not None and appended:
            self._settle(self._anchors, register)

    def adopt(self, *, even_empty: bool = False) -> None:
        """Seal the rows that stand, where no row was ever sealed; the caller commits."""
        if self._connection is not None and self._register is not None:
            adopt_rows(self._connection, self._register, even_empty=even_empty)

    def _settle(self, anchors: Anchors, register: StoredRegister) -> None:
        # The entries are committed and signed: failing here must not look like failing there.
        try:
            for first, entry in register.appended.values():
                anchors.sign(first, entry, settled=True)
        except StorageError as error:
            _log.warning("the register's head is settled at the next start: %s", error)


class UnitOfWorkFactory:
    """Makes units of work on one engine; safe from any thread. Close it at the end."""

    def __init__(
        self,
        engine: Engine,
        anchors: Anchors | None = None,
        *,
        held: Mapping[str, int] | None = None,
    ) -> None:
        self.engine = engine
        self.anchors = anchors
        self._held = held
        follow_writes(engine)

    def __call__(self, *, read_only: bool = False) -> SqlUnitOfWork:
        return SqlUnitOfWork(self.engine, self.anchors, read_only=read_only, held=self._held)

    def fenced(self, epoch: int) -> UnitOfWorkFactory:
        """The same for the holder of the schedule's lease: entering one that may write raises
        LeaseLost once the epoch is over, and the lease cannot be taken while it is open."""
        return self.fenced_by({SCHEDULE: epoch})

    def fenced_by(self, epochs: Mapping[str, int]) -> UnitOfWorkFactory:
        """The same for the holder of several leases, by their names."""
        return UnitOfWorkFactory(self.engine, self.anchors, held=dict(epochs))

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def unit_of_work_factory(
    url: str, anchors: Anchors | None = None, *, migrate: bool = True
) -> UnitOfWorkFactory:
    """Open a database, bring its tables up to date and give what makes units of work.

    Args:
        url: `sqlite:///file` or `postgresql://…`.
        anchors: Signs the register's heads; None only where nothing is registered.
        migrate: False leaves the tables as they are and refuses older ones.

    Raises:
        StorageError: the database cannot be opened, or is newer than this program.
    """
    engine = open_engine(url)
    try:
        with storage_errors():
            upgrade(engine, change=migrate)
    except StorageError:
        engine.dispose()
        raise
    return UnitOfWorkFactory(engine, anchors)
