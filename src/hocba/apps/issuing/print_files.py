"""Files of the print queue: one student's, put together, and looked at once more at the door."""

import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from django.conf import settings

from hocba.adapters.durable import refusing, stay, write_durably
from hocba.adapters.pdf import Rendition, set_transcript
from hocba.adapters.pdf.marking import MadeFor, joined, marked, require_made_for
from hocba.apps.ledger.life_queries import issued_by_code
from hocba.apps.ledger.queries import bundles, sealed_pdf, trust
from hocba.apps.ledger.renditions import require_in_force
from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import read_bundle
from hocba.core.verification import Answer, verify_bundle

FORMAT = "hocba-package/1"
MANIFEST = "danh-muc.json"


@dataclass(frozen=True, slots=True)
class PackedFile:
    """One file of a ZIP: its name there, whose transcript it is, the bytes' SHA-256."""

    name: str
    path: Path
    lookup_uuid: str


def folder_of(*, school_id: UUID, job_id: UUID) -> Path:
    """Return where the files of a request lie."""
    return _root() / str(school_id) / str(job_id)


def student_files(
    *,
    school_id: UUID,
    lookup_uuid: UUID,
    package: bool,
    made_for: MadeFor,
    request: str,
    claim: str,
    at: datetime,
) -> dict[str, bytes]:
    """Return one student's files by extension: the marked pages, or all that proves the transcript.

    Raises:
        HocbaError: "ledger.not_issued", "ledger.not_in_force", "print.not_yours" for a version of
            another school, "pdf.*", "blob.*".
    """
    row = issued_by_code(lookup_uuid=lookup_uuid)
    if row is None:
        raise HocbaError("ledger.not_issued")
    if row.school_id != school_id:
        raise HocbaError("print.not_yours")
    require_in_force(lookup_uuid=lookup_uuid)
    data = next(bundles([row]))
    bundle = read_bundle(data)
    verdict = verify_bundle(bundle=bundle, trust=trust(), at=at)
    if verdict.transcript is None or verdict.unaltered.answer is not Answer.PASSED:
        raise HocbaError("ledger.not_in_force")
    if verdict.transcript.school.code != made_for.school:
        raise HocbaError("print.not_yours")
    if package:
        sealed = sealed_pdf(lookup_uuid=lookup_uuid)
        files = {"xml": bundle.document, "hocba.json": data}
        return files if sealed is None else files | {"pdf": sealed}
    page = set_transcript(
        Rendition(
            verdict.transcript,
            verdict.signatures,
            settings.HOCBA_VERIFY_URL.format(uuid=lookup_uuid),
            request=request,
            claim=claim,
        )
    )
    return {"pdf": marked(page.pdf, made_for=made_for)}


def keep_files(*, folder: Path, number: int, files: Mapping[str, bytes]) -> None:
    """Put one student's files aside; they outlive a restart."""
    for extension, data in files.items():
        write_durably(folder / f"{number:04}.{extension}", data, below=_root())


def files_of(*, folder: Path, number: int) -> list[tuple[str, Path]]:
    """Return one student's files as (extension, path)."""
    found = sorted(folder.glob(f"{number:04}.*"))
    return [(path.name.partition(".")[2], path) for path in found]


def put_together(
    *,
    folder: Path,
    kind: str,
    packed: Sequence[PackedFile],
    about: Mapping[str, object],
    made_for: MadeFor,
) -> str:
    """Write the request's one file and return its SHA-256.

    Raises:
        HocbaError: "print.not_yours", "storage.*".
    """
    result = result_path(folder=folder, kind=kind)
    if kind == "pdf":
        pdf = joined((one.path.read_bytes() for one in packed), made_for=made_for)
        write_durably(result, pdf, below=_root())
        return sha256(pdf).hexdigest()
    with refusing(), NamedTemporaryFile(dir=folder, prefix=".new-", delete=False) as file:
        arriving = Path(file.name)
        try:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(MANIFEST, _manifest(packed, about, made_for))
                for one in packed:
                    archive.write(one.path, one.name)
            file.flush()
            arriving.replace(result)
        except BaseException:
            arriving.unlink(missing_ok=True)
            raise
    stay(result, below=_root())
    return _digest(result)


def result_path(*, folder: Path, kind: str) -> Path:
    """Return where the request's one file lies."""
    return folder / ("ket-qua.pdf" if kind == "pdf" else "ket-qua.zip")


def require_deliverable(*, path: Path, sha: str, made_for: MadeFor) -> None:
    """Look at a file once more before it leaves: the bytes that were made, and for whom.

    Raises:
        HocbaError: "print.gone", "print.not_yours".
    """
    if not path.exists():
        raise HocbaError("print.gone")
    if _digest(path) != sha:
        raise HocbaError("print.not_yours")
    if path.suffix == ".pdf":
        require_made_for(path.read_bytes(), made_for=made_for)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            told = json.loads(archive.read(MANIFEST))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise HocbaError("print.not_yours") from error
    found = MadeFor(*(str(told.get(name)) for name in ("school", "request", "owner")))
    if found != made_for:
        raise HocbaError("print.not_yours")


def throw_away(*, school_id: UUID, job_id: UUID) -> None:
    """Remove the files of a request."""
    shutil.rmtree(folder_of(school_id=school_id, job_id=job_id), ignore_errors=True)


def _manifest(packed: Sequence[PackedFile], about: Mapping[str, object], made_for: MadeFor) -> str:
    told = {
        "format": FORMAT,
        "school": made_for.school,
        "request": made_for.request,
        "owner": made_for.owner,
        **about,
        "files": [
            {
                "name": one.name,
                "lookup": one.lookup_uuid,
                "size": one.path.stat().st_size,
                "sha256": _digest(one.path),
            }
            for one in packed
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _digest(path: Path) -> str:
    found = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1024 * 1024):
            found.update(chunk)
    return found.hexdigest()


def _root() -> Path:
    return Path(settings.HOCBA_DATA_DIR) / "print-queue"
