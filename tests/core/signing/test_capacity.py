"""Who signs for somebody else says so, signed, and only where the plan lets them."""

from datetime import timedelta

import pytest

from hocba.core.errors import HocbaError
from hocba.core.signing.plan import may_fill, plan_for, slots_of
from hocba.core.signing.rounds import complete, covered_digest, prepare, prepare_sheet
from hocba.core.signing.verdict import Capacity, Indication, SlotRole
from hocba.core.transcript.canonical import from_xml, to_xml
from tests.core.signing.test_timestamps import judged
from tests.core.transcript.conftest import HOMEROOM, PRINCIPAL
from tests.core.verification.issued import TEACHERS, compose
from tests.pki import Pki
from tests.pki import pki as city_pki
from tests.pki.signing import HOLDERS

IN_PLACE, DELEGATED = Capacity.IN_PLACE, Capacity.DELEGATED
SECOND = "<xades:ClaimedRole>{}</xades:ClaimedRole>"


@pytest.fixture
def pki() -> Pki:
    """The PKI of the session."""
    return city_pki()


def signed_by(pki: Pki, others: dict[str, tuple[str, Capacity]]) -> bytes:
    """Sign every slot, some by somebody else (slot key → holder, capacity)."""
    transcript = compose()
    document, plan = to_xml(transcript), plan_for(school_level="THCS", school_year="2024-2025")
    pki.reset()
    for slot in slots_of(plan=plan, transcript=transcript):
        pki.now += timedelta(minutes=1)
        name, capacity = others.get(slot.key, (HOLDERS[slot.signer_id], Capacity.OWN))
        signer = pki.signer(name)
        asked = prepare(
            document=document,
            slot=slot,
            certificate=signer.certificate,
            at=pki.now,
            capacity=capacity,
        )
        (value,) = signer.sign_digests((asked.digest,))
        document = complete(document=document, prepared=asked, signature=value)
    return document


ALLOWED = {
    "GVBM-1": ("principal", IN_PLACE),
    "GVCN": ("principal", IN_PLACE),
    "CBQL": ("teacher-2", DELEGATED),
}


@pytest.mark.parametrize("key", sorted(ALLOWED))
def test_a_document_signed_for_somebody_else_passes_and_says_so(pki: Pki, key: str) -> None:
    document = signed_by(pki, {key: ALLOWED[key]})
    verdict = judged(document)
    assert verdict.indication is Indication.TOTAL_PASSED, verdict.reasons
    found = {one.slot: one for one in verdict.signatures}
    assert found[key].capacity is ALLOWED[key][1]
    assert found[key].signer_id == {name: who for who, name in HOLDERS.items()}[ALLOWED[key][0]]
    others = {one.capacity for slot, one in found.items() if slot != key}
    assert others == {Capacity.OWN}


@pytest.mark.parametrize(
    ("key", "holder", "capacity"),
    [
        ("GVBM-1", "principal", Capacity.OWN),  # without saying so
        ("GVBM-1", "teacher-2", IN_PLACE),  # only the head signs in place of a teacher
        ("GVBM-1", "teacher-2", DELEGATED),
        ("GVBM-1", "teacher-1", IN_PLACE),  # nobody stands in for themselves
        ("CBQL", "teacher-1", IN_PLACE),
        ("CBQL", "homeroom", DELEGATED),  # the plan keeps GVCN and CBQL apart
    ],
)
def test_nobody_else_signs_for_somebody_else(
    pki: Pki, key: str, holder: str, capacity: Capacity
) -> None:
    with pytest.raises(HocbaError, match=r"signing\.certificate_holder"):
        signed_by(pki, {key: (holder, capacity)})


def test_the_claim_is_under_the_signature(pki: Pki) -> None:
    document = signed_by(pki, {"CBQL": ALLOWED["CBQL"]})
    claim = SECOND.format("KT").encode()
    assert document.count(claim) == 1
    for other in (b"", SECOND.format("KY_THAY").encode(), SECOND.format("X").encode(), claim * 2):
        altered = document.replace(claim, other)
        verdict = judged(altered)
        assert verdict.indication is Indication.TOTAL_FAILED, other


def test_a_head_signs_a_sheet_in_place_of_a_teacher(pki: Pki) -> None:
    document, signer = to_xml(compose()), pki.signer("principal")
    pki.reset()
    (page,) = prepare_sheet(
        documents=[document],
        slot_keys=["GVBM-1"],
        salts=[bytes(16)],
        certificate=signer.certificate,
        at=pki.now,
        capacity=IN_PLACE,
    )
    (value,) = signer.sign_digests((page.digest,))
    signed = complete(document=document, prepared=page, signature=value)
    verdict = judged(signed)
    (own,) = [one for one in verdict.signatures if one.slot == "GVBM-1"]
    assert (own.indication, own.capacity) == (Indication.TOTAL_PASSED, IN_PLACE)


@pytest.mark.parametrize(
    ("level", "year", "name"),
    [
        ("THCS", "2024-2025", "thcs-tt22/1"),
        ("THPT", "2024-2025", "thpt-tt22/1"),
        ("GDTX", "2024-2025", "gdtx-tt43/1"),
    ],
)
def test_every_school_level_has_its_plan(level: str, year: str, name: str) -> None:
    plan = plan_for(school_level=level, school_year=year)
    assert plan.name == name
    roles = [rule.role for rule in sorted(plan.rules, key=lambda rule: rule.order)]
    assert roles == list(SlotRole)
    assert not plan.allows(SlotRole.PRINCIPAL, "sheet")
    assert [rule.reviewed for rule in plan.rules] == [True, True, True, False]
    with pytest.raises(HocbaError, match=r"signing\.no_plan"):
        plan_for(school_level=level, school_year="2020-2021")


def test_what_was_shown_changes_with_the_signatures_before(pki: Pki) -> None:
    document = to_xml(compose())
    shown = covered_digest(document=document, slot_key="GVBM-2")
    signer, slot = pki.signer("teacher-1"), _slot("GVBM-1")
    pki.reset()
    asked = prepare(document=document, slot=slot, certificate=signer.certificate, at=pki.now)
    grown = complete(
        document=document, prepared=asked, signature=signer.sign_digests((asked.digest,))[0]
    )
    assert covered_digest(document=grown, slot_key="GVBM-2") == shown, "teachers sign in parallel"
    with pytest.raises(HocbaError, match=r"signing\.order_not_reached"):
        covered_digest(document=grown, slot_key="GVCN")


def test_a_deputy_who_teaches_the_class_may_sign_for_the_head() -> None:
    transcript, plan = compose(), plan_for(school_level="THCS", school_year="2024-2025")
    slot = _slot("CBQL")
    for person, allowed in ((TEACHERS[0], True), (HOMEROOM, False), (PRINCIPAL, False)):
        assert allowed is may_fill(
            plan=plan,
            slot=slot,
            transcript=transcript,
            holder_id=person.citizen_id,
            capacity=DELEGATED,
        )


def _slot(key: str) -> object:
    transcript = from_xml(to_xml(compose()))
    plan = plan_for(school_level=transcript.school_level, school_year=transcript.school_year)
    return next(one for one in slots_of(plan=plan, transcript=transcript) if one.key == key)
