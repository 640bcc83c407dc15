"""Asking who was revoked: OCSP, lists, what is kept, and what a sick authority leads to (F9)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from hocba.adapters.fetching import Fetcher
from hocba.adapters.revocation import RevocationSource
from hocba.core.signing.trust import NO_EVIDENCE, Evidence, check_certificate
from hocba.core.signing.verdict import Indication
from tests.core.verification.issued import NOW, SIGNED_AT
from tests.pki import pki

Start = Callable[..., Any]


@pytest.fixture(autouse=True)
def _honest() -> Iterator[None]:
    pki().reset()
    pki().now = NOW
    yield
    pki().reset()


@pytest.fixture
def source() -> RevocationSource:
    """A source that knows nothing yet."""
    return RevocationSource(pki().fetcher())


def ask(source: RevocationSource, label: str = "principal") -> Evidence:
    """What is learned of a certificate now."""
    return source.evidence(
        certificates=[pki().certificate(label)], trust=pki().trust(), at=pki().now
    )


def judged(evidence: Evidence, label: str = "principal") -> tuple[Indication, str]:
    """The verdict on a certificate at the time of signing."""
    indication, reasons = check_certificate(
        certificate=pki().certificate(label), trust=pki().trust(), at=SIGNED_AT, evidence=evidence
    )
    return indication, reasons[0].code if reasons else ""


def nothing(_: bytes, start: Start) -> Iterable[bytes]:
    """A responder that fails."""
    start("500 Internal Server Error", [])
    return [b""]


def junk(_: bytes, start: Start) -> Iterable[bytes]:
    """A responder that speaks nonsense."""
    start("200 OK", [])
    return [b"\x30\x03\x0a\x01\x00"]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("principal", (Indication.TOTAL_PASSED, "")),
        ("principal-revoked-after", (Indication.TOTAL_PASSED, "")),
        ("principal-revoked-before", (Indication.TOTAL_FAILED, "certificate.revoked")),
        ("principal-expired", (Indication.TOTAL_FAILED, "certificate.expired")),
        ("principal-not-yet", (Indication.TOTAL_FAILED, "certificate.not_yet_valid")),
        ("principal-encrypts-only", (Indication.TOTAL_FAILED, "certificate.usage")),
        ("principal-of-nobody", (Indication.INDETERMINATE, "certificate.no_path")),
    ],
)
def test_each_certificate_is_judged_for_what_it_is(
    source: RevocationSource, label: str, expected: tuple[Indication, str]
) -> None:
    assert judged(ask(source, label), label) == expected


def test_an_issuer_may_stand_under_two_roots(source: RevocationSource) -> None:
    trust = pki().trust(anchors=("other-root",))
    certificate = pki().certificate("principal")
    evidence = source.evidence(certificates=[certificate], trust=trust, at=NOW)
    found = check_certificate(certificate=certificate, trust=trust, at=SIGNED_AT, evidence=evidence)
    assert found == (Indication.TOTAL_PASSED, ())


def test_without_an_answer_nobody_is_valid() -> None:
    assert judged(NO_EVIDENCE) == (Indication.INDETERMINATE, "certificate.status_unknown")


def test_a_responder_that_is_down_is_replaced_by_the_list(source: RevocationSource) -> None:
    pki().faults = {"/ocsp/": nothing}
    evidence = ask(source)
    assert (len(evidence.ocsps), len(evidence.crls)) == (0, 2)
    assert judged(evidence)[0] is Indication.TOTAL_PASSED


@pytest.mark.parametrize("fault", [nothing, junk])
def test_when_all_are_down_the_verdict_stays_open(
    source: RevocationSource, fault: Callable[[bytes, Start], Iterable[bytes]]
) -> None:
    pki().faults = {"/ocsp/": fault, "/crls/": fault}
    evidence = ask(source)
    assert evidence == NO_EVIDENCE
    assert judged(evidence)[0] is Indication.INDETERMINATE


def test_an_answer_is_used_again_until_it_ends(source: RevocationSource) -> None:
    first = ask(source)
    asked = len(pki().asked)
    pki().faults = {"/ocsp/": nothing, "/crls/": nothing}
    assert ask(source) == first
    assert len(pki().asked) == asked
    pki().now += timedelta(days=40)
    assert ask(source) == NO_EVIDENCE
    assert len(pki().asked) > asked


def test_a_stale_answer_is_not_taken(source: RevocationSource) -> None:
    """The authority repeats what it said 40 days ago."""
    evidence = ask(source)
    old_crl, old_ocsp = evidence.crls[0], evidence.ocsps[0]

    def repeats(kept: bytes) -> Callable[[bytes, Start], Iterable[bytes]]:
        def again(_: bytes, start: Start) -> Iterable[bytes]:
            start("200 OK", [])
            return [kept]

        return again

    pki().faults = {"/ocsp/": repeats(old_ocsp), "/crls/": repeats(old_crl)}
    pki().now += timedelta(days=40)
    assert ask(RevocationSource(pki().fetcher())) == NO_EVIDENCE


def test_an_answer_signed_by_the_wrong_key_counts_for_nothing(source: RevocationSource) -> None:
    evidence = ask(source)
    bent = bytearray(evidence.ocsps[0])
    signature = bytes(bent).rindex(pki().certificate("issuing-ocsp")) - 40
    bent[signature] ^= 1
    assert judged(Evidence(crls=evidence.crls, ocsps=(bytes(bent),)))[0] is not (
        Indication.TOTAL_PASSED
    )


def test_the_answer_for_another_certificate_says_nothing_of_this_one(
    source: RevocationSource,
) -> None:
    of_another = ask(source, "homeroom")
    assert judged(of_another) == (Indication.INDETERMINATE, "certificate.status_unknown")


def test_addresses_inside_certificates_lead_nowhere_unless_listed() -> None:
    source = RevocationSource(Fetcher(frozenset({"ocsp.ca.example"})))
    assert ask(source) == NO_EVIDENCE
    assert pki().asked == []
