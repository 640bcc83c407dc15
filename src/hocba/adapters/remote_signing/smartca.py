"""VNPT SmartCA, service interface "sp769" v1: get_certificate, sign hashes, ask the status.

The transaction's name is ours, so a request whose answer was lost can be asked for again. Every
value names its document, and counts only when it verifies over that document's digest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from hocba.adapters.remote_signing.exchange import (
    Door,
    Said,
    as_bytes,
    as_list,
    as_object,
    as_text,
)
from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.remote import (
    RemoteAnswer,
    RemoteDocument,
    RemoteState,
    RemoteTransaction,
    value_holds,
)

MOST_DOCUMENTS = 100  # of one confirmation; ours, the service names no limit
_DONE = 200
# smartca.vnpt.vn/help, "table-code"; the service also writes the state into `message`.
_REJECTED, _NOT_FOUND, _EXPIRED = 1, 62000, 62002
_CERTIFICATE = (60000, 60001, 60002, 60003)


@dataclass(frozen=True, slots=True)
class SmartCaClient:
    """Implements `core.signing.ports.RemoteSigner` for VNPT SmartCA."""

    door: Door
    sp_id: str
    sp_password: str = field(repr=False)
    accounts: Mapping[str, str] = field(default_factory=dict)

    def certificates(self, *, account: str) -> tuple[bytes, ...]:
        """Return the certificates that get_certificate lists."""
        return tuple(self._listed(account))

    def begin(
        self,
        *,
        account: str,
        certificate: bytes,
        documents: Sequence[RemoteDocument],
        request_id: str,
    ) -> RemoteTransaction:
        """Send the hashes under our own transaction name; see the port."""
        if len(documents) > MOST_DOCUMENTS:
            raise HocbaError("remote.too_many")
        listed = self._listed(account)
        if certificate not in listed:
            raise HocbaError("remote.certificate_missing")
        said = self._ask(
            "v1/signatures/sign",
            account,
            {
                "transaction_id": request_id,
                "transaction_desc": documents[0].name,
                "serial_number": listed[certificate],
                "sign_files": [
                    {
                        "doc_id": _doc_id(place),
                        "data_to_be_signed": one.digest.hex(),
                        "file_type": "xml",
                        "sign_type": "hash",
                    }
                    for place, one in enumerate(documents)
                ],
            },
        )
        refusal = _refusal(said)
        if refusal is not None:
            raise refusal
        return RemoteTransaction(as_text(_data(said).get("transaction_id")))

    def transaction_of(self, *, request_id: str) -> str:
        """Return the request's own id: the service takes our name for the transaction."""
        return request_id

    def poll(
        self, *, account: str, certificate: bytes, transaction_id: str, digests: Sequence[bytes]
    ) -> RemoteAnswer:
        """Ask the status of a transaction; see the port."""
        said = self.door.ask(f"v1/signatures/sign/{quote(transaction_id, safe='')}/status", {})
        if said.status == 404 or said.fields.get("status_code") == _NOT_FOUND:
            return RemoteAnswer(RemoteState.UNKNOWN)
        refusal = _refusal(said)
        signatures = _data(said).get("signatures") if said.fields.get("data") else None
        if not signatures and refusal is None:
            return RemoteAnswer(RemoteState.WAITING)
        matched = _matched(certificate, digests, as_list(signatures or []))
        return RemoteAnswer(RemoteState.ANSWERED, matched, refusal)

    def _listed(self, account: str) -> dict[bytes, str]:
        """Return the account's certificates with their serial numbers as the service names them."""
        said = self._ask("v1/credentials/get_certificate", account, {"serial_number": ""})
        refusal = _refusal(said)
        if refusal is not None:
            raise refusal
        found: dict[bytes, str] = {}
        for one in as_list(_data(said).get("user_certificates")):
            entry = as_object(one)
            der = as_bytes(entry.get("cert_data"))
            read_certificate(der)
            found[der] = as_text(entry.get("serial_number"))
        return found

    def _ask(self, path: str, account: str, more: dict[str, object]) -> Said:
        body = {
            "sp_id": self.sp_id,
            "sp_password": self.sp_password,
            "user_id": self.accounts.get(account, account),
            **more,
        }
        said = self.door.ask(path, body)
        if said.status in (401, 403):
            raise HocbaError("remote.sign_in")
        return said


def _doc_id(place: int) -> str:
    return f"hb-{place}"


def _data(said: Said) -> dict[str, Any]:
    return as_object(said.fields.get("data"))


def _matched(
    certificate: bytes, digests: Sequence[bytes], signatures: list[Any]
) -> dict[bytes, bytes]:
    """Return the values that verify over the document they name; the first one of each counts."""
    named = {_doc_id(place): digest for place, digest in enumerate(digests)}
    matched: dict[bytes, bytes] = {}
    for one in signatures:
        entry = as_object(one)
        digest = named.get(str(entry.get("doc_id")))
        try:
            value = as_bytes(entry.get("signature_value"))
        except HocbaError:
            continue
        if digest is not None and value_holds(certificate, digest, value):
            matched.setdefault(digest, value)
    return matched


def _refusal(said: Said) -> HocbaError | None:
    """Return why the service says no, None when it does not."""
    code, message = said.fields.get("status_code"), str(said.fields.get("message", "")).upper()
    if code == _REJECTED or "REJECT" in message or "DENIED" in message:
        return HocbaError("remote.refused_by_signer")
    if code in _CERTIFICATE or "CERTIFICATE" in message or "CREDENTIAL" in message:
        return HocbaError("remote.new_certificate")
    if code == _EXPIRED or "EXPIRED" in message:
        return HocbaError("remote.confirmation_late")
    if "QUOTA" in message:
        return HocbaError("remote.no_quota")
    if code == _DONE and said.status == _DONE:
        return None
    return HocbaError("remote.failed")
