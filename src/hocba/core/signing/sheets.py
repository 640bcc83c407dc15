"""One signature for a class: a teacher signs a sheet head, every transcript carries its own proof.

The sheet's leaves are one per transcript: SHA-256 over a random salt, the lookup code and the
digests of everything that the slot covers there. The head (school, year, class, number of leaves,
root of the Merkle tree) is signed once; each transcript gets the same head, signature, its leaf's
place, salt and path. So a transcript verifies alone, as in document mode, and tells nothing of the
classmates: their leaves are salted, and a path holds hashes only.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID
from xml.sax.saxutils import escape

from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.merkle import inclusion_proofs, leaf_hash, root_of_path, tree_root
from hocba.core.signing.plan import Slot
from hocba.core.transcript.model import Transcript

SALT_BYTES, HASH_BYTES, MOST_LEAVES = 16, 32, 10_000
HEAD, PROOF = "TO_KY", "CHUNG_MINH"
_LEAF = b"hocba-sheet/1\n"

Covered = Sequence[tuple[str, bytes]]
"""(Id, SHA-256 of the canonical element) of everything that a slot covers in one transcript."""


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """Where one transcript stands in a sheet of `size` leaves, and its path to the root."""

    index: int
    size: int
    salt: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SheetPage:
    """What a slot in sheet mode carries beside its signature: the lines, and the signed head."""

    name: str  # base of the signature's Ids, the same in every transcript of the sheet
    head_id: str
    head_sha256: bytes
    lines: str


def sheet_leaf(*, salt: bytes, lookup_uuid: str, covered: Covered) -> bytes:
    """Hash of one transcript's leaf."""
    parts = b"".join(len(name).to_bytes(2) + name.encode() + digest for name, digest in covered)
    return leaf_hash(_LEAF + salt + UUID(lookup_uuid).bytes + parts)


def sheet_places(
    *, leaves: Sequence[bytes], salts: Sequence[bytes]
) -> tuple[bytes, tuple[SheetPlace, ...]]:
    """Return the root over the leaves and the place of each.

    Raises:
        HocbaError: "sheet.size" for no leaf or too many.
    """
    if not 0 < len(leaves) <= MOST_LEAVES:
        raise HocbaError("sheet.size", limit=MOST_LEAVES)
    places = tuple(
        SheetPlace(index, len(leaves), salt, tuple(path))
        for index, (salt, path) in enumerate(zip(salts, inclusion_proofs(leaves), strict=True))
    )
    return tree_root(leaves), places


def sheet_page(*, slot: Slot, transcript: Transcript, place: SheetPlace, root: bytes) -> SheetPage:
    """Write head and proof as they stand in the slot, in canonical form."""
    name = f"{slot.role.value}-{slot.signer_id}"
    head_id = f"to-{name}"
    head = (
        f'<{HEAD} Id="{head_id}">\n'
        f"        <MA_TRUONG>{escape(transcript.school.code)}</MA_TRUONG>\n"
        f"        <NAM_HOC>{escape(transcript.school_year)}</NAM_HOC>\n"
        f"        <LOP>{escape(transcript.class_name)}</LOP>\n"
        f"        <SO_HOC_BA>{place.size}</SO_HOC_BA>\n"
        f"        <GOC>{b64encode(root).decode()}</GOC>\n"
        f"      </{HEAD}>"
    )
    proof = (
        f"<{PROOF}>\n"
        f"        <VI_TRI>{place.index}</VI_TRI>\n"
        f"        <MUOI>{b64encode(place.salt).decode()}</MUOI>\n"
        + "".join(f"        <BAM>{b64encode(one).decode()}</BAM>\n" for one in place.path)
        + f"      </{PROOF}>"
    )
    digest = sha256(head.encode("utf-8")).digest()
    return SheetPage(name, head_id, digest, f"      {head}\n      {proof}\n")


def read_page(
    *, element: etree._Element, slot: Slot, transcript: Transcript, covered: Covered
) -> SheetPage | None:
    """Return the page that must stand in a slot's element, None for a slot in document mode.

    The root is computed from this transcript's own leaf, never read.

    Raises:
        HocbaError: "sheet.unreadable" for a page that no writer makes, "sheet.other_root" when the
            stated root is not that of this transcript's leaf.
    """
    head, proof = element.find(HEAD), element.find(PROOF)
    if head is None and proof is None:
        return None
    if head is None or proof is None:
        raise HocbaError("sheet.unreadable")
    place = _place(head, proof)
    leaf = sheet_leaf(salt=place.salt, lookup_uuid=transcript.lookup_uuid, covered=covered)
    root = root_of_path(leaf=leaf, index=place.index, size=place.size, proof=place.path)
    if root is None:
        raise HocbaError("sheet.unreadable")
    if head.findtext("GOC", "") != b64encode(root).decode():
        raise HocbaError("sheet.other_root")
    return sheet_page(slot=slot, transcript=transcript, place=place, root=root)


def _place(head: etree._Element, proof: etree._Element) -> SheetPlace:
    try:
        place = SheetPlace(
            index=int(proof.findtext("VI_TRI", "")),
            size=int(head.findtext("SO_HOC_BA", "")),
            salt=b64decode(proof.findtext("MUOI", ""), validate=True),
            path=tuple(b64decode(one.text or "", validate=True) for one in proof.findall("BAM")),
        )
    except (ValueError, Base64Error) as error:
        raise HocbaError("sheet.unreadable") from error
    sizes = {len(one) for one in place.path} | {HASH_BYTES}
    if len(place.salt) != SALT_BYTES or sizes != {HASH_BYTES} or place.size > MOST_LEAVES:
        raise HocbaError("sheet.unreadable")
    return place
