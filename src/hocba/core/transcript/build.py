"""From judged results and roster facts to the transcript: words chosen here, rules nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hocba.core.assessment.marks import (
    LearningLevel,
    Outcome,
    RemarkLevel,
    StudentYear,
    SubjectKey,
    level_word,
)
from hocba.core.assessment.results import Decision, SubjectResult, YearAssessment
from hocba.core.assessment.subjects import subject_by_key
from hocba.core.errors import HocbaError
from hocba.core.transcript.letters import tidied
from hocba.core.transcript.model import (
    SchoolInfo,
    Signatory,
    StudentInfo,
    StudyStep,
    SubjectRow,
    Transcript,
    YearSummary,
)
from hocba.core.transcript.values import VIETNAM


@dataclass(frozen=True, slots=True)
class TranscriptIdentity:
    """Everything of a transcript that is not a result; fields as in `Transcript`."""

    format_version: str
    regulation: str
    lookup_uuid: str
    school_year: str
    school_level: str
    grade: int
    class_name: str
    school: SchoolInfo
    student: StudentInfo
    principal: Signatory
    homeroom_teacher: Signatory
    issue_place: str
    created_at: datetime
    issue_date: date
    study_steps: tuple[StudyStep, ...]
    replaces_uuid: str = ""


def build_transcript(
    *,
    identity: TranscriptIdentity,
    year: StudentYear,
    assessment: YearAssessment,
    remarks: Mapping[SubjectKey, str],
    teachers: Mapping[SubjectKey, Signatory],
    homeroom_remark: str,
    other_award: str = "",
) -> Transcript:
    """Compose the yearly unit; rows stand in the order of the official form, texts are tidied.

    A level-completing student (grade 9, 12) gets the head's confirmation as its own field, once
    the year is decided.

    Raises:
        HocbaError: "transcript.teacher_missing", "transcript.absences_missing",
            "transcript.control_character", each naming subject or field.
    """
    rows = sorted(
        assessment.subjects,
        key=lambda one: (
            subject_by_key(one.subject, school_level=identity.school_level).display_order
        ),
    )
    facts = {name: getattr(identity, name) for name in TranscriptIdentity.__slots__}
    # The document tells whole seconds of Vietnam's time, so its value does too.
    facts["created_at"] = identity.created_at.astimezone(VIETNAM).replace(microsecond=0)
    composed: Transcript = tidied(
        Transcript(
            **facts,
            subjects=tuple(
                _row(one, assessment, identity.school_level, remarks, teachers) for one in rows
            ),
            summary=_summary(year, assessment, homeroom_remark, other_award),
        )
    )
    return composed


def _row(
    result: SubjectResult,
    assessment: YearAssessment,
    school_level: str,
    remarks: Mapping[SubjectKey, str],
    teachers: Mapping[SubjectKey, Signatory],
) -> SubjectRow:
    subject = subject_by_key(result.subject, school_level=school_level)
    teacher = teachers.get(result.subject)
    if teacher is None:
        raise HocbaError("transcript.teacher_missing", subject=subject.name)
    return SubjectRow(
        key=result.subject,
        code=subject.official_code,
        name=subject.name,
        form=result.form.value,
        first=outcome_text(result.first),
        second=outcome_text(result.second),
        year=outcome_text(result.year),
        reassessed=outcome_text(assessment.summer.reassessed.get(result.subject)),
        remark=remarks.get(result.subject, ""),
        teacher=teacher,
    )


def outcome_text(value: Outcome | None) -> str:
    """Write a result as the XML has it: "7.3", "Đ", "CĐ"; "" when there is none."""
    if value is None:
        return ""
    if isinstance(value, RemarkLevel):
        return value.value
    return f"{value // 10}.{value % 10}"


def _level(level: LearningLevel | None) -> str:
    return "" if level is None else level_word(level)


def _summary(
    year: StudentYear, assessment: YearAssessment, homeroom_remark: str, other_award: str
) -> YearSummary:
    if year.absences_excused is None or year.absences_unexcused is None:
        raise HocbaError("transcript.absences_missing")  # nothing recorded is not zero
    decision, summer = assessment.promotion.decision, assessment.summer
    return YearSummary(
        conduct_first=_level(assessment.conduct.first),
        conduct_second=_level(assessment.conduct.second),
        conduct_year=_level(assessment.conduct.year),
        learning_first=_level(assessment.learning_first.final),
        learning_second=_level(assessment.learning_second.final),
        learning_year=_level(assessment.learning_year.final),
        absences_excused=year.absences_excused,
        absences_unexcused=year.absences_unexcused,
        promotion=(Decision.PENDING if decision is Decision.UNDETERMINED else decision).value,
        completes_level=assessment.completes_level,
        award=assessment.award_title,
        other_award=other_award,
        conduct_after_summer=_level(summer.conduct),
        learning_after_reassessment=_level(summer.learning.final if summer.learning else None),
        certificates="",
        contests="",
        homeroom_remark=homeroom_remark,
    )
