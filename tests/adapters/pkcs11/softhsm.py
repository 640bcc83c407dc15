"""A real PKCS#11 token for tests: SoftHSM2, its tokens in a folder of the session's own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import decode_ec_private_key, encode_named_curve_parameters
from pkcs11.util.rsa import decode_rsa_private_key

from hocba.adapters.pkcs11_signer import KeyAddress, read_address

PIN, OFFICER_PIN = "bi-mat-9731", "87654321"
ED25519 = "1.3.101.112"


def module_path() -> Path | None:
    """Where this machine has SoftHSM's module, whatever its architecture."""
    listed = subprocess.run(
        ["dpkg", "-L", "libsofthsm2"], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    usual = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"]
    places = [Path(line) for line in [*listed, *usual] if line.endswith("/libsofthsm2.so")]
    return next((place for place in places if place.exists()), None)


@dataclass(frozen=True)
class SoftHsm:
    """The module and the folder of its tokens."""

    module: Path
    folder: Path

    @property
    def tokens(self) -> Path:
        """One folder for each token."""
        return self.folder / "tokens"

    def add_token(self, label: str) -> None:
        """Initialise a token, as its owner would."""
        command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN]
        subprocess.run([*command, "--so-pin", OFFICER_PIN], check=True, capture_output=True)
        pkcs11.lib(str(self.module)).reinitialize()

    def has_token(self, label: str) -> bool:
        """Whether there is such a token."""
        module = pkcs11.lib(str(self.module))
        return any(token.label == label for token in module.get_tokens())

    @contextmanager
    def opened(self, label: str) -> Iterator[pkcs11.Session]:
        """The token, open for writing."""
        token = pkcs11.lib(str(self.module)).get_token(token_label=label)
        with token.open(rw=True, user_pin=PIN) as session:
            yield session

    def put_key(
        self,
        token: str,
        label: str,
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
        key_id: bytes = b"",
    ) -> None:
        """Bring a private key into a token."""
        der = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        is_rsa = isinstance(key, rsa.RSAPrivateKey)
        read = decode_rsa_private_key(der) if is_rsa else decode_ec_private_key(der)
        with self.opened(token) as session:
            session.create_object(
                {
                    **read,
                    Attribute.TOKEN: True,
                    Attribute.PRIVATE: True,
                    Attribute.SIGN: True,
                    Attribute.LABEL: label,
                    Attribute.ID: key_id,
                }
            )

    def put_certificate(self, token: str, label: str, der: bytes, key_id: bytes = b"") -> None:
        """Bring a certificate into a token."""
        with self.opened(token) as session:
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    Attribute.TOKEN: True,
                    Attribute.LABEL: label,
                    Attribute.ID: key_id,
                    Attribute.SUBJECT: b"",
                    Attribute.VALUE: der,
                }
            )

    def make_ed25519(self, token: str, label: str) -> None:
        """Make an Ed25519 key in a token."""
        with self.opened(token) as session:
            curve = session.create_domain_parameters(
                KeyType.EC_EDWARDS,
                {Attribute.EC_PARAMS: encode_named_curve_parameters(ED25519)},
                local=True,
            )
            curve.generate_keypair(
                mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label=label
            )

    def make_p256(self, token: str, label: str) -> None:
        """Make a P-256 key in a token, both halves of it."""
        with self.opened(token) as session:
            curve = session.create_domain_parameters(
                KeyType.EC,
                {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")},
                local=True,
            )
            curve.generate_keypair(store=True, label=label)

    def uri(self, token: str, label: str, *, pin: str | None = PIN) -> str:
        """The address of a key, its PIN in a file."""
        text = f"pkcs11:token={quote(token)};object={quote(label)}?module-path={self.module}"
        if pin is None:
            return text
        file = self.folder / f"{token}-{pin}.pin"
        file.write_text(f"{pin}\n")
        return f"{text}&pin-source=file:{file}"

    def address(self, token: str, label: str, *, pin: str | None = PIN) -> KeyAddress:
        """The same, read."""
        return read_address(self.uri(token, label, pin=pin))

    @contextmanager
    def pulled(self) -> Iterator[None]:
        """Take all tokens out for a while."""
        self.pull()
        try:
            yield
        finally:
            self.plug_in()

    def pull(self) -> None:
        """Take all tokens out."""
        self.tokens.rename(self.folder / "away")

    def plug_in(self) -> None:
        """Put the tokens back."""
        shutil.rmtree(self.tokens, ignore_errors=True)
        (self.folder / "away").rename(self.tokens)

    @contextmanager
    def flagged(self, flag: int) -> Iterator[None]:
        """Let tokens say a flag of CK_TOKEN_INFO (SoftHSM itself never locks a PIN)."""
        files = {path: path.read_bytes() for path in self.tokens.glob("*/token.object")}
        plain = 0x42D  # random numbers, login, PIN set, initialised
        for path, data in files.items():
            told = data.replace(plain.to_bytes(8, "big"), (plain | flag).to_bytes(8, "big"))
            path.write_bytes(told)
        pkcs11.lib(str(self.module)).reinitialize()
        try:
            yield
        finally:
            for path, data in files.items():
                path.write_bytes(data)
            pkcs11.lib(str(self.module)).reinitialize()


@pytest.fixture(scope="session")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> SoftHsm:
    """SoftHSM2, with what other tests put in; CI has it, elsewhere its tests may be left out."""
    module = module_path()
    if module is None:
        if os.environ.get("CI") == "true":
            pytest.fail("softhsm2 is missing")
        pytest.skip("softhsm2 is not installed")
    # One folder a process, whichever rooms' tests ask: the module knows one at a time.
    found = SoftHsm(module, tmp_path_factory.getbasetemp() / "softhsm")
    found.tokens.mkdir(parents=True, exist_ok=True)
    config = found.folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {found.tokens}\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(config)
    return found
