"""Our CBOR against cbor2, base45 against the RFC's examples: same bytes, one spelling."""

from typing import Any

import base45 as other_base45
import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocba.core.registry import base45, cbor

KEYS = st.integers(-(2**64), 2**64 - 1) | st.text(max_size=4)
SCALARS = st.none() | st.booleans() | KEYS | st.binary(max_size=300)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


def as_lists(value: Any) -> Any:
    if isinstance(value, tuple):
        return [as_lists(one) for one in value]
    if isinstance(value, dict):
        return {key: as_lists(one) for key, one in value.items()}
    return value


@given(VALUES)
def test_cbor2_writes_and_reads_the_same(value: Any) -> None:
    data = cbor.encode(value)
    assert data == cbor2.dumps(value, canonical=True)
    assert cbor2.loads(data) == value


@given(SCALARS | st.lists(SCALARS) | st.dictionaries(st.text(max_size=4), SCALARS))
def test_what_is_written_is_read(value: Any) -> None:
    assert as_lists(cbor.decode(cbor.encode(value))) == value


@given(st.binary(max_size=60))
def test_there_is_one_spelling(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except ValueError:
        return
    assert cbor.encode(value) == data


@pytest.mark.parametrize(
    "data",
    [
        "1817",  # 23 in two bytes
        "190001",
        "1a00000001",
        "1b0000000000000001",
        "5f4100ff",  # bytes without a length
        "9fff",
        "a2020001" + "00",  # keys out of order
        "a201000100",  # a key twice
        "a1f500",  # a key of another kind
        "a1410000",
        "f7",  # undefined
        "f97e00",  # a float
        "f818",
        "61ff",  # no UTF-8
        "5affffffff",  # longer than the data
        "9affffffff",
        "8181818181818181818100",
        "00" * 2,
        "",
        "1c",
    ],
)
def test_other_spellings_and_kinds_are_refused(data: str) -> None:
    with pytest.raises(ValueError, match="."):
        cbor.decode(bytes.fromhex(data))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"AB", "BB8"),
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),
    ],
)
def test_base45_of_rfc_9285(data: bytes, text: str) -> None:
    assert base45.encode(data) == text
    assert base45.decode(text) == data


@given(st.binary(max_size=80))
def test_the_package_writes_the_same_base45(data: bytes) -> None:
    assert base45.encode(data) == other_base45.b45encode(data).decode()
    assert base45.decode(base45.encode(data)) == data


@pytest.mark.parametrize("text", ["A", "GGW", "ab8", ":::", "BB8B", "ZZ", "Ä00"])
def test_what_is_no_base45_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base45"):
        base45.decode(text)
