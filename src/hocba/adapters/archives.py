"""Files around an archive: the list of a year, requests to and answers of offline authorities.

A list (`hocba-archive-list/1`) is text: a header line with the hash, then one item's digest a line,
in the order of the tree. It is walked, never held.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from asn1crypto import algos, cms, ocsp, tsp

from hocba.core.errors import HocbaError
from hocba.core.merkle import HASHES
from hocba.core.signing.archive import digest
from hocba.core.signing.path import certificates_in, crls_in
from hocba.core.signing.trust import Evidence

LIST_FORMAT = "hocba-archive-list/1"


def write_list(path: Path, *, algorithm: str, items: Iterable[bytes]) -> None:
    """Write a list; a file that was there is replaced when the new one is whole."""
    replacement = path.with_name(f"{path.name}.new")
    with replacement.open("w", encoding="ascii", newline="\n") as file:
        file.write(f"{LIST_FORMAT} {algorithm}\n")
        file.writelines(f"{item.hex()}\n" for item in items)
    replacement.replace(path)


def list_hash(path: Path) -> str:
    """Return the name of the hash of a list.

    Raises:
        HocbaError: "archive.list_unreadable".
    """
    try:
        with path.open("rb") as file:
            form, _, algorithm = (
                file.readline(100).decode("ascii").removesuffix("\n").partition(" ")
            )
    except (OSError, ValueError) as error:
        raise HocbaError("archive.list_unreadable") from error
    if form != LIST_FORMAT or algorithm not in HASHES:
        raise HocbaError("archive.list_unreadable")
    return algorithm


def list_items(path: Path) -> Iterator[bytes]:
    """Yield the digests of a list in order.

    Raises:
        HocbaError: "archive.list_unreadable" for a line that is none.
    """
    size = 2 * len(digest(list_hash(path), b"")) + 1
    try:
        with path.open("rb") as file:
            file.readline(100)
            while line := file.readline(size):
                text = line[:-1].decode("ascii")
                item = bytes.fromhex(text)
                if item.hex() != text or len(line) != size or line[-1:] != b"\n":
                    raise HocbaError("archive.list_unreadable")
                yield item
    except (OSError, ValueError) as error:
        raise HocbaError("archive.list_unreadable") from error


def stamp_request(imprint: bytes, *, algorithm: str) -> bytes:
    """Return an RFC 3161 request (`.tsq`) that an authority elsewhere can answer.

    It has no nonce: the answer comes by hand, and the text it is over occurs only once.
    """
    request = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": tsp.MessageImprint(
                {
                    "hash_algorithm": algos.DigestAlgorithm(
                        {"algorithm": algorithm.replace("-", "_")}
                    ),
                    "hashed_message": imprint,
                }
            ),
            "cert_req": True,
        }
    )
    return bytes(request.dump())


def token_in(data: bytes) -> bytes:
    """Return the token of an authority's answer (`.tsr`), or of a file that is the bare token.

    Raises:
        HocbaError: "timestamp.unreadable", "timestamp.refused" when the authority declined.
    """
    with suppress(ValueError, TypeError, KeyError):
        if cms.ContentInfo.load(data, strict=True)["content_type"].native == "signed_data":
            return data
    try:
        answer = tsp.TimeStampResp.load(data, strict=True)
        if answer["status"]["status"].native not in ("granted", "granted_with_mods"):
            raise HocbaError("timestamp.refused")
        return bytes(answer["time_stamp_token"].dump())
    except (ValueError, TypeError, KeyError) as error:
        raise HocbaError("timestamp.unreadable") from error


def answers_in(files: Iterable[bytes]) -> Evidence:
    """Sort files into certificates, revocation lists (DER or PEM) and OCSP answers (DER).

    Raises:
        HocbaError: "certificate.unreadable" for a file that is none of them.
    """
    certificates, crls, ocsps = list[bytes](), list[bytes](), list[bytes]()
    for data in files:
        with suppress(HocbaError):
            certificates += certificates_in(data)
            continue
        with suppress(HocbaError):
            crls += crls_in(data)
            continue
        try:
            ocsp.OCSPResponse.load(data, strict=True)["response_status"].native  # noqa: B018
        except (ValueError, TypeError) as error:
            raise HocbaError("certificate.unreadable") from error
        ocsps.append(data)
    return Evidence(tuple(certificates), tuple(crls), tuple(ocsps))
