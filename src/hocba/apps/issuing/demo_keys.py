"""The demo's keys, which lie on the server; nowhere else does this give any."""

from pathlib import Path

from django.conf import settings

from hocba.adapters.software_signer import SoftwareSigner


def load_demo_key(*, signer_id: str) -> SoftwareSigner:
    """Return the demo's key of a person or a seal.

    Raises:
        HocbaError: "signing.software_signer_forbidden" outside the demo,
            "signing.key_file_unreadable".
    """
    return SoftwareSigner.load(
        Path(settings.HOCBA_DATA_DIR) / "demo-pki" / f"{signer_id}.p12",
        settings.HOCBA_DEMO_KEY_PASSWORD,
        demo=settings.HOCBA_DEMO,
    )
