"""How the simulator talks: CSC API v2, VNPT SmartCA sp769 and Viettel MySign over one server."""

import json
import re
import textwrap
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from hocba.core.signing.certificate import read_certificate

if TYPE_CHECKING:
    from hocba.adapters.remote_signing.simulator import Call, Fault, Simulator

Reply = tuple[int, Any]
Body = Mapping[str, Any]
Answering = Callable[["Simulator", Body, "re.Match[str]", "Fault | None"], Reply]
MYSIGN_CODES = {
    "waiting": "4000",
    "done": "1",
    "late": "4001",
    "refused": "4002",
    "no_quota": "4005",
    "certificate": "13004",
}
SMARTCA_CODES = {
    "waiting": (200, "WAITING_FOR_SIGNER_CONFIRM"),
    "done": (200, "SUCCESS"),
    "late": (62002, "EXPIRED"),
    "refused": (1, "SIGNER_REJECTED"),
    "no_quota": (400, "OUT_OF_QUOTA"),
    "certificate": (60003, "CREDENTIAL_STATUS_INVALID"),
}
CSC_ERRORS = {
    "late": ("invalid_request", "The authorization has expired"),
    "refused": ("access_denied", "The user denied the request"),
    "no_quota": ("invalid_request", "The signing quota is exhausted"),
    "certificate": ("invalid_request", "The certificate is revoked"),
}
_NOT_YET = (
    "The previous asynchronous signature request has been accepted for processing, "
    "but the processing has not yet been completed."
)


def _text(data: bytes, fault: "Fault | None") -> str:
    text = b64encode(data).decode()
    return "\r\n".join(textwrap.wrap(text, 76)) if fault == "line_breaks" else text


def _ended(kind: "Fault | None") -> str:
    """Return how a request is turned down at once, "" when it is not."""
    return {"no_quota": "no_quota", "revoked": "certificate"}.get(str(kind), "")


def _csc_refusal(word: str) -> Reply:
    error, told = CSC_ERRORS[word]
    return 400, {"error": error, "error_description": told}


def csc_token(_: "Simulator", body: Body, __: Any, ___: Any) -> Reply:
    """oauth2/token: the secret is "bi-mat"."""
    if body.get("client_secret") != "bi-mat":
        return 401, {"error": "invalid_client"}
    return 200, {"access_token": "tin-vat", "token_type": "Bearer", "expires_in": 3600}


def csc_list(_: "Simulator", body: Body, __: Any, ___: Any) -> Reply:
    """credentials/list: one credential an account, named after it."""
    return 200, {"credentialIDs": [f"khoa-{body['userID']}"]}


def csc_info(simulator: "Simulator", body: Body, _: Any, fault: "Fault | None") -> Reply:
    """credentials/info."""
    account = str(body["credentialID"]).removeprefix("khoa-")
    status = "revoked" if account in simulator.revoked else "valid"
    return 200, {
        "key": {"status": "enabled", "algo": ["1.2.840.113549.1.1.1"], "len": 2048},
        "cert": {
            "status": status,
            "certificates": [_text(simulator.holder(account).certificate, fault)],
        },
        "auth": {"mode": "explicit"},
        "multisign": simulator.multisign,
    }


def csc_authorize(_: "Simulator", body: Body, __: Any, ___: Any) -> Reply:
    """credentials/authorize: the authorisation names the hashes it is for."""
    return 200, {"SAD": json.dumps(body["hashes"]), "expiresIn": 300}


def csc_sign(simulator: "Simulator", body: Body, _: Any, fault: "Fault | None") -> Reply:
    """signatures/signHash in mode A."""
    if body["SAD"] != json.dumps(body["hashes"]) or body["operationMode"] != "A":
        return 400, {"error": "invalid_request", "error_description": "Invalid SAD"}
    if _ended(fault):
        return _csc_refusal(_ended(fault))
    digests = [b64decode(one) for one in body["hashes"]]
    account = str(body["credentialID"]).removeprefix("khoa-")
    return 200, {"responseID": simulator.begin(account, digests, ()).id}


def csc_poll(simulator: "Simulator", body: Body, _: Any, fault: "Fault | None") -> Reply:
    """signatures/signPolling."""
    one = simulator.look(str(body["requestID"]), fault)
    if one is None:
        return 400, {"error": "invalid_request", "error_description": "Unknown requestID"}
    if one.word == "waiting":
        return 400, {"error": "invalid_request", "error_description": _NOT_YET}
    if one.word == "done":
        return 200, {"signatures": [_text(value, fault) for value in one.values or ()]}
    # The standard knows no half answer: what was signed before the end is given, the rest not.
    if one.values:
        return 200, {"signatures": [_text(value, fault) for value in one.values]}
    return _csc_refusal(one.word)


def smartca_list(simulator: "Simulator", body: Body, _: Any, fault: "Fault | None") -> Reply:
    """v1/credentials/get_certificate."""
    if body.get("sp_password") != "bi-mat":
        return 401, {"status_code": 401, "message": "INVALID_SP"}
    if body["user_id"] in simulator.revoked:
        return 200, {"status_code": 60003, "message": "CREDENTIAL_STATUS_INVALID", "data": None}
    der = simulator.holder(str(body["user_id"])).certificate
    entry = {"serial_number": read_certificate(der).serial, "cert_data": _text(der, fault)}
    return 200, {"status_code": 200, "message": "OK", "data": {"user_certificates": [entry]}}


def smartca_sign(simulator: "Simulator", body: Body, _: Any, fault: "Fault | None") -> Reply:
    """v1/signatures/sign: the caller names the transaction."""
    if _ended(fault):
        code, message = SMARTCA_CODES[_ended(fault)]
        return 200, {"status_code": code, "message": message, "data": None}
    digests = [bytes.fromhex(one["data_to_be_signed"]) for one in body["sign_files"]]
    names = [str(one["doc_id"]) for one in body["sign_files"]]
    one = simulator.begin(str(body["user_id"]), digests, names, str(body["transaction_id"]))
    data = {"transaction_id": one.id, "tran_code": one.id[:8]}
    return 200, {"status_code": 200, "message": "OK", "data": data}


def smartca_status(
    simulator: "Simulator", _: Body, path: "re.Match[str]", fault: "Fault | None"
) -> Reply:
    """v1/signatures/sign/{transaction}/status."""
    one = simulator.look(path["transaction"], fault)
    if one is None:
        return 200, {"status_code": 62000, "message": "TRANSACTION_NOT_FOUND", "data": None}
    code, message = SMARTCA_CODES[one.word]
    signatures = [
        {"doc_id": name, "signature_value": _text(value, fault), "timestamp_signature": None}
        for name, value in zip(one.names, one.values or (), strict=False)
    ]
    data = {"transaction_id": one.id, "signatures": signatures or None}
    return 200, {"status_code": code, "message": message, "data": data}


def mysign_login(_: "Simulator", body: Body, __: Any, ___: Any) -> Reply:
    """ras/v1/login."""
    if body.get("client_secret") != "bi-mat":
        return 401, {"error": "401", "error_description": "client"}
    return 200, {"access_token": f"tin-vat-{body['user_id']}", "expires_in": "3600"}


def mysign_list(simulator: "Simulator", body: Body, _: Any, fault: "Fault | None") -> Reply:
    """certificates/info."""
    if body["user_id"] in simulator.revoked:
        return 400, {"error": "13004", "error_description": "certificate"}
    certificate = simulator.holder(str(body["user_id"])).certificate
    cert = {"status": "valid", "certificates": [_text(certificate, fault)]}
    return 200, [{"credential_id": f"khoa-{body['user_id']}", "cert": cert}]


def mysign_sign(simulator: "Simulator", body: Body, _: Any, fault: "Fault | None") -> Reply:
    """Service signHash in the polled mode."""
    if _ended(fault):
        return 400, {"error": MYSIGN_CODES[_ended(fault)], "error_description": "refused"}
    digests = [b64decode(one) for one in body["hash"]]
    names = [str(one["document_name"]) for one in body["documents"]]
    account = str(body["credentialID"]).removeprefix("khoa-")
    return 200, {"transactionId": simulator.begin(account, digests, names).id}


def mysign_status(simulator: "Simulator", body: Body, _: Any, fault: "Fault | None") -> Reply:
    """requests/status."""
    one = simulator.look(str(body["transactionId"]), fault)
    if one is None:
        return 404, {"error": "4004", "error_description": "transaction"}
    values = [_text(value, fault) for value in one.values or ()]
    return 200, {"status": MYSIGN_CODES[one.word], "signatures": values or None}


ROUTES: tuple[tuple[str, "Call", Answering], ...] = (
    (r"/oauth2/token", "list", csc_token),
    (r"/csc/v2/credentials/list", "list", csc_list),
    (r"/csc/v2/credentials/info", "list", csc_info),
    (r"/csc/v2/credentials/authorize", "list", csc_authorize),
    (r"/csc/v2/signatures/signHash", "sign", csc_sign),
    (r"/csc/v2/signatures/signPolling", "poll", csc_poll),
    (r"/v1/credentials/get_certificate", "list", smartca_list),
    (r"/v1/signatures/sign", "sign", smartca_sign),
    (r"/v1/signatures/sign/(?P<transaction>[^/]+)/status", "poll", smartca_status),
    (r"/vtss/service/ras/v1/login", "list", mysign_login),
    (r"/vtss/service/certificates/info", "list", mysign_list),
    (r"/vtss/service/signHash", "sign", mysign_sign),
    (r"/vtss/service/requests/status", "poll", mysign_status),
)


def answering_handler(simulator: "Simulator") -> type[BaseHTTPRequestHandler]:
    """Return the handler that answers for a simulator."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            simulator.asked.append(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            for pattern, call, answer in ROUTES:
                path = re.fullmatch(pattern, self.path)
                if path is not None:
                    self._meet(simulator.take_fault(call), answer, path, _read(raw))
                    return
            self._send(404, b"{}")

        def _meet(
            self, fault: "Fault | None", answer: Answering, path: "re.Match[str]", body: Body
        ) -> None:
            if fault == "timeout":
                self.close_connection = True  # nothing is done and nothing is said
                return
            if fault == "error_500":
                self._send(500, b"{}")
                return
            try:
                status, value = answer(simulator, body, path, fault)
            except LookupError:
                status, value = 404, {"error": "invalid_request", "error_description": "user"}
            if fault == "timeout_after":
                self.close_connection = True
                return
            if fault == "slow":
                time.sleep(simulator.slow_seconds)
            told = b"<html>502" if fault == "garbage" else json.dumps(value).encode()
            self._send(status, told)

        def _send(self, status: int, body: bytes) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True  # whoever asked has gone

    return Handler


def _read(raw: bytes) -> Body:
    if raw[:1] != b"{":
        return dict(parse_qsl(raw.decode()))
    value: Body = json.loads(raw)
    return value
