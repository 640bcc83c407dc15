"""What happened to a transcript afterwards: told from the moment it is written."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hocba.apps.ledger import histories
from hocba.apps.ledger.actions import index_lookups, publish_checkpoint
from hocba.apps.ledger.models import IssuedTranscript, LogEntry, LogHead, LookupKey
from hocba.core.merkle import leaf_hash
from hocba.core.registry import entry as entries
from hocba.core.registry.lookup_code import lookup_digest
from hocba.core.transcript.model import Transcript

Happen = Callable[..., int]


@pytest.fixture
def happen(transcript: Transcript) -> Happen:
    """Return what writes one more event of the transcript, published or not yet."""

    def go(kind: str, *, published: bool = True) -> int:
        code, salt = UUID(transcript.lookup_uuid), bytes(16)
        issued = IssuedTranscript.objects.get(lookup_uuid=code)
        at = timezone.now()
        leaf = entries.encode(
            entries.LogEntry(
                kind=entries.EntryKind(kind),
                lookup_digest=lookup_digest(lookup_uuid=str(code), salt=salt),
                document_sha256=bytes.fromhex(issued.document_sha256),
                version=1,
                at=at,
                school_code=issued.school_code,
            )
        )
        index = LogHead.objects.get().size
        LogEntry.objects.create(
            index=index,
            kind=kind,
            leaf=leaf,
            leaf_hash=leaf_hash(leaf),
            salt=salt,
            lookup_uuid=code,
            document_sha256=issued.document_sha256,
            version=1,
            at=at,
        )
        LogHead.objects.update(size=index + 1)
        if published:
            publish_checkpoint(actor=None, at=at)
        return index

    return go


def look(client: Client, transcript: Transcript) -> str:
    form = {
        "cach": "ma",
        "code": transcript.lookup_uuid,
        "birth_date": transcript.student.birth_date.strftime("%d/%m/%Y"),
    }
    return client.post("/xac-minh/", form).content.decode()


def drop(client: Client, data: bytes) -> str:
    form = {"cach": "tep", "document": SimpleUploadedFile("x", data)}
    return client.post("/xac-minh/", form).content.decode()


@pytest.mark.parametrize("published", [True, False])
def test_a_recall_shows_at_once_with_its_reason_in_general_words(
    client: Client,
    transcript: Transcript,
    bundle: bytes,
    happen: Happen,
    monkeypatch: pytest.MonkeyPatch,
    published: bool,
) -> None:
    index = happen("recalled", published=published)
    monkeypatch.setattr(histories, "_reasons", lambda _: {index: "wrong_mark"})
    for page in (look(client, transcript), drop(client, bundle)):
        assert "verdict--da_thu_hoi" in page
        assert "Có điểm hoặc mức đánh giá ghi sai." in page
        assert f"mục {index} của nhật ký" in page


def test_a_replaced_version_says_so(
    client: Client, transcript: Transcript, document: bytes, happen: Happen
) -> None:
    happen("recalled")
    happen("replaced", published=False)
    page = drop(client, document)
    assert "verdict--da_thay_the" in page
    assert "Thay thế bằng bản mới" in page


def test_a_change_of_civil_status_stands_beside_a_valid_transcript(
    client: Client, transcript: Transcript, happen: Happen
) -> None:
    happen("civil_status")
    page = look(client, transcript)
    assert "verdict--hop_le" in page
    assert "Ghi thay đổi hộ tịch" in page


@pytest.mark.parametrize("published", [True, False])
def test_what_a_court_sealed_is_not_shown_nor_handed_out(
    client: Client, transcript: Transcript, document: bytes, happen: Happen, published: bool
) -> None:
    happen("court_sealed", published=published)
    for page in (look(client, transcript), drop(client, document)):
        assert "verdict--chua_kiem_tra_duoc" in page
        assert "niêm phong theo quyết định" in page
        assert transcript.student.full_name not in page
        assert transcript.subjects[0].teacher.full_name not in page
        assert "Tải tệp XML" not in page
    form = {
        "code": transcript.lookup_uuid,
        "birth_date": transcript.student.birth_date.strftime("%d/%m/%Y"),
        "kind": "xml",
    }
    assert client.post("/xac-minh/tai-ve/", form).status_code == 422
    happen("court_unsealed", published=published)
    assert "verdict--hop_le" in look(client, transcript) or not published


def test_keys_of_lookups_can_be_made_again_and_outlive_a_new_secret(
    client: Client, transcript: Transcript, settings: object
) -> None:
    total = IssuedTranscript.objects.count()
    assert index_lookups(actor=None, at=timezone.now()) == 0
    LookupKey.objects.all().delete()
    assert "Không có học bạ nào khớp" in look(client, transcript)
    assert index_lookups(actor=None, at=timezone.now()) == total
    assert "verdict--hop_le" in look(client, transcript)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "x" * 50
    assert "verdict--hop_le" in look(client, transcript)
    assert index_lookups(actor=None, at=timezone.now()) == total
    settings.SECRET_KEY_FALLBACKS = []
    assert "verdict--hop_le" in look(client, transcript)


def test_answers_are_kept_by_no_cache_and_opened_by_no_other_site(
    client: Client, transcript: Transcript, document: bytes
) -> None:
    form = {"cach": "tep", "document": SimpleUploadedFile("x", document)}
    page = client.post("/xac-minh/", form)
    assert "no-store" in page.headers["Cache-Control"]
    assert "private" in page.headers["Cache-Control"]
    assert page.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert page.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_no_line_of_the_log_tells_a_code_or_a_name(
    client: Client, transcript: Transcript, capfd: object, caplog: object
) -> None:
    look(client, transcript)
    client.get(f"/xac-minh/{transcript.lookup_uuid}/")
    printed = capfd.readouterr()
    said = caplog.text + printed.err + printed.out
    assert "xac-minh/" in said
    assert transcript.lookup_uuid not in said
    assert transcript.student.full_name not in said
