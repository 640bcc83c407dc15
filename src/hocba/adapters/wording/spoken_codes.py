"""Short names of refusals that can be read over the phone: "HB-4F2K" for "gradebook.locked".

Drawn from the code itself, so that they never change and no list of numbers has to be kept; the
letters are Crockford's, which no ear or eye confuses. A test holds that no two are the same.
"""

from hashlib import sha256

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 4


def spoken_code(code: str) -> str:
    """Return the short name of a refusal's code."""
    number = int.from_bytes(sha256(code.encode()).digest()[:8])
    letters = ""
    for _ in range(_LENGTH):
        number, letter = divmod(number, len(_LETTERS))
        letters += _LETTERS[letter]
    return f"HB-{letters}"


def spoken_number(request_id: str) -> str:
    """Return the part of a request's number that is enough to find its line in the log."""
    return f"{request_id[:4]} {request_id[4:8]}".upper()
