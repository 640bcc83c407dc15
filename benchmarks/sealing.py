"""How long does a sealed PDF take: set, sealed, verified by ourselves; and by a stranger's cell?

    .venv/bin/python benchmarks/sealing.py [rounds]

The peer is pyHanko's own `sign_pdf` on the same pages with the same key; the limit is a second for
each PDF made. Medians, in milliseconds of processor time (the cell: of the clock).
"""

import io
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import keys, x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

sys.path.insert(0, str(Path(__file__).parents[1]))

from hocba.adapters.pdf.examining import examine_own_pdf, examine_pdf
from hocba.adapters.pdf.sealing import seal_pdf
from tests.adapters.pdf.sealed import page
from tests.core.verification.issued import IDENTITY, city

LIMIT = 1000.0
AT = datetime(2025, 6, 1, tzinfo=UTC)


def median(work: Callable[[], object], rounds: int, clock: Callable[[], float]) -> float:
    """Milliseconds of one call."""
    work()
    taken = []
    for _ in range(rounds):
        began = clock()
        work()
        taken.append((clock() - began) * 1000)
    return statistics.median(taken)


def main() -> None:
    """Print the figures and the ratio."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    ours = city().signers[IDENTITY.school.code]
    fresh = page.__wrapped__
    plain = ours._key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    peer = signers.SimpleSigner(
        x509.Certificate.load(ours.certificate), keys.PrivateKeyInfo.load(plain), None
    )
    meta = signers.PdfSignatureMetadata(
        field_name="ky", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    ready = page()
    pdf = seal_pdf(page=ready, signer=ours, at=AT)
    processor = time.process_time
    figures = {
        "set the pages": median(fresh, rounds, processor),
        "seal them": median(lambda: seal_pdf(page=ready, signer=ours, at=AT), rounds, processor),
        "pyHanko sign_pdf, no picture": median(
            lambda: signers.sign_pdf(
                IncrementalPdfFileWriter(io.BytesIO(ready.pdf)), meta, signer=peer
            ),
            rounds,
            processor,
        ),
        "read our own": median(lambda: examine_own_pdf(pdf), rounds, processor),
        "read a stranger's (clock)": median(
            lambda: examine_pdf(pdf), min(rounds, 5), time.perf_counter
        ),
    }
    for name, value in figures.items():
        print(f"{name:<32}{value:>8.1f} ms")
    made = figures["set the pages"] + figures["seal them"] + figures["read our own"]
    print(f"made and verified: {made:.0f} ms of {LIMIT:.0f} ({made / LIMIT:.2f})")
    ratio = figures["seal them"] / figures["pyHanko sign_pdf, no picture"]
    print(f"sealing with the picture against pyHanko without: {ratio:.2f}")


if __name__ == "__main__":
    main()
