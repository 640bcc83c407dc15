"""The signing plan: which slots a document has, who fills each, in which order, covering what.

The plan itself is dated data (`plans/*.toml`); this module only unfolds it over one transcript.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hocba.core.errors import HocbaError
from hocba.core.signing.verdict import Capacity, SlotRole
from hocba.core.transcript.canonical import DATA_ID, GENERAL_ID, row_id
from hocba.core.transcript.model import Signatory, Transcript

_FILES = ("gdtx_tt43.toml", "thcs_tt22.toml", "thpt_tt22.toml")


@dataclass(frozen=True, slots=True)
class SlotRule:
    """One line of a plan."""

    role: SlotRole
    order: int
    signer: str  # "subject_teacher" | "homeroom_teacher" | "principal" | "school"
    targets: tuple[str, ...]  # of "general", "own_rows", "data"
    modes: tuple[str, ...]  # "document": a signature each; "sheet": one for a class
    stamped: bool  # an authority's time-stamp is put on each signature
    capacities: tuple[Capacity, ...]  # by what right somebody else may fill it
    reviewed: bool  # its signer looks through what is to be signed before signing


@dataclass(frozen=True, slots=True)
class SigningPlan:
    """The rules in force for a school level from a school year on."""

    name: str
    school_level: str
    from_school_year: str
    rules: tuple[SlotRule, ...]
    apart: tuple[frozenset[SlotRole], ...]  # nobody fills two such slots of one document

    def rule_of(self, role: SlotRole) -> SlotRule:
        """Return the line of a role.

        Raises:
            LookupError: the plan asks no such signature.
        """
        return next(rule for rule in self.rules if rule.role is role)

    def allows(self, role: SlotRole, mode: str) -> bool:
        """Whether slots of a role may be signed in a mode."""
        return any(rule.role is role and mode in rule.modes for rule in self.rules)

    def stamps(self, role: SlotRole) -> bool:
        """Whether slots of a role are time-stamped where the city has an authority for it."""
        return any(rule.role is role and rule.stamped for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Slot:
    """One signature to be made on one document.

    `signer_id` is the citizen id of the person, for the seal the code of the school; `targets` are
    Ids of elements. A slot also covers every slot of a lower order.
    """

    key: str
    role: SlotRole
    order: int
    signer_id: str
    signer_name: str
    targets: tuple[str, ...]

    @property
    def element_id(self) -> str:
        """Id of the slot's element in the signature area."""
        return f"ky-{self.key}"


def plan_for(*, school_level: str, school_year: str) -> SigningPlan:
    """Return the plan in force.

    Raises:
        HocbaError: "signing.no_plan".
    """
    fitting = [
        plan
        for plan in _plans()
        if plan.school_level == school_level and plan.from_school_year <= school_year
    ]
    if not fitting:
        raise HocbaError("signing.no_plan", school_level=school_level, school_year=school_year)
    return max(fitting, key=lambda plan: plan.from_school_year)


def may_fill(
    *,
    plan: SigningPlan,
    slot: Slot,
    transcript: Transcript,
    holder_id: str,
    capacity: Capacity = Capacity.OWN,
) -> bool:
    """Whether somebody may fill a slot of a document by this right.

    The person whom the document names fills their own slot. In place of a teacher who left signs
    the head whom the same document names (HCM-QC Đ14.7), who so may fill two slots. A delegated
    deputy signs for the head (NĐ 23/2025 Đ14), unless the plan keeps that slot apart from one which
    the document gives to the deputy. That the teacher left, and that there was a delegation on the
    day, the school knows; it answers for both with its seal, which covers the signature.
    """
    if capacity is Capacity.OWN:
        return holder_id == slot.signer_id
    if capacity not in plan.rule_of(slot.role).capacities or holder_id == slot.signer_id:
        return False
    if capacity is Capacity.IN_PLACE:
        return holder_id == transcript.principal.citizen_id
    return not any(
        one.signer_id == holder_id and frozenset({one.role, slot.role}) in plan.apart
        for one in slots_of(plan=plan, transcript=transcript)
    )


def plan_named(*, name: str) -> SigningPlan:
    """Return the plan by which a document was composed.

    Raises:
        HocbaError: "signing.no_plan".
    """
    for plan in _plans():
        if plan.name == name:
            return plan
    raise HocbaError("signing.no_plan", school_level=name, school_year="")


@cache
def _plans() -> tuple[SigningPlan, ...]:
    folder = files(__package__).joinpath("plans")
    plans = []
    for name in _FILES:
        data = tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8"))
        rules = tuple(
            SlotRule(
                SlotRole(row["role"]),
                row["order"],
                row["signer"],
                tuple(row["targets"]),
                tuple(row["modes"]),
                row["stamped"],
                tuple(Capacity(one) for one in row.get("also", ())),
                row["reviewed"],
            )
            for row in data["slot"]
        )
        plans.append(
            SigningPlan(
                data["name"],
                data["school_level"],
                data["from_school_year"],
                rules,
                tuple(frozenset(map(SlotRole, pair)) for pair in data["apart"]),
            )
        )
    return tuple(plans)


def slots_of(*, plan: SigningPlan, transcript: Transcript) -> tuple[Slot, ...]:
    """Unfold a plan over a transcript, in the order in which the slots stand in the document.

    A teacher of several subjects has one slot over all own rows.
    """
    slots: list[Slot] = []
    for rule in sorted(plan.rules, key=lambda rule: rule.order):
        if rule.signer == "subject_teacher":
            slots += _teacher_slots(rule, transcript)
            continue
        signer = _signer(rule, transcript)
        slots.append(
            Slot(
                key=rule.role.value,
                role=rule.role,
                order=rule.order,
                signer_id=signer.citizen_id,
                signer_name=signer.full_name,
                targets=_targets(rule, ()),
            )
        )
    return tuple(slots)


def _teacher_slots(rule: SlotRule, transcript: Transcript) -> list[Slot]:
    rows: dict[str, list[str]] = {}
    teachers: dict[str, Signatory] = {}
    for row in transcript.subjects:
        rows.setdefault(row.teacher.citizen_id, []).append(row_id(row.key))
        teachers[row.teacher.citizen_id] = row.teacher
    return [
        Slot(
            key=f"{rule.role.value}-{number}",
            role=rule.role,
            order=rule.order,
            signer_id=citizen_id,
            signer_name=teachers[citizen_id].full_name,
            targets=_targets(rule, own),
        )
        for number, (citizen_id, own) in enumerate(rows.items(), start=1)
    ]


def _targets(rule: SlotRule, own_rows: Sequence[str]) -> tuple[str, ...]:
    """Ids of what a slot covers; the general part says whose rows they are."""
    places = {"general": (GENERAL_ID,), "own_rows": own_rows, "data": (DATA_ID,)}
    return tuple(name for target in rule.targets for name in places[target])


def _signer(rule: SlotRule, transcript: Transcript) -> Signatory:
    if rule.signer == "homeroom_teacher":
        return transcript.homeroom_teacher
    if rule.signer == "principal":
        return transcript.principal
    return Signatory(transcript.school.name, transcript.school.code, "")
