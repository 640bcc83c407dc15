"""What changed between two versions of a transcript, field by field, as the documents say it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hocba.core.transcript import fields as table
from hocba.core.transcript.canonical import follow
from hocba.core.transcript.fields import Field
from hocba.core.transcript.model import Transcript
from hocba.core.transcript.values import write_value


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs: dotted path, both values as the XML has them ("" = left out), label.

    The label is what people call the field, e.g. "Toán: kết quả học kì I".
    """

    path: str
    before: str
    after: str
    label: str = ""


def diff(*, old: Transcript, new: Transcript) -> tuple[FieldChange, ...]:
    """Return the differing fields in the order of the document; subject rows are matched by key."""
    return tuple(_changes(old, new))


def _changes(old: Transcript, new: Transcript) -> Iterator[FieldChange]:
    yield from _differing("", "", old, new, table.GENERAL)
    steps = max(len(old.study_steps), len(new.study_steps))
    for number in range(steps):
        before, after = (
            one.study_steps[number] if number < len(one.study_steps) else None for one in (old, new)
        )
        label = f"quá trình học tập {number + 1}: "
        yield from _differing(f"study_steps[{number}].", label, before, after, table.STUDY_STEP)
    was, now = ({row.key: row for row in one.subjects} for one in (old, new))
    for key, name in {row.key: row.name for row in (*old.subjects, *new.subjects)}.items():
        yield from _differing(
            f"subjects[{key}].", f"{name}: ", was.get(key), now.get(key), table.SUBJECT_ROW
        )
    yield from _differing("summary.", "", old.summary, new.summary, table.SUMMARY)


def _differing(
    path: str, label: str, old: object | None, new: object | None, rows: Iterable[Field]
) -> Iterator[FieldChange]:
    # A field that the document says twice is one change.
    for field in {field.path: field for field in rows}.values():
        before, after = (
            "" if one is None else write_value(follow(one, field.path), field) for one in (old, new)
        )
        if before != after:
            yield FieldChange(f"{path}{field.path}", before, after, f"{label}{field.label}")
