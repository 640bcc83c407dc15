"""Keys that never leave a token or HSM: seals and the log's key, through a PKCS#11 module.

Where a key lies is said as an RFC 7512 URI (`KeyAddress`). A signer is a context manager: one
session, one login, however many digests; the PIN is read when it is needed and kept nowhere.
"""

from hocba.adapters.pkcs11_signer.address import KeyAddress, Pin, read_address
from hocba.adapters.pkcs11_signer.signers import (
    Pkcs11CheckpointSigner,
    Pkcs11PortalSigner,
    Pkcs11Signer,
)

__all__ = [
    "KeyAddress",
    "Pin",
    "Pkcs11CheckpointSigner",
    "Pkcs11PortalSigner",
    "Pkcs11Signer",
    "read_address",
]
