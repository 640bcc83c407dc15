"""Verdicts as stable JSON: codes for machines, sentences for the people behind them.

No mark and no name is in them: who asks has the file, or has no need of its content.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from hocba.adapters.wording import histories
from hocba.adapters.wording import verdicts as words
from hocba.apps.portal.queries import Judged
from hocba.core.verification import PublicVerdict, Question

Json = Mapping[str, Any]


def verdict_json(judged: Judged) -> dict[str, Any]:
    """Return the verdict with its reasons, its signatures, its place in the log, its history."""
    verdict = judged.verdict
    return {
        "verdict": verdict.word.value,
        "sentence": words.verdict_sentence(verdict.word, gettext=_),
        "document_sha256": verdict.document_sha256 or None,
        "answers": {
            name: _answer(getattr(verdict, name))
            for name in ("unaltered", "in_force", "rightly_signed")
        },
        "signatures": [
            {
                "slot": one.slot,
                "role": None if one.role is None else one.role.value,
                "indication": one.indication.value,
                "signed_at": _instant(one.signing_time),
            }
            for one in verdict.signatures
        ],
        "log": _position(verdict),
        "history": [
            {
                "kind": event.kind.value,
                "index": event.log_index,
                "at": _instant(event.at),
                "reason": event.reason or None,
                "reason_text": histories.reason_words(event.reason, gettext=_) or None,
                "replaced_at": event.leads_to,
            }
            for event in judged.history
        ],
        "checked_at": _instant(verdict.checked_at),
    }


def _answer(question: Question) -> Json:
    return {
        "answer": question.answer.value,
        "reasons": [
            {"code": one.code, "text": words.reason_sentence(one, gettext=_)}
            for one in question.reasons
        ],
    }


def _position(verdict: PublicVerdict) -> Json | None:
    place = verdict.log_position
    if place is None:
        return None
    return {
        "origin": place.origin,
        "index": place.index,
        "tree_size": place.tree_size,
        "entry_at": _instant(place.entry_at),
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")
