"""Viettel MySign: login, certificates/info, signHash (asynchronous), requests/status.

The service draws the transaction's name, and answers with values in the order of the hashes; a
value counts where it verifies.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hocba.adapters.remote_signing.csc import RSA_OID, SHA256_OID
from hocba.adapters.remote_signing.exchange import (
    Door,
    Said,
    as_bytes,
    as_list,
    as_object,
    as_text,
    values_of,
)
from hocba.core.errors import HocbaError
from hocba.core.signing.remote import (
    RemoteAnswer,
    RemoteDocument,
    RemoteState,
    RemoteTransaction,
    match_values,
)

MOST_DOCUMENTS = 100  # of one confirmation; ours, the service names no limit
POLLED = 1  # "async": the answer is asked for; 3 would be a call back
_DONE, _WAITING, _UNKNOWN = "1", ("0", "4000"), "4004"


@dataclass(frozen=True, slots=True)
class MySignClient:
    """Implements `core.signing.ports.RemoteSigner` for Viettel MySign."""

    door: Door
    client_id: str
    client_secret: str = field(repr=False)
    profile_id: str
    accounts: Mapping[str, str] = field(default_factory=dict)

    def certificates(self, *, account: str) -> tuple[bytes, ...]:
        """Return the certificates of the account."""
        return tuple(self._listed(account, self._login(account)))

    def begin(
        self,
        *,
        account: str,
        certificate: bytes,
        documents: Sequence[RemoteDocument],
        request_id: str,
    ) -> RemoteTransaction:
        """Send the hashes for one confirmation; see the port."""
        if len(documents) > MOST_DOCUMENTS:
            raise HocbaError("remote.too_many")
        token = self._login(account)
        listed = self._listed(account, token)
        if certificate not in listed:
            raise HocbaError("remote.certificate_missing")
        said = self._ask(
            "vtss/service/signHash",
            {
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "credentialID": listed[certificate],
                "numSignatures": len(documents),
                "documents": [
                    {"document_id": f"{request_id}-{place}", "document_name": one.name}
                    for place, one in enumerate(documents)
                ],
                "hash": [b64encode(one.digest).decode() for one in documents],
                "hashAlgo": SHA256_OID,
                "signAlgo": RSA_OID,
                "async": POLLED,
            },
            token,
        )
        if said.status != 200 or "transactionId" not in said.fields:
            raise _refusal(_code(said))
        return RemoteTransaction(as_text(said.fields["transactionId"]))

    def transaction_of(self, *, request_id: str) -> str:
        """Return "": the service draws the name itself."""
        return ""

    def poll(
        self, *, account: str, certificate: bytes, transaction_id: str, digests: Sequence[bytes]
    ) -> RemoteAnswer:
        """Ask requests/status; see the port."""
        token = self._login(account)
        said = self._ask("vtss/service/requests/status", {"transactionId": transaction_id}, token)
        code = _code(said)
        if said.status == 404 or code == _UNKNOWN:
            return RemoteAnswer(RemoteState.UNKNOWN)
        if code in _WAITING:
            return RemoteAnswer(RemoteState.WAITING)
        values = values_of(said.fields.get("signatures") or [])
        matched = match_values(certificate=certificate, digests=digests, values=values)
        refusal = None if code == _DONE else _refusal(code)
        return RemoteAnswer(RemoteState.ANSWERED, matched, refusal)

    def _login(self, account: str) -> str:
        said = self._ask(
            "vtss/service/ras/v1/login",
            {
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "profile_id": self.profile_id,
                "user_id": self.accounts.get(account, account),
            },
            "",
        )
        if said.status != 200:
            raise HocbaError("remote.sign_in")
        return as_text(said.fields.get("access_token"))

    def _listed(self, account: str, token: str) -> dict[bytes, str]:
        """Return the account's certificates with the names of their credentials."""
        said = self._ask(
            "vtss/service/certificates/info",
            {
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "profile_id": self.profile_id,
                "user_id": self.accounts.get(account, account),
                "certificates": "chain",
                "certInfo": True,
                "authInfo": True,
            },
            token,
        )
        if said.status != 200:
            raise _refusal(_code(said))
        found = {}
        for one in as_list(said.value):
            entry = as_object(one)
            chain = as_list(as_object(entry.get("cert")).get("certificates"))
            if chain:
                found[as_bytes(chain[0])] = as_text(entry.get("credential_id"))
        return found

    def _ask(self, path: str, body: dict[str, object], token: str) -> Said:
        said = self.door.ask(path, body, token=token)
        if said.status in (401, 403):
            raise HocbaError("remote.sign_in")
        return said


def _code(said: Said) -> str:
    """Return the service's own code: `status` of an answer, `error` of a refusal."""
    return str(said.fields.get("status") or said.fields.get("error") or "")


def _refusal(code: str) -> HocbaError:
    if code == "4001":
        return HocbaError("remote.confirmation_late")
    if code == "4002":
        return HocbaError("remote.refused_by_signer")
    if code == "4005":
        return HocbaError("remote.no_quota")
    if code == "13004":
        return HocbaError("remote.new_certificate")
    return HocbaError("remote.failed")
