"""Codes of the law in words: findings, refusals, verdicts, each as one Vietnamese sentence.

The Vietnamese text is the gettext msgid; a caller passes its own `gettext`, the command line none.
"""

from collections.abc import Callable

Gettext = Callable[[str], str]


def as_it_is(text: str) -> str:
    """Vietnamese as written: the `gettext` of those who translate nothing."""
    return text
