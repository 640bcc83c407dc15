"""OpenSSL judges our time-stamps and certificate paths: yes to the good, no to each altered one."""

import ssl
import subprocess
from base64 import b64decode
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.signing.path import Usage
from hocba.core.signing.timestamps import read_stamp
from hocba.core.signing.trust import Evidence, check_certificate
from hocba.core.signing.verdict import Indication
from tests.core.signing.test_timestamps import evidence
from tests.core.verification.issued import NOW, city
from tests.pki import pki
from tests.pki.signing import signed

pytestmark = pytest.mark.slow
DS = "{http://www.w3.org/2000/09/xmldsig#}"
AT = str(int(NOW.timestamp()))
FLIPS = 24


def pem(*ders: bytes) -> bytes:
    """Certificates as OpenSSL reads them."""
    return b"".join(x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM) for one in ders)


def raw_pem(der: bytes) -> bytes:
    """The same for bytes that need not be a certificate."""
    return ssl.DER_cert_to_PEM_cert(der).encode()


def flipped(data: bytes) -> list[bytes]:
    """The data with one bit turned, at places spread over the whole of it."""
    places = [len(data) * number // FLIPS for number in range(FLIPS)]
    return [data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in places]


@cache
def stamps() -> tuple[tuple[bytes, bytes], ...]:
    """(token, what it is over) of every stamp in our stamped transcript, read by lxml alone."""
    root = etree.fromstring(signed(pki()))
    found = []
    for signature in root.iter(f"{DS}Signature"):
        token = signature.findtext(".//{*}EncapsulatedTimeStamp")
        value = signature.find(f"{DS}SignatureValue")
        if token:
            canonical = etree.tostring(value, method="c14n", exclusive=True, with_tail=False)
            found.append((b64decode(token), canonical))
    return tuple(found)


def stamp_holds(place: Path, token: bytes, data: bytes, root: str = "root") -> bool:
    """What `openssl ts -verify` says."""
    for name, content in (("token", token), ("data", data), ("root", pem(pki().certificate(root)))):
        (place / name).write_bytes(content)
    command = ["openssl", "ts", "-verify", "-token_in", "-in", "token", "-data", "data"]
    done = subprocess.run(
        [*command, "-CAfile", "root", "-attime", AT], cwd=place, capture_output=True, check=False
    )
    return done.returncode == 0


def test_openssl_takes_every_stamp(tmp_path: Path) -> None:
    assert len(stamps()) == 2
    assert all(stamp_holds(tmp_path, token, data) for token, data in stamps())


def test_openssl_refuses_a_stamp_of_other_data_or_of_a_stranger(tmp_path: Path) -> None:
    (first, data), (second, other) = stamps()
    assert not stamp_holds(tmp_path, first, other)
    assert not stamp_holds(tmp_path, second, data)
    assert not stamp_holds(tmp_path, first, data + b" ")
    assert not stamp_holds(tmp_path, first, data, root="other-root")


def test_an_altered_token_is_refused_by_openssl_and_by_us(tmp_path: Path) -> None:
    token, data = stamps()[0]
    honest = read_stamp(token=token, imprint=sha256(data).digest())
    for bent in flipped(token):
        assert not stamp_holds(tmp_path, bent, data)
        try:
            read = read_stamp(token=bent, imprint=sha256(data).digest())
        except HocbaError:
            continue
        # Its own signature holds: then the authority's certificate was bent, and its path breaks.
        assert read.time == honest.time
        indication, _ = check_certificate(
            certificate=read.authority,
            trust=pki().trust(),
            at=NOW,
            usage=Usage.TIMESTAMPING,
            evidence=Evidence(read.certificates, evidence().crls, evidence().ocsps),
        )
        assert indication is not Indication.TOTAL_PASSED


def paths_hold(
    place: Path, certificates: list[bytes], *, root: bytes, issuers: bytes, crls: bytes
) -> list[bool]:
    """What `openssl verify` says of each, with revocation lists of the whole path."""
    names = [f"{number}.pem" for number in range(len(certificates))]
    for name, der in zip(names, certificates, strict=True):
        (place / name).write_bytes(raw_pem(der))
    for name, content in (("root", root), ("issuers", issuers), ("crls", crls)):
        (place / name).write_bytes(content)
    command = ["openssl", "verify", "-CAfile", "root", "-untrusted", "issuers", "-attime", AT]
    done = subprocess.run(
        [*command, "-crl_check_all", "-CRLfile", "crls", *names],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )
    return [f"{name}: OK" in done.stdout.splitlines() for name in names]


def test_openssl_takes_every_signer_s_path_and_no_altered_one(tmp_path: Path) -> None:
    trust = city().trust
    good = [signer.certificate for signer in city().signers.values()]
    bent = [other for one in (good[0], good[-1]) for other in flipped(one)]
    crls = b"".join(x509.load_der_x509_crl(one).public_bytes(Encoding.PEM) for one in trust.crls)
    answers = paths_hold(
        tmp_path,
        good + bent,
        root=pem(*trust.anchors),
        issuers=pem(*trust.intermediates),
        crls=crls,
    )
    assert answers == [True] * len(good) + [False] * len(bent)
    ours = [check_certificate(certificate=one, trust=trust, at=NOW)[0] for one in good + bent]
    assert [one is Indication.TOTAL_PASSED for one in ours] == answers


@cache
def revocation_lists() -> tuple[bytes, ...]:
    """What root and issuer say of revocation at the time of the verdicts."""
    pki().reset()
    pki().now = NOW
    fetch = pki().fetcher()
    urls = [f"{pki().url}/city/crls/{name}/latest.crl" for name in ("root", "issuing")]
    return tuple(map(fetch.get, urls))


@pytest.mark.parametrize(
    ("label", "holds"),
    [
        ("principal", True),
        ("principal-p256", True),
        ("principal-expired", False),
        ("principal-expired-later", False),  # at this time it is over
        ("principal-not-yet", False),
        ("principal-of-nobody", False),
        ("principal-revoked-before", False),
        ("principal-revoked-after", False),
    ],
)
def test_openssl_and_we_agree_on_certificates(tmp_path: Path, label: str, holds: bool) -> None:
    lists = revocation_lists()
    (answer,) = paths_hold(
        tmp_path,
        [pki().certificate(label)],
        root=pem(pki().certificate("root")),
        issuers=pem(pki().certificate("issuing")),
        crls=b"".join(x509.load_der_x509_crl(one).public_bytes(Encoding.PEM) for one in lists),
    )
    indication, _ = check_certificate(
        certificate=pki().certificate(label),
        trust=pki().trust(),
        at=NOW,
        evidence=Evidence((), lists, ()),
    )
    assert answer is holds
    assert (indication is Indication.TOTAL_PASSED) is holds
