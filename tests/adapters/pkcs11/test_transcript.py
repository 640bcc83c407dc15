"""A whole transcript whose seal lives in a token passes every judgement."""

from datetime import timedelta

from hocba.adapters.pkcs11_signer import Pkcs11Signer
from hocba.core.signing.plan import plan_for, slots_of
from hocba.core.signing.rounds import complete, prepare
from hocba.core.signing.verdict import Indication
from hocba.core.signing.verify import verify_document
from tests.adapters.pkcs11.conftest import TOKEN, Key
from tests.adapters.pkcs11.softhsm import SoftHsm
from tests.core.transcript.conftest import IDENTITY
from tests.core.verification.issued import NOW, SIGNED_AT, city, compose


def test_a_transcript_sealed_in_the_token_is_valid(hsm: SoftHsm, keys: dict[str, Key]) -> None:
    transcript = compose()
    plan = plan_for(school_level=transcript.school_level, school_year=transcript.school_year)
    slot = slots_of(plan=plan, transcript=transcript)[-1]
    seal = city().signers[IDENTITY.school.code]
    hsm.put_key(TOKEN, "con dấu", seal._key, b"\x20")
    hsm.put_certificate(TOKEN, "chứng thư", seal.certificate, b"\x20")
    document = city().sign(transcript, skip=slot.key)
    with Pkcs11Signer(hsm.address(TOKEN, "con dấu")) as signer:
        asked = prepare(
            document=document,
            slot=slot,
            certificate=signer.certificate,
            at=SIGNED_AT + timedelta(hours=1),
        )
        (value,) = signer.sign_digests((asked.digest,))
    document = complete(document=document, prepared=asked, signature=value)
    verdict = verify_document(document=document, trust=city().trust, at=NOW)
    assert (verdict.indication, verdict.reasons) == (Indication.TOTAL_PASSED, ())
