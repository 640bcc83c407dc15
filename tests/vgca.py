"""A stand-in for VGCA Sign Service: a loopback WebSocket, a software key, faults on demand.

Speaks as the real one does (docs/token-bridge.md): the path names the function, one text message
in, one JSON out. It looks at the Origin header, as a service that guards a token must.

To try the page by hand: `python -m tests.vgca KEY.p12 PASSWORD ORIGIN`, and start the site with
HOCBA_BRIDGE_URL=ws://127.0.0.1:8988.
"""

import json
import ssl
import sys
import threading
from base64 import b64decode, b64encode, encodebytes
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from django.utils import timezone
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from hocba.adapters.software_signer import SoftwareSigner

CANCELLED, FAILED = 11, 1


class VgcaSimulator:
    """One token in one machine; change `signer`, `token_in`, `faults` while it runs."""

    def __init__(self, signer: SoftwareSigner) -> None:
        self.signer = signer
        self.certificate = signer.certificate  # what the token shows
        self.token_in = True
        self.faults: list[str] = []  # one for each signature asked, "" for none
        self.delay = threading.Event()  # when `slow`, each signature waits for it
        self.slow = False
        self.questions: list[tuple[str, str]] = []
        self.address = ""
        self._previous = b"\0" * 256

    @property
    def signatures_asked(self) -> int:
        """How often a PIN might have been asked for."""
        return sum(name == "SignMsg" for name, _ in self.questions)

    def handle(self, connection: ServerConnection) -> None:
        """Answer one question."""
        assert connection.request is not None
        name = connection.request.path.removeprefix("/")
        try:
            question = str(connection.recv())
            self.questions.append((name, question))
            if name == "GetCertInfo":
                connection.send(json.dumps(self._certificate(question)))
            elif name == "SignMsg":
                self._sign(connection, json.loads(question))
            else:
                connection.send(json.dumps({"Status": 500, "Error": "unknown function"}))
        except ConnectionClosed:
            pass

    def _certificate(self, question: str) -> dict[str, object]:
        assert question == "get_cert_info"
        if not self.token_in:
            return {"Status": FAILED, "Error": "Token not found"}
        return {"Status": 0, "CertInfo": {"Base64Data": b64encode(self.certificate).decode()}}

    def _sign(self, connection: ServerConnection, question: dict[str, str]) -> None:
        assert (question["HashAlg"], question["Encode"]) == ("SHA256", "RSA")
        digest = b64decode(question["HashValue"], validate=True)
        assert len(digest) == 32
        fault = self.faults.pop(0) if self.faults else ""
        if self.slow:
            self.delay.wait(10)
            self.delay.clear()
        if not self.token_in:
            fault = "token_out"
        (value,) = self.signer.sign_digests((digest,))
        answer = {"Status": 0, "Error": "", "Signature": b64encode(value).decode()}
        answer["CertBase64"] = b64encode(self.signer.certificate).decode()
        if fault == "silent":
            connection.recv(timeout=10)
        elif fault == "hang_up":
            return
        elif fault == "garbage":
            connection.send("<html>")
            return
        elif fault == "cancelled":
            answer = {"Status": CANCELLED, "Error": "User cancelled"}
        elif fault in ("token_out", "wrong_pin"):
            answer = {"Status": FAILED, "Error": f"CKR: {fault}"}
        elif fault == "line_breaks":
            answer["Signature"] = encodebytes(value).decode().replace("\n", "\r\n")
            pem = ssl.DER_cert_to_PEM_cert(self.signer.certificate)
            answer["CertBase64"] = pem.replace("\n", "\r\n")
        elif fault == "stale":  # the answer to the question before
            answer["Signature"] = b64encode(self._previous).decode()
        elif fault == "other_token":
            answer["CertBase64"] = b64encode(stray_certificate("001180000009")).decode()
        self._previous = value
        connection.send(json.dumps(answer))
        if fault == "twice":
            connection.send(json.dumps(answer))


@contextmanager
def running(
    simulator: VgcaSimulator,
    *,
    origins: list[str],
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> Iterator[VgcaSimulator]:
    """Serve on 127.0.0.1, on a free port unless one is named; other origins are turned away."""
    with serve(simulator.handle, "127.0.0.1", port, origins=origins, ssl=tls) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.socket.getsockname()[1]
        simulator.address = f"{'wss' if tls else 'ws'}://127.0.0.1:{port}"
        yield simulator
        simulator.delay.set()
        server.shutdown()
        thread.join()


def stray_certificate(citizen_id: str, *, expired: bool = False) -> bytes:
    """Return a certificate that nobody registered, in DER."""
    ends = timezone.now() + timedelta(days=-1 if expired else 300)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Nguyễn Văn Khác"),
            x509.NameAttribute(NameOID.USER_ID, f"CCCD:{citizen_id}"),
        ]
    )
    return _self_signed(name, ends)[0].public_bytes(Encoding.DER)


def local_tls(folder: Path) -> ssl.SSLContext:
    """Return what a local service shows a browser: a certificate of its own for 127.0.0.1."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate, key = _self_signed(name, timezone.now() + timedelta(days=300))
    file = folder / "bridge.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _self_signed(name: x509.Name, ends: datetime) -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(timezone.now() - timedelta(days=400))
        .not_valid_after(ends)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return certificate, key


if __name__ == "__main__":
    _, key_file, password, origin = sys.argv
    token = VgcaSimulator(SoftwareSigner.load(Path(key_file), password, demo=True))
    with running(token, origins=[origin], port=8988):
        input(f"{token.address}: Enter to stop\n")
