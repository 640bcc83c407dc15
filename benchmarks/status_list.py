"""How large is the signed status list, how long does it take to make and to open?

`python benchmarks/status_list.py`. One line a size and share of transcripts that are no longer in
force, spread at random (the worst for compression); the limit is the entropy of the bits, which no
compression can beat. 1.3 million: one year of the city; 22 million: its decades.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import log2
from random import Random
from time import perf_counter

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hocba.core.registry.lifecycle import TranscriptState
from hocba.core.registry.status_list import StatusList, pack_states, read_list, sign_list
from hocba.core.signing.keys import es256_public_key, es256_sign

AT = datetime(2026, 11, 24, tzinfo=UTC)
GONE = (TranscriptState.RECALLED, TranscriptState.REPLACED, TranscriptState.REPLACED)


def measure(size: int, share: float, key: bytes) -> None:
    """Make and open one list, and print it."""
    chance = Random(7)
    states = {at: chance.choice(GONE) for at in chance.sample(range(size), int(size * share))}
    drawn = perf_counter()
    listed = StatusList("log", "https://log/status-list", AT, AT + timedelta(7), size, b"")
    listed = replace(listed, bits=pack_states(size=size, states=states))
    token = sign_list(
        listed=listed,
        seconds_to_live=43200,
        public_key=es256_public_key(key),
        sign_message=lambda message: es256_sign(key, message),
    )
    made = perf_counter()
    read_list(token)
    opened = perf_counter()
    limit = size * (
        -(1 - share) * log2(1 - share) - share * log2(share) + share * 0.918 if share else 0
    )
    print(
        f"{size:>11,} entries, {share:6.2%} not in force: {len(token) / 1024:8.1f} KiB"
        f" (bits {size / 4096:8.1f}, entropy {limit / 8192:7.1f}),"
        f" made in {made - drawn:5.2f} s, opened in {opened - made:5.2f} s"
    )


def main() -> None:
    """Both sizes, four shares."""
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    for size in (1_300_000, 22_000_000):
        for share in (0.0, 0.001, 0.01, 0.05):
            measure(size, share, key)


if __name__ == "__main__":
    main()
