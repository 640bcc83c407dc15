"""Base45 (RFC 9285): bytes in the letters that a QR code packs tightest."""

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)}


def encode(data: bytes) -> str:
    """Write two bytes as three letters, a last single byte as two."""
    letters = []
    for at in range(0, len(data), 2):
        pair = data[at : at + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, value = divmod(number, 45)
            letters.append(_LETTERS[value])
    return "".join(letters)


def decode(text: str) -> bytes:
    """Read what `encode` writes.

    Raises:
        ValueError: for any other text.
    """
    data = bytearray()
    for at in range(0, len(text), 3):
        part = text[at : at + 3]
        try:
            number = sum(_VALUES[letter] * 45**place for place, letter in enumerate(part))
            data += number.to_bytes(len(part) - 1, "big")
        except (KeyError, OverflowError) as error:
            raise ValueError("not base45") from error
        if len(part) == 1:
            raise ValueError("not base45")
    return bytes(data)
