"""Settings about witnesses: all of it or nothing."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from hocba.web.settings import witnesses
from tests.core.registry.witnessed import WITNESS
from tests.web.test_settings import PRODUCTION, SHOW, run, settings_of

PAIR = f"{WITNESS.witness_vkey} https://nhan-chung.example/"


def test_witnesses_are_pairs_of_key_and_address() -> None:
    assert witnesses(f"{PAIR},\n\n{PAIR}\n") == ((WITNESS.witness_vkey, PAIR.split()[1]),) * 2
    with pytest.raises(ImproperlyConfigured, match="a vkey and a URL"):
        witnesses(WITNESS.witness_vkey)


@pytest.mark.slow
def test_what_is_half_said_stops_the_start() -> None:
    found = settings_of(**PRODUCTION, HOCBA_WITNESSES=PAIR, HOCBA_WITNESS_QUORUM="1")
    assert found["HOCBA_WITNESS_QUORUM"] == 1
    for more in (
        {"HOCBA_WITNESSES": PAIR, "HOCBA_WITNESS_QUORUM": "2"},
        {"HOCBA_WITNESS_NAME": "nhan-chung"},
        {"HOCBA_WITNESS_KEY_PATH": "/khoa.pem"},
    ):
        done = run("-c", SHOW, **PRODUCTION, **more)
        assert done.returncode != 0
        assert "do not fit together" in done.stderr
