"""The clerk's buttons on a class page: compose, issue; who stays out is named with the reason."""

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.test import Client

from hocba.apps.accounts.queries import person_by_username
from hocba.apps.blobs import blob_store
from hocba.apps.gradebook.models import Mark
from hocba.apps.issuing.models import Draft, Slot
from hocba.apps.ledger.models import Checkpoint, IssuedTranscript
from hocba.apps.roster.models import Enrolment
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE

pytestmark = [pytest.mark.slow, pytest.mark.across_schools]
Walk = Callable[[str], UUID]
OTHERS = ("gv01", "gvcn", "hieutruong", "cntt", "vanthu2", "hieutruong2", "so")


class Page:
    """A class page as somebody sees it."""

    def __init__(self, class_id: UUID, username: str) -> None:
        self.client, self.address = Client(), f"/hoc-ba/{class_id}/"
        self.client.force_login(person_by_username(username=username))

    def read(self, address: str = "") -> str:
        return self.client.get(address or self.address).content.decode()

    def press(self, act: str) -> tuple[int, str]:
        answer = self.client.post(self.address, {"viec": act})
        return answer.status_code, answer.content.decode()


def test_the_clerk_composes_and_who_lacks_a_mark_stays_out(city: City, walk: Walk) -> None:
    class_id = walk("accepted")
    late = Enrolment.objects.select_related("student").first()
    for mark in Mark.objects.filter(school_id=city.school_id, enrolment_id=late.pk, kind="final"):
        mark.id, mark.version = uuid4(), mark.version + 1
        mark.tenths, mark.remark_level = None, ""  # withdrawn
        mark.save(force_insert=True)
    clerk = Page(class_id, "vanthu")
    assert "Lập học bạ lớp 9A1" in clerk.read("/ban-lam-viec/")
    assert f"Lập {CLASS_SIZE} học bạ</button>" in clerk.read()
    for username in OTHERS:
        stranger = Page(class_id, username)
        assert "Lập học bạ" not in stranger.read("/ban-lam-viec/")
        assert 'name="viec"' not in stranger.read()
        assert stranger.press("lap")[0] == 403
    assert not Draft.objects.filter(school_id=city.school_id).exists()
    for fresh in (CLASS_SIZE - 1, 0):
        status, page = clerk.press("lap")
        assert (status, f"Đã lập {fresh} học bạ." in page) == (200, True)
        assert f"<strong>{late.student.full_name}</strong>: Thiếu điểm đánh giá cuối kì" in page
        assert re.search(r"Và \d+ chỗ khác\.", page)
    assert Draft.objects.filter(school_id=city.school_id).count() == CLASS_SIZE - 1
    assert "Lập 1 học bạ</button>" in clerk.read()
    assert clerk.press("khac")[0] == 400


def test_the_clerk_issues_what_is_sealed(city: City, walk: Walk, settings: object) -> None:
    class_id = walk("sealed")
    clerk = Page(class_id, "vanthu")
    assert "Phát hành học bạ lớp 9A1" in clerk.read("/ban-lam-viec/")
    assert f"Phát hành {CLASS_SIZE} học bạ</button>" in clerk.read()
    for username in OTHERS:
        assert Page(class_id, username).press("phat-hanh")[0] == 403
    drafts = Draft.objects.filter(school_id=city.school_id)
    broken = drafts.earliest("id")
    drafts.filter(pk=broken.pk).update(document_sha256=blob_store().put(b"<hocba/>"))
    settings.HOCBA_DEMO = True  # type: ignore[attr-defined]
    for fresh, left in ((CLASS_SIZE - 1, True), (1, False), (0, False)):
        status, page = clerk.press("phat-hanh")
        assert (status, f"Đã phát hành {fresh} học bạ." in page) == (200, True)
        assert ("1 học sinh được để lại" in page) is left
        drafts.filter(pk=broken.pk).update(document_sha256=broken.document_sha256)
    assert IssuedTranscript.objects.count() == Checkpoint.objects.latest("size").size == CLASS_SIZE
    assert not Slot.objects.filter(school_id=city.school_id).exclude(state="signed").exists()
    assert "Phát hành học bạ" not in clerk.read("/ban-lam-viec/")
