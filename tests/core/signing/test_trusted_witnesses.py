"""Witnesses in the trust file: usable keys, a quorum within reach, old files unchanged."""

import json
from dataclasses import replace
from typing import Any

import pytest

from hocba.core.errors import HocbaError
from hocba.core.signing.trust import TrustStore, dump_trust, load_trust
from tests.core.registry.witnessed import LOG, SECOND, WITNESS, Key

PLAIN = TrustStore((), (), (), (), (LOG.log_vkey,))
WITH = replace(PLAIN, witnesses=(WITNESS.witness_vkey, SECOND.witness_vkey), witness_quorum=1)


def test_witnesses_are_written_and_read() -> None:
    assert load_trust(dump_trust(WITH)) == WITH
    assert b"witness" not in dump_trust(PLAIN)


@pytest.mark.parametrize(
    "changed",
    [
        {"witness_quorum": 3},
        {"witness_quorum": -1},
        {"witness_quorum": True},
        {"witness_quorum": "1"},
        {"witnesses": [WITNESS.log_vkey], "witness_quorum": 0},
        {"witnesses": [WITNESS.witness_vkey, Key("khac", "w1").witness_vkey]},
        {"witnesses": ["x"]},
        {"witnesses": [5]},
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(changed: dict[str, Any]) -> None:
    values = {**json.loads(dump_trust(WITH)), **changed}
    with pytest.raises(HocbaError, match=r"trust\.unreadable"):
        load_trust(json.dumps(values).encode())
