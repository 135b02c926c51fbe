"""What the commands on duty share: the record opened, moments and months as people type them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from api.auth.audit import Acting, Actor, note
from api.auth.console_proof import acting, proven
from api.settings import Settings
from api.wiring import make_record
from models.domain.access import Permission
from models.domain.errors import InputError
from models.domain.leave import EXEMPTION_NAMES, NOTICE_NAMES, ExemptionKind, NoticeKind
from models.domain.people import Person, Staff
from models.domain.ports import MakeUnitOfWork, UnitOfWork
from models.domain.roster import Roster
from models.storage.record import Record, open_existing_record, record_exists
from scheduler.rosters.leave_csv import KINDS as NOTICE_KINDS
from scheduler.rosters.same_people import people_of
from scheduler.rosters.spelling import fold_name


@contextmanager
def opened(settings: Settings) -> Iterator[Record]:
    """The record for writing, made where there is none.

    Raises:
        StorageError: the database or a folder cannot be used.
    """
    settings.data_path.mkdir(parents=True, exist_ok=True)
    record = make_record(settings)
    try:
        yield record
    finally:
        record.close()


@contextmanager
def opened_by(
    settings: Settings, by: str, permission: Permission, *, named: bool = False
) -> Iterator[tuple[Record, Actor]]:
    """The record for writing, and who writes: the account that `--by` names, proven by its
    password, or the console where it names none.

    Args:
        settings: Of the installation.
        by: As typed.
        permission: What the deed needs.
        named: A person decides here; the console does not.

    Raises:
        InputError, SignInRefused, LockedOut: as `api.auth.console_proof.proven`.
        StorageError: the database or a folder cannot be used.
    """
    prove = proven if named else acting
    with opened(settings) as record:
        yield record, prove(by, settings, record.make_uow, permission)


@contextmanager
def looked_at(settings: Settings) -> Iterator[MakeUnitOfWork | None]:
    """The record for reading only; None where there is none yet, and none is made.

    Raises:
        StorageError: the database is there and cannot be used.
    """
    if not record_exists(settings.data_path, settings.database_url):
        yield None
        return
    record = open_existing_record(settings.data_path, settings.database_url)
    try:
        yield record.make_uow
    finally:
        record.close()


@contextmanager
def existing(settings: Settings) -> Iterator[Record]:
    """The record that is there, for reading and for entering who read it; none is made.

    Raises:
        StorageError: there is none, or it cannot be used.
    """
    record = open_existing_record(settings.data_path, settings.database_url)
    try:
        yield record
    finally:
        record.close()


def typed(uow: UnitOfWork, action: str, target: str, now: datetime, by: Acting) -> None:
    """Enter in the audit log what a command does, in the transaction of the change.

    Args:
        uow: The transaction; everything else was written already.
        action: As `api.auth.audit.note` takes it.
        target: What it is about.
        now: The moment.
        by: An account that was proven, or the console.
    """
    note(uow, by, action, target, now)


def moment_of(text: str, settings: Settings, where: str) -> datetime:
    """`2026-11-23 09:00`, in the settings' time zone where it names no offset.

    Raises:
        InputError: it is no date with a time.
    """
    try:
        found = datetime.fromisoformat(text.strip() if ":" in text else "")
    except ValueError:
        raise InputError(
            f"“{text}”不是有效的日期和时间,应类似 2026-11-23 09:00。",
            f"{text!r} is no date and time; write 2026-11-23 09:00.",
            where=where,
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(settings.time_zone))


def day_of(text: str, where: str) -> date:
    """`2026-11-23`.

    Raises:
        InputError: it is no date.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(
            f"“{text}”不是有效日期,应类似 2026-11-23。",
            f"{text!r} is no date; write 2026-11-23.",
            where=where,
        ) from None


def month_of(text: str, where: str) -> date:
    """`2026-11`, as its first day.

    Raises:
        InputError: it is no month.
    """
    try:
        return date.fromisoformat(f"{text.strip()}-01")
    except ValueError:
        raise InputError(
            f"“{text}”不是有效月份,应类似 2026-11。",
            f"{text!r} is no month; write 2026-11.",
            where=where,
        ) from None


def person_of(text: str, roster: Roster, staff: Staff | None, where: str) -> str:
    """The id of the person that is meant: an id, `单位/姓名`, or a name that only one has.

    Raises:
        InputError: nobody, or more than one, is called so.
    """
    known = {one: Person(one, one.rpartition("/")[2]) for one in people_of(roster)}
    if staff is not None:
        known |= staff.persons
    if text in known:
        return text
    unit, _, name = text.rpartition("/")
    found = [one for one in known.values() if one.name == fold_name(name)]
    if unit:
        found = [one for one in found if unit in {one.unit_id, one.id.rpartition("/")[0]}]
    if len(found) == 1:
        return found[0].id
    ids = "、".join(sorted(one.id for one in found))
    if found:
        raise InputError(
            f"“{text}”有 {len(found)} 人同名,请写明:{ids}。",
            f"{len(found)} people are called {text!r}; write one of {ids}.",
            where=where,
            code="E110",
        )
    raise InputError(
        f"人员“{text}”不在排班或人员名单中,请核对姓名或先导入排班。",
        f"no roster and no staff list names {text!r}; check it, or import a roster first.",
        where=where,
        code="E109",
    )


def window_of(text: str, settings: Settings, where: str) -> str:
    """The id of the window that is meant, by its id or its name.

    Raises:
        InputError: there is none, or several are called so.
    """
    if text in settings.windows:
        return text
    found = [name for name, one in settings.windows.items() if one.name == text]
    if len(found) == 1:
        return found[0]
    names = "、".join(found or list(settings.windows)[:8])
    raise InputError(
        f"窗口“{text}”{'不唯一' if found else '不存在'}。可选:{names}。",
        f"{'several windows are' if found else 'no window is'} called {text!r}; choose: {names}.",
        where=where,
        code="E108",
    )


def hall_of(text: str, settings: Settings, where: str) -> str:
    """The id of a hall of the settings.

    Raises:
        InputError: there is none.
    """
    if text in settings.halls:
        return text
    names = "、".join(list(settings.halls)[:8])
    raise InputError(
        f"大厅“{text}”不存在。可选:{names}。", f"no hall {text!r}; choose: {names}.", where=where
    )


def notice_kind_of(text: str, where: str) -> NoticeKind:
    """A kind of leave by its Chinese or English word.

    Raises:
        InputError: there is none of that name.
    """
    return _kind(text, NOTICE_KINDS, NOTICE_NAMES.values(), where)


def exemption_kind_of(text: str, where: str) -> ExemptionKind:
    """A kind of exemption by its Chinese or English word.

    Raises:
        InputError: there is none of that name.
    """
    known = {**{one.value: one for one in ExemptionKind}, **_STOPS}
    return _kind(text, known, EXEMPTION_NAMES.values(), where)


_STOPS = {name: kind for kind, name in EXEMPTION_NAMES.items()}
_Kind = TypeVar("_Kind")


def _kind(text: str, known: Mapping[str, _Kind], names: Iterable[str], where: str) -> _Kind:
    found = known.get(text.strip().lower())
    if found is None:
        said = "、".join(names)
        raise InputError(
            f"类别“{text}”无法识别,可写:{said}。",
            f"kind {text!r} is not known; write one of {said}.",
            where=where,
        )
    return found


def contents_of(files: Sequence[Path]) -> list[tuple[str, bytes]]:
    """Name and content of each file.

    Raises:
        InputError: one of them cannot be read.
    """
    found = []
    for path in files:
        try:
            found.append((path.name, path.read_bytes()))
        except OSError as error:
            raise InputError(
                f"无法读取文件:{error.strerror}。",
                f"cannot read the file: {error.strerror}.",
                where=str(path),
                code="E101",
            ) from None
    return found


def write_new(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(
            f"无法写入文件:{error.strerror}。",
            f"cannot write the file: {error.strerror}.",
            where=str(path),
        ) from None


def text_of(path: Path) -> str:
    """A text file, UTF-8 or GB18030.

    Raises:
        InputError: it cannot be read.
    """
    ((_, data),) = contents_of([path])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(
        "不是 UTF-8 或 GB18030 文本。", "it is neither UTF-8 nor GB18030 text.", where=str(path)
    )


def require_place(hall: str, window: str, approver: str) -> None:
    """A stop names one hall or one window, and who approved it.

    Raises:
        InputError: it does not.
    """
    if bool(hall) == bool(window):
        raise InputError(
            "请写明一个大厅(--hall)或一个窗口(--window)。",
            "name one hall (--hall) or one window (--window).",
            where="--hall, --window",
        )
    if not approver.strip():
        raise InputError("须写明批准人。", "the approver is missing.", where="--approver")


def month_bounds(month: date, settings: Settings) -> tuple[datetime, datetime]:
    """A month, by its first day, as two instants."""
    zone = ZoneInfo(settings.time_zone)
    following = (month + timedelta(days=31)).replace(day=1)
    return datetime.combine(month, time(0), zone), datetime.combine(following, time(0), zone)
