"""Forgers on the XML: bytes, elements moved, copied, wrapped, dropped; the verifier never gives in.

Changes are generated over the document's own structure, not picked by hand.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from hocba.core.signing.plan import Slot, plan_for, slots_of
from hocba.core.signing.verdict import Indication
from hocba.core.signing.verify import verify_document
from hocba.core.signing.xades import opening_line
from tests.core.verification.issued import NOW, city, issued

DS = "http://www.w3.org/2000/09/xmldsig#"
DOCUMENT = issued().document
FAILED = Indication.TOTAL_FAILED


def verdict_on(document: bytes) -> Indication:
    """The verdict; an exception is a bug and fails the test."""
    return verify_document(document=document, trust=city().trust, at=NOW).indication


def rewritten(root: etree._Element) -> bytes:
    """The bytes of a changed tree."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def test_the_real_document_passes_and_its_reserialisation_does_not() -> None:
    assert verdict_on(DOCUMENT) is Indication.TOTAL_PASSED
    assert verdict_on(rewritten(etree.fromstring(DOCUMENT))) is FAILED


@pytest.mark.parametrize("start", range(0, 211, 30))
def test_no_byte_may_change(start: int) -> None:
    """A sweep: every 211th byte from several starts, each with another value."""
    for at in range(start, len(DOCUMENT), 211):
        changed = bytearray(DOCUMENT)
        changed[at] ^= 0x01
        assert verdict_on(bytes(changed)) is not Indication.TOTAL_PASSED, at


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(DOCUMENT) - 1), st.integers(1, 255))
def test_any_single_byte_changed_fails(at: int, by: int) -> None:
    changed = bytearray(DOCUMENT)
    changed[at] ^= by
    assert verdict_on(bytes(changed)) is not Indication.TOTAL_PASSED


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(DOCUMENT)), st.binary(min_size=1, max_size=3))
def test_any_bytes_added_fail(at: int, more: bytes) -> None:
    assert verdict_on(DOCUMENT[:at] + more + DOCUMENT[at:]) is not Indication.TOTAL_PASSED


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(DOCUMENT) - 1), st.integers(1, 2000))
def test_any_bytes_taken_away_fail(at: int, count: int) -> None:
    assert verdict_on(DOCUMENT[:at] + DOCUMENT[at + count :]) is not Indication.TOTAL_PASSED


def slot_blocks() -> list[bytes]:
    """The text of each slot, as it stands."""
    area = DOCUMENT[DOCUMENT.index(b'    <GVBM Id="ky-') :]
    starts = [0]
    for tag in (b"GVBM", b"GVCN", b"CBQL", b"KY_PHAT_HANH"):
        at = 0
        while (at := area.find(b"    <" + tag + b" Id=", at)) >= 0:
            starts.append(at)
            at += 1
    ordered = sorted({*starts, area.index(b"\n  </", max(starts)) + 1})
    return [area[one:two] for one, two in itertools.pairwise(ordered)]


def test_the_blocks_are_the_slots() -> None:
    assert len(slot_blocks()) == 5
    assert b"".join(slot_blocks()) in DOCUMENT


@pytest.mark.parametrize(("one", "two"), list(itertools.combinations(range(5), 2)))
def test_two_slots_may_not_change_places_or_contents(one: int, two: int) -> None:
    blocks = slot_blocks()
    moved = [*blocks]
    moved[one], moved[two] = blocks[two], blocks[one]
    assert verdict_on(DOCUMENT.replace(b"".join(blocks), b"".join(moved))) is FAILED
    signature = [block[block.index(b"<Signature ") :] for block in blocks]
    swapped = DOCUMENT.replace(signature[one], b"@").replace(signature[two], signature[one])
    assert verdict_on(swapped.replace(b"@", signature[two])) is FAILED


@pytest.mark.parametrize("number", range(5))
def test_a_slot_may_not_be_dropped_or_doubled(number: int) -> None:
    block = slot_blocks()[number]
    assert verdict_on(DOCUMENT.replace(block, b"")) is FAILED
    assert verdict_on(DOCUMENT.replace(block, block + block)) is FAILED


def signed_elements() -> list[str]:
    """Ids of everything in the document."""
    return [one.get("Id") for one in etree.fromstring(DOCUMENT).iter() if one.get("Id")]


@pytest.mark.parametrize("identifier", signed_elements())
def test_no_element_may_be_copied_moved_or_wrapped(identifier: str) -> None:
    """XML signature wrapping: the signed element survives elsewhere, another stands here."""
    for change in ("copy beside", "copy into Object", "move to the end", "wrap"):
        root = etree.fromstring(DOCUMENT)
        (element,) = [one for one in root.iter() if one.get("Id") == identifier]
        copy = etree.fromstring(etree.tostring(element, with_tail=False))
        parent = element.getparent()
        assert parent is not None
        if change == "copy beside":
            element.addnext(copy)
        elif change == "copy into Object":
            signature = next(iter(root.iter(f"{{{DS}}}Signature")))
            etree.SubElement(signature, f"{{{DS}}}Object").append(copy)
        elif change == "move to the end":
            parent.remove(element)
            root.append(element)
        else:
            wrapper = etree.Element("BOC")
            parent.replace(element, wrapper)
            wrapper.append(element)
        assert verdict_on(rewritten(root)) is FAILED, change


@cache
def element_paths() -> list[str]:
    """A path to every element of the signature area of the first slot, and to its parents."""
    root = etree.fromstring(DOCUMENT)
    tree = root.getroottree()
    return [tree.getpath(one) for one in root[1][0].iter() if isinstance(one.tag, str)]


def mutations(path: str) -> Iterator[bytes]:
    """The document without the element, with it empty, renamed, and with a strange child."""
    for change in range(4):
        root = etree.fromstring(DOCUMENT)
        element = root.xpath(path, namespaces={"ds": DS, **root.nsmap, **_spaces(root)})[0]
        if change == 0:
            element.getparent().remove(element)
        elif change == 1:
            element.clear()
        elif change == 2:
            element.tag = "LA"
        else:
            etree.SubElement(element, "LA")
        yield rewritten(root)


def _spaces(root: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in root.iter():
        found |= {prefix: uri for prefix, uri in one.nsmap.items() if prefix}
    return found


@pytest.mark.parametrize("path", element_paths())
def test_no_part_of_a_signature_may_be_missing_empty_renamed_or_enriched(path: str) -> None:
    for changed in mutations(path):
        assert verdict_on(changed) is FAILED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"xmldsig-more#rsa-sha256", b"xmldsig-more#hmac-sha256"),
        (b"xmldsig-more#rsa-sha256", b"xmldsig-more#rsa-sha512"),
        (b"xmldsig-more#rsa-sha256", b"xmldsig-more#ecdsa-sha256"),
        (b"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", DS.encode() + b"rsa-sha1"),
        (b"xmlenc#sha256", b"xmlenc#sha512"),
        (b'URI="#data"', b'URI=""'),
        (b'URI="#data"', b'URI="http://example.org/"'),
        (b'URI="#data"', b'URI="#xpointer(/)"'),
        (b"<HOC_BA", b"<!DOCTYPE HOC_BA [<!ENTITY a 'b'>]><HOC_BA"),
        (b"<HOC_BA", b"<?xml-stylesheet href='a'?><HOC_BA"),
        (b"</HOC_BA>", b"</HOC_BA><HOC_BA/>"),
        (b"</HOC_BA>", b"</HOC_BA><!-- -->"),
        ("Đặng".encode(), normalize("NFD", "Đặng").encode()),
    ],
)
def test_known_tricks_are_known(before: bytes, after: bytes) -> None:
    assert before in DOCUMENT
    for count in (1, -1):
        assert verdict_on(DOCUMENT.replace(before, after, count)) is FAILED


@pytest.mark.parametrize(
    "bomb",
    [
        b"<a>" * 100_000,
        b"<a>" + b"<b/>" * 1_000_000 + b"</a>",
        b"<a b='" + b"x" * 20_000_000 + b"'/>",
        b"<!DOCTYPE a ["
        + b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 12))
        + b"]><a>&e11;</a>",
        DOCUMENT.replace(b"<X509Certificate>", b"<X509Certificate>" + b"A" * 3_000_000, 1),
        DOCUMENT.replace(b"<Reference ", b"<Reference/>" * 100_000 + b"<Reference ", 1),
        b"",
        b"\xff\xfe<\x00a\x00/\x00>\x00",
    ],
    ids=["deep", "wide", "long", "billion", "base64", "references", "empty", "utf-16"],
)
def test_bombs_are_refused_without_effort(bomb: bytes) -> None:
    assert verdict_on(bomb) is FAILED


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
def test_any_bytes_get_a_verdict(data: bytes) -> None:
    assert verdict_on(data) is FAILED
    assert verdict_on(b"<HOC_BA>" + data + b"</HOC_BA>") is FAILED


def lines_of(document: bytes, slot: Slot) -> bytes:
    start = document.index(opening_line(slot))
    closing = f"    </{slot.role.value}>\n".encode()
    return document[start : document.index(closing, start) + len(closing)]


def test_a_teachers_signature_cannot_be_put_under_another_student() -> None:
    """Same teacher, same rows, other student: even when all the others sign in good faith."""
    transcript = issued().transcript
    other = replace(
        transcript,
        lookup_uuid="0d9f0c55-6f52-4b0e-9a53-0c7f3d1f2a10",
        student=replace(transcript.student, full_name="Trần Văn Nam", student_code="9876543210"),
    )
    plan = plan_for(school_level="THCS", school_year=transcript.school_year)
    own = slots_of(plan=plan, transcript=transcript)[0]
    honest = city().sign(other)
    forged = honest.replace(lines_of(honest, own), lines_of(DOCUMENT, own))
    verdict = verify_document(document=forged, trust=city().trust, at=NOW)
    told = {one.slot: [reason.code for reason in one.reasons] for one in verdict.signatures}
    assert verdict_on(honest) is Indication.TOTAL_PASSED
    assert told[own.key] == ["signature.digest_mismatch"]
