"""Text made fit for paper: composed, without invisible characters, breakable, bounded.

What a reader cannot see must not decide what he reads, so control and direction characters go;
nothing visible is dropped without a visible "…". Quotes, `#`, `$` and the like need no care here:
text reaches Typst as data and is never read as markup.
"""

import re
from unicodedata import category, combining, normalize

ELLIPSIS = "…"
_BREAK = "\u200b"
_MARKS_IN_A_ROW = 2  # Vietnamese needs at most two above one letter, even when decomposed
_WORD_LIMIT = 24  # no Vietnamese word comes near; longer ones may break anywhere
_BROKEN_EVERY = 8
_LONG_WORD = re.compile(rf"[^\s{_BREAK}]{{{_WORD_LIMIT},}}")


def printable(value: str, *, limit: int) -> str:
    """Return a text of one paragraph whose words all fit a narrow column; cut like `visible`."""
    return _LONG_WORD.sub(_breakable, visible(value, limit=limit))


def visible(value: str, *, limit: int) -> str:
    """Return what can be seen of a text, in one paragraph, cut with "…" after `limit` characters.

    For codes and addresses, which people copy from the page: nothing is put between letters.
    """
    seen = _without_heaps("".join(_seen(letter) for letter in normalize("NFC", value)))
    text = " ".join(seen.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def _seen(letter: str) -> str:
    kind = category(letter)
    if letter.isspace() or kind in ("Zl", "Zp"):
        return " "
    # Private-use and unassigned code points have no agreed shape: one visible box for each.
    if kind in ("Co", "Cn"):
        return "□"
    return "" if kind.startswith("C") else letter


def _without_heaps(text: str) -> str:
    letters: list[str] = []
    run = 0
    for letter in text:
        run = run + 1 if combining(letter) else 0
        if run <= _MARKS_IN_A_ROW:
            letters.append(letter)
    return "".join(letters)


def _breakable(word: re.Match[str]) -> str:
    letters = word.group()
    parts = [letters[at : at + _BROKEN_EVERY] for at in range(0, len(letters), _BROKEN_EVERY)]
    return _BREAK.join(parts)
