"""One signature for a class: every transcript verifies alone, nothing of a classmate is told."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from functools import cache
from hashlib import sha256
from uuid import UUID

import pytest
from lxml import etree

from hocba.adapters.xmldsig_oracles import available_oracles
from hocba.core.errors import HocbaError
from hocba.core.signing.plan import Slot, plan_for, slots_of
from hocba.core.signing.rounds import Prepared, complete, prepare, prepare_sheet
from hocba.core.signing.verdict import Indication
from hocba.core.signing.verify import verify_document
from hocba.core.transcript.canonical import to_xml
from hocba.core.transcript.model import Transcript
from tests.core.verification.issued import NOW, SIGNED_AT, city, compose

SIZE = 7
PASSED = Indication.TOTAL_PASSED


def classmate(number: int) -> Transcript:
    """One of a class: another code, another name, the same teachers."""
    one = compose()
    student = replace(one.student, full_name=f"Nguyễn Văn Ấ{'BCDEGHK'[number % 7]}")
    return replace(one, lookup_uuid=str(UUID(int=number + 1, version=4)), student=student)


def salt(number: int) -> bytes:
    """Sixteen bytes that a real caller draws at random."""
    return sha256(b"%d" % number).digest()[:16]


def slots(transcript: Transcript) -> tuple[Slot, ...]:
    """The slots of a transcript."""
    plan = plan_for(school_level=transcript.school_level, school_year=transcript.school_year)
    return slots_of(plan=plan, transcript=transcript)


def sheet(documents: list[bytes], slot: Slot, minutes: int = 0) -> tuple[Prepared, ...]:
    """Prepare a sheet over documents for the holder of a slot."""
    return prepare_sheet(
        documents=documents,
        slot_keys=[slot.key] * len(documents),
        salts=[salt(number) for number in range(len(documents))],
        certificate=city().signers[slot.signer_id].certificate,
        at=SIGNED_AT + timedelta(minutes=minutes),
    )


def sign_sheet(documents: list[bytes], slot: Slot, minutes: int = 0) -> list[bytes]:
    """Sign a sheet with one operation of the key."""
    pages = sheet(documents, slot, minutes)
    (digest,) = {page.digest for page in pages}
    (value,) = city().signers[slot.signer_id].sign_digests((digest,))
    return [
        complete(document=document, prepared=page, signature=value)
        for document, page in zip(documents, pages, strict=True)
    ]


@cache
def signed_class() -> tuple[bytes, ...]:
    """A class whose teachers and homeroom teacher sign sheets, whose head and seal sign each."""
    transcripts = [classmate(number) for number in range(SIZE)]
    documents = [to_xml(one) for one in transcripts]
    all_slots = slots(transcripts[0])
    for minutes, slot in enumerate(all_slots[:3]):
        documents = sign_sheet(documents, slot, minutes)
    for minutes, slot in enumerate(all_slots[3:], start=3):
        signer = city().signers[slot.signer_id]
        at = SIGNED_AT + timedelta(minutes=minutes)
        for number, document in enumerate(documents):
            asked = prepare(document=document, slot=slot, certificate=signer.certificate, at=at)
            (value,) = signer.sign_digests((asked.digest,))
            documents[number] = complete(document=document, prepared=asked, signature=value)
    return tuple(documents)


def verdict(document: bytes) -> Indication:
    """The verdict on a transcript."""
    return verify_document(document=document, trust=city().trust, at=NOW).indication


@pytest.mark.parametrize("number", range(SIZE))
def test_every_transcript_of_the_class_verifies_alone(number: int) -> None:
    assert verdict(signed_class()[number]) is PASSED


def test_a_sheet_costs_one_signature_for_the_class() -> None:
    documents = [to_xml(classmate(number)) for number in range(45)]
    pages = sheet(documents, slots(compose())[0])
    assert len({page.digest for page in pages}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("oracle", available_oracles(), ids=lambda one: type(one).__name__)
def test_judges_from_outside_accept_sheets_too(oracle: object, tmp_path: object) -> None:
    files = []
    for number, document in enumerate(signed_class()[:2]):
        file = tmp_path / f"{number}.xml"  # type: ignore[operator]
        file.write_bytes(document)
        files.append(file)
    assert oracle.accepted(files) == set(files)  # type: ignore[attr-defined]


def test_a_transcript_tells_nothing_of_its_classmates() -> None:
    for number, document in enumerate(signed_class()):
        for other in range(SIZE):
            if other != number:
                assert classmate(other).lookup_uuid.encode() not in document
                assert classmate(other).student.full_name.encode() not in document
                assert b64encode(salt(other)) not in document


@pytest.mark.parametrize("start", range(0, 173, 43))
def test_no_byte_of_a_sheet_signed_transcript_may_change(start: int) -> None:
    document = signed_class()[3]
    for at in range(start, len(document), 173):
        changed = bytearray(document)
        changed[at] ^= 0x01
        assert verdict(bytes(changed)) is not PASSED, at


def slot_block(document: bytes, key: str) -> bytes:
    """The lines of one slot."""
    role = key.partition("-")[0].encode()
    start = document.index(b"    <%s Id=" % role + b'"ky-' + key.encode())
    end = document.index(b"    </%s>\n" % role, start) + len(b"    </%s>\n" % role)
    return document[start:end]


def test_a_page_of_a_classmate_does_not_fit() -> None:
    mine, other = signed_class()[:2]
    forged = mine.replace(slot_block(mine, "GVBM-1"), slot_block(other, "GVBM-1"))
    found = verify_document(document=forged, trust=city().trust, at=NOW)
    assert found.indication is Indication.TOTAL_FAILED
    assert "sheet.other_root" in {reason.code for reason in found.reasons}


def test_a_better_mark_does_not_fit_the_sheet() -> None:
    document = signed_class()[0]
    forged = document.replace(b"9.3", b"9.8", 1)
    found = verify_document(document=forged, trust=city().trust, at=NOW)
    assert "sheet.other_root" in {reason.code for reason in found.reasons}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<VI_TRI>0</VI_TRI>", b"<VI_TRI>9</VI_TRI>"),
        (b"<VI_TRI>0</VI_TRI>", b"<VI_TRI>00</VI_TRI>"),
        (b"<VI_TRI>0</VI_TRI>", b"<VI_TRI> 0</VI_TRI>"),
        (b"<SO_HOC_BA>7</SO_HOC_BA>", b"<SO_HOC_BA>8</SO_HOC_BA>"),
        (b"<SO_HOC_BA>7</SO_HOC_BA>", b"<SO_HOC_BA>99999999</SO_HOC_BA>"),
        (b"<MUOI>", b"<MUOI>AAAA"),
        (b"<BAM>", b"<BAM>AAAA"),
        (b"        <BAM>", b"        <BAM>AAAA</BAM>\n        <BAM>"),
        (b"<LOP>9A1</LOP>", b"<LOP>9A2</LOP>"),
        (b"<TO_KY Id=", b"<TO_KX Id="),
        (b"      <CHUNG_MINH>", b"      <CHUNG_MINX>"),
    ],
)
def test_a_doctored_page_never_passes(before: bytes, after: bytes) -> None:
    document = signed_class()[0]
    assert before in document
    assert verdict(document.replace(before, after, 1)) is not PASSED


def test_principal_and_seal_sign_each_document() -> None:
    documents = [to_xml(classmate(number)) for number in range(2)]
    for minutes, slot in enumerate(slots(compose())[:3]):
        documents = sign_sheet(documents, slot, minutes)
    with pytest.raises(HocbaError, match=r"sheet\.not_allowed"):
        sheet(documents, slots(compose())[3], 9)


def test_a_sheet_is_of_one_class() -> None:
    other = replace(classmate(1), class_name="9A2")
    with pytest.raises(HocbaError, match=r"sheet\.mixed"):
        sheet([to_xml(classmate(0)), to_xml(other)], slots(compose())[0])


def test_an_empty_sheet_is_refused() -> None:
    with pytest.raises(HocbaError, match=r"sheet\.size"):
        sheet([], slots(compose())[0])


def test_a_sheet_keeps_the_order_and_the_person() -> None:
    documents = [to_xml(classmate(number)) for number in range(2)]
    with pytest.raises(HocbaError, match=r"signing\.order_not_reached"):
        sheet(documents, slots(compose())[2])
    with pytest.raises(HocbaError, match=r"signing\.slot_unknown"):
        sheet(documents, replace(slots(compose())[0], key="GVBM-9"))
    first, second = slots(compose())[:2]
    with pytest.raises(HocbaError, match=r"signing\.certificate_holder"):
        sheet(documents, replace(first, signer_id=second.signer_id))


def test_pages_wait_between_the_phases_like_any_other() -> None:
    (page,) = sheet([to_xml(classmate(0))], slots(compose())[0])
    assert Prepared.from_json(page.to_json()) == page
    assert json.loads(page.to_json())["slot_key"] == "GVBM-1"


def test_a_class_of_one_has_a_root_without_a_path() -> None:
    (document,) = sign_sheet([to_xml(classmate(0))], slots(compose())[0])
    proof = etree.fromstring(document)[1][0].find("CHUNG_MINH")
    assert proof is not None
    assert proof.findall("BAM") == []
