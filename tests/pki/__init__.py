"""The test PKI of `city.yml`, living: certomancer answers OCSP, CRL and time-stamp requests.

One small server a session; its clock and its faults are the test's to set.
"""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import yaml
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

from hocba.adapters.fetching import Fetcher
from hocba.adapters.software_signer import SoftwareSigner
from hocba.core.signing.ports import Signer
from hocba.core.signing.trust import ApprovedSeal, TrustStore
from tests.core.transcript.conftest import HOMEROOM, IDENTITY, PRINCIPAL
from tests.core.verification.issued import SIGNED_AT

NAMES = {
    "@HOMEROOM@": HOMEROOM.full_name,
    "@HOMEROOM_ID@": HOMEROOM.citizen_id,
    "@PRINCIPAL@": PRINCIPAL.full_name,
    "@PRINCIPAL_ID@": PRINCIPAL.citizen_id,
    "@SCHOOL@": IDENTITY.school.name,
    "@SCHOOL_CODE@": IDENTITY.school.code,
}
Answer = Callable[[bytes, Callable[..., Any]], Iterable[bytes]]
"""A fault: gets the request's body and the honest answer's maker, gives what is sent instead."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class EllipticSigner:
    """A P-256 key in memory; signs r‖s."""

    certificate: bytes
    _key: ec.EllipticCurvePrivateKey

    def sign_digests(self, digests: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Sign SHA-256 digests."""
        hashed = ec.ECDSA(Prehashed(hashes.SHA256()))
        pairs = [decode_dss_signature(self._key.sign(digest, hashed)) for digest in digests]
        return tuple(r.to_bytes(32, "big") + s.to_bytes(32, "big") for r, s in pairs)


@dataclass
class Pki:
    """The certificates, keys and services; `now` is the time on all its clocks."""

    url: str
    architecture: Any
    keys: Path
    now: datetime = SIGNED_AT
    faults: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def certificate(self, label: str) -> bytes:
        """DER of a certificate."""
        return bytes(self.architecture.get_cert(CertLabel(label)).dump())

    def signer(self, label: str) -> Signer:
        """The holder of a certificate, with the key in memory."""
        spec = self.architecture.get_cert_spec(CertLabel(label))
        data = (self.keys / f"{spec.subject_key}.pem").read_bytes()
        key = serialization.load_pem_private_key(data, password=None)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return EllipticSigner(self.certificate(label), key)
        assert isinstance(key, RSAPrivateKey)
        return SoftwareSigner(self.certificate(label), key)

    def trust(self, *, anchors: tuple[str, ...] = ("root",)) -> TrustStore:
        """The trust list: roots and issuers, no revocation lists; the school's seals approved."""
        seals = tuple(
            ApprovedSeal(
                school_code=IDENTITY.school.code,
                certificate_sha256=sha256(self.certificate(label)).hexdigest(),
                valid_from=datetime.fromisoformat("2025-01-01T00:00:00+00:00"),
                valid_to=None,
            )
            for label in ("seal", "seal-p256")
        )
        issuers = tuple(self.certificate(name) for name in ("issuing", "issuing-crossed"))
        return TrustStore(tuple(map(self.certificate, anchors)), issuers, (), seals, ())

    def fetcher(self, **limits: Any) -> Fetcher:
        """The way to this PKI and nowhere else."""
        return Fetcher(frozenset({self.url.removeprefix("http://")}), **{"seconds": 20.0, **limits})

    def tsa(self, name: str = "tsa") -> str:
        """Address of a time-stamping authority."""
        return f"{self.url}/city/tsa/{name}"

    def reset(self) -> None:
        """Forget faults, and set the clocks back."""
        self.now, self.faults, self.asked = SIGNED_AT, {}, []


@cache
def pki() -> Pki:
    """The PKI of this session, served on this machine."""
    keys = Path(mkdtemp(prefix="hocba-pki-"))
    server = make_server("127.0.0.1", 0, lambda *_: [], handler_class=_Quiet)
    url = f"http://127.0.0.1:{server.server_port}"
    text = (Path(__file__).parent / "city.yml").read_text(encoding="utf-8")
    for name, value in {**NAMES, "@URL@": url, "@KEYS@": str(keys)}.items():
        text = text.replace(name, value)
    declared = yaml.safe_load(text)
    certs = declared["pki-architectures"]["city"]["certs"]
    for spec in certs.values():
        spec.setdefault("subject-key", spec["subject"])
    # One entity, one key: a renewed or revoked certificate of a person is over the same key.
    names = {spec["subject-key"] for spec in certs.values()}
    declared["keysets"]["city"]["keys"] = {name: {"path": f"{name}.pem"} for name in sorted(names)}
    for name in names:
        bits = 3072 if name.startswith("strong") else 2048
        key = (
            ec.generate_private_key(ec.SECP256R1())
            if name.endswith("-p256")
            else generate_private_key(public_exponent=65537, key_size=bits)
        )
        (keys / f"{name}.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    for one in declared["pki-architectures"]["city"]["services"]["time-stamping"].values():
        if one["signing-key"] != "strong-tsa":
            one["signing-key"] = "tsa"
    config = CertomancerConfig(declared, key_search_dir="/")
    found = Pki(url, config.get_pki_arch(ArchLabel("city")), keys)
    server.set_app(_app(found, Animator(AnimatorArchStore(config.pki_archs), with_web_ui=False)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return found


def _app(found: Pki, honest: Animator) -> Callable[..., Iterable[bytes]]:
    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        found.asked.append(path)
        environ["HTTP_X_CERTOMANCER_FAKE_TIME"] = found.now.isoformat()
        fault = next((one for part, one in found.faults.items() if part in path), None)
        if fault is None:
            return honest(environ, start)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        with suppress(BrokenPipeError):
            return fault(body, start)
        return []

    return app
