"""A circular from draft to issued on a real record, and what it leaves behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from api.auth.visitor import Visitor
from api.naming import answer, ask
from api.reports.circular_paper import Corrected
from api.reports.circulars import draft, draft_correction, look, move, submit
from api.reports.gather import gather
from api.reports.issuing import documents_of, issue, verify
from models.domain.access import Access, Role
from models.domain.circular import CircularKind, CircularState
from models.domain.document import Gallery
from models.domain.errors import ForbiddenMove, InputError
from models.domain.life import Stage
from models.domain.naming import NamingState
from models.domain.ratio import Ratio
from models.domain.records import EvidenceKind, EvidencePicture, FindingRecord
from scheduler.circulars.compose import DRAFT
from tests.fakes_web import jpeg, picture
from tests.reported_month import DRAFTER, SIGNER, Month, month, workdays

pytestmark = pytest.mark.fonts

NOVEMBER = workdays(2026, 11)
MONDAY = date(2026, 11, 23)


@pytest.fixture
def november(tmp_path: Path) -> Iterator[Month]:
    with month(tmp_path) as town:
        town.check(NOVEMBER[:5])
        yield town


def signed(town: Month, period: str = "2026-11") -> str:
    key = draft(town.desk, period, DRAFTER).key
    submit(town.desk, key, DRAFTER)
    return move(town.desk, key, CircularState.SIGNED, SIGNER).key


def test_a_report_counts_what_was_checked_row_by_row(november: Month) -> None:
    with november.record.make_uow(read_only=True) as uow:
        report = gather(uow, november.settings, "2026-11", november.clock.now()).report
    assert report.workdays == 21
    assert report.batches == dict(november.batches)
    assert report.covered == len(november.settings.halls)
    for row in report.rows:
        written = november.expected[row.unit_id]
        assert {result: row.counts[result] for result in written} == dict(written)
    assert report.counts.planned == sum(sum(one.values()) for one in november.expected.values())


def test_only_what_a_person_confirmed_counts_as_absent(november: Month) -> None:
    window = november.windows_of("h00")[0]
    unit = november.unit_of(window)
    november.found(window, MONDAY, "09:00")
    november.found(window, MONDAY, "10:00", state=None)
    november.found(window, MONDAY, "11:00", state=Stage.DISMISSED)
    november.found(window, MONDAY, "15:00", state=Stage.EXCUSED)
    with november.record.make_uow(read_only=True) as uow:
        gathered = gather(uow, november.settings, "2026-11", november.clock.now())
    row = gathered.report.of_unit(unit)
    assert row is not None
    assert row.problems == 1
    assert row.counts.vacancy_rate.part == 1
    assert gathered.waiting == 1
    reasons = {one.reason for one in gathered.report.unseen}
    assert {"待核实", "误报排除"} <= reasons
    written = november.expected[unit]
    assert row.counts.planned == sum(written.values())


def test_a_circular_waits_for_decisions_or_says_why_not(november: Month) -> None:
    november.found(november.windows_of("h00")[0], MONDAY, "09:00", state=None)
    key = draft(november.desk, "2026-11", DRAFTER).key
    with pytest.raises(InputError, match="still to be verified"):
        submit(november.desk, key, DRAFTER)
    assert submit(november.desk, key, DRAFTER, despite="领导要求先行通报").despite
    with pytest.raises(InputError, match="is not over"):
        submit(november.desk, draft(november.desk, "2026-12", DRAFTER).key, DRAFTER)


def test_a_period_has_one_circular_and_another_only_after_it_was_dropped(november: Month) -> None:
    key = draft(november.desk, "2026-11", DRAFTER).key
    with pytest.raises(InputError, match="under way or issued"):
        draft(november.desk, "2026-11", DRAFTER)
    move(november.desk, key, CircularState.DROPPED, DRAFTER, reason="重拟")
    assert draft(november.desk, "2026-11", DRAFTER).key != key


def test_who_drafted_does_not_sign_and_nothing_unsigned_is_issued(november: Month) -> None:
    key = draft(november.desk, "2026-11", DRAFTER).key
    submit(november.desk, key, DRAFTER)
    with pytest.raises(ForbiddenMove, match="another approver"):
        move(november.desk, key, CircularState.SIGNED, DRAFTER)
    with pytest.raises(ForbiddenMove):
        issue(november.desk, key, SIGNER)


def test_what_is_issued_is_what_was_reviewed_though_the_record_went_on(november: Month) -> None:
    finding = november.found(november.windows_of("h00")[0], MONDAY, "09:00")
    key = draft(november.desk, "2026-11", DRAFTER).key
    assert look(november.desk, key)[1]["full"].mark == DRAFT
    submit(november.desk, key, DRAFTER)
    reviewed = look(november.desk, key)[1]["full"].tables()
    november.found(november.windows_of("h00")[1], MONDAY, "15:00")
    move(november.desk, key, CircularState.SIGNED, SIGNER)
    done = issue(november.desk, key, DRAFTER)
    assert str(done.number) == "监通〔2026〕1号"
    full = documents_of(november.desk, done)["full"]
    assert full.tables() == reviewed
    assert (full.mark, full.dated) == ("", date(2026, 12, 3))
    with november.record.make_uow(read_only=True) as uow:
        row = uow.findings.get(finding.id)
        assert row is not None
        assert row.state == Stage.PUBLISHED
        files = uow.papers.files(key)
        units = {window.unit for window in november.settings.windows.values()}
        assert {file.unit_id for file in files} == {"", *units}
        assert {file.name.rsplit(".", 1)[1] for file in files} == {"docx", "pdf", "xlsx", "json"}
    assert verify(november.desk, "监通〔2026〕1号").faults == ()


def test_a_file_that_was_changed_or_lost_is_found(november: Month) -> None:
    done = issue(november.desk, signed(november), SIGNER)
    number = str(done.number)
    files = sorted((november.settings.data_path / "documents").rglob("*.pdf"))
    files[0].chmod(0o600)
    files[0].write_bytes(files[0].read_bytes() + b"\n")
    files[1].unlink()
    checked = verify(november.desk, number)
    assert len(checked.faults) == 2
    assert "已被改动" in checked.faults[0][0] + checked.faults[1][0]
    with pytest.raises(InputError, match="no circular"):
        verify(november.desk, "监通〔2026〕9号")


def test_a_correction_cites_the_number_and_leaves_the_original_alone(november: Month) -> None:
    finding = november.found(november.windows_of("h00")[0], MONDAY, "09:00")
    done = issue(november.desk, signed(november), SIGNER)
    before = verify(november.desk, str(done.number))
    items = [Corrected(finding.id, finding.unit_id, "第1项脱岗撤销")]
    key = draft_correction(november.desk, str(done.number), items, DRAFTER).key
    submit(november.desk, key, DRAFTER)
    move(november.desk, key, CircularState.SIGNED, SIGNER)
    notice = issue(november.desk, key, SIGNER)
    assert str(notice.number) == "监通〔2026〕2号"
    document = documents_of(november.desk, notice)["full"]
    assert document.title == "关于更正监通〔2026〕1号有关内容的通知"
    assert verify(november.desk, str(done.number)) == before
    with november.record.make_uow(read_only=True) as uow:
        report = gather(uow, november.settings, "2026-12", november.clock.now()).report
    assert [(one.number, one.original) for one in report.corrections] == [
        ("监通〔2026〕2号", "监通〔2026〕1号")
    ]


def test_two_issuers_at_once_leave_no_gap_and_no_double(november: Month) -> None:
    november.clock.moment = november.clock.moment.replace(year=2027)
    keys = [signed(november, f"2026-W{week}") for week in (45, 46, 47, 48)]
    numbers: list[int] = []
    failures: list[BaseException] = []

    def give(key: str) -> None:
        try:
            done = issue(november.desk, key, SIGNER)
            assert done.number is not None
            numbers.append(done.number.number)
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=give, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert failures == []
    assert sorted(numbers) == [1, 2, 3, 4]


def test_nothing_found_over_half_a_year_is_a_report(november: Month) -> None:
    november.clock.moment = november.clock.moment.replace(year=2027, month=1, day=4)
    one = draft(november.desk, "2026-H2", DRAFTER)
    assert one.kind is CircularKind.HALF_YEAR
    assert one.title == "关于2026年下半年电子视频监察情况的通报(零报告)"
    with november.record.make_uow(read_only=True) as uow:
        report = gather(uow, november.settings, "2026-H2", november.clock.now()).report
    assert report.online == Ratio(0, report.online.whole)


def with_picture(town: Month, row: FindingRecord, *, masked: bool) -> None:
    """A finding whose evidence is a real picture."""
    moment = row.started_at
    stored = town.record.evidence.put(jpeg(picture(row.id)), moment)
    kept = EvidencePicture(
        stored.sha256,
        stored.path,
        stored.bytes,
        moment,
        "c01",
        row.window_id,
        EvidenceKind.AT,
        1,
        640,
        360,
        masked=masked,
    )
    with town.record.make_uow() as uow:
        uow.evidence.add(kept)
        uow.findings.update(replace(row, evidence=(stored.sha256,)))
        uow.commit()


def test_masked_pictures_stand_in_the_full_and_the_units_own_report_alone(november: Month) -> None:
    first, second = november.windows_of("h00")[:2]
    shown = november.found(first, MONDAY, "09:00")
    bare = november.found(second, MONDAY, "10:00")
    with_picture(november, shown, masked=True)
    with_picture(november, bare, masked=False)
    desk = replace(november.desk, evidence=november.record.evidence)
    key = draft(desk, "2026-11", DRAFTER).key
    documents = look(desk, key)[1]
    captions = {
        name: [one.caption for annex in made.annexes for block in annex.blocks
               if isinstance(block, Gallery) for one in block.pictures]
        for name, made in documents.items()
    }  # fmt: skip
    told = f"#{shown.id} 11-23 09:00 1-1号窗口脱岗"
    own = f"unit:{november.unit_of(first)}"
    assert {name for name, found in captions.items() if found} == {"full", own}
    assert captions["full"] == captions[own] == [told]
    submit(desk, key, DRAFTER)
    assert look(desk, key)[1] == documents


def test_a_criticism_names_whom_a_second_approver_agreed_to_and_nobody_in_public(
    november: Month,
) -> None:
    windows = november.windows_of("h00")
    agreed, asked = (
        november.found(window, MONDAY, "09:00", person="张三" if n == 0 else "李四")
        for n, window in enumerate(windows[:2])
    )
    writer = Visitor("li", Access(frozenset({Role.REVIEWER})), "session:1", "127.0.0.1")
    signer = Visitor("chen", Access(frozenset({Role.APPROVER})), "session:2", "127.0.0.1")
    now = november.clock.now()
    with november.record.make_uow() as uow:
        for row in (agreed, asked):
            ask(uow, writer, row, reason="通报批评", now=now)
        answer(uow, signer, agreed, NamingState.APPROVED, reason="同意", now=now)
        uow.commit()
    key = draft(november.desk, "2026-11", DRAFTER, CircularKind.CRITICISM).key
    documents = look(november.desk, key)[1]
    rows = next(one for one in documents["full"].tables() if one.name == "问题清单").texts()
    assert [row[-1] for row in rows] == ["责任人", "张三", ""]
    assert "张三" not in repr(documents["public"])
    monthly = draft(november.desk, "2026-11", DRAFTER).key
    assert "张三" not in repr(look(november.desk, monthly)[1])
