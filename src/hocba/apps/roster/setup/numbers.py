"""List numbers of students who are new in a class; the numbers that stand never move."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from hocba.adapters.spreadsheets.roster_reading import RosterRow
from hocba.apps.roster.models import ClassGroup, Enrolment
from hocba.apps.roster.setup.values import Act, Step, warn
from hocba.core.assessment.findings import Finding
from hocba.core.assessment.spelling import name_order

_HIGHEST = 1000


class _Seated(Protocol):
    """A row that may seat a student."""

    row: RosterRow
    class_name: str
    findings: list[Finding]
    steps: list[Step]


def give_numbers(lines: Sequence[_Seated], classes: Mapping[str, ClassGroup]) -> None:
    """Put a list number into every step that seats somebody.

    What the file says is taken if it is free; a new class without numbers is numbered by name,
    and who comes later goes to the end.
    """
    coming: dict[str, list[_Seated]] = defaultdict(list)
    for line in lines:
        if any(step.act is Act.ENROLLED for step in line.steps):
            coming[line.class_name].append(line)
    taken: dict[str, set[int]] = defaultdict(set)
    seats = Enrolment.objects.filter(class_group__in=[one.pk for one in classes.values()])
    for name, number in seats.values_list("class_group__name", "list_number"):
        taken[name].add(number)
    for name, newcomers in coming.items():
        _number_class(newcomers, taken[name])


def _number_class(newcomers: Sequence[_Seated], taken: set[int]) -> None:
    is_new = not taken
    without: list[_Seated] = []
    for line in newcomers:
        told = line.row.numbers.get("list_number")
        if told and told <= _HIGHEST and told not in taken:
            taken.add(told)
            _give(line, told)
        else:
            if told:
                line.findings.append(
                    warn(line.row, "setup.number_taken", "list_number", found=str(told))
                )
            without.append(line)
    if is_new:
        without.sort(key=lambda line: name_order(line.row.text("full_name")))
    free = max(taken, default=0)
    for line in without:
        free += 1
        _give(line, free)


def _give(line: _Seated, number: int) -> None:
    line.steps[:] = [
        replace(step, after={"list_number": number, **step.after})
        if step.act is Act.ENROLLED
        else step
        for step in line.steps
    ]
