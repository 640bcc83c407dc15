"""Which unit a procedure asks on which day: the tree is dated, the answer too."""

from datetime import UTC, date, datetime

import pytest

from hocba.apps.ledger.asked_units import asked_unit
from hocba.apps.roster.actions import create_unit, end_unit
from hocba.apps.roster.models import Unit
from hocba.core.errors import HocbaError
from hocba.core.registry.procedures import LockPeriod, RequestKind, procedure_for


@pytest.mark.parametrize(
    ("day", "name"), [(date(2025, 6, 30), "Phòng"), (date(2025, 7, 1), "phường")]
)
def test_the_dated_tree_knows_who_manages(department: Unit, day: date, name: str) -> None:
    """Phòng until 30/06/2025; the commune, which stands below it in the tree, afterwards."""
    at = datetime(2025, 7, 1, tzinfo=UTC)
    common = {"actor": None, "at": at}
    old = create_unit(
        kind="authority",
        code="P1",
        name="Phòng GDĐT quận Đống Đa",
        parent_id=department.pk,
        valid_from=date(2000, 1, 1),
        valid_to=date(2025, 6, 30),
        **common,
    )
    commune = create_unit(
        kind="authority",
        code="X1",
        name="UBND phường Văn Miếu",
        parent_id=old.pk,
        valid_from=date(2025, 7, 1),
        **common,
    )
    school = create_unit(
        kind="school",
        code="T1",
        name="Trường THCS Một",
        parent_id=commune.pk,
        school_level="THCS",
        valid_from=date(2000, 1, 1),
        **common,
    )
    for level, expected in (("THCS", name), ("THPT", "Sở"), ("GDTX", "Sở")):
        rules = procedure_for(
            kind=RequestKind.RECALL_AND_REPLACE,
            school_level=level,
            period=LockPeriod.AFTER_FIRST_LOCK,
            forwarded=False,
            day=day,
        )
        unit = asked_unit(step=rules.steps[1], procedure=rules, school_id=school.pk, day=day)
        assert expected in unit.name


def test_a_school_whose_authority_ended_without_a_successor_is_told_so(
    school: Unit, authority: Unit
) -> None:
    day = date(2025, 7, 1)
    at = datetime(2025, 7, 1, tzinfo=UTC)
    end_unit(unit_id=authority.pk, last_day=date(2025, 6, 30), actor=None, at=at)
    rules = procedure_for(
        kind=RequestKind.RECALL_AND_REPLACE,
        school_level="THCS",
        period=LockPeriod.AFTER_FIRST_LOCK,
        forwarded=False,
        day=day,
    )
    with pytest.raises(HocbaError, match=r"recall\.no_managing_unit"):
        asked_unit(step=rules.steps[1], procedure=rules, school_id=school.pk, day=day)
