"""Judges that know nothing of us accept every signature, and refuse what we refuse.

Four kinds of transcripts, each as it is and altered in one place at a time. What a judge of XMLDSig
by its nature cannot see is declared here; our own verdict must see that too.
"""

import os
from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from hocba.adapters.xmldsig_oracles import Jdk, Oracle, Signxml, Xmlsec1, available_oracles
from hocba.core.signing.verdict import DocumentVerdict, Indication
from hocba.core.signing.verify import verify_document
from tests.core.signing.altering import Alteration, alterations
from tests.core.signing.test_sheets import signed_class
from tests.core.signing.test_timestamps import evidence
from tests.core.verification.issued import NOW, city, compose, issued
from tests.pki import pki
from tests.pki.signing import signed

pytestmark = pytest.mark.slow
JUDGES = (Jdk, Xmlsec1, Signxml)
ELLIPTIC = {"GVBM-1": "teacher-1-p256", "CBQL": "principal-p256", "KY_PHAT_HANH": "seal-p256"}
KINDS = ("stamped", "rsa", "p256", "sheet")
# Every alteration of the stamped transcript goes to these judges, every so manieth to others;
# a call of xmlsec1 takes one file. Of the other kinds everybody gets a twelfth of that.
STEPS = {"JDK XMLDSig": 1, "signxml": 1, "xmlsec1": 16, "hocba": 12}
# Nothing signs what the seal, signed last, carries around its signature; nor the XML declaration.
OUTSIDE = Counter(
    {
        "@version": 1,  # of XML
        "NGAY_KY": 1,  # the time shown; the signed one is in the SignedProperties
        "@Id": 3,
        "X509SubjectName": 1,
        "@Target": 1,
        "@Algorithm": 1,  # of the time-stamp's canonicalization
        "xades:EncapsulatedTimeStamp": 1,
    }
)


@cache
def document(kind: str) -> bytes:
    """The good transcript of a kind."""
    if kind == "rsa":
        return issued().document
    if kind == "sheet":
        return signed_class()[0]
    return signed(pki(), holders=ELLIPTIC if kind == "p256" else None)


@cache
def altered(kind: str) -> tuple[Alteration, ...]:
    """The same, with one character changed: at every place of the file."""
    return tuple(alterations(document(kind)))


def some(kind: str, judge: str) -> list[Alteration]:
    """Those alterations that a judge gets to see."""
    return list(altered(kind)[:: STEPS[judge] * (1 if kind == "stamped" else 12)])


@cache
def taken(judge: type[Oracle]) -> dict[str, list[Alteration | None]]:
    """What a judge accepts of each kind, asked once; the good one is the None."""
    oracle = judge()
    place = Path(mkdtemp(prefix="hocba-judged-"))
    shown: dict[Path, tuple[str, Alteration | None]] = {}
    for kind in KINDS:
        for number, one in enumerate([None, *some(kind, oracle.name)]):
            file = place / f"{kind}-{number}.xml"
            file.write_bytes(document(kind) if one is None else one.document)
            shown[file] = kind, one
    found: dict[str, list[Alteration | None]] = {kind: [] for kind in KINDS}
    for file in oracle.accepted(list(shown)):
        kind, one = shown[file]
        found[kind].append(one)
    for file in shown:
        file.unlink()
    place.rmdir()
    return found


def verdict(kind: str, data: bytes) -> DocumentVerdict:
    """Our own verdict on a transcript of a kind."""
    if kind in ("rsa", "sheet"):
        return verify_document(document=data, trust=city().trust, at=NOW)
    known = evidence(*ELLIPTIC.values())
    return verify_document(document=data, trust=pki().trust(), at=NOW, evidence=known)


@pytest.fixture(params=JUDGES, ids=lambda judge: judge.__name__)
def judge(request: pytest.FixtureRequest) -> type[Oracle]:
    """Each judge; one that is not here is missed in CI alone."""
    here = {type(one) for one in available_oracles()}
    if request.param not in here and os.environ.get("CI") != "true":
        pytest.skip(f"{request.param.name} is not on this machine")
    assert request.param in here
    return request.param


def test_there_are_at_least_two_judges() -> None:
    assert len(available_oracles()) >= 2


@pytest.mark.parametrize("kind", KINDS)
def test_every_signature_is_accepted_from_outside(judge: type[Oracle], kind: str) -> None:
    assert None in taken(judge)[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_altered_is_refused_from_outside(judge: type[Oracle], kind: str) -> None:
    accepted = Counter(one.place for one in taken(judge)[kind] if one is not None)
    assert accepted <= OUTSIDE
    assert {one.slot for one in taken(judge)[kind] if one} <= {"", "KY_PHAT_HANH"}
    if kind == "stamped" and STEPS[judge.name] == 1:
        assert accepted == OUTSIDE, "the declared blind spot is the whole of it"
    assert len(some(kind, judge.name)) > 2


@pytest.mark.parametrize("kind", KINDS)
def test_our_verdict_refuses_what_they_refuse_and_what_they_cannot_see(kind: str) -> None:
    assert verdict(kind, document(kind)).indication is Indication.TOTAL_PASSED
    unseen = [one for one in altered(kind) if one.place in OUTSIDE and one.slot != "GVBM-1"]
    for one in [*some(kind, "hocba"), *unseen]:
        found = verdict(kind, one.document)
        assert found.indication is not Indication.TOTAL_PASSED, (one.place, one.slot)
        assert found.reasons or any(each.reasons for each in found.signatures)


def test_our_own_verdict_passes_every_slot() -> None:
    found = verdict("rsa", issued().document)
    assert [one.indication for one in found.signatures] == [Indication.TOTAL_PASSED] * 5
    assert found.lookup_uuid == compose().lookup_uuid
