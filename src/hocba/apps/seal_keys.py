"""The seal's key on this server, where there is one: in production it usually lies elsewhere."""

from hashlib import sha256

from django.conf import settings

from hocba.adapters.software_signer import SoftwareSigner
from hocba.core.signing.ports import Signer


def seal_signer(*, school_code: str, certificate_sha256: str) -> Signer | None:
    """Return who signs with this certificate for a school, None when its key is not here."""
    folder = settings.HOCBA_DEMO_SEAL_KEYS
    path = None if folder is None else folder / f"{school_code}.p12"
    if path is None or not school_code.isalnum() or not path.exists():
        return None
    signer = SoftwareSigner.load(path, settings.HOCBA_DEMO_KEY_PASSWORD, demo=True)
    same = sha256(signer.certificate).hexdigest() == certificate_sha256
    return signer if same else None
