"""A portal's key, a claim about the good transcript, and lists in which it stands otherwise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hocba.core.offline import claim_of, verify_claim
from hocba.core.registry.lifecycle import TranscriptState
from hocba.core.registry.qr_claim import QrClaim, claim_text, sign_claim
from hocba.core.registry.status_list import StatusList, pack_states, sign_list
from hocba.core.signing.keys import es256_public_key, es256_sign
from hocba.core.signing.trust import PortalKey, TrustStore
from tests.core.verification.issued import NOW, ORIGIN, city, issued

SINCE = datetime(2025, 1, 1, tzinfo=UTC)
ADDRESS = f"https://{ORIGIN}/status-list"
INDEX = issued().bundle.entries[0].index
SIZE = 20


@cache
def private_key(name: str = "real") -> bytes:
    """A portal's key (PEM); another name, another key."""
    del name
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_key(name: str = "real") -> bytes:
    """Its uncompressed point."""
    return es256_public_key(private_key(name))


def portal(*, origin: str = ORIGIN, until: datetime | None = None) -> PortalKey:
    """The key as the trust list has it."""
    return PortalKey(origin, public_key(), SINCE, until)


def trust(*keys: PortalKey) -> TrustStore:
    """The city's trust list with the portal's key, or with others instead."""
    return replace(city().trust, portal_keys=keys or (portal(),))


def claim(**changes: object) -> QrClaim:
    """The claim about the good transcript."""
    made = claim_of(
        transcript=issued().transcript,
        document_sha256=sha256(issued().document).digest(),
        index=INDEX,
        at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def signed(made: QrClaim, key: str = "real") -> bytes:
    """Sign a claim."""
    pem = private_key(key)
    return sign_claim(
        claim=made,
        public_key=public_key(key),
        sign_message=lambda message: es256_sign(pem, message),
    )


def text(made: QrClaim | None = None, key: str = "real") -> str:
    """What the QR code holds."""
    return claim_text(signed(made or claim(), key))


def listing(
    state: TranscriptState = TranscriptState.IN_FORCE,
    *,
    at: datetime = NOW,
    size: int = SIZE,
    origin: str = ORIGIN,
) -> StatusList:
    """A list of a week in which the good transcript stands so."""
    states = {} if state is TranscriptState.IN_FORCE else {INDEX: state}
    bits = pack_states(size=size, states=states)
    return StatusList(origin, ADDRESS, at, at + timedelta(days=7), size, bits)


def token(listed: StatusList, key: str = "real") -> bytes:
    """Sign a list."""
    pem = private_key(key)
    return sign_list(
        listed=listed,
        seconds_to_live=43200,
        public_key=public_key(key),
        sign_message=lambda message: es256_sign(pem, message),
    )


def word(made: str, listed: StatusList | None = None, *keys: PortalKey) -> str:
    """The word about a text."""
    return verify_claim(text=made, trust=trust(*keys), listed=listed, at=NOW).word.value
