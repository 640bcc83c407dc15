"""Authorities are trusted from a day to a day; the register that says so is read with care."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from hocba.core.errors import HocbaError
from hocba.core.signing.register import AuthorityRegister, read_register
from hocba.core.signing.trust import (
    WITHOUT_DATES,
    AuthoritySpan,
    TrustStore,
    dump_trust,
    load_trust,
)
from hocba.core.signing.verdict import Indication
from hocba.core.signing.verify import verify_document
from tests.core.verification.issued import NOW, SIGNED_AT, city, issued

GOOD = """
[[authority]]
code = "QUOC_GIA"
role = "anchor"
certificate = "goc.der"
crls = ["goc.crl"]
trusted_from = 2020-01-01

[[authority]]
code = "BAN_CO_YEU"
name = "Cục Chứng thực số và Bảo mật thông tin"
role = "issuer"
certificate = "ca.der"
trusted_to = 2031-01-01T00:00:00+07:00
"""


def dated(
    der: bytes, *, since: datetime | None = None, until: datetime | None = None
) -> TrustStore:
    span = AuthoritySpan(sha256(der).hexdigest(), "BAN_CO_YEU", since, until)
    return replace(city().trust, authorities=(span,))


def indication(trust: TrustStore) -> Indication:
    return verify_document(document=issued().document, trust=trust, at=NOW).indication


@pytest.mark.parametrize("kind", ["anchors", "intermediates"])
def test_what_was_signed_while_the_authority_was_trusted_stays_good(kind: str) -> None:
    (der,) = getattr(city().trust, kind)
    day = timedelta(days=1)
    assert indication(dated(der, until=SIGNED_AT + day)) is Indication.TOTAL_PASSED
    assert indication(dated(der, until=SIGNED_AT - day)) is Indication.INDETERMINATE
    assert indication(dated(der, since=SIGNED_AT - day)) is Indication.TOTAL_PASSED
    assert indication(dated(der, since=SIGNED_AT + day)) is Indication.INDETERMINATE


def test_the_end_of_trust_is_the_first_instant_without_it() -> None:
    (der,) = city().trust.anchors
    trust = dated(der, since=SIGNED_AT, until=NOW)
    assert trust.trusted_at(SIGNED_AT)[0] == (der,)
    assert trust.trusted_at(SIGNED_AT - timedelta(seconds=1))[0] == ()
    assert trust.trusted_at(NOW)[0] == ()


def test_the_dates_survive_the_trust_file_and_older_files_are_read() -> None:
    (der,) = city().trust.anchors
    trust = dated(der, since=SIGNED_AT)
    assert load_trust(dump_trust(trust)) == trust
    older = dump_trust(city().trust).replace(b"hocba-trust/2", WITHOUT_DATES.encode())
    assert load_trust(older) == city().trust


def read(text: str) -> AuthorityRegister:
    trust = city().trust
    files = {"goc.der": trust.anchors[0], "ca.der": trust.intermediates[0]}
    files |= {"goc.crl": trust.crls[0], "hong.der": b"hong", "hai.pem": b""}

    def read_file(name: str) -> bytes:
        if name not in files:
            raise FileNotFoundError(Path(name))
        return files[name]

    return read_register(text=text, read_file=read_file)


def test_a_register_names_roots_and_issuers_with_their_dates() -> None:
    register, trust = read(GOOD), city().trust
    assert register.anchors == trust.anchors
    assert register.intermediates == trust.intermediates
    assert register.crls == trust.crls[:1]
    root, issuer = register.authorities
    assert root.trusted_from == datetime(2019, 12, 31, 17, tzinfo=UTC)  # midnight in Vietnam
    assert (root.trusted_to, issuer.trusted_from) == (None, None)
    assert (issuer.code, issuer.trusted_to) == (
        "BAN_CO_YEU",
        datetime(2030, 12, 31, 17, tzinfo=UTC),
    )


RETIRED = """
[[retired]]
name = "ecdsa"
below_bits = 384
since = 2035-01-01
"""


def test_a_register_may_retire_algorithms() -> None:
    assert read(GOOD).retired == ()
    (rule,) = read(GOOD + RETIRED).retired
    since = datetime(2034, 12, 31, 17, tzinfo=UTC)
    assert (rule.name, rule.below_bits, rule.since) == ("ecdsa", 384, since)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('name = "ecdsa"', "", "name"),
        ("below_bits = 384", "", "below_bits"),
        ("384", "-1", "below_bits"),
        ("since = 2035-01-01", "", "since"),
        ("2035-01-01", "7", "since"),
    ],
)
def test_a_wrong_retirement_is_named(old: str, new: str, field: str) -> None:
    with pytest.raises(HocbaError) as caught:
        read(GOOD + RETIRED.replace(old, new))
    assert dict(caught.value.params) == {"number": 1, "field": field}


@pytest.mark.parametrize(
    ("old", "new", "number", "field"),
    [
        ('code = "QUOC_GIA"', "", 1, "code"),
        ('"issuer"', '"noi cap"', 2, "role"),
        ('"ca.der"', '"thieu.der"', 2, "certificate"),
        ('"ca.der"', '"hong.der"', 2, "certificate"),
        ('"ca.der"', "7", 2, "certificate"),
        ('["goc.crl"]', '["hong.der"]', 1, "crls"),
        ('["goc.crl"]', "7", 1, "crls"),
        ("2020-01-01", '"hôm nào"', 1, "trusted_from"),
        ("T00:00:00+07:00", "T00:00:00", 2, "trusted_to"),
        ("name =", "ten =", 2, "ten"),
    ],
)
def test_a_wrong_entry_is_named(old: str, new: str, number: int, field: str) -> None:
    with pytest.raises(HocbaError) as caught:
        read(GOOD.replace(old, new))
    assert caught.value.code == "register.entry"
    assert dict(caught.value.params) == {"number": number, "field": field}


@pytest.mark.parametrize("text", ["", "authority = 7", "[[authority", "x = 1"])
def test_what_is_no_register_is_refused(text: str) -> None:
    with pytest.raises(HocbaError, match=r"register\.unreadable"):
        read(text)
