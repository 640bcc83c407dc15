"""One transcript signed, sealed and issued from the core alone, with the keys to forge others.

Made once a session; everything is kept in memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from hocba.adapters.software_signer import SoftwareSigner
from hocba.adapters.software_signer.demo_pki import (
    KEY_PASSWORD,
    DemoPerson,
    DemoSchool,
    build_demo_pki,
)
from hocba.core.assessment.subjects import catalogue
from hocba.core.merkle import inclusion_proof, leaf_hash, tree_root
from hocba.core.registry.bundle import Bundle, BundledEntry
from hocba.core.registry.checkpoint import Checkpoint, sign_checkpoint, vkey
from hocba.core.registry.entry import EntryKind, LogEntry, encode
from hocba.core.registry.lookup_code import lookup_digest
from hocba.core.signing.keys import ed25519_public_key, ed25519_sign
from hocba.core.signing.plan import plan_for, slots_of
from hocba.core.signing.rounds import complete, prepare
from hocba.core.signing.trust import ApprovedSeal, TrustStore
from hocba.core.transcript.canonical import to_xml
from hocba.core.transcript.model import Signatory, Transcript
from tests.core.transcript.conftest import HOMEROOM, IDENTITY, PRINCIPAL, build

ORIGIN = "nhat-ky.hocba.vn"
SIGNED_AT = datetime(2025, 5, 30, 2, 0, tzinfo=UTC)
ISSUED_AT = datetime(2025, 5, 31, 2, 0, tzinfo=UTC)
NOW = datetime(2025, 6, 10, tzinfo=UTC)
TEACHERS = (
    Signatory("Vũ Thị Hà", "001186000101", "Giáo viên bộ môn"),
    Signatory("Hoàng Văn Long", "001186000102", "Giáo viên bộ môn"),
)
SALT = b"muoi cua muc nay"


@dataclass(frozen=True)
class City:
    """Keys of one school and its log, and whom a verifier trusts when it believes them."""

    signers: Mapping[str, SoftwareSigner]
    trust: TrustStore
    log_key: bytes

    def sign(self, transcript: Transcript, *, skip: str = "", at: datetime = SIGNED_AT) -> bytes:
        """Fill every slot in order, a minute each; stop before the slot named in `skip`."""
        document = to_xml(transcript)
        plan = plan_for(school_level=transcript.school_level, school_year=transcript.school_year)
        slots = slots_of(plan=plan, transcript=transcript)
        for number, slot in enumerate(slots):
            if slot.key == skip:
                break
            signer = self.signers[slot.signer_id]
            time = at + timedelta(minutes=number)
            asked = prepare(document=document, slot=slot, certificate=signer.certificate, at=time)
            (value,) = signer.sign_digests((asked.digest,))
            document = complete(document=document, prepared=asked, signature=value)
        return document

    def note(self, leaves: Sequence[bytes], *, origin: str = ORIGIN) -> str:
        """The signed head of a log of these leaves."""
        root = tree_root([leaf_hash(leaf) for leaf in leaves])
        return sign_checkpoint(
            checkpoint=Checkpoint(origin, len(leaves), root),
            key_name=origin,
            public_key=ed25519_public_key(self.log_key),
            sign=lambda message: ed25519_sign(self.log_key, message),
        )

    def bundle(
        self,
        document: bytes,
        *kinds: EntryKind,
        lookup_uuid: str = IDENTITY.lookup_uuid,
        about: bytes | None = None,
    ) -> Bundle:
        """The document with its proof, in a log that has other schools' entries around its own."""
        digest = sha256(about or document).digest()
        leaves = [b"muc %d cua truong khac" % number for number in range(5)]
        own = []
        for number, kind in enumerate(kinds or (EntryKind.ISSUED,)):
            own.append(len(leaves))
            leaves += [
                encode(
                    LogEntry(
                        kind=kind,
                        lookup_digest=lookup_digest(lookup_uuid=lookup_uuid, salt=SALT),
                        document_sha256=digest,
                        version=1,
                        at=ISSUED_AT + timedelta(days=number),
                        replaces_digest=b"\x77" * 32 if kind is EntryKind.REPLACED else None,
                    )
                ),
                b"mot muc o giua",
            ]
        hashes = [leaf_hash(leaf) for leaf in leaves]
        return Bundle(
            document=document,
            entries=tuple(
                BundledEntry(index, leaves[index], SALT, tuple(inclusion_proof(hashes, index)))
                for index in own
            ),
            checkpoint_note=self.note(leaves),
            certificates=tuple(signer.certificate for signer in self.signers.values()),
        )


@dataclass(frozen=True)
class Issued:
    """The good transcript: its signed document and its bundle, in force."""

    city: City
    transcript: Transcript
    document: bytes
    bundle: Bundle


def compose() -> Transcript:
    """The good transcript of grade 9, its subjects shared by two teachers."""
    teachers = {one.key: TEACHERS[number % 2] for number, one in enumerate(catalogue())}
    return build(teachers=teachers)


@cache
def city(name: str = "real") -> City:
    """Keys of the school's people; another name gives other keys of people called the same."""
    del name
    people = [DemoPerson(one.full_name, one.citizen_id, "") for one in (*TEACHERS, HOMEROOM)]
    people.append(DemoPerson(PRINCIPAL.full_name, PRINCIPAL.citizen_id, ""))
    school = IDENTITY.school
    with TemporaryDirectory() as place:
        pki = build_demo_pki(
            folder=Path(place) / "pki",
            people=people,
            schools=[DemoSchool(school.code, school.name)],
            not_before=datetime(2025, 1, 1, tzinfo=UTC),
            not_after=datetime(2030, 1, 1, tzinfo=UTC),
        )
        signers = {
            holder: SoftwareSigner.load(
                pki.folder / f"{holder}.p12", KEY_PASSWORD.decode(), demo=True
            )
            for holder in pki.certificates
        }
        log_key = pki.log_key.read_bytes()
    seal = ApprovedSeal(
        school_code=school.code,
        certificate_sha256=sha256(pki.certificates[school.code]).hexdigest(),
        valid_from=datetime(2025, 1, 2, tzinfo=UTC),
        valid_to=None,
    )
    keys = (vkey(ORIGIN, ed25519_public_key(log_key)),)
    trust = TrustStore(pki.anchors, pki.intermediates, pki.crls, (seal,), keys)
    return City(signers, trust, log_key)


@cache
def issued() -> Issued:
    """The good transcript, signed by all and issued."""
    transcript = compose()
    document = city().sign(transcript)
    return Issued(city(), transcript, document, city().bundle(document))


def with_other_mark(transcript: Transcript) -> Transcript:
    """The same transcript with a better mark in its first scored subject."""
    row = next(one for one in transcript.subjects if one.form == "scored")
    better = replace(row, year="10.0")
    rows = tuple(better if one is row else one for one in transcript.subjects)
    return replace(transcript, subjects=rows)
