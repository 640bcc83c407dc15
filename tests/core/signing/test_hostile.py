"""Hostile files: each gets a verdict, with a bounded memory and time; strangers' keys too."""

import multiprocessing
import resource
from collections.abc import Callable
from queue import Empty

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.foreign import verify_signed_xml
from hocba.core.signing.timestamps import check_stamp
from hocba.core.signing.trust import Evidence, check_certificate
from hocba.core.signing.verdict import Indication
from hocba.core.signing.verify import verify_document
from tests.core.signing import hostile
from tests.core.signing.hostile import DOCUMENTS, MORE, PSS, ecdsa, pkcs1, pss, signed_with, two
from tests.core.verification.issued import NOW, city
from tests.fuzz.seeds import IMPRINT, stranger

MEMORY, SECONDS = 3 * 1024**3, 120
FAILED = Indication.TOTAL_FAILED


def in_a_cage(work: Callable[[], object]) -> object:
    """Do it in a child that may not take all memory nor for ever; its answer or its exception."""
    context = multiprocessing.get_context("fork")
    answers = context.Queue()

    def run() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        try:
            answers.put(work())
        except BaseException as error:
            answers.put(RuntimeError(repr(error)))

    child = context.Process(target=run)
    child.start()
    try:
        answer = answers.get(timeout=SECONDS)
    except Empty:
        pytest.fail("took too long")
    finally:
        child.kill()
        child.join()
    if isinstance(answer, BaseException):
        raise answer
    return answer


def foreign_codes(data: bytes) -> list[str]:
    """What the reader of foreign files says of each signature, "" where it accepts one."""
    try:
        found = verify_signed_xml(data=data)
    except HocbaError as refusal:
        return [refusal.code]
    return ["" if one.accepted else one.reason.code if one.reason else "?" for one in found]


@pytest.mark.parametrize("names", [tuple(DOCUMENTS)[start::4] for start in range(4)])
def test_hostile_documents_fail(names: tuple[str, ...]) -> None:
    def judge() -> dict[str, Indication]:
        return {name: verdict_on(DOCUMENTS[name]()) for name in names}

    city()  # made once, not in every child
    verdicts = in_a_cage(judge)
    assert verdicts == dict.fromkeys(names, FAILED)


def verdict_on(document: bytes) -> Indication:
    """The verdict; the document must not be the good one."""
    assert document != hostile.GOOD
    return verify_document(document=document, trust=city().trust, at=NOW).indication


@pytest.mark.parametrize("names", [tuple(DOCUMENTS)[start::4] for start in range(4)])
def test_hostile_documents_do_not_crash_the_reader_of_foreign_files(names: tuple[str, ...]) -> None:
    codes = in_a_cage(lambda: {name: foreign_codes(DOCUMENTS[name]()) for name in names})
    assert isinstance(codes, dict)
    assert all(codes.values())


FOREIGN_BOMBS: dict[str, Callable[[], bytes]] = {
    "attributes": lambda: _around("<x " + " ".join(f'a{n}=""' for n in range(600_000)) + "/>"),
    "namespaces": lambda: _around(
        "<x " + " ".join(f'xmlns:a{n}="u:"' for n in range(300_000)) + "/>"
    ),
    "work": lambda: _around("x" * 4_000_000, references=1_000, signatures=8),
    "prefixes": lambda: _around("<x/>" * 1_000, prefixes=" ".join(f"p{n}" for n in range(200_000))),
    "letters": lambda: _around("ạ" * 2_600_000),
    "escapes": lambda: _around(">" * 7_000_000),
    "attribute of escapes": lambda: _around('<x a="' + ">" * 7_000_000 + '"/>'),
    "UTF-7": lambda: (
        b'<?xml version="1.0" encoding="UTF-7"?><a>' + b"+ADw-b/+AD4-" * 600_000 + b"</a>"
    ),
    "certificates": lambda: _around("<x/>").replace(
        b"</Signature>",
        b"<KeyInfo><X509Data>%s</X509Data></KeyInfo></Signature>"
        % (b"<X509Certificate>%s</X509Certificate>" % (b"MIIB" * 4_000) * 400)
    ),
}  # fmt: skip


def _around(data: str, *, references: int = 1, signatures: int = 1, prefixes: str = "") -> bytes:
    """Signatures, whose value nobody made, over some data."""
    one = hostile.signed_info(f"{MORE}rsa-sha256")
    start, end = one.index("<Reference"), one.index("</SignedInfo>")
    listed = f'<InclusiveNamespaces xmlns="{EXCLUSIVE}" PrefixList="{prefixes}"/>'
    reference = one[start:end].replace("></Transform>", f">{listed}</Transform>")
    info = one[:start] + reference * references + one[end:]
    signature = (
        f'<Signature xmlns="{hostile.DS}">{info}<SignatureValue>AA==</SignatureValue></Signature>'
    )
    return f'<r><q Id="q">{data}</q>{signature * signatures}</r>'.encode()


@pytest.mark.slow
@pytest.mark.parametrize("name", FOREIGN_BOMBS)
def test_bombs_do_not_stop_the_reader_of_foreign_files(name: str) -> None:
    codes = in_a_cage(lambda: foreign_codes(FOREIGN_BOMBS[name]()))
    assert isinstance(codes, list)
    assert "" not in codes
    assert codes


EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
N256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RSA, ECDSA, MASKED = f"{MORE}rsa-sha256", f"{MORE}ecdsa-sha256", f"{PSS}sha256-rsa-MGF1"
SHA256 = hashes.SHA256()


@pytest.mark.parametrize(
    ("kind", "method", "sign"),
    [
        ("rsa2048", RSA, pkcs1),
        ("rsa3072", MASKED, pss(SHA256, 32)),
        ("p256", ECDSA, ecdsa(two(32))),
    ],
)
def test_an_honest_stranger_is_accepted(kind: str, method: str, sign: object) -> None:
    assert foreign_codes(signed_with(kind, method, sign)) == [""]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "method", "sign"),
    [
        ("rsa1024", RSA, pkcs1),
        ("rsa2048/3", RSA, pkcs1),
        ("rsa2048", f"{hostile.DS}rsa-sha1", pkcs1),
        ("rsa2048", f"{MORE}hmac-sha256", pkcs1),
        ("rsa2048", f"{hostile.ENC}sha256", pkcs1),
        ("rsa2048", ECDSA, pkcs1),
        ("rsa2048", MASKED, pkcs1),
        ("rsa2048", RSA, pss(SHA256, 32)),
        ("rsa2048", f"{MORE}rsa-sha512", pkcs1),
        ("rsa2048", RSA, lambda key, data: b"\x00" + pkcs1(key, data)),
        ("rsa2048", RSA, lambda key, data: pkcs1(key, data)[1:]),
        ("rsa2048", RSA, lambda key, data: b""),
        ("rsa2048", MASKED, pss(hashes.SHA1(), 32)),
        ("rsa2048", MASKED, pss(hashes.SHA512(), 32)),
        ("rsa2048", MASKED, pss(SHA256, 0)),
        ("rsa2048", MASKED, pss(SHA256, 20)),
        ("rsa2048", MASKED, pss(SHA256, 222)),
        ("p256", ECDSA, ecdsa(encode_dss_signature)),
        ("p256", ECDSA, ecdsa(two(33))),
        ("p256", ECDSA, ecdsa(two(66))),
        ("p256", ECDSA, ecdsa(lambda r, s: two(32)(0, s))),
        ("p256", ECDSA, ecdsa(lambda r, s: two(32)(r, 0))),
        ("p256", ECDSA, ecdsa(lambda r, s: bytes(64))),
        ("p256", ECDSA, ecdsa(lambda r, s: two(32)(N256, s))),
        ("p256", ECDSA, ecdsa(lambda r, s: two(32)(r, N256))),
        ("p256", ECDSA, ecdsa(lambda r, s: two(32)(2**256 - r, s))),
        ("p256", ECDSA, ecdsa(lambda r, s: two(32)(s, r))),
        ("p256", RSA, ecdsa(two(32))),
        ("p224", ECDSA, ecdsa(two(28))),
        ("k256", ECDSA, ecdsa(two(32))),
        ("bp", ECDSA, ecdsa(two(32))),
        ("dsa", f"{hostile.DS}dsa-sha1", lambda key, data: key.sign(data, SHA256)),
        ("ed25519", f"{MORE}eddsa-ed25519", lambda key, data: key.sign(data)),
    ],
)
def test_a_strangers_tricks_are_refused(kind: str, method: str, sign: object) -> None:
    codes = foreign_codes(signed_with(kind, method, sign))  # type: ignore[arg-type]
    assert "" not in codes


@pytest.mark.parametrize(
    ("modulus", "exponent"),
    [
        (2**2048 - 1, 1),
        (2**2048 - 1, 2),
        (2**2048 - 1, 3),
        (2**2048 - 1, 65536),
        (2**2048 - 2, 65537),
        (2**16384 - 1, 2**64 - 59),
        (2**16385 - 1, 65537),
        (2**100_000 - 1, 65537),
        (2**4_000_000 - 1, 2**4_000_000 - 3),
        (0, 0),
        (1, 65537),
        (2**3072 - 1, 2**3071 + 1),
    ],
    ids=lambda number: f"{number.bit_length()}",
)
def test_absurd_bare_keys_are_refused(modulus: int, exponent: int) -> None:
    def text(number: int) -> str:
        raw = number.to_bytes((number.bit_length() + 7) // 8 or 1, "big")
        return hostile.b64encode(raw).decode()

    key = (
        f"<KeyInfo><KeyValue><RSAKeyValue><Modulus>{text(modulus)}</Modulus><Exponent>"
        f"{text(exponent)}</Exponent></RSAKeyValue></KeyValue></KeyInfo></Signature>"
    )
    data = _around("8.5").replace(b"</Signature>", key.encode())
    assert in_a_cage(lambda: "" not in foreign_codes(data)) is True


@pytest.mark.parametrize(
    "time",
    [
        b"20250610000000",
        b"00000101000000Z",
        b"2025061000Z",
        b"20250610000000.5Z",
        b"99991231235959Z",
        b"20250610000000+0700",
        b"99991231235959-1100",
        b"00010101000000+1400",
        b"x",
    ],
)
def test_a_clock_may_say_any_time(time: bytes) -> None:
    """Without a zone it used to end in a TypeError: anybody may make a token."""
    token = stranger().token(IMPRINT, time=time)
    indication, reasons, proven = check_stamp(
        token=token, imprint=IMPRINT, claimed=NOW, trust=city().trust
    )
    assert (indication is Indication.TOTAL_PASSED, proven) == (False, None)
    assert reasons


@pytest.mark.parametrize(("certificates", "signers"), [(1, 2), (1, 50), (12, 1), (60, 1), (1, 0)])
def test_a_token_may_carry_anything(certificates: int, signers: int) -> None:
    """Twelve certificates that issued each other were a search of days for a path."""
    token = stranger().token(IMPRINT, certificates=certificates, signers=signers)
    trust = city().trust

    def judge() -> bool:
        indication, _, proven = check_stamp(token=token, imprint=IMPRINT, claimed=NOW, trust=trust)
        return indication is Indication.TOTAL_PASSED or proven is not None

    assert in_a_cage(judge) is False


def nested(inner: bytes, levels: int) -> bytes:
    """Some bytes inside so many SEQUENCEs."""
    for _ in range(levels):
        size = len(inner).to_bytes(3, "big")
        inner = b"\x30\x83" + size + inner
    return inner


def in_an_envelope(token: bytes) -> bytes:
    """A token as the content of another CMS message."""
    return bytes(cms.ContentInfo({"content_type": "data", "content": token}).dump())


@pytest.mark.parametrize(
    "change",
    [
        in_an_envelope,
        lambda token: in_an_envelope(in_an_envelope(token)),
        lambda token: nested(token, 5_000),
        lambda token: token[:-1] + nested(b"", 5_000),
        lambda token: token + token,
        lambda token: token + b"\x00" * 40_000,
        lambda token: b"\x30\x80" + token[4:] + b"\x00\x00",
    ],
)
def test_a_token_in_another_dress_fails(change: Callable[[bytes], bytes]) -> None:
    token = change(stranger().token(IMPRINT))
    indication, (reason,), _ = check_stamp(
        token=token, imprint=IMPRINT, claimed=NOW, trust=city().trust
    )
    assert indication is FAILED
    assert reason.code in ("timestamp.unreadable", "timestamp.value")


def test_a_certificate_of_megabytes_is_not_read() -> None:
    with pytest.raises(HocbaError, match=r"certificate\.unreadable"):
        read_certificate(hostile.certificate_of("p256") + b"\x00" * 16_384)


def test_a_token_that_names_an_unknown_hash_is_unreadable() -> None:
    """Found by fuzzing: the library looked the name up among its own, an AttributeError."""
    indication, (reason,), _ = check_stamp(
        token=stranger().token(IMPRINT, hash_name="1.2.3.4"),
        imprint=IMPRINT,
        claimed=NOW,
        trust=city().trust,
    )
    assert (indication, reason.code) == (FAILED, "timestamp.unreadable")


def test_strangers_authorities_do_not_widen_the_search() -> None:
    many = tuple(stranger().certificate(number) for number in range(2, 40))
    trust = city().trust

    def judge() -> Indication:
        return check_certificate(
            certificate=stranger().certificate(1),
            trust=trust,
            at=NOW,
            evidence=Evidence(certificates=many),
        )[0]

    assert in_a_cage(judge) is not Indication.TOTAL_PASSED
