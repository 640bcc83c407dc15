"""CBOR as the portal signs it (RFC 8949): the few kinds of values it needs, in one spelling.

Our own, because strangers hand these bytes in: a reader for every kind (tags that build dates,
regular expressions or shared values) does more than the claim and the status list may ask for. What
is written here is core deterministic encoding (RFC 8949 §4.2); the reader takes nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_MAX_DEPTH = 8
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_FALSE, _TRUE, _NULL = 20, 21, 22


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value with a tag's number before it."""

    number: int
    value: Any


def encode(value: Any) -> bytes:
    """Write a value: integers of 64 bits, bytes, text, sequences, mappings, booleans, None, tags.

    Raises:
        TypeError: for a value of another kind.
    """
    if value is None or isinstance(value, bool):
        return _head(_SIMPLE, _NULL if value is None else (_TRUE if value else _FALSE))
    if isinstance(value, int):
        return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        data = value.encode("utf-8")
        return _head(_TEXT, len(data)) + data
    if isinstance(value, Tagged):
        return _head(_TAG, value.number) + encode(value.value)
    if isinstance(value, Mapping):
        pairs = sorted((encode(key), encode(one)) for key, one in value.items())
        return _head(_MAP, len(pairs)) + b"".join(key + one for key, one in pairs)
    if isinstance(value, Sequence):
        return _head(_ARRAY, len(value)) + b"".join(map(encode, value))
    raise TypeError(type(value))


def decode(data: bytes) -> Any:
    """Read what `encode` writes; sequences come back as tuples.

    Raises:
        ValueError: for any other bytes.
    """
    value, end = _Reader(data).read(0, 0)
    if end != len(data):
        raise ValueError("bytes after the value")
    return value


def _head(kind: int, number: int) -> bytes:
    """The first byte, and the number in as few bytes as hold it."""
    if number < 24:
        return bytes([kind << 5 | number])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes([kind << 5 | info]) + number.to_bytes(size, "big")
    raise TypeError("integer of more than 64 bits")


class _Reader:
    """Reads values at a place; each returns the place after it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, at: int, depth: int) -> tuple[Any, int]:
        if depth > _MAX_DEPTH:
            raise ValueError("too deep")
        kind, number, at = self._head(at)
        if kind == _UNSIGNED:
            return number, at
        if kind == _NEGATIVE:
            return -1 - number, at
        if kind in (_BYTES, _TEXT):
            data = self._take(at, number)
            return data if kind == _BYTES else data.decode("utf-8"), at + number
        if kind == _ARRAY:
            return self._array(at, number, depth)
        if kind == _MAP:
            return self._map(at, number, depth)
        if kind == _TAG:
            value, at = self.read(at, depth + 1)
            return Tagged(number, value), at
        if number not in (_FALSE, _TRUE, _NULL):
            raise ValueError("simple value")
        return None if number == _NULL else number == _TRUE, at

    def _array(self, at: int, length: int, depth: int) -> tuple[tuple[Any, ...], int]:
        items = []
        for _ in range(self._bounded(at, length)):
            item, at = self.read(at, depth + 1)
            items.append(item)
        return tuple(items), at

    def _map(self, at: int, length: int, depth: int) -> tuple[dict[int | str, Any], int]:
        values: dict[int | str, Any] = {}
        last = b""
        for _ in range(self._bounded(at, length)):
            start = at
            key, at = self.read(at, depth + 1)
            if not isinstance(key, int | str) or isinstance(key, bool):
                raise ValueError("kind of key")
            if self._data[start:at] <= last:
                raise ValueError("order of keys")
            last = self._data[start:at]
            values[key], at = self.read(at, depth + 1)
        return values, at

    def _head(self, at: int) -> tuple[int, int, int]:
        first = self._take(at, 1)[0]
        kind, info = first >> 5, first & 31
        if info < 24:
            return kind, info, at + 1
        if info > 27 or kind == _SIMPLE:
            raise ValueError("length without end, or a simple value")
        size = 1 << info - 24
        number = int.from_bytes(self._take(at + 1, size), "big")
        if number < 24 or (size > 1 and number < 1 << 4 * size):
            raise ValueError("not the shortest form")
        return kind, number, at + 1 + size

    def _bounded(self, at: int, length: int) -> int:
        """Every item takes a byte, so nothing larger than the data is ever built."""
        if length > len(self._data) - at:
            raise ValueError("length")
        return length

    def _take(self, at: int, length: int) -> bytes:
        if length > len(self._data) - at:
            raise ValueError("length")
        return self._data[at : at + length]
