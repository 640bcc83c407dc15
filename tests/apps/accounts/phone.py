"""An app that shows codes, written from RFC 6238 and not from what it tests."""

import base64
import hmac
import re
import struct

from django.test import Client
from django.utils import timezone


def code_at(secret: str, moment: float) -> str:
    """Return the six digits that the app shows at a moment."""
    key = base64.b32decode(secret)
    mac = hmac.digest(key, struct.pack(">Q", int(moment) // 30), "sha1")
    start = mac[-1] & 15
    number = struct.unpack(">I", mac[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def add_app(client: Client, *, moment: float | None = None) -> str:
    """Add an app to the account that the client is signed in to; returns its secret."""
    page = client.get("/tai-khoan/ung-dung/")
    assert page.status_code == 200, page.headers
    secret = re.search(r"<code class=\"long\">([A-Z2-7]+)</code>", page.content.decode())[1]
    answer = client.post(
        "/tai-khoan/ung-dung/", {"code": code_at(secret, moment or timezone.now().timestamp())}
    )
    assert answer.status_code == 302, answer.content.decode()
    return secret
