"""The clerk's two acts on a class page: compose its transcripts, issue what is sealed.

Each shows beforehand what will happen and to how many, and tells afterwards who stayed out and why.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from hocba.adapters.wording.findings import finding_sentence
from hocba.adapters.wording.verdicts import reason_sentence
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.issuing.actions import compose_class, issue_sealed
from hocba.apps.issuing.models import Draft
from hocba.apps.ledger.actions import publish_checkpoint
from hocba.apps.roster.models import ClassGroup, Enrolment
from hocba.apps.roster.queries import roll_of_class
from hocba.core.assessment.findings import Finding
from hocba.core.errors import HocbaError
from hocba.core.signing.verdict import Reason

COMPOSE, ISSUE = "lap", "phat-hanh"  # as the class page's buttons say them
MOST_REASONS = 5  # shown for one student


@dataclass(frozen=True, slots=True)
class ClerkWork:
    """What a class still wants of the clerk: students without a transcript, drafts to issue."""

    to_compose: int
    to_issue: int


@dataclass(frozen=True, slots=True)
class ClerkOutcome:
    """What one act did: how many went on; who stayed out, by name, each with the reasons."""

    act: str
    done: int
    left_out: tuple[tuple[str, tuple[str, ...]], ...]


def clerk_work(*, school_id: UUID) -> dict[UUID, ClerkWork]:
    """Return what waits for the clerk in a school, by class; classes with nothing are left out."""
    living = Draft.objects.filter(school_id=school_id, enrolment_id=OuterRef("pk"))
    without = Enrolment.objects.filter(
        ~Exists(living.exclude(state="withdrawn")),
        class_group__school_id=school_id,
        left_date__isnull=True,
    )
    to_compose = Counter(without.values_list("class_group_id", flat=True))
    sealed = Draft.objects.filter(school_id=school_id, state="sealed")
    to_issue = Counter(sealed.values_list("class_id", flat=True))
    return {
        class_id: ClerkWork(to_compose[class_id], to_issue[class_id])
        for class_id in {*to_compose, *to_issue}
    }


def act_as_clerk(request: HttpRequest, class_group: ClassGroup) -> ClerkOutcome:
    """Do what the button of a class page asked for; repeating it does nothing twice.

    Raises:
        HocbaError: "access.denied", and those of `compose_class` and `issue_sealed`.
        BadRequest: no button of the page asks for this.
    """
    actor = request.user.pk if isinstance(request.user, Person) else None
    act = request.POST.get("viec")
    if actor is None:
        raise HocbaError("access.denied")
    require_role(viewer_of_request(request), "clerk", unit_id=class_group.school_id)
    if act == COMPOSE:
        return _compose(class_group, actor)
    if act == ISSUE:
        return _issue(class_group, actor)
    raise BadRequest


def _compose(class_group: ClassGroup, actor: UUID) -> ClerkOutcome:
    composed = compose_class(class_id=class_group.pk, actor=actor, at=timezone.now())
    reasons = {
        enrolment_id: _told(findings) for enrolment_id, findings in composed.left_out.items()
    }
    return ClerkOutcome(COMPOSE, len(composed.drafts), _by_name(class_group, reasons))


def _issue(class_group: ClassGroup, actor: UUID) -> ClerkOutcome:
    now = timezone.now()
    released = issue_sealed(
        school_id=class_group.school_id, class_id=class_group.pk, actor=actor, at=now
    )
    if settings.HOCBA_DEMO:  # elsewhere the log publishes by its own clock
        publish_checkpoint(actor=None, at=now)
    drafts = Draft.objects.filter(school_id=class_group.school_id, id__in=released.refused)
    enrolments = dict(drafts.values_list("id", "enrolment_id"))
    reasons = {
        enrolments[draft_id]: tuple(reason_sentence(Reason(code), gettext=_) for code in codes)
        for draft_id, codes in released.refused.items()
    }
    return ClerkOutcome(ISSUE, len(released.positions), _by_name(class_group, reasons))


def _by_name(
    class_group: ClassGroup, reasons: dict[UUID, tuple[str, ...]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return names with their reasons in the order of the class list, each reason once."""
    return tuple(
        (pupil.full_name, _shown(reasons[pupil.enrolment_id]))
        for pupil in roll_of_class(class_id=class_group.pk)
        if pupil.enrolment_id in reasons
    )


def _shown(sentences: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first sentences, and how many more there are: a blank year lacks dozens."""
    once = tuple(dict.fromkeys(sentences))
    rest = len(once) - MOST_REASONS
    more = (_("Và %(n)s chỗ khác.") % {"n": rest},) if rest > 0 else ()
    return (*once[:MOST_REASONS], *more)


def _told(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Word findings, each sentence once with all the places that it does not name itself."""
    places: dict[str, list[str]] = {}
    for finding in findings:
        sentence = finding_sentence(finding, gettext=_)
        where = places.setdefault(sentence, [])
        if finding.found and finding.found not in sentence:
            where.append(finding.found)
    return tuple(
        f"{sentence} ({'; '.join(where)})" if where else sentence
        for sentence, where in places.items()
    )
