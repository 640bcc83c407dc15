"""`manage seal_class CLERK SCHOOL YEAR [CLASS …]`: seal what waits, with the seal in the HSM.

Without a class: all classes of the school. Each transcript gets a line: done, or why not. Exit code
1 when something was not sealed; run again, nothing is sealed twice.
"""

from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.accounts.queries import person_by_username
from hocba.apps.certificates.queries import approved_seal_of_school
from hocba.apps.held_keys import seal_signer
from hocba.apps.issuing.actions import seal_waiting
from hocba.apps.issuing.actions.seal import Sealed
from hocba.apps.issuing.queries import waiting_by_class, waiting_slots
from hocba.apps.roster.models import ClassGroup, Unit
from hocba.apps.roster.queries import class_by_id, class_by_name, unit_by_code
from hocba.core.errors import HocbaError


class Command(BaseCommand):
    """Seal a class, or a whole school, in one session of the token."""

    help = "Đóng dấu học bạ đang chờ bằng khóa con dấu trong HSM hoặc token (HOCBA_SEAL_PKCS11)"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take who acts, and for what."""
        parser.add_argument("clerk", help="tên đăng nhập của văn thư")
        parser.add_argument("school", help="mã trường")
        parser.add_argument("year", help="năm học, ví dụ 2024-2025")
        parser.add_argument("classes", nargs="*", help="tên lớp; bỏ trống là cả trường")

    def handle(
        self, *_: Any, clerk: str, school: str, year: str, classes: list[str], **__: Any
    ) -> None:
        """Log in to the token once, then go class by class."""
        person, unit = person_by_username(username=clerk), unit_by_code(code=school)
        if person is None or unit is None:
            raise CommandError("Không có tài khoản hoặc trường này.")
        chosen = [_class(unit, year, name) for name in classes] or _waiting(unit, year)
        left = 0
        try:
            seal = approved_seal_of_school(unit_id=unit.id, at=timezone.now())
            if seal is None:
                raise HocbaError("signing.no_approved_seal")
            with seal_signer(
                school_code=unit.code, certificate=bytes(seal.der), ask_pin=_ask_pin
            ) as signer:
                stopped = False
                for group in chosen:
                    if stopped:
                        left += self._skip(unit, group)
                        continue
                    sealed = seal_waiting(
                        school_id=unit.id,
                        class_id=group.id,
                        signer=signer,
                        actor=person.id,
                        at=timezone.now(),
                    )
                    left += self._tell(group, sealed)
                    stopped = bool(sealed.stopped)
        except HocbaError as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal
        if left:
            raise CommandError(f"Còn {left} học bạ chưa đóng dấu.")

    def _tell(self, group: ClassGroup, sealed: Sealed) -> int:
        for one in sealed.done:
            self.stdout.write(f"{one.draft_id}: đã đóng dấu")
        for one in sealed.not_done:
            sentence = refusal_sentence(HocbaError(one.refusal))
            self.stderr.write(f"{one.draft_id}: chưa đóng dấu. {sentence} ({one.refusal})")
        counts = f"đã đóng dấu {len(sealed.done)}, chưa đóng {len(sealed.not_done)}"
        self.stdout.write(f"Lớp {group.name}: {counts}.")
        return len(sealed.not_done)

    def _skip(self, unit: Unit, group: ClassGroup) -> int:
        slots = waiting_slots(school_id=unit.id, signer_id=unit.code, class_id=group.id)
        self.stderr.write(f"Lớp {group.name}: chưa làm tới, {len(slots)} học bạ đang chờ.")
        return len(slots)


def _waiting(unit: Unit, year: str) -> list[ClassGroup]:
    waiting = waiting_by_class(school_id=unit.id, signer_id=unit.code)
    found = (class_by_id(class_id=one) for one in waiting)
    return sorted(
        (one for one in found if one is not None and one.school_year == year),
        key=lambda one: one.name,
    )


def _class(unit: Unit, year: str, name: str) -> ClassGroup:
    found = class_by_name(school_id=unit.id, school_year=year, name=name)
    if found is None:
        raise CommandError(f"Không có lớp {name} năm học {year}.")
    return found


def _ask_pin() -> str:
    return getpass("Mã PIN của token: ")
