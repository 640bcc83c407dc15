"""Attacks on the one parser: each is refused with its own code, quickly."""

from collections.abc import Callable

import pytest

from hocba.core.errors import HocbaError
from hocba.core.transcript.canonical import parse
from hocba.core.transcript.parser import MAX_BYTES

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
BOMB = (
    b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">'
    + b"".join(
        b'<!ENTITY c%d "%s">' % (n, (b"&c%d;" % (n - 1) if n else b"&b;") * 10) for n in range(9)
    )
    + b"]><a>&c8;</a>"
)
EXTERNAL = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
MANY_NAMESPACES = b"<a " + b" ".join(b'xmlns:n%d="urn:%d"' % (n, n) for n in range(40)) + b"/>"


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (b"<!DOCTYPE a><a/>", "doctype"),
        (HEAD + b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', "doctype"),
        (BOMB, "doctype"),
        (EXTERNAL, "doctype"),
        (b"<!doctype a><a/>", "not_xml"),
        (b"<a>&nbsp;</a>", "not_xml"),
        (b"<a>&#0;</a>", "not_xml"),
        (b"<a>" * 65 + b"</a>" * 65, "too_deep"),
        (b"<a>" * 5000 + b"</a>" * 5000, "too_deep"),
        (b"<a>" + b"<b/>" * 20_000 + b"</a>", "too_many_elements"),
        (b"<a>" + b"<b/>" * 400_000 + b"</a>", "too_many_elements"),
        (b'<a b="' + b"x" * 1_000_000 + b'"/>', "attribute_too_long"),
        (b'<a xmlns="urn:' + b"x" * 2_000 + b'"/>', "attribute_too_long"),
        (b"<a " + b" ".join(b'b%d=""' % n for n in range(17)) + b"/>", "too_many_attributes"),
        (MANY_NAMESPACES, "too_many_attributes"),
        (b"<a>" + b" " * MAX_BYTES + b"</a>", "too_large"),
        (HEAD + b"<?php evil ?><a/>", "processing_instruction"),
        (b"<a><?xml-stylesheet href='x'?></a>", "processing_instruction"),
        (b"<a/><?after it?>", "processing_instruction"),
        (HEAD + b"<!-- before --><a/>", "comment"),
        (b"<a>ngo<!-- in -->an</a>", "comment"),
        (b"<a/><!-- after -->", "comment"),
        (b'<a Id="x"><b Id="x"/></a>', "duplicate_id"),
        ("\ufeff<a/>".encode(), "not_utf8"),
        ("<a/>".encode("utf-16"), "not_utf8"),
        ("<a/>".encode("utf-16-le"), "not_utf8"),
        ("<a/>".encode("utf-16-be"), "not_utf8"),
        ("<a/>".encode("utf-32-be"), "not_utf8"),
        ('<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"), "not_utf8"),
        (b'<?xml version="1.0" encoding="UTF-16"?><a/>', "not_utf8"),
        (b"<?xml version='1.0' encoding='UTF-7'?>+ADw-a/+AD4-", "not_utf8"),
        (b'<?xml version="1.0" encoding="IBM037"?><a/>', "not_utf8"),
        (b'<?xml version="1.0" encoding="windows-1258"?><a>\xd2</a>', "not_utf8"),
        (b"<a>\xc3</a>", "not_utf8"),
        (b"<a>\xc0\xbc</a>", "not_utf8"),
        (b'<?xml version="1.1"?><a/>', "not_xml"),
        (b"<?xml encoding='UTF-8'?><a/>", "not_xml"),
        (b"<a>\x07</a>", "not_xml"),
        (b"<a><b></a>", "not_xml"),
        (b"<a/><b/>", "not_xml"),
        (b"", "not_xml"),
        (b"%PDF-1.7", "not_xml"),
    ],
)
def test_an_attack_is_refused_by_name(attack: bytes, code: str) -> None:
    with pytest.raises(HocbaError) as refusal:
        parse(attack)
    assert refusal.value.code == f"transcript.{code}"


@pytest.mark.parametrize(
    "head", [b"", HEAD, b"<?xml version='1.0'?>", b'<?xml version="1.0" standalone="yes"?>\n']
)
def test_plain_documents_pass(head: bytes) -> None:
    assert parse(head + '<a b="1">Đạt &lt; &#x1EC7;</a>'.encode()).text == "Đạt < ệ"


def test_a_bound_is_still_allowed() -> None:
    assert parse(b"<a>" * 64 + b"</a>" * 64) is not None
    assert parse(b'<a b="' + b"x" * 1024 + b'"/>') is not None


def test_a_transcript_passes_signed_or_not(document: bytes, signed: bytes) -> None:
    accepted: Callable[[bytes], object] = parse
    assert accepted(document) is not None
    assert accepted(signed) is not None
