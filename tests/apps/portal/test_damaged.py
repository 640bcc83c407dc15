"""F18: bytes that the store lost or altered are refused by name; the public page is never a 500."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from hocba.adapters.wording.spoken_codes import spoken_code
from hocba.apps.audit.models import AuditEvent
from hocba.apps.blobs import blob_store
from hocba.apps.ledger.models import IssuedTranscript
from hocba.core.errors import HocbaError
from hocba.core.transcript.canonical import from_xml
from hocba.web.demo.city import City

Walk = Callable[[str], UUID]
pytestmark = pytest.mark.slow


def test_damage_of_every_kind_is_refused_by_name(client: Client, city: City, walk: Walk) -> None:
    cache.clear()
    walk("issued")
    one, other = IssuedTranscript.objects.order_by("lookup_uuid")[:2]
    store, digest = blob_store(), one.document_sha256
    place, document = store.place(digest), store.get(digest)
    birth = f"{from_xml(document).student.birth_date:%d/%m/%Y}"
    form = {"cach": "ma", "code": str(one.lookup_uuid), "ngay": birth, "birth_date": birth}
    flipped = bytearray(document)
    flipped[len(flipped) // 2] ^= 1
    damages = {
        "bit": bytes(flipped),
        "truncated": document[:-1],
        "swapped": store.get(other.document_sha256),
        "empty": b"",
        "missing": None,
    }
    for kind, data in damages.items():
        place.unlink(missing_ok=True)
        if data is not None:
            place.write_bytes(data)
        code = "blob.missing" if data is None else "blob.corrupt"
        with pytest.raises(HocbaError, match=code) as caught:
            store.get(digest)
        assert caught.value.params == {"digest": digest}
        answer = client.post("/xac-minh/", form)
        assert (answer.status_code, spoken_code(code) in answer.content.decode()) == (503, True), (
            kind
        )
        # The person's own file is whole: it is judged by itself, and nothing is claimed of the log.
        file = SimpleUploadedFile("hoc-ba.xml", document)
        answer = client.post("/xac-minh/", {"cach": "tep", "document": file})
        assert answer.status_code == 200
        assert "verdict--chua_kiem_tra_duoc" in answer.content.decode(), kind
    assert store.put(document) == digest
    assert "verdict--hop_le" in client.post("/xac-minh/", form).content.decode()


@pytest.mark.across_schools
def test_with_a_second_copy_readers_notice_nothing_and_the_operator_does(
    client: Client, city: City, walk: Walk, tmp_path: Path, settings: object, caplog: object
) -> None:
    cache.clear()
    walk("issued")
    row = IssuedTranscript.objects.order_by("lookup_uuid")[0]
    settings.HOCBA_SECOND_BLOB_DIR = second = tmp_path / "second"
    shutil.copytree(settings.HOCBA_DATA_DIR / "blobs", second)
    store = blob_store()
    document = store.get(row.document_sha256)
    birth = f"{from_xml(document).student.birth_date:%d/%m/%Y}"
    form = {"cach": "ma", "code": str(row.lookup_uuid), "birth_date": birth}
    store.place(row.document_sha256).write_bytes(document[:-1])
    for _ in range(2):
        assert "verdict--hop_le" in client.post("/xac-minh/", form).content.decode()
    assert store.place(row.document_sha256).read_bytes() == document
    event = AuditEvent.objects.get(action="storage.blob_mended")
    assert (event.object_id, event.before) == (row.document_sha256, {"found": "blob.corrupt"})
    assert "blob_mended" in caplog.text
    (second / row.document_sha256[:2]).rename(second / "gone")
    said = io.StringIO()
    call_command("mend_store", stdout=said)
    assert "đã chép lại" in said.getvalue()
    assert store.second.get(row.document_sha256) == document
    for copy in (store, store.second):
        copy.place(row.document_sha256).write_bytes(b"x")
    with pytest.raises(CommandError, match="1 tệp"):
        call_command("mend_store", stdout=io.StringIO(), stderr=said)
    assert f"blob.corrupt {row.document_sha256}" in said.getvalue()
