"""The homeroom teacher's forms over HTTP: nothing typed is lost, conflicts, locks, profiles."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from hocba.apps.accounts.models import Person
from hocba.apps.audit.models import AuditEvent
from hocba.apps.gradebook.actions import lock_students
from hocba.apps.gradebook.actions.homeroom import RecordEdit, save_records
from hocba.apps.gradebook.models import HomeroomRecord, Reassessment
from hocba.apps.roster.models import ClassGroup, Enrolment, Student
from tests.apps.gradebook.led import conduct, fill, pupils, whole_programme
from tests.apps.gradebook.sheets import signed_in
from tests.apps.gradebook.test_results import text


@pytest.fixture
def group(accept_9a1: Callable[..., ClassGroup], subject_teacher: Person) -> ClassGroup:
    """9A1 with the whole programme of its grade."""
    return accept_9a1(assignments=whole_programme(subject_teacher))


def sheet(**changed: str) -> dict[str, str]:
    """The first term's sheet of three students as sent; empty but for `changed`."""
    sent = {
        f"hs{number}-{name}": "0" if name == "seen" else ""
        for number in (1, 2, 3)
        for name in ("seen", "excused", "unexcused", "conduct")
    }
    return sent | {name.replace("_", "-"): value for name, value in changed.items()}


def standing_conduct(group: ClassGroup) -> list[int | None]:
    rows = HomeroomRecord.objects.filter(school_id=group.school_id).order_by("version")
    newest = {row.enrolment_id: row.conduct_first for row in rows}
    return [newest.get(one) for one in pupils(group)]


def test_a_slip_saves_nothing_and_loses_nothing(
    group: ClassGroup, homeroom_teacher: Person
) -> None:
    client, address = signed_in(homeroom_teacher), reverse("homeroom_sheet", args=[group.pk])
    answer = client.post(f"{address}?hk=HK1", sheet(hs1_excused="hai", hs2_conduct="3"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="hai"' in page
    assert '<option value="3" selected>' in page
    assert "Bùi Gia Bảo: Số buổi nghỉ phải là số nguyên" in text(answer)
    assert standing_conduct(group) == [None, None, None]


def test_a_conflict_shows_both_values_and_saving_again_overwrites_only_that_field(
    group: ClassGroup, homeroom_teacher: Person, at: datetime
) -> None:
    first = pupils(group)[0]
    client, address = signed_in(homeroom_teacher), reverse("homeroom_sheet", args=[group.pk])
    other = [RecordEdit(first, 0, {"conduct_first": 2, "excused_first": 4})]
    save_records(class_id=group.pk, edits=other, actor=homeroom_teacher.pk, at=at)
    answer = client.post(f"{address}?hk=HK1", sheet(hs1_conduct="3", hs2_conduct="3"))
    assert answer.status_code == 409
    assert f"bạn ghi “Tốt”, {homeroom_teacher.full_name} đã ghi “Khá”" in text(answer)
    assert standing_conduct(group) == [2, None, None]
    again = {
        str(field.html_name): str(field.value() if field.value() is not None else "")
        for row in answer.context["rows"]
        for field in row["line"]
    }
    assert (again["hs1-conduct"], again["hs1-excused"], again["hs1-seen"]) == ("3", "4", "1")
    assert client.post(f"{address}?hk=HK1", again).status_code == 302
    assert standing_conduct(group) == [3, 3, None]
    newest = HomeroomRecord.objects.get(school_id=group.school_id, enrolment_id=first, version=2)
    assert newest.excused_first == 4, "what only the other one changed stays theirs"


def test_a_locked_student_has_no_fields_and_nothing_gets_through(
    group: ClassGroup, homeroom_teacher: Person, at: datetime
) -> None:
    first = pupils(group)[0]
    lock_students(
        school_id=group.school_id,
        school_year=group.school_year,
        enrolment_ids=[first],
        cause="composed",
        actor=homeroom_teacher.pk,
        at=at,
    )
    client, address = signed_in(homeroom_teacher), reverse("homeroom_sheet", args=[group.pk])
    page = client.get(f"{address}?hk=HK1").content.decode()
    assert "hs1-conduct" not in page
    assert "đã khóa sổ" in page
    client.post(f"{address}?hk=HK1", sheet(hs1_conduct="3", hs2_conduct="3"))
    assert standing_conduct(group) == [None, 3, None]


def test_a_principal_follows_and_cannot_write(group: ClassGroup, principal: Person) -> None:
    client = signed_in(principal)
    for name in (
        "homeroom_board",
        "homeroom_sheet",
        "homeroom_remarks",
        "homeroom_proposals",
        "homeroom_summer",
        "homeroom_profiles",
    ):
        page = client.get(reverse(name, args=[group.pk]))
        assert page.status_code == 200
        assert "Chỉ xem" in text(page)
        assert '<button class="button"' not in page.content.decode()
    address = reverse("homeroom_sheet", args=[group.pk])
    assert client.post(f"{address}?hk=HK1", sheet(hs1_conduct="3")).status_code == 403


def test_remarks_have_a_length_and_no_strange_characters(
    group: ClassGroup, homeroom_teacher: Person
) -> None:
    client, address = signed_in(homeroom_teacher), reverse("homeroom_remarks", args=[group.pk])

    def send(remark: str) -> Any:
        sent = {
            f"hs{number}-{name}": "0" if name == "seen" else ""
            for number in (1, 2, 3)
            for name in ("seen", "remark", "award")
        }
        return client.post(address, sent | {"hs1-remark": remark})

    assert "dài 1001 kí tự, tối đa 1000" in text(send("a" * 1001))
    assert "không in được (U+0007)" in text(send("Ngoan\x07"))
    assert send("Trần Đức Huy học chăm.").status_code == 302
    assert "Nhận xét của Bùi Gia Bảo có tên Trần Đức Huy." in text(client.get(address))


def test_the_summer_form_reads_marks_as_teachers_write_them(
    group: ClassGroup, homeroom_teacher: Person, subject_teacher: Person, at: datetime
) -> None:
    first = pupils(group)[0]
    fill(group, subject_teacher, at=at, marks={first: {"toan": 30, "khoa_hoc_tu_nhien": 30}})
    conduct(group, homeroom_teacher, first, 3, 3, at=at)
    client, address = signed_in(homeroom_teacher), reverse("homeroom_summer", args=[group.pk])
    sent = {"hs1-seen": "0", "hs1-seen-toan": "0", "hs1-seen-khoa_hoc_tu_nhien": "0"}
    wrong = client.post(address, sent | {"hs1-result-toan": "65", "hs1-chosen-toan": "on"})
    assert wrong.status_code == 422
    assert "6,5" in text(wrong)
    unchosen = client.post(address, sent | {"hs1-result-toan": "6,5"})
    assert "Hãy đánh dấu môn này" in text(unchosen)
    client.post(address, sent | {"hs1-result-toan": "6,5", "hs1-chosen-toan": "on"})
    row = Reassessment.objects.get(school_id=group.school_id, enrolment_id=first)
    assert (row.subject_key, row.tenths) == ("toan", 65)
    assert "Sau đánh giá lại: học tập Đạt" in text(client.get(address))


class TestProfile:
    """Correcting a profile."""

    @pytest.fixture
    def enrolment(self, group: ClassGroup) -> Enrolment:
        """The first student of 9A1."""
        return Enrolment.objects.select_related("student").get(pk=pupils(group)[0])

    def send(self, person: Person, enrolment: Enrolment, **changed: str) -> Any:
        address = reverse("homeroom_profile", args=[enrolment.class_group_id, enrolment.pk])
        page = signed_in(person).get(address)
        form = page.context["form"]
        sent = {
            name: str(form.initial.get(name, field.initial or ""))
            for name, field in form.fields.items()
        }
        sent |= {f"initial-{name}": value for name, value in sent.items()}
        return lambda: signed_in(person).post(address, sent | changed)

    def test_it_changes_with_a_reason_and_an_event(
        self, enrolment: Enrolment, homeroom_teacher: Person
    ) -> None:
        why = "Gia đình nộp giấy xác nhận."
        self.send(homeroom_teacher, enrolment, address="Số 9  phố Trung Liệt", reason=why)()
        student = Student.objects.get(pk=enrolment.student_id)
        assert student.address == "Số 9 phố Trung Liệt"
        event = AuditEvent.objects.get(
            school_id=enrolment.class_group.school_id, action="roster.particulars_corrected"
        )
        assert (event.before, event.after) == (
            {"address": ""},
            {"address": "Số 9 phố Trung Liệt"},
        )
        assert event.reason == why

    def test_a_concurrent_edit_of_the_same_field_is_noticed(
        self, enrolment: Enrolment, homeroom_teacher: Person
    ) -> None:
        post = self.send(homeroom_teacher, enrolment, address="Của tôi", reason="Gia đình báo.")
        Student.objects.filter(pk=enrolment.student_id).update(
            address="Của người khác", home_town="Nam Định"
        )
        answer = post()
        assert answer.status_code == 409
        assert "bạn ghi “Của tôi”, người khác đã ghi “Của người khác”" in text(answer)
        form = answer.context["form"]
        assert form["home_town"].value() == "Nam Định"
        assert Student.objects.get(pk=enrolment.student_id).address == "Của người khác"

    def test_names_and_numbers_are_not_corrected_here(
        self, enrolment: Enrolment, homeroom_teacher: Person
    ) -> None:
        self.send(
            homeroom_teacher,
            enrolment,
            full_name="Tên Khác",
            citizen_id="001234567890",
            reason="Gia đình báo.",
        )()
        student = Student.objects.get(pk=enrolment.student_id)
        assert (student.full_name, student.citizen_id) == (
            enrolment.student.full_name,
            enrolment.student.citizen_id,
        )

    def test_without_a_reason_nothing_changes_and_nothing_is_lost(
        self, enrolment: Enrolment, homeroom_teacher: Person
    ) -> None:
        answer = self.send(homeroom_teacher, enrolment, address="Số 9", reason="")()
        assert answer.status_code == 422
        assert 'value="Số 9"' in answer.content.decode()
        assert Student.objects.get(pk=enrolment.student_id).address == ""
