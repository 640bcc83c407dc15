"""A rule was wrong (F30): every version it touched is found, recalled and replaced, each once."""

import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hocba.apps import kill_points
from hocba.apps.gradebook.models import Mark
from hocba.apps.issuing.actions import mass as acts
from hocba.apps.issuing.models import Draft
from hocba.apps.ledger.actions import Recipient, record_delivery
from hocba.apps.ledger.actions.mass import MassFinding, plan_mass_recall
from hocba.apps.ledger.evidence_files import EvidenceFile
from hocba.apps.ledger.life_queries import statuses
from hocba.apps.ledger.mass_queries import MassScope, problems, progress
from hocba.apps.ledger.models import IssuedTranscript, LogEntry, LogHead, MassRecallItem, Notice
from hocba.apps.ledger.sweeps import hand_out_notices
from hocba.apps.roster.models import Enrolment, Unit
from hocba.core.assessment.regulation import regulation_for
from hocba.core.errors import HocbaError
from hocba.core.registry.lifecycle import TranscriptState
from hocba.web.demo import road
from hocba.web.demo.city import City
from tests.apps.city import quiet_report
from tests.apps.issuing.recalls import PAPER, who

SCOPE = MassScope("2024-2025", ("THCS",), (9,))
FINDING = MassFinding("wrong_form", "Làm tròn điểm trung bình cả năm sai quy định.", PAPER)
Walk = Callable[[str], UUID]
pytestmark = pytest.mark.slow


class CutError(BaseException):
    """The process is gone: nothing of ours runs after this."""


def run_cut_everywhere(act: Callable[[], Counter[str]], *points: str) -> Counter[str]:
    """Run the act again and again, each time cut at the next of its steps, until it is through."""
    for point in points:
        left = [1]

        def die(reached: str, point: str = point, left: list[int] = left) -> None:
            if reached == point and left.pop():
                raise CutError

        token = kill_points.hook.set(die)
        with pytest.raises(CutError):
            act()
        kill_points.hook.reset(token)
    return act()


def plan(city: City, scope: MassScope = SCOPE, mass_id: UUID | None = None) -> UUID:
    mass_id = mass_id or uuid4()
    count = plan_mass_recall(
        mass_id=mass_id, scope=scope, finding=FINDING, actor=who("so"), at=timezone.now()
    )
    assert count == IssuedTranscript.objects.count()
    return mass_id


def acting(city: City, mass_id: UUID, act: Any, username: str, **more: Any) -> Any:
    def go() -> Counter[str]:
        return act(
            mass_id=mass_id,
            school_id=city.school_id,
            actor=who(username),
            at=timezone.now(),
            **more,
        )

    return go


def test_the_whole_road_cut_at_every_step(city: City, walk: Walk, mailoutbox: list[Any]) -> None:
    class_id = walk("issued")
    versions = list(IssuedTranscript.objects.values_list("lookup_uuid", flat=True))
    for code in versions:
        for name in ("phu-huynh", "truong-thpt"):
            to = Recipient(name, "share_link", name, "email", f"{name}@example.vn")
            record_delivery(lookup_uuid=code, recipient=to, actor=None, at=timezone.now())
    mass_id = plan(city)
    assert plan(city, mass_id=mass_id) == mass_id  # sent twice
    steps = (
        (acts.ask_school, "vanthu", {}),
        (acts.approve_school, "hieutruong", {"step": "principal"}),
        (acts.approve_school, "phuong", {"step": "managing"}),
        (acts.execute_school, "vanthu", {}),
        (acts.compose_school, "vanthu", {}),
    )
    for act, username, more in steps:
        go = acting(city, mass_id, act, username, **more)
        told = run_cut_everywhere(go, "mass.acted", "mass.noted", "mass.acted")
        assert set(told) <= {""}
        assert sum(go().values()) in (0, len(versions))
    states = {one.state for one in statuses(lookup_uuids=versions).values()}
    assert states == {TranscriptState.RECALLED}
    road.sign(city, class_id, quiet_report())
    road.release(city, class_id, quiet_report())
    assert progress(mass_id=mass_id) == {city.school_id: Counter(replaced=len(versions))}
    assert problems(mass_id=mass_id) == []
    every_version_went_its_road_once(city, versions)
    for _ in range(2):
        hand_out_notices(actor=None, at=timezone.now())
    assert len(mailoutbox) == len({one.extra_headers["Message-ID"] for one in mailoutbox})
    kinds = Counter(Notice.objects.values_list("delivery__recipient", "kind"))
    assert set(kinds.values()) == {len(versions)}


def every_version_went_its_road_once(city: City, versions: list[UUID]) -> None:
    kinds = Counter(
        LogEntry.objects.filter(lookup_uuid__in=versions).values_list("lookup_uuid", "kind")
    )
    assert set(kinds.values()) == {1}
    assert len(kinds) == 3 * len(versions)
    indices = list(LogEntry.objects.order_by("index").values_list("index", flat=True))
    assert indices == list(range(LogHead.objects.get().size))
    states = Counter(Draft.objects.filter(school_id=city.school_id).values_list("state", flat=True))
    assert states == Counter(recalled=len(versions), issued=len(versions))


def test_what_is_the_same_again_is_spared(city: City, walk: Walk) -> None:
    walk("issued")
    touched = Enrolment.objects.order_by("list_number")[1].pk
    row = Mark.objects.filter(
        school_id=city.school_id, enrolment_id=touched, subject_key="toan", kind="final"
    ).order_by("-version")[0]
    row.id, row.version, row.tenths = uuid4(), row.version + 1, (row.tenths or 0) - 20
    Mark.objects.bulk_create([row])  # as if the rule were read otherwise
    mass_id = plan(city, MassScope("2024-2025", regulation=_name(), differs=True))
    go = acts.check_mass_recall
    told = go(mass_id=mass_id, actor=who("so"), at=timezone.now())
    assert told == Counter(planned=1, spared=IssuedTranscript.objects.count() - 1)
    assert go(mass_id=mass_id, actor=who("so"), at=timezone.now()) == Counter()
    assert MassRecallItem.objects.get(state="planned").enrolment_id == touched
    asked = acting(city, mass_id, acts.ask_school, "vanthu")()
    assert asked == Counter({"": 1})


def _name() -> str:
    return regulation_for(school_level="THCS", grade=9, school_year="2024-2025").name


def test_who_may_do_what(city: City, walk: Walk) -> None:
    walk("issued")
    for stranger in ("vanthu", "hieutruong", "phuong", "quantri"):
        with pytest.raises(HocbaError, match=r"access\.denied"):
            plan_mass_recall(
                mass_id=uuid4(),
                scope=SCOPE,
                finding=FINDING,
                actor=who(stranger),
                at=timezone.now(),
            )
    mass_id = plan(city)
    other = MassFinding("wrong_form", "Một lí do khác hẳn.", PAPER)
    with pytest.raises(HocbaError, match=r"recall\.key_reused"):
        plan_mass_recall(
            mass_id=mass_id, scope=SCOPE, finding=other, actor=who("so"), at=timezone.now()
        )
    for stranger in ("vanthu2", "so"):
        with pytest.raises(HocbaError, match=r"access\.denied"):
            acting(city, mass_id, acts.ask_school, stranger)()
    assert set(acting(city, mass_id, acts.ask_school, "hieutruong")()) == {"recall.asker_role"}
    acting(city, mass_id, acts.ask_school, "vanthu")()
    assert set(acting(city, mass_id, acts.approve_school, "phuong", step="managing")()) == {
        "recall.not_your_turn"
    }
    assert {code for _, _, code in problems(mass_id=mass_id)} == {"recall.not_your_turn"}
    acting(city, mass_id, acts.approve_school, "hieutruong", step="principal")()
    assert problems(mass_id=mass_id) == []
    with pytest.raises(HocbaError, match=r"recall\.own_request"):
        acting(city, mass_id, acts.approve_school, "so", step="managing")()
    own = acting(city, mass_id, acts.approve_school, "vanthu", step="managing")()
    assert set(own) == {"recall.own_request"}
    with pytest.raises(HocbaError, match=r"access\.denied"):
        acting(city, mass_id, acts.approve_school, "vanthu2", step="managing")()
    assert acting(city, mass_id, acts.execute_school, "vanthu")() == Counter()


def test_the_command_counts_plans_acts_and_tells(city: City, walk: Walk, tmp_path: Path) -> None:
    walk("issued")
    count, code = IssuedTranscript.objects.count(), Unit.objects.get(pk=city.school_id).code
    paper = tmp_path / "Quyết định.pdf"
    paper.write_bytes(b"%PDF-1.7 qd")
    said = io.StringIO()

    def run(*line: str) -> str:
        said.seek(0)
        said.truncate()
        call_command("mass_recall", *line, stdout=said, stderr=said)
        return said.getvalue()

    scope = ["plan", "--year", "2024-2025", "--grade", "9", "--by", "so"]
    assert f"Tất cả: {count} ở 1 trường." in run(*scope, "--dry-run")
    assert not MassRecallItem.objects.exists()
    mass_id = str(uuid4())
    why = ["--reason", FINDING.reason, "--decision", str(paper), "--id", mass_id]
    assert f"{count} học bạ" in run(*scope, *why)
    assert f"Xong {count}" in run("ask", mass_id, "--school", code, "--by", "vanthu")
    assert f"đang xét {count}" in run("tell", mass_id)
    with pytest.raises(CommandError, match=f"{count} học bạ chưa đi tiếp"):
        run("approve", mass_id, "--school", code, "--step", "managing", "--by", "phuong")
    assert "Chưa tới lượt duyệt" in run("tell", mass_id)
    with pytest.raises(CommandError, match="Không có học bạ nào"):
        run("plan", "--year", "2023-2024", "--by", "so", *why[:4])


def test_a_decision_must_be_a_file_that_people_can_open(city: City, walk: Walk) -> None:
    walk("issued")
    finding = MassFinding("wrong_form", FINDING.reason, EvidenceFile("a.exe", b"MZ"))
    with pytest.raises(HocbaError, match=r"recall\.evidence_type"):
        plan_mass_recall(
            mass_id=uuid4(), scope=SCOPE, finding=finding, actor=who("so"), at=timezone.now()
        )
