"""The homeroom teacher's acts: records by term, two editors, the summer, proposals, rights."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest

from hocba.apps.accounts.models import Person
from hocba.apps.audit.models import AuditEvent
from hocba.apps.gradebook.actions.homeroom import (
    RecordEdit,
    Saved,
    ShownProposal,
    SubjectAgain,
    SummerEdit,
    confirm_proposals,
    save_records,
    save_summer,
)
from hocba.apps.gradebook.models import HomeroomRecord, Reassessment, SummerRecord
from hocba.apps.roster.models import ClassGroup
from hocba.core.assessment.marks import Outcome, RemarkLevel, Tenths
from hocba.core.assessment.results import Decision
from hocba.core.errors import HocbaError
from tests.apps.gradebook.led import conduct, fill, pupils, result, whole_programme

GOOD, FAIR, ACHIEVED, NOT_ACHIEVED = 3, 2, 1, 0


@pytest.fixture
def group(accept_9a1: Callable[..., ClassGroup], subject_teacher: Person) -> ClassGroup:
    """9A1 with the whole programme of its grade."""
    return accept_9a1(assignments=whole_programme(subject_teacher))


@pytest.fixture
def teacher(homeroom_teacher: Person) -> Person:
    """Who leads 9A1."""
    return homeroom_teacher


def record(group: ClassGroup, one: UUID) -> HomeroomRecord:
    rows = HomeroomRecord.objects.filter(school_id=group.school_id, enrolment_id=one)
    return rows.order_by("-version")[0]


def again(
    group: ClassGroup,
    teacher: Person,
    one: UUID,
    results: dict[str, Outcome | None],
    *,
    at: datetime,
    seen: int = 0,
    training: int | None = None,
    closed: bool = False,
) -> Saved:
    """Save one student's summer; every subject named is chosen."""
    versions = {
        row.subject_key: row.version
        for row in Reassessment.objects.filter(
            school_id=group.school_id, enrolment_id=one
        ).order_by("version")
    }
    subjects = tuple(
        SubjectAgain(key, versions.get(key, 0), True, value) for key, value in results.items()
    )
    edit = SummerEdit(
        one, seen, training, "Lao động công ích" if training else "", closed, subjects
    )
    return save_summer(class_id=group.pk, edits=[edit], actor=teacher.pk, at=at)


def test_absences_by_term_add_up_to_the_year(
    group: ClassGroup, teacher: Person, at: datetime
) -> None:
    one = pupils(group)[0]

    def write(seen: int, **values: int | None) -> None:
        edits = [RecordEdit(one, seen, values)]
        save_records(class_id=group.pk, edits=edits, actor=teacher.pk, at=at)

    write(0, excused_first=2, unexcused_first=0)
    assert record(group, one).absences_excused is None, "half a year is no sum"
    write(1, excused_second=3, unexcused_second=1)
    assert (record(group, one).absences_excused, record(group, one).absences_unexcused) == (5, 1)
    assert result(group, one).assessment.absences == 6
    write(2, excused_second=None)
    assert record(group, one).absences_excused is None, "a number taken back leaves no sum"


def test_two_people_changing_different_fields_both_keep_theirs(
    group: ClassGroup, teacher: Person, at: datetime
) -> None:
    one = pupils(group)[0]
    both = {"conduct_first": None, "remark": ""}
    for change in ({"conduct_first": GOOD}, {"remark": "Chăm ngoan."}):
        edits = [RecordEdit(one, 0, both | change)]  # each had the empty record before them
        saved = save_records(class_id=group.pk, edits=edits, actor=teacher.pk, at=at)
        assert (saved.students, saved.conflicts) == (1, ())
    assert (record(group, one).conduct_first, record(group, one).remark) == (GOOD, "Chăm ngoan.")


def test_one_field_changed_by_two_people_is_a_conflict_and_nothing_is_written(
    group: ClassGroup, teacher: Person, at: datetime
) -> None:
    one, other, *_ = pupils(group)

    def write(*edits: RecordEdit) -> Saved:
        return save_records(class_id=group.pk, edits=edits, actor=teacher.pk, at=at)

    write(RecordEdit(one, 0, {"conduct_first": GOOD}))
    saved = write(
        RecordEdit(one, 0, {"conduct_first": FAIR}), RecordEdit(other, 0, {"conduct_first": FAIR})
    )
    (clash,) = saved.conflicts
    assert (clash.field, clash.yours, clash.theirs) == ("conduct_first", FAIR, GOOD)
    assert clash.written_by == teacher.pk
    assert saved.students == 0
    assert HomeroomRecord.objects.filter(school_id=group.school_id).count() == 1
    assert write(RecordEdit(one, clash.version, {"conduct_first": FAIR})).students == 1


def test_saving_records_an_event_and_repeating_writes_nothing(
    group: ClassGroup, teacher: Person, at: datetime
) -> None:
    one = pupils(group)[0]
    edits = [RecordEdit(one, 0, {"conduct_first": GOOD})]
    for students in (1, 0):
        saved = save_records(class_id=group.pk, edits=edits, actor=teacher.pk, at=at)
        assert saved.students == students
    (event,) = AuditEvent.objects.filter(
        school_id=group.school_id, action="gradebook.homeroom_written"
    )
    assert event.after == {"changed": {str(one): ["conduct_first"]}}


def test_a_student_is_saved_by_reassessment(
    group: ClassGroup, teacher: Person, subject_teacher: Person, at: datetime
) -> None:
    """Điều 14: the new result of a subject replaces the old one for promotion alone."""
    one = pupils(group)[0]
    fill(group, subject_teacher, at=at, marks={one: {"toan": 34, "khoa_hoc_tu_nhien": 30}})
    conduct(group, teacher, one, GOOD, GOOD, at=at)
    before = result(group, one).assessment
    assert before.promotion.decision is Decision.PENDING
    assert set(before.promotion.reassess_subjects) == {"toan", "khoa_hoc_tu_nhien"}
    again(group, teacher, one, {"toan": Tenths(50), "khoa_hoc_tu_nhien": None}, at=at)
    half = result(group, one).assessment
    assert half.summer.reassessed == {"toan": 50}
    again(group, teacher, one, {"toan": Tenths(50), "khoa_hoc_tu_nhien": Tenths(55)}, at=at, seen=0)
    after = result(group, one).assessment
    assert after.promotion.decision is Decision.PROMOTED_AFTER_SUMMER
    assert after.completes_level is True
    assert after.learning_year == before.learning_year, "the year's own result stays"
    assert after.award is None


def test_a_student_who_fails_again_stays_down_once_the_summer_is_closed(
    group: ClassGroup, teacher: Person, subject_teacher: Person, at: datetime
) -> None:
    one = pupils(group)[0]
    fill(group, subject_teacher, at=at, marks={one: {"toan": 30, "ngu_van": 30, "tin_hoc": 30}})
    conduct(group, teacher, one, GOOD, GOOD, at=at)
    marks: dict[str, Outcome | None] = {"toan": Tenths(20), "ngu_van": Tenths(20)}
    again(group, teacher, one, marks, at=at)
    assert result(group, one).assessment.promotion.decision is Decision.PENDING
    again(group, teacher, one, marks, at=at, closed=True)
    found = result(group, one).assessment
    assert found.promotion.decision is Decision.RETAINED
    assert "reassessed_lower" in found.review
    assert found.completes_level is False


@pytest.mark.parametrize(
    ("training", "decision"),
    [(ACHIEVED, Decision.PROMOTED_AFTER_SUMMER), (NOT_ACHIEVED, Decision.RETAINED)],
)
def test_summer_training_decides_for_who_fell_short_in_conduct(
    group: ClassGroup,
    teacher: Person,
    subject_teacher: Person,
    at: datetime,
    training: int,
    decision: Decision,
) -> None:
    """Điều 13: conduct Chưa đạt of the year is mended in the summer, or it is not."""
    one = pupils(group)[0]
    fill(group, subject_teacher, at=at, marks={one: {}})
    conduct(group, teacher, one, GOOD, NOT_ACHIEVED, at=at)
    assert result(group, one).assessment.promotion.decision is Decision.PENDING
    again(group, teacher, one, {}, at=at, training=training, closed=True)
    assert result(group, one).assessment.promotion.decision is decision
    row = SummerRecord.objects.get(school_id=group.school_id, enrolment_id=one)
    assert row.training_form == ("Lao động công ích" if training else "")


def test_both_terms_make_the_conduct_of_the_year(
    group: ClassGroup, teacher: Person, subject_teacher: Person, at: datetime
) -> None:
    """Điều 8.2.b: Chưa đạt in the first term and Khá in the second make Đạt."""
    one = pupils(group)[0]
    fill(group, subject_teacher, at=at, marks={one: {}})
    conduct(group, teacher, one, NOT_ACHIEVED, None, at=at)
    assert result(group, one).assessment.promotion.decision is Decision.UNDETERMINED
    conduct(group, teacher, one, NOT_ACHIEVED, FAIR, at=at)
    found = result(group, one).assessment
    assert found.conduct.year == ACHIEVED
    assert found.promotion.decision is Decision.PROMOTED


@pytest.mark.parametrize(
    ("absent", "results", "training"),
    [
        (0, {"ngu_van": Tenths(60)}, None),  # a subject that needs none
        (0, {}, ACHIEVED),  # conduct is not short
        (46, {"toan": Tenths(60)}, None),  # over 45 buổi nothing mends
    ],
)
def test_the_summer_is_open_only_for_what_the_circular_opens(
    group: ClassGroup,
    teacher: Person,
    subject_teacher: Person,
    at: datetime,
    absent: int,
    results: dict[str, Outcome | None],
    training: int | None,
) -> None:
    one = pupils(group)[0]
    fill(group, subject_teacher, at=at, marks={one: {"toan": 30, "khoa_hoc_tu_nhien": 30}})
    conduct(group, teacher, one, GOOD, GOOD, at=at, absent=absent)
    with pytest.raises(HocbaError, match=r"gradebook\.not_for_summer"):
        again(group, teacher, one, results, at=at, training=training)
    assert not Reassessment.objects.filter(school_id=group.school_id).exists()


def test_a_remark_subject_is_reassessed_by_its_level(
    group: ClassGroup, teacher: Person, subject_teacher: Person, at: datetime
) -> None:
    one = pupils(group)[0]
    fill(
        group, subject_teacher, at=at, marks={one: {"nghe_thuat": "CĐ", "giao_duc_the_chat": "CĐ"}}
    )
    conduct(group, teacher, one, GOOD, GOOD, at=at)
    again(group, teacher, one, {"nghe_thuat": RemarkLevel.ACHIEVED}, at=at)
    found = result(group, one).assessment
    assert found.promotion.decision is Decision.PROMOTED_AFTER_SUMMER


def test_a_confirmed_proposal_is_what_was_shown(
    group: ClassGroup, teacher: Person, subject_teacher: Person, at: datetime
) -> None:
    one = pupils(group)[0]
    fill(group, subject_teacher, at=at, marks={one: {}}, usual=90)
    conduct(group, teacher, one, GOOD, GOOD, at=at)
    found = result(group, one).assessment
    assert found.award_title == "Học sinh Xuất sắc"
    shown = [ShownProposal(one, "promoted", "Học sinh Xuất sắc")]
    assert confirm_proposals(class_id=group.pk, shown=shown, actor=teacher.pk, at=at) == 1
    assert confirm_proposals(class_id=group.pk, shown=shown, actor=teacher.pk, at=at) == 0
    fill(group, subject_teacher, at=at, marks={one: {"toan": 70}}, usual=85)
    with pytest.raises(HocbaError, match=r"gradebook\.proposal_stale"):
        confirm_proposals(class_id=group.pk, shown=shown, actor=teacher.pk, at=at)


@pytest.mark.parametrize("who", ["principal", "subject_teacher", "it_officer", "clerk"])
def test_nobody_but_the_homeroom_teacher_writes_it(
    group: ClassGroup, request: pytest.FixtureRequest, at: datetime, who: str
) -> None:
    person = request.getfixturevalue(who)
    one = pupils(group)[0]
    for act in (
        lambda: save_records(
            class_id=group.pk, edits=[RecordEdit(one, 0, {"award": "x"})], actor=person.pk, at=at
        ),
        lambda: again(group, person, one, {}, at=at),
        lambda: confirm_proposals(class_id=group.pk, shown=[], actor=person.pk, at=at),
    ):
        with pytest.raises(HocbaError, match=r"access\.denied"):
            act()


def test_a_student_of_another_class_is_out_of_reach(
    group: ClassGroup,
    accept_9a1: Callable[..., ClassGroup],
    teacher: Person,
    at: datetime,
) -> None:
    other = accept_9a1(name="9A2", students=[], homeroom_teacher_id=teacher.pk)
    edits = [RecordEdit(pupils(group)[0], 0, {"award": "x"})]
    with pytest.raises(HocbaError, match=r"access\.denied"):
        save_records(class_id=other.pk, edits=edits, actor=teacher.pk, at=at)
