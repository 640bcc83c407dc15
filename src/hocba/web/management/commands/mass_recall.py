"""`manage mass_recall …`: recall every version that a wrong rule touched (docs/recall.md).

    mass_recall plan --year 2024-2025 [--level THCS] [--grade 9] [--regulation NAME] [--differs]
                     --reason TEXT --decision FILE --by OFFICER [--dry-run]
    mass_recall check ID --by OFFICER                           spare what is the same again
    mass_recall tell ID                                         how far each school is
    mass_recall ask|execute|compose ID --school CODE --by CLERK
    mass_recall approve ID --school CODE --step principal --by PERSON [--number N --decision FILE]

`--id` gives the plan's key beforehand, so that a plan sent again is the same one. Every act goes on
where it was cut. Exit code 1 when some versions went no further; `tell` names them.
"""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.accounts.queries import person_by_username
from hocba.apps.issuing.actions import mass as acts
from hocba.apps.ledger.actions import publish_status_list
from hocba.apps.ledger.actions.mass import MassFinding, plan_mass_recall, schools_of_officer
from hocba.apps.ledger.evidence_files import EvidenceFile
from hocba.apps.ledger.mass_queries import (
    MassScope,
    affected,
    counts_by_school,
    problems,
    progress,
)
from hocba.apps.roster.queries import unit_by_code, unit_by_id
from hocba.core.errors import HocbaError

_ACTS = {
    "ask": acts.ask_school,
    "execute": acts.execute_school,
    "compose": acts.compose_school,
}
_WORDS = {
    "": "chưa đề nghị",
    "unchecked": "chưa xét lại",
    "spared": "không đổi, để nguyên",
    "requested": "đang xét",
    "approved": "đã duyệt",
    "refused": "bị từ chối",
    "withdrawn": "đã rút",
    "executed": "đã thu hồi",
    "replaced": "đã có bản thay thế",
}


class Command(BaseCommand):
    """Plan, check, tell, act."""

    help = "Thu hồi hàng loạt khi một quy định bị áp dụng sai: lập danh sách, duyệt, thực hiện"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        verbs = ["plan", "check", "tell", "ask", "approve", "execute", "compose"]
        parser.add_argument("verb", choices=verbs)
        parser.add_argument("mass", nargs="?", type=UUID, help="mã của đợt thu hồi")
        parser.add_argument("--id", type=UUID, help="đặt trước mã của đợt (plan)")
        parser.add_argument("--year", help="năm học")
        parser.add_argument("--level", action="append", default=[], help="cấp học")
        parser.add_argument("--grade", action="append", type=int, default=[], help="khối")
        parser.add_argument("--regulation", default="", help="tên thông tư")
        parser.add_argument("--differs", action="store_true", help="chỉ khi kết quả tính lại khác")
        parser.add_argument("--reason", default="", help="lí do, từ 10 đến 500 kí tự")
        parser.add_argument("--decision", type=Path, help="tệp quyết định (PDF, PNG, JPEG)")
        parser.add_argument("--number", default="", help="số quyết định của Bộ")
        parser.add_argument("--dry-run", action="store_true", help="chỉ đếm theo trường")
        parser.add_argument("--school", default="", help="mã trường")
        parser.add_argument("--step", default="", help="bước duyệt: principal, managing …")
        parser.add_argument("--by", default="", help="tên đăng nhập của người làm")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do what was asked, and say how it went."""
        try:
            self._do(options)
        except HocbaError as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal

    def _do(self, options: Mapping[str, Any]) -> None:
        verb = options["verb"]
        if verb == "plan":
            self._plan(options)
        elif options["mass"] is None:
            raise CommandError("Hãy cho biết mã của đợt thu hồi.")
        elif verb == "tell":
            self._tell(options["mass"])
        elif verb == "check":
            at = timezone.now()
            told = acts.check_mass_recall(mass_id=options["mass"], actor=_person(options), at=at)
            self.stdout.write(f"Phải thu hồi {told['planned']}, để nguyên {told['spared']}.")
        else:
            self._act(verb, options)

    def _plan(self, options: Mapping[str, Any]) -> None:
        if not options["year"]:
            raise CommandError("Hãy cho biết năm học: --year 2024-2025.")
        actor, at = _person(options), timezone.now()
        scope = MassScope(
            school_year=options["year"],
            school_levels=tuple(options["level"]),
            grades=tuple(options["grade"]),
            regulation=options["regulation"],
            differs=options["differs"],
        )
        found = affected(scope=scope, school_ids=schools_of_officer(actor=actor, at=at))
        if options["dry_run"]:
            counts = counts_by_school(found)
            for school_id, count in sorted(counts.items(), key=lambda pair: -pair[1]):
                self.stdout.write(f"{_school(school_id)}: {count}")
            self.stdout.write(f"Tất cả: {sum(counts.values())} ở {len(counts)} trường.")
            return
        mass_id = options["id"] or uuid4()
        decision = _decision(options)
        if decision is None:
            raise CommandError("Hãy kèm tệp quyết định: --decision TỆP.")
        finding = MassFinding("wrong_form", options["reason"], decision)
        count = plan_mass_recall(mass_id=mass_id, scope=scope, finding=finding, actor=actor, at=at)
        self.stdout.write(f"Đợt {mass_id}: {count} học bạ.")

    def _act(self, verb: str, options: Mapping[str, Any]) -> None:
        unit = unit_by_code(code=options["school"])
        if unit is None:
            raise CommandError("Không có trường này.")
        who: dict[str, Any] = {"actor": _person(options), "at": timezone.now()}
        which = {"mass_id": options["mass"], "school_id": unit.pk}
        if verb == "approve":
            told = acts.approve_school(
                **which,
                step=options["step"],
                decision_number=options["number"],
                decision=_decision(options),
                **who,
            )
        else:
            told = _ACTS[verb](**which, **who)
        if verb == "execute" and told[""]:
            publish_status_list(**who)
        self._outcomes(told)

    def _outcomes(self, told: Counter[str]) -> None:
        left = sum(told.values()) - told[""]
        for code, count in sorted(told.items()):
            if code:
                self.stderr.write(f"{count}: {refusal_sentence(HocbaError(code))} ({code})")
        self.stdout.write(f"Xong {told['']}, còn lại {left}.")
        if left:
            raise CommandError(f"{left} học bạ chưa đi tiếp được.")

    def _tell(self, mass_id: UUID) -> None:
        for school_id, counts in sorted(progress(mass_id=mass_id).items()):
            shown = ", ".join(f"{_WORDS[word]} {count}" for word, count in sorted(counts.items()))
            self.stdout.write(f"{_school(school_id)}: {shown}")
        for school_id, code, problem in problems(mass_id=mass_id):
            sentence = refusal_sentence(HocbaError(problem))
            self.stdout.write(f"  {_school(school_id)} {code}: {sentence} ({problem})")


def _person(options: Mapping[str, Any]) -> UUID:
    person = person_by_username(username=options["by"])
    if person is None:
        raise CommandError("Không có tài khoản này (--by).")
    return person.pk


def _decision(options: Mapping[str, Any]) -> EvidenceFile | None:
    path = options["decision"]
    return None if path is None else EvidenceFile(path.name, path.read_bytes())


def _school(school_id: UUID) -> str:
    unit = unit_by_id(unit_id=school_id)
    return str(school_id) if unit is None else f"{unit.code} {unit.name}"
