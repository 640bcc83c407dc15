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
