"""Doubts about the remarks of a class: somebody else's name, one text for several students.

Warnings only: a teacher may mean both. A given name alone is often an ordinary word ("An", "Hiền"),
so it counts only where somebody is addressed ("em An", "bạn Hiền").
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import normalize
from uuid import UUID

_ADDRESSED = re.compile(r"\b(?:em|bạn|cháu)\s+([^\W\d_]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RemarkDoubt:
    """One warning: about whom, and which other name or how many others; texts stay out of it."""

    code: str  # "remark.other_name" | "remark.same_text"
    enrolment_ids: tuple[UUID, ...]
    name: str = ""


def remark_doubts(
    *, names: Mapping[UUID, str], texts: Mapping[UUID, str]
) -> tuple[RemarkDoubt, ...]:
    """Return the doubts about these remarks of a class whose students have these names."""
    return (*_other_names(names, texts), *_same_texts(texts))


def _other_names(names: Mapping[UUID, str], texts: Mapping[UUID, str]) -> list[RemarkDoubt]:
    full = {_plain(name): name for name in names.values()}
    given = {_given(name) for name in names.values()}
    doubts = []
    for enrolment_id, text in texts.items():
        own, said = _plain(names[enrolment_id]), _plain(text)
        others = [name for plain, name in full.items() if plain != own and _says(said, plain, own)]
        others += [
            word
            for word in _ADDRESSED.findall(normalize("NFC", text))
            if word[0].isupper() and word.casefold() in given and word.casefold() not in own.split()
        ]
        doubts += [RemarkDoubt("remark.other_name", (enrolment_id,), name) for name in others[:1]]
    return doubts


def _says(text: str, name: str, own: str) -> bool:
    """Whether the text has this whole name, the student's own name set aside."""
    return f" {name} " in f" {text.replace(own, ' ')} "


def _same_texts(texts: Mapping[UUID, str]) -> list[RemarkDoubt]:
    groups: dict[str, list[UUID]] = defaultdict(list)
    for enrolment_id, text in texts.items():
        groups[_plain(text)].append(enrolment_id)
    return [
        RemarkDoubt("remark.same_text", tuple(ids))
        for text, ids in groups.items()
        if text and len(ids) > 1
    ]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", normalize("NFC", text).casefold()))


def _given(name: str) -> str:
    return _plain(name).rpartition(" ")[2]
