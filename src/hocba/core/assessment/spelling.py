"""How people spell: words compared without what typing and export programs change."""

import re
from unicodedata import combining, normalize

_KY_LY = re.compile(r"\b(k|l)y\b")


def plain_words(text: str) -> str:
    """Fold words for comparing: no case, no diacritics, no punctuation, "kỳ" and "lý" with i."""
    plain = normalize("NFD", text.casefold()).replace("đ", "d")
    letters = "".join(
        letter if letter.isalnum() else " " for letter in plain if not combining(letter)
    )
    return _KY_LY.sub(r"\1i", " ".join(letters.split()))


_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PLACE = {letter: place for place, letter in enumerate(_ALPHABET, start=1)}
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng; none comes first


def name_order(full_name: str) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Return a key that sorts people as Vietnamese lists do: given name, middle, family.

    Letters decide before tones, as in the Vietnamese dictionary: An, Ân, Bảo; Hà before Hạ.
    """
    family, *others = full_name.casefold().split() or [""]
    return tuple(_word_order(word) for word in (*reversed(others), family))


def _word_order(word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    letters: list[int] = []
    tones: list[int] = []
    for letter in normalize("NFC", word):
        marks = normalize("NFD", letter)
        tone = next((mark for mark in marks if mark in _TONES), "")
        bare = normalize("NFC", marks.replace(tone, "")) if tone else letter
        letters.append(_PLACE.get(bare, len(_ALPHABET) + ord(bare[0])))
        tones.append(_TONES.index(tone) + 1 if tone else 0)
    return tuple(letters), tuple(tones)
