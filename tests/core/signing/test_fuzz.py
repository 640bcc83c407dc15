"""Changes that know the shape of documents, bundles, tokens and certificates: never a way through.

The same changes and properties serve coverage-guided fuzzing, `tests/fuzz/run`.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.core.registry.bundle import write_bundle
from hocba.core.signing.verdict import Indication
from tests.core.signing.test_sheets import signed_class, verdict
from tests.core.signing.test_timestamps import good, judged
from tests.core.verification.issued import city, compose, issued
from tests.fuzz import targets
from tests.fuzz.mutations import Choose, changed_bytes, changed_der, changed_json, changed_xml
from tests.fuzz.seeds import IMPRINT, stranger

PASSED = Indication.TOTAL_PASSED
few = settings(max_examples=40, deadline=None)
many = settings(max_examples=100, deadline=None)


@cache
def of_another_student() -> bytes:
    """Signed by the same people, for another student."""
    other = replace(compose().student, full_name="Trần Thị Khác", student_code="0123456780")
    code = "0a0c1d1e-5a53-4b6e-9d0a-0e6f5d1c2b3a"
    return city().sign(replace(compose(), lookup_uuid=code, student=other))


@st.composite
def changed(
    draw: st.DrawFn, make: Callable[[], bytes], change: Callable[[bytes, Choose], bytes]
) -> bytes:
    """Something good, changed."""

    def choose(count: int) -> int:
        return draw(st.integers(0, count - 1))

    return change(make(), choose)


def spliced(document: bytes, choose: Choose) -> bytes:
    """A document with parts of another student's, or moved, renamed, doubled parts of its own."""
    return changed_xml(document, choose, of_another_student())


@pytest.mark.slow
@many
@given(changed(lambda: issued().document, spliced))
def test_no_changed_tree_passes(document: bytes) -> None:
    targets.document(document)
    targets.parser(document)


@few
@given(changed(lambda: issued().document, spliced))
def test_no_changed_tree_stops_the_reader_of_foreign_files(document: bytes) -> None:
    targets.foreign(document)


def with_a_classmate(document: bytes, choose: Choose) -> bytes:
    """A page of a sheet with parts of another page of the same sheet."""
    return changed_xml(document, choose, signed_class()[1])


@few
@given(changed(lambda: signed_class()[0], with_a_classmate))
def test_no_splice_of_two_pages_of_a_sheet_passes(document: bytes) -> None:
    assert verdict(document) is not PASSED or document == signed_class()[0]


@many
@given(changed(lambda: issued().document, changed_bytes))
def test_no_bent_file_passes(document: bytes) -> None:
    targets.document(document)
    targets.file(document)


@many
@given(changed(lambda: write_bundle(issued().bundle), changed_json))
def test_no_changed_bundle_is_valid(bundle: bytes) -> None:
    targets.file(bundle)


@few
@given(changed(lambda: write_bundle(issued().bundle), changed_bytes))
def test_no_bent_bundle_is_valid(bundle: bytes) -> None:
    targets.file(bundle)


@cache
def a_token() -> bytes:
    """A stranger's token whose own signature holds."""
    return stranger().token(IMPRINT)


@many
@given(changed(a_token, changed_der))
def test_any_token_gets_a_verdict(token: bytes) -> None:
    targets.stamp(token)


def principals_token() -> bytes:
    """The time-stamp on the principal's signature."""
    return b64decode(_token_text())


def _token_text() -> bytes:
    document = good()
    mark = b"<xades:EncapsulatedTimeStamp>"
    return document[document.index(mark) + len(mark) :].partition(b"<")[0]


@pytest.mark.slow
@few
@given(changed(principals_token, changed_der))
def test_the_seal_holds_the_principals_stamp_as_it_was(token: bytes) -> None:
    forged = good().replace(_token_text(), b64encode(token), 1)
    assert judged(forged).indication is not PASSED or forged == good()


def a_certificate() -> bytes:
    """A certificate of the city."""
    return next(iter(city().signers.values())).certificate


@many
@given(changed(a_certificate, changed_der))
def test_any_certificate_gets_a_verdict(certificate: bytes) -> None:
    targets.certificate(certificate)


@few
@given(changed(a_certificate, changed_der))
def test_no_changed_certificate_passes_inside_a_document(certificate: bytes) -> None:
    document = issued().document
    inside = b64encode(a_certificate())
    assert inside in document
    targets.document(document.replace(inside, b64encode(certificate)))


@few
@given(changed(lambda: city().trust.crls[0], changed_der))
def test_any_revocation_answer_is_endured(answer: bytes) -> None:
    targets.answers(answer)


@pytest.mark.parametrize("name", targets.TARGETS)
def test_every_target_takes_junk(name: str) -> None:
    for junk in (b"", b"\x00", b"<", b"{", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\xff" * 99):
        targets.TARGETS[name](junk)
