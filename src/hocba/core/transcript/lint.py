"""What must be right before anybody signs: letters, sense, schema. Empty means ready.

 (1) The parser takes the document.
 (2) Every field can be read; those that cannot are all named.
 (3) The value makes sense (`rules`).
 (4) The document has the shape of the schema, which also allows nothing unknown.
 (5) An unsigned document is byte for byte what the writer writes.

Each step needs the one before, so the first that finds something ends the lint. Findings call
things by their Vietnamese names; a schema that is broken in spite of (2) and (3) names elements.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from threading import Lock
from typing import Any

from lxml import etree

from hocba.core.assessment.findings import Finding, Severity
from hocba.core.errors import HocbaError
from hocba.core.transcript.canonical import field_problems, read_transcript, to_xml
from hocba.core.transcript.model import Transcript
from hocba.core.transcript.parser import parse
from hocba.core.transcript.rules import check_transcript

_MOST_SCHEMA_FINDINGS = 20
# A compiled schema keeps the log of its last run, so one document at a time.
_one_at_a_time = Lock()


def lint(document: bytes) -> tuple[Finding, ...]:
    """Return everything that forbids signing this document; all findings block.

    A signed document is linted the same way; its signatures are judged by `core.signing`.
    """
    try:
        # (1) Parser
        root = parse(document)
        # (2) Fields
        unreadable = tuple(_of_refusal(refusal, name) for refusal, name in field_problems(root))
        if unreadable:
            return unreadable
        transcript = read_transcript(root)
    except HocbaError as refusal:
        return (_of_refusal(refusal),)
    # (3) Sense (4) Schema (5) Layout
    findings = (
        tuple(check_transcript(transcript))
        or tuple(_schema_findings(root))
        or tuple(_layout_findings(document, root, transcript))
    )
    student = transcript.student
    return tuple(
        replace(finding, student_code=student.student_code, student_name=student.full_name)
        for finding in findings
    )


def schema_valid(root: etree._Element) -> bool:
    """Whether a parsed document has the shape of the schema."""
    return not tuple(_schema_findings(root))


def _of_refusal(refusal: HocbaError, subject: str = "") -> Finding:
    name = str(refusal.params.get("field") or refusal.params.get("element") or "")
    return Finding(refusal.code, Severity.BLOCK, found=f"{subject}: {name}" if subject else name)


@cache
def _schema() -> etree.XMLSchema:
    with as_file(files(__package__).joinpath("schema")) as folder:
        return etree.XMLSchema(etree.parse(str(folder / "hoc_ba_1_0.xsd")))


def _schema_findings(root: etree._Element) -> Iterator[Finding]:
    schema = _schema()
    with _one_at_a_time:
        if schema.validate(root):
            return
        log: Any = schema.error_log
        errors = [(error.path or "", error.line) for error in log]
    for path, line in list(dict.fromkeys(errors))[:_MOST_SCHEMA_FINDINGS] or [("", 0)]:
        element = path.rpartition("/")[2]
        yield Finding("transcript.schema", Severity.BLOCK, found=f"{element}, dòng {line}")


def _layout_findings(
    document: bytes, root: etree._Element, transcript: Transcript
) -> Iterator[Finding]:
    unsigned = len(root[1]) == 0
    if unsigned and to_xml(transcript) != document:
        yield Finding("transcript.not_canonical", Severity.BLOCK)
