"""What a signature and a verdict cost, beside signxml and the bare RSA operation.

    .venv/bin/python benchmarks/signing.py

One transcript (two subject teachers, homeroom teacher, principal, seal), RSA-2048, all in one
process on one core; medians of five rounds. The limit for judging a whole transcript is 2.5 ms;
signxml judges the same signatures one by one, without plan, trust or layout.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from lxml import etree

sys.path.insert(0, str(Path(__file__).parents[1]))
from hocba.adapters.software_signer import SoftwareSigner
from hocba.adapters.xmldsig_oracles import Signxml
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.foreign import verify_signed_xml
from hocba.core.signing.plan import plan_for, slots_of
from hocba.core.signing.rounds import complete, prepare
from hocba.core.signing.trust import TrustStore
from hocba.core.signing.verify import verify_document
from hocba.core.transcript.canonical import to_xml
from tests.core.verification.issued import SIGNED_AT, city, issued

LIMIT_MS = 2.5
NOW = datetime(2025, 6, 10, tzinfo=UTC)


def milliseconds(work: Callable[[], object], times: int) -> float:
    """Milliseconds of one run, the median of five rounds."""
    rounds = []
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(times):
            work()
        rounds.append((time.perf_counter() - began) / times * 1000)
    return statistics.median(rounds)


def sign_all(signers: dict[str, SoftwareSigner]) -> bytes:
    """Prepare and complete every slot of the good transcript."""
    transcript = issued().transcript
    document = to_xml(transcript)
    plan = plan_for(school_level="THCS", school_year=transcript.school_year)
    for number, slot in enumerate(slots_of(plan=plan, transcript=transcript)):
        signer = signers[slot.signer_id]
        at = SIGNED_AT + timedelta(minutes=number)
        asked = prepare(document=document, slot=slot, certificate=signer.certificate, at=at)
        (value,) = signer.sign_digests((asked.digest,))
        document = complete(document=document, prepared=asked, signature=value)
    return document


def rsa_costs(signer: SoftwareSigner) -> tuple[float, float]:
    """Milliseconds of one bare RSA-2048 signature and of one verification."""
    digest = sha256(b"x").digest()
    (value,) = signer.sign_digests((digest,))
    key = read_certificate(signer.certificate).public_key
    assert isinstance(key, rsa.RSAPublicKey)
    signing = milliseconds(lambda: signer.sign_digests((digest,)), 50)
    hashed = Prehashed(hashes.SHA256())
    checking = milliseconds(lambda: key.verify(value, digest, padding.PKCS1v15(), hashed), 500)
    return signing, checking


def judged(documents: Sequence[bytes], trust: TrustStore) -> None:
    """Judge documents."""
    for document in documents:
        verify_document(document=document, trust=trust, at=NOW)


def main() -> int:
    """Print each figure with its ratio to a peer or limit of the same run."""
    document, trust = issued().document, city().trust
    signers = dict(city().signers)
    count = len(etree.fromstring(document)[1])
    rsa_sign, rsa_verify = rsa_costs(next(iter(signers.values())))
    made = milliseconds(lambda: sign_all(signers), 3) / count
    ours = milliseconds(lambda: judged([document], trust), 50)
    foreign = milliseconds(lambda: verify_signed_xml(data=document), 20)
    with TemporaryDirectory() as place:
        file = Path(place) / "hoc-ba.xml"
        file.write_bytes(document)
        theirs = milliseconds(lambda: Signxml().accepted([file]), 2)
    print(f"{count} signatures, {len(document) / 1024:.0f} KiB")
    for name, figure, other, ratio in (
        ("bare RSA signature", rsa_sign, "bare verification", rsa_sign / rsa_verify),
        ("prepare + sign + complete", made, "bare RSA signature", made / rsa_sign),
        ("verdict on the transcript", ours, f"limit {LIMIT_MS} ms", ours / LIMIT_MS),
        ("  a signature of it", ours / count, "bare verification", ours / count / rsa_verify),
        ("raw XML, any product", foreign, "our verdict", foreign / ours),
        ("signxml", theirs, "our verdict", theirs / ours),
    ):
        print(f"{name:<28}{figure:9.3f} ms {ratio:9.2f} × {other}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
