"""Database, public files and stored bytes: each altered behind the program's back (F18-F20)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hocba.adapters.wording.logs import SENTENCES, difference_sentence
from hocba.apps.ledger.actions import check_stores, publish_checkpoint
from hocba.apps.ledger.comparison import differences
from hocba.apps.ledger.models import IssuedTranscript, LogCheck, LogEntry, LogHead
from hocba.apps.ledger.stored import log_size
from hocba.core.errors import HocbaError
from tests.apps.ledger.conftest import Grow
from tests.apps.ledger.test_publishing import without_guards

Alter = Callable[[Path], str]


@pytest.fixture
def place(grow: Grow, log_place: Path) -> Path:
    """Five issued documents, four of them published."""
    grow(4)
    publish_checkpoint(actor=None, at=timezone.now())
    grow(1)
    return log_place


def blob(place: Path, digest: str) -> Path:
    return place / "blobs" / digest[:2] / digest[2:4] / digest


def documents() -> list[str]:
    return list(LogEntry.objects.order_by("index").values_list("document_sha256", flat=True))


def found() -> set[tuple[str, str]]:
    return {(one.code, one.what) for one in differences(size=log_size())}


def test_nothing_differs_where_nothing_was_done(place: Path) -> None:
    assert found() == set()
    call_command("check_log")
    assert LogCheck.objects.get().passed


def missing(place: Path) -> None:
    blob(place, documents()[1]).unlink()


def one_bit(place: Path) -> None:
    path = blob(place, documents()[1])
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1, *path.read_bytes()[1:]]))


def swapped(place: Path) -> None:
    one, other = (blob(place, digest) for digest in documents()[:2])
    one_bytes, other_bytes = one.read_bytes(), other.read_bytes()
    one.write_bytes(other_bytes)
    other.write_bytes(one_bytes)


def changed_column(place: Path) -> None:
    without_guards('UPDATE ledger_logentry SET version = 2 WHERE "index" = 1')


def changed_leaf(place: Path) -> None:
    leaf = bytes(LogEntry.objects.get(index=0).leaf)
    without_guards('UPDATE ledger_logentry SET leaf = %s WHERE "index" = 1', leaf)


def removed(place: Path) -> None:
    without_guards('DELETE FROM ledger_logentry WHERE "index" = 2')


def reordered(place: Path) -> None:
    for old, new in ((1, 90), (2, 1), (90, 2)):
        without_guards('UPDATE ledger_logentry SET "index" = %s WHERE "index" = %s', new, old)


def head_back(place: Path) -> None:
    LogHead.objects.update(size=4)


def restored_older(place: Path) -> None:
    """The database of yesterday, the files of today."""
    code = LogEntry.objects.get(index=3).lookup_uuid
    without_guards('DELETE FROM ledger_logentry WHERE "index" >= 3')
    without_guards("DELETE FROM ledger_checkpoint")
    without_guards(
        "DELETE FROM ledger_issuedtranscript WHERE lookup_uuid = %s",
        code if isinstance(code, str) else code.hex,
    )
    LogHead.objects.update(size=3)


def entry_without_version(place: Path) -> None:
    row = IssuedTranscript.objects.get(document_sha256=documents()[0])
    without_guards(
        "DELETE FROM ledger_issuedtranscript WHERE document_sha256 = %s", row.document_sha256
    )


def other_root(place: Path) -> None:
    without_guards("UPDATE ledger_checkpoint SET root = %s", b"x" * 32)


def tile_altered(place: Path) -> None:
    path = place / "log" / "tile" / "0" / "000.p" / "4"
    path.write_bytes(b"x" * 32 + path.read_bytes()[32:])


def file_gone(place: Path) -> None:
    (place / "log" / "checkpoint").unlink()


def file_spoilt(place: Path) -> None:
    (place / "log" / "checkpoint").write_text("xin chào", encoding="utf-8")


@pytest.mark.parametrize(
    ("alter", "codes"),
    [
        (missing, {"blob.missing"}),
        (one_bit, {"blob.corrupt"}),
        (swapped, {"blob.corrupt"}),
        (changed_column, {"ledger.entry_altered"}),
        (changed_leaf, {"ledger.entry_altered", "ledger.history_rewritten"}),
        (removed, {"ledger.log_has_gap", "ledger.history_rewritten"}),
        (reordered, {"ledger.history_rewritten"}),
        (head_back, {"ledger.beyond_head"}),
        (restored_older, {"ledger.entry_lost_bytes_kept"}),
        (entry_without_version, {"ledger.version_missing"}),
        (other_root, {"log.checkpoint"}),
        (tile_altered, {"log.tile"}),
        (file_gone, {"log.tile_missing"}),
        (file_spoilt, {"log.checkpoint_unreadable"}),
    ],
)
def test_each_fault_is_named_and_stops_issuing(
    place: Path, grow: Grow, alter: Callable[[Path], None], codes: set[str]
) -> None:
    alter(place)
    told = {code for code, _ in found()}
    assert codes <= told, told
    assert all(difference_sentence(code) != code for code in told)
    with pytest.raises(CommandError, match="Tạm dừng phát hành"):
        call_command("check_log")
    with pytest.raises(HocbaError, match=r"ledger\.not_reconciled|log\.(behind|checkpoint)"):
        grow(1)


def test_issuing_goes_on_when_the_fault_is_mended(place: Path, grow: Grow) -> None:
    path = blob(place, documents()[0])
    kept = path.read_bytes()
    path.unlink()
    assert len(check_stores(actor=None, at=timezone.now())) == 1
    with pytest.raises(HocbaError, match=r"ledger\.not_reconciled"):
        grow(1)
    path.write_bytes(kept)
    assert not check_stores(actor=None, at=timezone.now())
    assert grow(1) == [5]


def test_somebody_may_answer_for_a_fault(
    place: Path, grow: Grow, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = documents()[0]
    blob(place, digest).unlink()
    call_command("check_log", accept="Biên bản 12: đã phục hồi từ bản giấy")
    row = LogCheck.objects.get()
    assert (row.passed, row.differences) == (True, [["blob.missing", digest]])
    assert "Biên bản 12" in row.accepted_because
    assert digest in capsys.readouterr().err
    assert grow(1) == [5]


def test_every_difference_has_its_sentence() -> None:
    source = Path(differences.__code__.co_filename).read_text(encoding="utf-8")
    core = Path(__file__).parents[3] / "src/hocba/core/registry/log_files.py"
    spoken = source + core.read_text(encoding="utf-8")
    assert [code for code in SENTENCES if f'"{code}"' not in spoken] == []
