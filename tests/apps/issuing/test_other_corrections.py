"""Other fields corrected, a wrong replacement taken back, lists that went to the Ministry."""

import io
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from hocba.apps.accounts.queries import person_by_id
from hocba.apps.audit.models import AuditEvent
from hocba.apps.gradebook.models import HomeroomRecord, Lock, Remark
from hocba.apps.issuing.actions import compose_replacement, withdraw_replacement
from hocba.apps.issuing.actions.correct import preview_correction
from hocba.apps.issuing.models import Draft
from hocba.apps.issuing.standing_year import ProposedCell
from hocba.apps.ledger.life_queries import procedure_at, request_by_id
from hocba.apps.ledger.models import Forwarding
from hocba.apps.roster.queries import class_by_id
from hocba.core.errors import HocbaError
from hocba.web.demo import road
from hocba.web.demo.city import PASSWORD
from tests.apps.city import quiet_report
from tests.apps.issuing.recalls import LOCKED_DAY, Case, who

WHY = "Giáo viên chủ nhiệm ghi nhầm dòng."
LATER = "Lập nhầm khi địa chỉ chưa sửa."


def field(kind: str, typed: str, subject: str = "") -> ProposedCell:
    return ProposedCell(subject, "", kind, 0, typed)


def homeroom_of(case: Case) -> UUID:
    class_group = class_by_id(class_id=case.class_id)
    assert class_group is not None
    assert class_group.homeroom_teacher_id is not None
    return class_group.homeroom_teacher_id


def record(case: Case) -> HomeroomRecord:
    rows = HomeroomRecord.objects.filter(
        school_id=case.city.school_id, enrolment_id=case.issued.enrolment_id
    )
    return rows.order_by("-version")[0]


def by_term(case: Case) -> HomeroomRecord:
    """The record once more, with its absences told by term, as the homeroom page tells them."""
    row = record(case)
    row.id, row.version = uuid4(), row.version + 1
    for name in ("excused", "unexcused"):
        total = getattr(row, f"absences_{name}")
        setattr(row, f"{name}_first", total)
        setattr(row, f"{name}_second", 0)
    HomeroomRecord.objects.bulk_create([row])
    return row


CELLS = (
    field("conduct_first", "đạt"),
    field("absences_unexcused", " 7 "),
    field("award", "Giải Nhì  cờ vua cấp thành phố"),
    field("homeroom_remark", "Chăm ngoan, cần tập trung hơn ở học kì II."),
)


def test_the_homeroom_teachers_part_is_corrected_field_by_field(case: Case) -> None:
    old = by_term(case)
    teacher = homeroom_of(case)
    request_id = case.ask(actor=teacher, cells=CELLS, reason=WHY)
    request = request_by_id(request_id=request_id)
    assert [one["after"] for one in request.corrections] == [
        "Đạt",
        "7",
        "Giải Nhì cờ vua cấp thành phố",
        "Chăm ngoan, cần tập trung hơn ở học kì II.",
    ]
    case.ask(actor=teacher, cells=CELLS, reason=WHY, request_id=request_id)  # sent twice
    case.approve_all(request_id)
    road_on(case, request_id)
    new = record(case)
    assert (new.version, new.written_by, new.reason) == (
        old.version + 1,
        teacher,
        f"{request_id}: {WHY}",
    )
    assert (new.conduct_first, new.absences_unexcused) == (1, 7)
    assert (new.unexcused_first, new.unexcused_second) == (None, None)
    assert (new.excused_first, new.excused_second) == (old.excused_first, old.excused_second)
    assert (new.conduct_second, new.absences_excused) == (
        old.conduct_second,
        old.absences_excused,
    )
    whys = {one["path"]: one["why"] for one in request_by_id(request_id=request_id).difference}
    assert {"summary.conduct_first", "summary.other_award", "summary.homeroom_remark"} <= set(whys)
    assert set(whys.values()) == {"approved", "version"}
    it_is_audited_and_locked_again(case, old)


def it_is_audited_and_locked_again(case: Case, old: HomeroomRecord) -> None:
    event = AuditEvent.objects.get(
        school_id=case.city.school_id, action="gradebook.homeroom_corrected"
    )
    assert event.before["value"]["conduct_first"] == old.conduct_first
    assert event.after["value"]["conduct_first"] == 1
    assert (
        Lock.objects.filter(
            school_id=case.city.school_id,
            enrolment_id=case.issued.enrolment_id,
            lifted_at__isnull=True,
        ).count()
        == 1
    )


def road_on(case: Case, request_id: UUID) -> UUID:
    """Execute and compose."""
    from hocba.apps.issuing.actions import execute_request

    execute_request(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
    return compose_replacement(request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)


def test_conduct_is_looked_at_with_what_it_decides(case: Case) -> None:
    request = request_by_id(
        request_id=case.ask(
            actor=homeroom_of(case), cells=(field("conduct_second", "Chưa đạt"),), reason=WHY
        )
    )
    assert {"conduct", "promotion"} <= {one["about"] for one in request.effects}


def test_a_remark_is_its_teachers_and_a_text_changes_no_result(case: Case) -> None:
    cell = field("remark", "Nắm chắc kiến thức,\ntích cực.", case.subject)
    request_id = case.ask(cells=(cell,))
    assert request_by_id(request_id=request_id).effects == []
    case.approve_all(request_id)
    road_on(case, request_id)
    row = Remark.objects.filter(
        school_id=case.city.school_id,
        enrolment_id=case.issued.enrolment_id,
        subject_key=case.subject,
    ).order_by("-version")[0]
    assert (row.text, row.written_by) == ("Nắm chắc kiến thức, tích cực.", case.teacher)
    lines = {one["path"]: one["why"] for one in request_by_id(request_id=request_id).difference}
    assert lines[f"subjects[{case.subject}].remark"] == "approved"
    assert "outside" not in lines.values()


def test_who_may_propose_what_and_what_is_no_value(case: Case) -> None:
    def refused(actor: UUID, *cells: ProposedCell) -> str:
        with pytest.raises(HocbaError) as caught:
            preview_correction(proposal=case.proposal(cells=cells), actor=actor, at=LOCKED_DAY)
        return caught.value.code

    teacher, homeroom = case.teacher, homeroom_of(case)
    assert homeroom != teacher
    assert refused(teacher, CELLS[0]) == "issuing.not_own_subject"
    assert refused(homeroom, field("remark", "x", case.subject)) == "issuing.not_own_subject"
    assert refused(case.city.clerk_id, CELLS[0]) == "issuing.not_own_subject"
    for cell in (
        field("conduct_first", "Giỏi"),
        field("absences_excused", "-1"),
        field("absences_excused", "301"),
        field("award", "x" * 301),
        field("homeroom_remark", "a\u202eb"),
    ):
        assert refused(homeroom, cell) == "issuing.field_unreadable"
    assert refused(homeroom, field("mood", "tốt")) == "issuing.cell_unknown"
    standing = record(case).absences_excused
    assert refused(homeroom, field("absences_excused", str(standing))) == "issuing.cell_unchanged"


def test_the_page_offers_the_homeroom_teacher_their_fields(case: Case) -> None:
    client = Client()
    person = person_by_id(person_id=homeroom_of(case))
    assert client.login(username=person.username, password=PASSWORD)
    address = f"/thu-hoi/lap/{case.issued.lookup_uuid}/"
    page = client.get(address).content.decode()
    for name in ("diem...conduct_first.0", "diem...homeroom_remark.0", "diem...award.0"):
        assert f'name="{name}"' in page
    form = {
        "kind": "recall_and_replace",
        "reason_code": "wrong_mark",
        "reason": WHY,
        "request_id": str(UUID(int=7)),
        "diem...conduct_second.0": "Chưa đạt",
        "xem": "1",
    }
    page = client.post(address, form).content.decode()
    assert "Rèn luyện HKII" in page
    assert "Kết luận lên lớp" in page


def test_a_wrong_replacement_is_taken_back_and_composed_anew(case: Case) -> None:
    city, request_id = case.city, case.recalled()
    first = compose_replacement(request_id=request_id, actor=city.clerk_id, at=LOCKED_DAY)
    drop = {"request_id": request_id, "at": LOCKED_DAY}
    for stranger in (case.teacher, who("hieutruong"), who("vanthu2")):
        with pytest.raises(HocbaError, match=r"access\.denied"):
            withdraw_replacement(reason=LATER, actor=stranger, **drop)
    with pytest.raises(HocbaError, match=r"recall\.reason_length"):
        withdraw_replacement(reason="sai", actor=city.clerk_id, **drop)
    for _ in range(2):
        withdraw_replacement(reason=LATER, actor=city.clerk_id, **drop)
    event = AuditEvent.objects.get(school_id=city.school_id, action="issuing.draft_withdrawn")
    assert (event.object_id, event.reason) == (str(first), LATER)
    second = compose_replacement(request_id=request_id, actor=city.clerk_id, at=LOCKED_DAY)
    assert second != first
    road.sign(city, case.class_id, quiet_report())
    road.release(city, case.class_id, quiet_report())
    states = dict(Draft.objects.filter(school_id=city.school_id).values_list("id", "state"))
    assert (states[first], states[second]) == ("withdrawn", "issued")
    with pytest.raises(HocbaError, match=r"issuing\.wrong_state"):
        withdraw_replacement(reason=LATER, actor=city.clerk_id, **drop)


def test_a_list_that_went_to_the_ministry_makes_recalls_ask_it(case: Case, tmp_path: Path) -> None:
    listed, said = tmp_path / "danh-sach.txt", io.StringIO()
    code = case.issued.lookup_uuid
    listed.write_text(f"\ufeff{code}\r\n\r\n{code}\r\n")

    def record_list(by: str = "so", receipt: str = "BN-1/2025") -> None:
        call_command("record_forwarded", str(listed), "--receipt", receipt, "--by", by, stdout=said)

    for _ in range(2):
        record_list()
    assert said.getvalue().splitlines() == [
        "1 học bạ trong danh sách, 1 mới ghi nhận.",
        "1 học bạ trong danh sách, 0 mới ghi nhận.",
    ]
    assert Forwarding.objects.get().receipt == "BN-1/2025"
    request = request_by_id(request_id=case.ask())
    steps = [step.key for step in procedure_at(request=request, at=timezone.now()).steps]
    assert steps == ["principal", "managing", "department", "ministry"]
    with pytest.raises(CommandError, match="không có quyền"):
        record_list(by="vanthu")
    for text, words in (("x", "Dòng 1"), ("", "trống"), (str(UUID(int=9)), "Không có học bạ")):
        listed.write_text(text)
        with pytest.raises(CommandError, match=words):
            record_list()
