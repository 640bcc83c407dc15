"""The list of a year comes from the ledger, and the archive over it proves each issued version."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hocba.adapters.archives import list_items
from hocba.adapters.timestamping import SoftwareTimeStamper
from hocba.apps.audit.models import AuditEvent
from hocba.apps.ledger import queries
from hocba.apps.ledger.queries import bundles, issued_of_school, trust
from hocba.cli import main
from hocba.core.merkle import streamed_root
from hocba.core.registry.bundle import read_bundle
from hocba.core.signing.archive import digest, new_archive, statement, with_stamp, with_tree
from hocba.core.signing.archive_check import check_archive
from hocba.core.signing.archive_files import write_archive
from hocba.core.signing.verdict import Indication
from hocba.core.verification import VerdictWord, evidence_of, verify_bundle
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE

YEAR = "2024-2025"


def stamped(city: City, archive: object) -> object:
    """The demo's clock stamps it."""
    clock = SoftwareTimeStamper(city.keys / "time-stamping.p12", city.key_password, demo=True)
    algorithm = archive.trees[-1].algorithm  # type: ignore[attr-defined]
    imprint = digest(algorithm, statement(archive))  # type: ignore[arg-type]
    return with_stamp(archive, clock.stamp(imprint, algorithm=algorithm))  # type: ignore[arg-type]


def exported(city: City, folder: Path) -> list[Path]:
    """The bundles of the year as files."""
    rows = issued_of_school(school_id=city.school_id, school_year=city.school_year)
    names = []
    for number, data in enumerate(bundles(rows)):
        names.append(folder / f"{number}.hocba.json")
        names[-1].write_bytes(data)
    return names


def passes(data: bytes) -> None:
    """A bundle with its proof inside is good, and so is the proof."""
    soon, bundle = timezone.now() + timedelta(minutes=1), read_bundle(data)
    verdict = check_archive(
        proof=bundle.archive,
        document=bundle.document,
        evidence=evidence_of(bundle),
        trust=trust(),
        at=soon,
    )
    assert (verdict.indication, verdict.reasons) == (Indication.TOTAL_PASSED, ())
    assert verify_bundle(bundle=bundle, trust=trust(), at=soon).word is VerdictWord.VALID


@pytest.mark.django_db
@pytest.mark.across_schools
@pytest.mark.slow
def test_a_year_is_listed_archived_and_rehashed(
    city: City,
    walk: Callable[[str], object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walk("issued")
    monkeypatch.setattr(queries, "_CHUNK", 4)  # a year of six in two chunks
    first, second = tmp_path / "first.list", tmp_path / "second.list"
    call_command("archive_list", YEAR, "--out", str(first))
    size, root = streamed_root(list_items(first))
    assert size == CLASS_SIZE
    event = AuditEvent.objects.filter(action="ledger.archive_listed").get()
    assert event.after == {"algorithm": "sha256", "size": size, "root": root.hex()}
    archive = stamped(city, new_archive(name=YEAR, algorithm="sha256", size=size, root=root))
    (tmp_path / "a1.json").write_bytes(write_archive(archive))  # type: ignore[arg-type]
    again = ("--hash", "sha512", "--archive", str(tmp_path / "a1.json"), "--list", str(first))
    call_command("archive_list", YEAR, "--out", str(second), *again)
    size, root = streamed_root(list_items(second), algorithm="sha512")
    newer = with_tree(archive, algorithm="sha512", size=size, root=root)  # type: ignore[arg-type]
    (tmp_path / "a2.json").write_bytes(write_archive(stamped(city, newer)))  # type: ignore[arg-type]
    names = exported(city, tmp_path)
    lists = ("--list", str(first), "--list", str(second))
    line = ("prove", str(tmp_path / "a2.json"), *map(str, names), *lists)
    assert main(["archive", *line, "--out-dir", str(tmp_path / "p"), "--bundles"]) == 0
    for name in names:
        passes((tmp_path / "p" / name.name).read_bytes())


@pytest.mark.django_db
@pytest.mark.across_schools
def test_a_year_without_transcripts_has_no_list(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="chưa phát hành"):
        call_command("archive_list", "1999-2000", "--out", str(tmp_path / "x"))
    assert list(tmp_path.iterdir()) == []
    assert not AuditEvent.objects.exists()
