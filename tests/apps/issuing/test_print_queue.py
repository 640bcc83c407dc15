"""The print queue: made piece by piece whoever watches, and never handed to somebody else."""

import io
import json
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from hocba.adapters.pdf import Rendition, set_transcript
from hocba.adapters.pdf.marking import MadeFor, joined, marked, require_made_for
from hocba.apps import kill_points
from hocba.apps.audit.models import AuditEvent
from hocba.apps.issuing.actions.print_jobs import (
    PrintWish,
    ask_to_print,
    forget_prints,
    work_print_job,
)
from hocba.apps.issuing.models import Draft, PrintItem, PrintJob
from hocba.apps.issuing.print_files import folder_of, result_path
from hocba.apps.ledger.models import IssuedTranscript, LogEntry
from hocba.apps.ledger.queries import bundle_of
from hocba.apps.roster.models import Enrolment, Unit
from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import read_bundle
from hocba.core.transcript.canonical import from_xml
from hocba.web.demo.city import PASSWORD, City
from tests.apps.issuing.recalls import who

Walk = Callable[[str], UUID]
pytestmark = pytest.mark.slow


def ask(city: City, by: str = "vanthu", **wish: Any) -> UUID:
    values = {"kind": "pdf", "grade": 9, "school_year": "2024-2025"} | wish
    if "class_id" in wish:
        del values["grade"], values["school_year"]
    return ask_to_print(
        job_id=uuid4(),
        school_id=city.school_id,
        wish=PrintWish(**values),
        actor=who(by),
        at=timezone.now(),
    )


def work(city: City, job_id: UUID, *, by: str = "vanthu", seconds: float = 25) -> bool:
    return work_print_job(
        school_id=city.school_id,
        job_id=job_id,
        seconds=seconds,
        actor=who(by),
        at=timezone.now(),
    )


def job_of(city: City, job_id: UUID) -> PrintJob:
    return PrintJob.objects.get(school_id=city.school_id, id=job_id)


def signed_in(username: str) -> Client:
    client = Client()
    assert client.login(username=username, password=PASSWORD)
    return client


def address(city: City, job_id: UUID, more: str = "") -> str:
    return f"/in-an/{city.school_id}/{job_id}/{more}"


def test_a_grade_is_printed_as_one_file_that_says_whose_it_is(city: City, walk: Walk) -> None:
    class_id = walk("issued")
    gone = Draft.objects.filter(school_id=city.school_id, class_id=class_id).order_by("id")[0]
    recalled(gone.lookup_uuid)
    job_id = ask(city)
    assert work(city, job_id)
    assert work(city, job_id)  # repeating does nothing
    states = PrintItem.objects.filter(school_id=city.school_id, job_id=job_id)
    reasons = dict(states.values_list("enrolment_id", "reason"))
    assert reasons.pop(gone.enrolment_id) == "ledger.not_in_force"
    assert set(reasons.values()) == {""}
    answer = signed_in("vanthu").get(address(city, job_id, "tep/"))
    pages = PdfReader(io.BytesIO(b"".join(answer.streaming_content))).pages
    told = [" ".join(page.extract_text().split()) for page in pages]
    assert all(str(job_id) in text for text in told)
    shown = [name for name in names(city) if any(name in text for text in told)]
    missing = Enrolment.objects.get(pk=gone.enrolment_id).student.full_name
    assert set(names(city)) - set(shown) == {missing}
    actions = AuditEvent.objects.filter(school_id=city.school_id, object_id=str(job_id))
    assert actions.filter(action="issuing.print_downloaded", actor_id=who("vanthu")).count() == 1
    assert actions.filter(action="issuing.print_item_made").count() == len(reasons) + 1


def names(city: City) -> list[str]:
    rows = Enrolment.objects.filter(class_group__school_id=city.school_id)
    return list(rows.values_list("student__full_name", flat=True))


def recalled(code: UUID) -> None:
    """Write a recall into the log, behind the procedure's back."""
    row = LogEntry.objects.get(lookup_uuid=code)
    row.index, row.kind, row.leaf_hash = LogEntry.objects.count(), "recalled", b"\1" * 32
    row.save(force_insert=True)


def test_a_class_is_packed_with_all_that_proves_it(city: City, walk: Walk) -> None:
    class_id = walk("issued")
    job_id = ask(city, kind="package", class_id=class_id)
    assert work(city, job_id)
    answer = signed_in("vanthu").get(address(city, job_id, "tep/"))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    manifest = json.loads(archive.read("danh-muc.json"))
    assert (manifest["format"], manifest["school"]) == ("hocba-package/1", city.school_code)
    assert (manifest["request"], manifest["owner"]) == (str(job_id), str(who("vanthu")))
    assert {one["name"] for one in manifest["students"]} == set(names(city))
    assert set(archive.namelist()) == {"danh-muc.json"} | {one["name"] for one in manifest["files"]}
    for one in manifest["files"]:
        data = archive.read(one["name"])
        assert (sha256(data).hexdigest(), len(data)) == (one["sha256"], one["size"])
        if one["name"].endswith(".hocba.json"):
            document = from_xml(read_bundle(data).document)
            assert document.lookup_uuid == one["lookup"]
    issued = {str(code) for code in IssuedTranscript.objects.values_list("lookup_uuid", flat=True)}
    assert {one["lookup"] for one in manifest["files"]} == issued


class CutError(BaseException):
    """The process is gone."""


def test_what_was_cut_anywhere_goes_on(city: City, walk: Walk) -> None:
    walk("issued")
    job_id = ask(city, kind="zip")
    points = ["print.file_kept", "print.item_noted", "print.put_together"]
    for point in points:

        def die(reached: str, point: str = point) -> None:
            if reached == point:
                raise CutError

        token = kill_points.hook.set(die)
        with pytest.raises(CutError):
            work(city, job_id)
        kill_points.hook.reset(token)
        assert job_of(city, job_id).state == "open"
    # What SIGKILL leaves is the lease: others wait for its end.
    held = timezone.now() + timedelta(seconds=30)
    PrintJob.objects.filter(school_id=city.school_id, id=job_id).update(leased_until=held)
    assert not work(city, job_id)
    done = work_print_job(
        school_id=city.school_id,
        job_id=job_id,
        seconds=25,
        actor=None,
        at=held + timedelta(seconds=1),
    )
    assert done
    made = AuditEvent.objects.filter(
        school_id=city.school_id, action="issuing.print_item_made", object_id=str(job_id)
    )
    assert made.count() == IssuedTranscript.objects.count()
    path = result_path(folder=folder_of(school_id=city.school_id, job_id=job_id), kind="zip")
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == IssuedTranscript.objects.count() + 1
    assert not list(path.parent.glob(".new-*"))


def test_a_file_of_another_request_is_never_handed_out(city: City, walk: Walk) -> None:
    walk("issued")
    client = signed_in("vanthu")
    for kind in ("pdf", "zip"):
        jobs = [ask(city, kind=kind) for _ in range(2)]
        assert all(work(city, job_id) for job_id in jobs)
        here, other = (
            result_path(folder=folder_of(school_id=city.school_id, job_id=job_id), kind=kind)
            for job_id in jobs
        )
        here.write_bytes(other.read_bytes())
        answer = client.get(address(city, jobs[0], "tep/"))
        assert answer.status_code >= 400
        assert "không mang dấu của trường" in answer.content.decode()
        # Even when the row was told the other file's digest, the bytes say whose they are.
        digest = sha256(other.read_bytes()).hexdigest()
        PrintJob.objects.filter(school_id=city.school_id, id=jobs[0]).update(result_sha256=digest)
        answer = client.get(address(city, jobs[0], "tep/"))
        assert "không mang dấu của trường" in answer.content.decode()
        assert client.get(address(city, jobs[1], "tep/")).status_code == 200
    downloads = AuditEvent.objects.filter(
        school_id=city.school_id, action="issuing.print_downloaded"
    )
    assert downloads.count() == 2


def test_a_students_page_of_another_request_is_never_put_in(city: City, walk: Walk) -> None:
    walk("issued")
    first, second = ask(city), ask(city)
    assert work(city, first)
    strange = folder_of(school_id=city.school_id, job_id=first) / "0001.pdf"

    def swap(reached: str) -> None:
        if reached == "print.file_kept":
            place = folder_of(school_id=city.school_id, job_id=second) / "0001.pdf"
            place.write_bytes(strange.read_bytes())

    token = kill_points.hook.set(swap)
    with pytest.raises(HocbaError, match=r"print\.not_yours"):
        work(city, second)
    kill_points.hook.reset(token)
    assert job_of(city, second).state == "open"


def test_who_may_ask_look_and_take(city: City, walk: Walk) -> None:
    class_id = walk("issued")
    other = Unit.objects.get(kind="school", code="01006502")
    for by in ("cntt", "gv01", "phuong", "so", "vanthu2"):
        with pytest.raises(HocbaError, match=r"access\.denied"):
            ask(city, by)
    with pytest.raises(HocbaError, match=r"access\.denied"):
        ask(city, "gvcn")  # a whole grade
    with pytest.raises(HocbaError, match=r"access\.denied"):
        ask(city, "gvcn", kind="package", class_id=class_id)
    mine = ask(city, "gvcn", class_id=class_id)
    office = ask(city, "vanthu", class_id=class_id)
    assert work(city, mine, by="gvcn")
    assert work(city, office)
    for username, seen in (
        ("gvcn", {mine}),
        ("vanthu", {mine, office}),
        ("hieutruong", {mine, office}),
        ("vanthu2", set()),
        ("gv01", set()),
        ("cntt", set()),
        ("so", set()),
    ):
        client = signed_in(username)
        for job_id in (mine, office):
            expected = 200 if job_id in seen else 403
            for more in ("", "tep/"):
                answer = client.get(address(city, job_id, more))
                assert answer.status_code == expected, (username, more)
            wrong = f"/in-an/{other.pk}/{job_id}/tep/"
            assert client.get(wrong).status_code == 403
        page = client.get(f"/in-an/{city.school_id}/").content.decode()
        assert {one for one in (mine, office) if str(one) in page} == seen
    assert Client().get(address(city, mine, "tep/")).status_code == 302


def test_one_student_the_form_and_a_double_click(city: City, walk: Walk) -> None:
    class_id = walk("issued")
    student = Enrolment.objects.filter(class_group_id=class_id).order_by("list_number")[2]
    client, page = signed_in("vanthu"), f"/in-an/{city.school_id}/"
    listed = client.get(f"/hoc-ba/{class_id}/").content.decode()
    query = f"?lop={class_id}&amp;hoc-sinh={student.pk}"
    assert query in listed
    shown = client.get(page + query.replace("&amp;", "&")).content.decode()
    assert student.student.full_name in shown
    key = uuid4()
    form = {"job_id": str(key), "what": f"hs:{class_id}:{student.pk}", "kind": "pdf"}
    for _ in range(2):
        answer = client.post(page + query.replace("&amp;", "&"), form)
        assert answer.status_code == 302
    assert PrintItem.objects.get(school_id=city.school_id, job_id=key).enrolment_id == student.pk
    told = client.post(
        address(city, key, "lam-tiep/"), headers={"Accept": "application/json"}
    ).json()
    assert (told["total"], told["done"] + told["refused"] >= 0) == (1, True)
    for _ in range(3):
        client.post(address(city, key, "lam-tiep/"))
    assert job_of(city, key).state == "done"
    bad = client.post(page, form | {"what": f"hs:{class_id}:{uuid4()}", "job_id": str(uuid4())})
    assert bad.status_code == 422
    for _ in range(5):
        ask(city)
    with pytest.raises(HocbaError, match=r"print\.too_many"):
        ask(city)


def test_the_sweep_finishes_and_forgets(city: City, walk: Walk) -> None:
    walk("issued")
    job_id, said = ask(city), io.StringIO()
    with pytest.raises(CommandError, match="chưa xong"):
        call_command("work_prints", "--seconds", "0", stdout=said)
    call_command("work_prints", stdout=said)
    assert "Đã xong 1, còn chờ 0" in said.getvalue()
    later = timezone.now() + timedelta(days=8)
    assert forget_prints(school_id=city.school_id, actor=None, at=later) == 1
    assert not folder_of(school_id=city.school_id, job_id=job_id).exists()
    client = signed_in("vanthu")
    assert "không còn" in client.get(address(city, job_id, "tep/")).content.decode()
    assert "đã xóa" in client.get(address(city, job_id)).content.decode()


def test_lists_ask_the_database_no_more_for_more_rows(city: City, walk: Walk) -> None:
    class_id = walk("issued")
    client, counts = signed_in("vanthu"), []
    for _ in range(2):
        job_id = ask(city, class_id=class_id)
        pages = (f"/in-an/{city.school_id}/", address(city, job_id))
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(
                connection,
            ) as seen:
                assert client.get(page).status_code == 200
            counts.append(len(seen))
    assert counts[:2] == counts[2:]
    PrintItem.objects.filter(school_id=city.school_id, job_id=job_id, number__gt=1).delete()
    with CaptureQueriesContext(connection) as seen:
        client.get(address(city, job_id))
    assert len(seen) == counts[1]
    assert max(counts) <= 20, counts


def test_pages_of_two_schools_made_at_once_never_mix(city: City, walk: Walk) -> None:
    """F26 in small: four threads, two schools, each page says whose it is and nothing else."""
    walk("issued")
    code = IssuedTranscript.objects.order_by("lookup_uuid")[0].lookup_uuid
    data = bundle_of(lookup_uuid=code)
    assert data is not None
    transcript = from_xml(read_bundle(data).document)
    owners = [MadeFor(f"0100650{n}", f"yeu-cau-{n}-{'x' * 20}", f"nguoi-{n}") for n in (1, 2)]

    def make(turn: int) -> tuple[int, bytes]:
        mine = owners[turn % 2]
        page = set_transcript(Rendition(transcript, (), "https://hocba.vn/", request=mine.request))
        return turn, marked(page.pdf, made_for=mine)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(make, range(12)))
    for turn, pdf in made:
        mine, other = owners[turn % 2], owners[(turn + 1) % 2]
        require_made_for(pdf, made_for=mine)
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
        assert mine.request in text
        assert other.request not in text
        with pytest.raises(HocbaError, match=r"print\.not_yours"):
            joined([pdf], made_for=other)
    for broken in (b"", b"%PDF-1.7", Path(__file__).read_bytes()):
        with pytest.raises(HocbaError, match=r"print\.not_yours"):
            require_made_for(broken, made_for=owners[0])
