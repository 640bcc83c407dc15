"""Every code that the source speaks has its sentence, and no sentence waits for a code."""

import re
from collections.abc import Mapping

import pytest

from hocba.adapters.wording import findings, refusals, verdicts
from hocba.core.registry.lifecycle import STEPS, TranscriptState
from tests.adapters.wording.spoken import spoken_by, told_by

FINDING_ROOTS = ("Finding", "UnreadableWorkbookError", "MarkReading")
# Literals of the shape of a code in functions that pick a code from a table.
NO_FINDINGS = {"vbaproject.bin", "assessment.level_unknown", "assessment.no_regulation"}
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def codes(*roots: str) -> set[str]:
    return {one.code for one in spoken_by(*roots)}


def reason_codes() -> set[str]:
    states = set(STEPS.values()) - {TranscriptState.IN_FORCE}
    read = codes(
        "UnbelievablePdfError", "PdfContents"
    )  # what the PDF's reader says before core has its say
    return (
        codes("Reason") | read | told_by("key_problem") | {f"log.{state.value}" for state in states}
    )


def placeholders(sentence: str) -> set[str]:
    return set(_PLACEHOLDER.findall(sentence))


def test_the_search_finds_what_is_hard_to_find() -> None:
    """One code for each way in which the source hands codes on."""
    assert "blob.corrupt" in codes("HocbaError")  # a literal
    assert "roster.student_twice" in codes("HocbaError")  # a table walked by a loop
    assert "transcript.not_nfc" in codes("HocbaError")  # through a function of its module
    assert "transcript.untidy_text" in codes("Finding")  # with the front written elsewhere
    assert "student.citizen_id_zeros" in codes("Finding")  # named, through two functions
    assert "workbook.embedded_objects" in codes("Finding")  # a table of the module
    assert "mark.scale" in codes("MarkReading")
    assert "algorithm.weak_key" in reason_codes()


def test_every_refusal_is_worded() -> None:
    unworded = [one for one in spoken_by("HocbaError") if one.code not in refusals.SENTENCES]
    assert not unworded
    assert not told_by("check_request") - set(refusals.SENTENCES)


def test_every_finding_is_worded() -> None:
    unworded = [
        one
        for one in spoken_by(*FINDING_ROOTS)
        if one.code not in findings.SENTENCES and one.code not in NO_FINDINGS
    ]
    assert not unworded


def test_every_reason_is_worded() -> None:
    """A reason that is a refusal elsewhere is worded as that (`reason_sentence`)."""
    assert not reason_codes() - set(verdicts.REASONS) - set(refusals.SENTENCES)


@pytest.mark.parametrize(
    ("sentences", "spoken"),
    [
        (refusals.SENTENCES, codes("HocbaError") | told_by("check_request")),
        (findings.SENTENCES, codes(*FINDING_ROOTS)),
        (verdicts.REASONS, reason_codes()),
    ],
    ids=["refusals", "findings", "reasons"],
)
def test_no_sentence_is_left_over(sentences: Mapping[str, str], spoken: set[str]) -> None:
    assert not set(sentences) - spoken


def test_a_code_means_one_thing() -> None:
    """A reason takes its sentence from its own table first, so a refusal must not hide there."""
    assert not set(verdicts.REASONS) & set(refusals.SENTENCES)


def test_a_refusal_gives_what_its_sentence_shows() -> None:
    silent = [
        (one.place, one.code, name)
        for one in spoken_by("HocbaError")
        if one.params is not None and one.code in refusals.SENTENCES
        for name in placeholders(refusals.SENTENCES[one.code]) - one.params
    ]
    assert not silent


def test_a_finding_gives_what_its_sentence_shows() -> None:
    silent = [
        (one.place, one.code, name)
        for one in spoken_by("Finding")
        if one.params is not None and one.code in findings.SENTENCES
        for name in placeholders(findings.SENTENCES[one.code]) - one.params
    ]
    assert not silent


def test_findings_show_nothing_but_found_and_expected() -> None:
    shown = {name for text in findings.SENTENCES.values() for name in placeholders(text)}
    assert shown == {"found", "expected"}


def test_reasons_show_nothing_of_their_own() -> None:
    assert not [text for text in verdicts.REASONS.values() if placeholders(text)]
