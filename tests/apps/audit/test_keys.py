"""Keys and school years of leaf rows."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from hocba.apps.identifiers import uuid7
from hocba.apps.leaf import school_year_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 2**42).map(lambda millis: EPOCH + timedelta(milliseconds=millis))


@given(INSTANTS)
def test_a_key_tells_version_and_millisecond(at: datetime) -> None:
    key = uuid7(at=at)
    assert (key.version, key.variant) == (7, RFC_4122)
    assert key.int >> 80 == int(at.timestamp() * 1000)


@given(INSTANTS, st.integers(1, 5000))
def test_keys_of_one_instant_and_of_later_ones_grow(at: datetime, later: int) -> None:
    keys = [uuid7(at=at) for _ in range(50)]
    keys.append(uuid7(at=at + timedelta(milliseconds=later)))
    assert keys == sorted(set(keys))


def test_the_school_year_turns_in_august_in_hanoi() -> None:
    turn = datetime(2024, 7, 31, 17, tzinfo=UTC)
    assert school_year_of(turn) == "2024-2025"
    assert school_year_of(turn - timedelta(seconds=1)) == "2023-2024"
