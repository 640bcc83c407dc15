"""The description of the interface (OpenAPI 3.1); `docs/openapi.json` is checked against it."""

from collections.abc import Mapping
from typing import Any

from hocba.apps.portal.actions.batches import MAX_ITEMS
from hocba.core.registry.entry import EntryKind
from hocba.core.signing.verdict import Indication
from hocba.core.verification import Answer, VerdictWord

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_INSTANT: Json = {"type": "string", "format": "date-time"}
_DIGEST: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_UUID: Json = {
    "type": "string",
    "format": "uuid",
    "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
}
_DATE: Json = {"type": "string", "format": "date", "examples": ["2010-10-26"]}
_KEY: list[Json] = [{"key": []}]


def description() -> Json:
    """Return the whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Học bạ số: verifying",
            "version": "1",
            "description": "Verdicts on transcripts for admission systems. See docs/api.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {f"/api/v1/{path}": item for path, item in _paths().items()},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


def _paths() -> Mapping[str, Json]:
    octets: Json = {"schema": {"type": "string", "format": "binary", "minLength": 1}}
    file: Json = {"required": True, "content": {"application/octet-stream": octets}}
    batch = {"200": _answer("Batch", "Finished."), "202": _answer("Batch", "Not finished yet.")}
    return {
        "openapi.json": _get("describe", "This document", {"200": _any("OpenAPI document")}),
        "status": _get("status", "Whether the portal answers", {"200": _answer("Status")}),
        "log/entries/{digest}": _get(
            "logEntries",
            "Places of a file in the public log",
            {"200": _answer("LogEntries"), **_refusals(404, 429)},
            [_place("digest", _DIGEST)],
        ),
        "verifications": _post(
            "verify",
            "Judge one file (XML, PDF, .hocba.json; up to 4 MB)",
            {"200": _answer("Verdict"), **_refusals(400, 401, 403, 413, 429, 503)},
            body=file,
            security=[{}, *_KEY],
        ),
        "documents": _post(
            "document",
            "The bundle of a transcript, by code and birth date (scope documents)",
            {"200": _any("A .hocba.json file"), **_refusals(400, 401, 403, 404, 413, 429, 503)},
            body=_json_body("CodeAndDate"),
        ),
        "batches/codes": _post(
            "batchOfCodes",
            "Ask about up to 1,000 codes (scope codes)",
            {**batch, **_refusals(400, 401, 403, 409, 413, 429, 503)},
            body=_json_body("Codes"),
            parameters=[_request_id()],
        ),
        "batches/files": _post(
            "batchOfFiles",
            "Judge up to 1,000 files, in a ZIP or a form (scope files)",
            {**batch, **_refusals(400, 401, 403, 409, 413, 429, 503)},
            body=_files_body(octets),
            parameters=[_request_id()],
        ),
        "batches/{batch_id}": _get(
            "batch",
            "How far a batch is; asking takes it further",
            {**batch, **_refusals(401, 404, 503)},
            [_place("batch_id", _UUID)],
            security=_KEY,
        ),
        "batches/{batch_id}/results": _get(
            "batchResults",
            "Outcomes, one BatchItem a line",
            {
                "200": {"description": "NDJSON", "content": {"application/x-ndjson": {}}},
                **_refusals(401, 404, 409),
            },
            [_place("batch_id", _UUID)],
            security=_KEY,
        ),
    }


def _files_body(archive: Json) -> Json:
    one_file: Json = {"type": "string", "format": "binary"}
    form: Json = _record(file=_listed(one_file, minItems=1, maxItems=MAX_ITEMS))
    content = {"application/zip": archive, "multipart/form-data": {"schema": form}}
    return {"required": True, "content": content}


def _get(
    name: str,
    summary: str,
    responses: Json,
    parameters: list[Json] | None = None,
    security: list[Json] | None = None,
) -> Json:
    operation = {"operationId": name, "summary": summary, "responses": responses}
    return {
        "get": {**operation, "parameters": parameters or [], "security": security or []},
    }


def _post(
    name: str,
    summary: str,
    responses: Json,
    *,
    body: Json,
    parameters: list[Json] | None = None,
    security: list[Json] | None = None,
) -> Json:
    return {
        "post": {
            "operationId": name,
            "summary": summary,
            "parameters": parameters or [],
            "requestBody": body,
            "responses": responses,
            "security": security or _KEY,
        }
    }


def _place(name: str, schema: Json) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _request_id() -> Json:
    schema = {"type": "string", "pattern": "^[A-Za-z0-9-]{8,64}$"}
    return {"name": "Idempotency-Key", "in": "header", "required": True, "schema": schema}


def _json_body(name: str) -> Json:
    return {"required": True, "content": {"application/json": {"schema": _ref(name)}}}


def _answer(name: str, text: str = "OK") -> Json:
    return {"description": text, "content": {"application/json": {"schema": _ref(name)}}}


def _any(text: str) -> Json:
    return {"description": text, "content": {"application/json": {"schema": {"type": "object"}}}}


def _refusals(*statuses: int) -> Json:
    return {str(status): _answer("Error", "Refused.") for status in statuses}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _record(**fields: Json) -> Json:
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _listed(items: Json, **bounds: int) -> Json:
    return {"type": "array", "items": items, **bounds}


def _one_of(values: Any) -> Json:
    return {"type": "string", "enum": [one.value for one in values]}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def _schemas() -> Json:
    pair = {"code": _UUID, "birth_date": _DATE}
    return {
        "Error": _record(error=_record(code=_TEXT, message=_TEXT)),
        "CodeAndDate": _record(**pair),
        "Codes": _record(items=_listed(_record(**pair), minItems=1, maxItems=MAX_ITEMS)),
        "Status": _record(status=_TEXT, log=_record(origin=_TEXT, size=_COUNT), time=_INSTANT),
        "LogEntries": _record(
            document_sha256=_DIGEST,
            tree_size=_COUNT,
            entries=_listed(
                _record(index=_COUNT, kind=_one_of(EntryKind), at=_INSTANT, leaf_hash=_DIGEST)
            ),
        ),
        "Verdict": _verdict(),
        "Batch": _record(
            id=_UUID,
            request_id=_TEXT,
            kind={"type": "string", "enum": ["codes", "files"]},
            total=_COUNT,
            judged=_COUNT,
            finished={"type": "boolean"},
            results=_TEXT,
        ),
        "BatchItem": {
            "type": "object",
            "description": "With outcome judged, all members of Verdict stand beside these.",
            "properties": {
                "number": _COUNT,
                "code": _UUID,
                "file": _TEXT,
                "outcome": {
                    "type": "string",
                    "enum": ["judged", "not_found", "too_many_tries", "lost"],
                },
            },
            "required": ["number", "outcome"],
        },
    }


def _verdict() -> Json:
    answer = _record(answer=_one_of(Answer), reasons=_listed(_record(code=_TEXT, text=_TEXT)))
    names = ("unaltered", "in_force", "rightly_signed")
    place = _record(origin=_TEXT, index=_COUNT, tree_size=_COUNT, entry_at=_INSTANT)
    return _record(
        verdict=_one_of(VerdictWord),
        sentence=_TEXT,
        document_sha256=_or_null(_DIGEST),
        answers=_record(**dict.fromkeys(names, answer)),
        signatures=_listed(
            _record(
                slot=_TEXT,
                role=_or_null(_TEXT),
                indication=_one_of(Indication),
                signed_at=_or_null(_INSTANT),
            )
        ),
        log=_or_null(place),
        history=_listed(
            _record(
                kind=_one_of(EntryKind),
                index=_COUNT,
                at=_INSTANT,
                reason=_or_null(_TEXT),
                reason_text=_or_null(_TEXT),
                replaced_at=_or_null(_COUNT),
            )
        ),
        checked_at=_or_null(_INSTANT),
    )
