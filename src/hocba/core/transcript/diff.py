"""What changed between two versions of a transcript, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from hocba.core.transcript.model import SubjectRow, Transcript


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs: dotted path, value before and after as text."""

    path: str
    before: str
    after: str


def diff(*, old: Transcript, new: Transcript) -> tuple[FieldChange, ...]:
    """Return the differing fields in the order of the document; subject rows are matched by key."""
    return tuple(_changes("", old, new))


def _changes(path: str, old: object, new: object) -> Iterator[FieldChange]:
    if is_dataclass(old) and is_dataclass(new) and type(old) is type(new):
        for field in fields(old):
            inner = f"{path}.{field.name}" if path else field.name
            yield from _changes(inner, getattr(old, field.name), getattr(new, field.name))
    elif isinstance(old, tuple) and isinstance(new, tuple):
        before, after = _keyed(old), _keyed(new)
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _changes(f"{path}[{key}]", before.get(key), after.get(key))
    elif old != new:
        yield FieldChange(path, "" if old is None else str(old), "" if new is None else str(new))


def _keyed(values: tuple[object, ...]) -> dict[str, object]:
    return {
        value.key if isinstance(value, SubjectRow) else str(number): value
        for number, value in enumerate(values)
    }
