"""Pages of khóa sổ, mở khóa, lịch sử and tín hiệu: what they show, to whom, at what cost."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hocba.apps.accounts.models import Person
from hocba.apps.audit.models import AuditEvent
from hocba.apps.gradebook.actions import approve_reopening, ask_reopening, lock_book
from hocba.apps.gradebook.models import EntryWindow, Reopening, SignalNote
from hocba.apps.gradebook.windows import Scope
from hocba.apps.roster.models import ClassGroup
from tests.apps.gradebook.sheets import pupils, save, signed_in

REASON = "Đã tổng kết học kì I"


@pytest.fixture
def now() -> datetime:
    """Pages ask the clock; what they show happened before it."""
    return timezone.now()


@pytest.fixture
def locked(class_9a1: ClassGroup, principal: Person, now: datetime) -> ClassGroup:
    """9A1 after khóa sổ of the first term."""
    lock_book(
        school_id=class_9a1.school_id,
        school_year=class_9a1.school_year,
        scope=Scope("HK1", 9),
        reason=REASON,
        actor=principal.pk,
        at=now,
    )
    return class_9a1


def ask(group: ClassGroup, person: Person, at: datetime, **more: Any) -> Reopening:
    values: dict[str, Any] = {
        "class_id": group.pk,
        "subject_key": "toan",
        "term": "HK1",
        "column_group": "final",
        "students": [],
        "reason": "Chép nhầm điểm",
        "hours": 24,
        "actor": person.pk,
        "at": at,
    }
    return ask_reopening(**(values | more))


def text_of(answer: Any) -> str:
    return answer.content.decode()


def test_the_principal_looks_before_locking_and_locks(
    class_9a1: ClassGroup, principal: Person
) -> None:
    browser = signed_in(principal)
    address = reverse("book_lock", args=[class_9a1.school_id])
    form = {"term": "HK1", "grade": "9", "reason": REASON}
    answer = browser.post(address, form)
    assert "Sẽ khóa: Khối 9, học kì I" in text_of(answer)
    assert "1 lớp, 3 học sinh" in text_of(answer)
    assert not EntryWindow.objects.filter(school_id=class_9a1.school_id).exists()
    answer = browser.post(address, {**form, "khoa": "1"}, follow=True)
    assert "Đã khóa sổ." in text_of(answer)
    assert "đã khóa sổ" in text_of(answer)


def test_a_window_is_set_and_its_days_are_changed_on_pages(
    class_9a1: ClassGroup, principal: Person
) -> None:
    browser = signed_in(principal)
    answer = browser.post(
        reverse("window_new", args=[class_9a1.school_id]),
        {
            "grade": "9",
            "opens": "2025-01-01",
            "closes": "2025-01-10",
            "reason": REASON,
            "seen": "0",
        },
    )
    assert answer.status_code == 302
    row = EntryWindow.objects.get(school_id=class_9a1.school_id)
    assert row.closes_at is not None
    assert (row.closes_at - row.opens_at).days == 10  # both days are open ones
    address = reverse("window", args=[row.school_id, row.id])
    assert 'value="2025-01-10"' in text_of(browser.get(address))
    stale = {"closes": "2025-01-20", "reason": REASON, "seen": "7"}
    assert "vừa có người khác sửa" in text_of(browser.post(address, stale))
    browser.post(address, {**stale, "seen": "1"})
    row.refresh_from_db()
    assert row.version == 2


def test_a_request_goes_from_teacher_to_principal_to_authority_on_pages(
    locked: ClassGroup, subject_teacher: Person, principal: Person, authority_officer: Person
) -> None:
    teacher = signed_in(subject_teacher)
    parts = text_of(teacher.get(reverse("reopening_parts")))
    address = reverse("reopening_ask", args=[locked.pk, "toan"])
    assert address in parts
    form = {"part": "HK1.final", "hours": "24", "reason": "Chép nhầm điểm"}
    answer = teacher.post(address, form, follow=True)
    assert "Chờ hiệu trưởng duyệt" in text_of(answer)
    row = Reopening.objects.get(school_id=locked.school_id)
    page = reverse("reopening", args=[row.school_id, row.id])
    waiting = reverse("reopenings") + "?loc=cho-toi"
    assert page in text_of(signed_in(principal).get(waiting))
    assert page not in text_of(signed_in(authority_officer).get(waiting))
    answer = signed_in(principal).post(page, {"viec": "duyet"}, follow=True)
    assert "Chờ cấp trên duyệt" in text_of(answer)
    assert page in text_of(signed_in(authority_officer).get(waiting))
    answer = signed_in(authority_officer).post(page, {"viec": "tu-choi"}, follow=True)
    assert "Hãy nêu lí do" in text_of(answer)
    answer = signed_in(authority_officer).post(page, {"viec": "duyet"}, follow=True)
    assert "Đang mở" in text_of(answer)


@pytest.fixture
def changed(
    locked: ClassGroup,
    subject_teacher: Person,
    principal: Person,
    authority_officer: Person,
    now: datetime,
) -> ClassGroup:
    """A final of the second term changed while open, one of the first changed after khóa sổ."""
    first, second, _ = pupils(locked)
    save(locked, subject_teacher, [(first, "final", "6", 0)], at=now, term="HK2")
    save(locked, subject_teacher, [(first, "final", "7", 1)], at=now, term="HK2")
    row = ask(locked, subject_teacher, now)
    for person in (principal, authority_officer):
        approve_reopening(school_id=row.school_id, reopening_id=row.id, actor=person.pk, at=now)
    later = now + timedelta(minutes=1)
    save(locked, subject_teacher, [(second, "final", "5", 0)], at=later)
    save(locked, subject_teacher, [(second, "final", "8", 1)], at=later)
    return locked


def test_the_history_tells_who_changed_what_why_and_after_which_word(
    changed: ClassGroup, principal: Person, subject_teacher: Person, authority_officer: Person
) -> None:
    page = text_of(signed_in(principal).get(reverse("history", args=[changed.pk])))
    assert "Toán, Học kì II, ĐĐGck" in page
    permit = f"Sau khóa sổ, mở khóa do {principal.full_name} và {authority_officer.full_name} duyệt"
    assert page.count(permit) == 2
    assert "Chép nhầm điểm" in page
    address = reverse("history", args=[changed.pk]) + "?sau-khoa=1"
    late = text_of(signed_in(principal).get(address))
    assert late.count(permit) == 2
    assert "Toán, Học kì II, ĐĐGck" not in late
    nobody = text_of(signed_in(principal).get(f"{address}&nguoi={principal.pk}"))
    assert "Không có lần sửa nào khớp" in nobody


def test_the_history_comes_in_pages_without_gap_or_repetition(
    class_9a1: ClassGroup, subject_teacher: Person, principal: Person, now: datetime
) -> None:
    first, *_ = pupils(class_9a1)
    for version in range(60):
        mark = str(5 + version % 2)
        save(class_9a1, subject_teacher, [(first, "final", mark, version)], at=now)
    browser, address = signed_in(principal), reverse("history", args=[class_9a1.pk])
    one = browser.get(address).context["found"]
    two = browser.get(address, {"truoc": one.next}).context["found"]
    cursors = [change.cursor for page in (one, two) for change in page.changes]
    assert (len(one.changes), len(two.changes), two.next) == (50, 9, "")
    assert len(set(cursors)) == 59


def test_a_cell_tells_its_versions_to_the_grid(
    changed: ClassGroup, subject_teacher: Person, homeroom_teacher: Person, clerk: Person
) -> None:
    _, second, _ = pupils(changed)
    address = reverse("cell_history", args=[changed.pk])
    asked = {"hs": str(second), "mon": "toan", "ki": "hk1", "cot": "final"}
    for person in (subject_teacher, homeroom_teacher):
        piece = text_of(signed_in(person).get(address, asked))
        assert piece.index("8,0") < piece.index("5,0")
        assert "Sau khóa sổ" in piece
        assert "<html" not in piece
    assert signed_in(clerk).get(address, asked).status_code == 403
    other = {**asked, "mon": "ngu_van"}
    assert signed_in(subject_teacher).get(address, other).status_code == 403


def test_the_file_holds_what_the_filters_let_through_and_whose_it_is(
    changed: ClassGroup, principal: Person
) -> None:
    address = reverse("history_export", args=[changed.pk])
    answer = signed_in(principal).get(address, {"sau-khoa": "1"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    about = {row[0]: row[1] for row in rows[:6]}
    assert about["Người xuất"] == principal.full_name
    assert about["Số dòng"] == "2"
    assert [row[5] for row in rows[-2:]] == ["8,0", "5,0"]


def test_a_signal_is_seen_by_head_and_authority_and_noted_once_by_each(
    changed: ClassGroup, principal: Person, authority_officer: Person, subject_teacher: Person
) -> None:
    address = reverse("signals", args=[changed.school_id])
    assert signed_in(subject_teacher).get(address).status_code == 403
    for person in (principal, authority_officer):
        browser = signed_in(person)
        lines = browser.get(address).context["lines"]
        late = next(line for line in lines if line.code == "signal.after_lock")
        assert "sửa 1 điểm sau khi sổ đã đóng" in late.sentence
        assert [(mark.before, mark.after) for mark in late.marks] == [("5,0", "8,0")]
        for _ in range(2):
            note = {"key": late.key, "note": "Đã đối chiếu bài kiểm tra"}
            assert browser.post(address, note).status_code == 302
    assert SignalNote.objects.filter(school_id=changed.school_id).count() == 2
    events = AuditEvent.objects.filter(school_id=changed.school_id)
    assert events.filter(action="gradebook.signal_noted").count() == 2
    assert events.filter(action="gradebook.read_from_above").exists()
    gone = {"key": "0" * 64, "note": "Đã đối chiếu bài kiểm tra"}
    assert "Tín hiệu này không còn" in text_of(browser.post(address, gone))


def test_pages_ask_as_much_for_many_rows_as_for_few(
    changed: ClassGroup,
    accept_9a1: Callable[..., ClassGroup],
    principal: Person,
    subject_teacher: Person,
    now: datetime,
) -> None:
    browser = signed_in(principal)
    addresses = [
        reverse("book", args=[changed.school_id]),
        reverse("reopenings"),
        reverse("history", args=[changed.pk]),
        reverse("signals", args=[changed.school_id]),
        reverse("all_signals") + f"?nam={changed.school_year}",
    ]

    def questions() -> list[int]:
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as seen:
                assert browser.get(address).status_code == 200
            counts.append(len(seen))
        return counts

    questions()  # the first page of a session asks more
    few = questions()
    first, second, third = pupils(changed)
    for version, mark in enumerate("5678"):
        cells = [(one, "midterm", mark, version) for one in (first, second, third)]
        save(changed, subject_teacher, cells, at=now, term="HK2")
    for term, group in (("HK1", "midterm"), ("HK1", "regular")):
        ask(changed, subject_teacher, now, term=term, column_group=group)
    assert questions() == few
