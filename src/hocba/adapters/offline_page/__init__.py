"""The page that checks a transcript's QR code without network: one HTML file, keys and list inside.

Plain HTML with one stylesheet and one script, no build step: this room only puts them together with
what the script verifies by, and with a policy that lets nothing else run and nothing be fetched.
"""

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from hocba.core.claim_subjects import SUBJECTS
from hocba.core.registry.cose import key_id
from hocba.core.signing.trust import PortalKey, TrustStore

_ROOM = Path(__file__).parent


def offline_page(*, trust: TrustStore, status_list: bytes = b"") -> bytes:
    """Return the page for the portal's keys of a trust list and a signed status list.

    The list is verified again by the page itself; the same arguments give the same bytes.
    """
    style = (_ROOM / "page.css").read_text(encoding="utf-8")
    script = (_ROOM / "page.js").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; script-src {_source(script)}; style-src {_source(style)}; "
        "media-src blob: mediastream:; base-uri 'none'; form-action 'none'"
    )
    values = {
        "keys": [_key(one) for one in trust.portal_keys],
        "list": b64encode(status_list).decode(),
        "subjects": [name for _, name in SUBJECTS],
    }
    # "<" could end the element that holds the data.
    data = json.dumps(values, ensure_ascii=False).replace("<", "\\u003c")
    page = (_ROOM / "page.html").read_text(encoding="utf-8")
    for name, text in (("POLICY", policy), ("STYLE", style), ("DATA", data), ("SCRIPT", script)):
        page = page.replace(f"@@{name}@@", text)
    return page.encode("utf-8")


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode()}'"


def _key(key: PortalKey) -> dict[str, object]:
    return {
        "id": key_id(key.public_key).hex(),
        "origin": key.origin,
        "public_key": b64encode(key.public_key).decode(),
        "valid_from": key.valid_from.timestamp(),
        "valid_to": None if key.valid_to is None else key.valid_to.timestamp(),
    }
