"""The register of authorities: which roots and issuers the city trusts, from when to when (TOML).

    [[authority]]
    code = "BAN_CO_YEU"            # the Ministry's catalogue of issuers
    role = "anchor"                # or "issuer"
    certificate = "goc.pem"        # file beside the register, PEM or DER
    crls = ["goc.crl"]             # optional
    trusted_from = 2020-01-01      # optional, a day or an instant
    trusted_to = 2040-01-01        # optional, that day no more

    [[retired]]                    # optional: algorithms that ended beyond the published policy
    name = "ecdsa"
    below_bits = 384               # 0: all of them
    since = 2035-01-01

Kept by the operator under version control; entries are ended, never removed, so that old signatures
stay verifiable.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from hocba.core.errors import HocbaError
from hocba.core.signing.path import certificates_in, crls_in
from hocba.core.signing.retirement import RetiredAlgorithm
from hocba.core.signing.trust import AuthoritySpan
from hocba.core.signing.xades import VIETNAM

_KNOWN = {"code", "role", "certificate", "crls", "trusted_from", "trusted_to", "name"}


@dataclass(frozen=True, slots=True)
class AuthorityRegister:
    """What the register holds, in the shape of a trust list; certificates and CRLs in DER."""

    anchors: tuple[bytes, ...]
    intermediates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    authorities: tuple[AuthoritySpan, ...]
    retired: tuple[RetiredAlgorithm, ...]


def read_register(*, text: str, read_file: Callable[[str], bytes]) -> AuthorityRegister:
    """Read a register; `read_file` gives the bytes of a file that it names.

    Raises:
        HocbaError: "register.unreadable" (not TOML, or no authority), "register.entry" with the
            entry's number and the field that is wrong.
    """
    try:
        data = tomllib.loads(text)
        rows = data["authority"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise HocbaError("register.unreadable") from error
    if not isinstance(rows, list) or not rows:
        raise HocbaError("register.unreadable")
    certificates: dict[str, list[bytes]] = {"anchor": [], "issuer": []}
    crls: list[bytes] = []
    spans: list[AuthoritySpan] = []
    for number, row in enumerate(rows, start=1):
        entry = _Entry(number, row, read_file)
        der = entry.certificate()
        certificates[entry.role()].append(der)
        crls += entry.crls()
        spans.append(
            AuthoritySpan(
                certificate_sha256=sha256(der).hexdigest(),
                code=entry.text("code"),
                trusted_from=entry.instant("trusted_from"),
                trusted_to=entry.instant("trusted_to"),
            )
        )
    retirements = data.get("retired", [])
    if not isinstance(retirements, list):
        raise HocbaError("register.unreadable")
    return AuthorityRegister(
        tuple(certificates["anchor"]),
        tuple(certificates["issuer"]),
        tuple(crls),
        tuple(spans),
        tuple(
            _Entry(number, row, read_file).retired()
            for number, row in enumerate(retirements, start=1)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    number: int
    row: Mapping[str, Any]
    read_file: Callable[[str], bytes]

    def wrong(self, field: str) -> HocbaError:
        return HocbaError("register.entry", number=self.number, field=field)

    def text(self, field: str) -> str:
        value = self.row.get(field)
        if not isinstance(value, str) or not value:
            raise self.wrong(field)
        return value

    def role(self) -> str:
        unknown = sorted(self.row.keys() - _KNOWN)
        if unknown:
            raise self.wrong(unknown[0])
        if self.row.get("role") not in ("anchor", "issuer"):
            raise self.wrong("role")
        return str(self.row["role"])

    def certificate(self) -> bytes:
        try:
            (der,) = certificates_in(self.read_file(self.text("certificate")))
        except (HocbaError, OSError, ValueError) as error:
            raise self.wrong("certificate") from error
        return der

    def crls(self) -> list[bytes]:
        found: list[bytes] = []
        try:
            for name in self.row.get("crls", []):
                found += crls_in(self.read_file(name))
        except (HocbaError, OSError, TypeError) as error:
            raise self.wrong("crls") from error
        return found

    def retired(self) -> RetiredAlgorithm:
        bits, since = self.row.get("below_bits"), self.instant("since")
        if not isinstance(bits, int) or bits < 0:
            raise self.wrong("below_bits")
        if since is None:
            raise self.wrong("since")
        return RetiredAlgorithm(self.text("name"), bits, since)

    def instant(self, field: str) -> datetime | None:
        """Read a day, which begins at midnight in Vietnam, or an instant."""
        value = self.row.get(field)
        if value is None:
            return None
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime(value.year, value.month, value.day, tzinfo=VIETNAM)
        raise self.wrong(field)
