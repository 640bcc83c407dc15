"""Cloud Signature Consortium API v2: credentials, authorisation, signHash, polling.

The reference of our provider model. Hashes are sent in one signHash of the asynchronous operation
mode ("A"); a service that signs at once answers with the values instead of a `responseID`.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

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

SHA256_OID = "2.16.840.1.101.3.4.2.1"
RSA_OID = "1.2.840.113549.1.1.1"
# §11.12: the one refusal of signPolling that means "not yet".
_NOT_YET = "previous asynchronous signature request"


@dataclass(frozen=True, slots=True)
class CscClient:
    """Implements `core.signing.ports.RemoteSigner` for a service that speaks CSC API v2."""

    door: Door
    accounts: Mapping[str, str] = field(default_factory=dict)
    access_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)  # of a seal's credential; people confirm themselves

    def certificates(self, *, account: str) -> tuple[bytes, ...]:
        """Return the certificates of all valid credentials of an account."""
        return tuple(one.certificate for one in self._credentials(self._token(), account))

    def begin(
        self,
        *,
        account: str,
        certificate: bytes,
        documents: Sequence[RemoteDocument],
        request_id: str,
    ) -> RemoteTransaction:
        """Authorise the credential for these hashes and send them; see the port."""
        token = self._token()
        credential = self._credential(token, account, certificate)
        if len(documents) > credential.multisign:
            raise HocbaError("remote.too_many")
        hashes = [b64encode(one.digest).decode() for one in documents]
        sad = self._authorised(token, credential, documents, hashes, request_id)
        said = self._ask(
            "signatures/signHash",
            {
                "credentialID": credential.id,
                "SAD": sad,
                "hashes": hashes,
                "hashAlgorithmOID": SHA256_OID,
                "signAlgo": RSA_OID,
                "operationMode": "A",
                "clientData": request_id,
            },
            token,
        )
        if said.status != 200:
            raise _refusal(said)
        if "signatures" in said.fields:
            digests = [one.digest for one in documents]
            answer = _answered(said, certificate, digests)
            return RemoteTransaction(request_id, answer)
        return RemoteTransaction(as_text(said.fields.get("responseID")))

    def transaction_of(self, *, request_id: str) -> str:
        """Return "": the service draws its `responseID` itself."""
        return ""

    def poll(
        self, *, account: str, certificate: bytes, transaction_id: str, digests: Sequence[bytes]
    ) -> RemoteAnswer:
        """Ask signPolling; see the port."""
        said = self._ask("signatures/signPolling", {"requestID": transaction_id}, self._token())
        if said.status == 202:
            return RemoteAnswer(RemoteState.WAITING)
        if said.status == 200:
            if "signatures" in said.fields:
                return _answered(said, certificate, digests)
            as_text(said.fields.get("responseID"))
            return RemoteAnswer(RemoteState.WAITING)
        if said.status == 400 and _NOT_YET in str(said.fields.get("error_description", "")):
            return RemoteAnswer(RemoteState.WAITING)
        refusal = _refusal(said)
        unexplained = refusal.code == "remote.failed"
        if said.status == 404 or (unexplained and said.fields.get("error") == "invalid_request"):
            return RemoteAnswer(RemoteState.UNKNOWN)
        return RemoteAnswer(RemoteState.ANSWERED, refusal=refusal)

    def _token(self) -> str:
        if self.access_token:
            return self.access_token
        form = urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.client_secret,
            }
        )
        said = self.door.ask_form("oauth2/token", form)
        if said.status != 200:
            raise HocbaError("remote.sign_in")
        return as_text(said.fields.get("access_token"))

    def _ask(self, path: str, body: dict[str, object], token: str) -> Said:
        said = self.door.ask(f"csc/v2/{path}", body, token=token)
        if said.status in (401, 403):
            raise HocbaError("remote.sign_in")
        return said

    def _credentials(self, token: str, account: str) -> list["_Credential"]:
        user = self.accounts.get(account, account)
        said = self._ask("credentials/list", {"userID": user}, token)
        if said.status != 200:
            raise _refusal(said)
        found = []
        for identifier in as_list(said.fields.get("credentialIDs")):
            name = as_text(identifier)
            body: dict[str, object] = {"credentialID": name, "certificates": "single"}
            info = self._ask("credentials/info", body, token)
            if info.status != 200:
                raise _refusal(info)
            credential = _Credential.read(name, info)
            if credential is not None:
                found.append(credential)
        return found

    def _credential(self, token: str, account: str, certificate: bytes) -> "_Credential":
        for credential in self._credentials(token, account):
            if credential.certificate == certificate:
                return credential
        raise HocbaError("remote.certificate_missing")

    def _authorised(
        self,
        token: str,
        credential: "_Credential",
        documents: Sequence[RemoteDocument],
        hashes: list[str],
        request_id: str,
    ) -> str:
        body: dict[str, object] = {
            "credentialID": credential.id,
            "numSignatures": len(hashes),
            "hashes": hashes,
            "hashAlgorithmOID": SHA256_OID,
            "description": "; ".join(one.name for one in documents[:5]),
            "clientData": request_id,
        }
        if self.pin:
            body["authData"] = [{"id": "PIN", "value": self.pin}]
        said = self._ask("credentials/authorize", body, token)
        if said.status != 200:
            raise _refusal(said)
        return as_text(said.fields.get("SAD"))


@dataclass(frozen=True, slots=True)
class _Credential:
    """A key at the service: its name there, its certificate, how many hashes it takes at once."""

    id: str
    certificate: bytes
    multisign: int

    @classmethod
    def read(cls, identifier: str, info: Said) -> "_Credential | None":
        """Return the credential, None when key or certificate are not in force."""
        key, cert = as_object(info.fields.get("key")), as_object(info.fields.get("cert"))
        if key.get("status") != "enabled" or cert.get("status", "valid") != "valid":
            return None
        chain = as_list(cert.get("certificates"))
        multisign = info.fields.get("multisign", 1)
        if not chain or not isinstance(multisign, int):
            raise HocbaError("remote.answer_unreadable")
        return cls(identifier, as_bytes(chain[0]), multisign)


def _answered(said: Said, certificate: bytes, digests: Sequence[bytes]) -> RemoteAnswer:
    values = values_of(said.fields["signatures"])
    matched = match_values(certificate=certificate, digests=digests, values=values)
    return RemoteAnswer(RemoteState.ANSWERED, matched)


def _refusal(said: Said) -> HocbaError:
    """Read the error of a service: OAuth's words, and what services add in their descriptions."""
    error, told = str(said.fields.get("error", "")), str(said.fields.get("error_description", ""))
    text = f"{error} {told}".lower()
    if "expired" in text and "certificate" not in text:
        return HocbaError("remote.confirmation_late")
    if error in ("access_denied", "authorization_rejected"):
        return HocbaError("remote.refused_by_signer")
    if "quota" in text:
        return HocbaError("remote.no_quota")
    if "certificate" in text or "credential" in text:
        return HocbaError("remote.new_certificate")
    return HocbaError("remote.failed")
