"""Where the signing page may look for a token: one port of the signer's own machine."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from hocba.web.settings import bridge_url


@pytest.mark.parametrize("plain", [False, True])
def test_the_services_own_address_is_good_everywhere(plain: bool) -> None:
    assert bridge_url("wss://127.0.0.1:8987", plain=plain) == "wss://127.0.0.1:8987"


def test_a_simulator_without_tls_is_for_demo_and_tests() -> None:
    assert bridge_url("ws://127.0.0.1:4000", plain=True) == "ws://127.0.0.1:4000"
    with pytest.raises(ImproperlyConfigured):
        bridge_url("ws://127.0.0.1:4000", plain=False)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "wss://127.0.0.1",
        "wss://localhost:8987",
        "wss://example.org:8987",
        "wss://127.0.0.1:8987/",
        "wss://127.0.0.1:8987 https:",
        "wss://x@127.0.0.1:8987",
        "https://127.0.0.1:8987",
        "wss://127.0.0.1:8987; script-src *",
        "*",
    ],
)
def test_no_other_place_gets_into_the_policy(address: str) -> None:
    with pytest.raises((ImproperlyConfigured, ValueError)):
        bridge_url(address, plain=True)
