"""`hocba archive` as an archivist uses it, with `openssl ts` as the authority elsewhere."""

import json
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from hocba.cli import main
from hocba.core.registry.bundle import Bundle, read_bundle, write_bundle
from hocba.core.signing.archive_files import read_archive
from hocba.core.signing.trust import TrustStore, dump_trust
from tests.core.verification.issued import city, issued

TSA_CONFIG = """
[tsa]
default_tsa = clock
[clock]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[stamps]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
authorityKeyIdentifier = keyid
[authority]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 3650
"""


def openssl(place: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["openssl", *arguments], cwd=place, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


@dataclass(frozen=True)
class Desk:
    """The archivist's folder: an openssl authority, four bundles, the trust file."""

    place: Path

    def stamp(self, request: str, answer: str) -> None:
        """The authority elsewhere answers a request file."""
        openssl(
            self.place,
            *("ts", "-reply", "-config", "tsa.cnf", "-queryfile", request, "-out", answer),
            *("-signer", "tsa.pem", "-inkey", "tsa.key", "-chain", "root.pem"),
        )

    def ok(self, *arguments: str) -> None:
        """A command that must do its work."""
        assert main(["archive", *arguments]) == 0


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    place = tmp_path_factory.mktemp("lưu trữ")
    (place / "tsa.cnf").write_text(TSA_CONFIG)
    (place / "serial").write_text("01\n")
    (place / "index.txt").write_text("")
    (place / "crlnumber").write_text("01\n")
    openssl(
        place,
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key"),
        *("-out", "root.pem", "-subj", "/CN=Goc", "-days", "7000"),
        *("-config", "tsa.cnf", "-extensions", "ca"),
    )
    openssl(
        place,
        *("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr"),
        *("-subj", "/CN=Dau thoi gian", "-config", "tsa.cnf"),
    )
    openssl(
        place,
        *("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key"),
        *("-CAcreateserial", "-out", "tsa.pem", "-days", "6000"),
        *("-extfile", "tsa.cnf", "-extensions", "stamps"),
    )
    openssl(
        place,
        *("ca", "-gencrl", "-config", "tsa.cnf", "-name", "authority", "-out", "root.crl"),
        *("-cert", "root.pem", "-keyfile", "root.key"),
    )
    for number, bundle in enumerate(bundles()):
        (place / f"hs{number}.hocba.json").write_bytes(write_bundle(bundle))
    (place / "trust.json").write_bytes(dump_trust(trust(place)))
    return Desk(place)


def bundles() -> list[Bundle]:
    """The good transcript, and others that only the tree needs."""
    good = issued().bundle
    others = [replace(good, document=good.document + b"\n" * number) for number in range(1, 4)]
    return [replace(good, issuers=city().trust.intermediates), *others]


def trust(place: Path) -> TrustStore:
    """The school's trust, and the root of openssl's authority."""
    pem = (place / "root.pem").read_bytes()
    from hocba.core.signing.path import certificates_in, crls_in

    known = city().trust
    return replace(
        known,
        anchors=(*known.anchors, *certificates_in(pem)),
        crls=(*known.crls, *crls_in((place / "root.crl").read_bytes())),
    )


@pytest.fixture
def at_desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(desk.place)
    return desk


FILES = [f"hs{number}.hocba.json" for number in range(4)]


@pytest.fixture(scope="module")
def archived(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The first archive, stamped by openssl, and the proofs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(desk.place)
        desk.ok("list", *FILES, "--out", "nam.list")
        make = ("make", "--list", "nam.list", "--name", "2024-2025")
        desk.ok(*make, "--request-out", "q.tsq", "--statement-out", "q.txt")
        desk.stamp("q.tsq", "q.tsr")
        desk.ok(*make, "--token-in", "q.tsr", "--out", "a0.json")
        desk.ok("answer", "a0.json", "--answer", "root.crl", "--out", "a1.json")
        desk.ok("prove", "a1.json", *FILES, "--list", "nam.list", "--out-dir", "p1")
    return desk


def verified(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object]]:
    capsys.readouterr()
    code = main(["archive", "verify", *arguments, "--trust", "trust.json", "--json"])
    out = capsys.readouterr().out
    return code, json.loads(out) if out else {}


def test_openssl_accepts_the_stamp_over_the_statement(archived: Desk) -> None:
    said = openssl(
        archived.place,
        *("ts", "-verify", "-data", "q.txt", "-in", "q.tsr", "-CAfile", "root.pem"),
    )
    assert "OK" in said
    text = (archived.place / "q.txt").read_text().splitlines()
    assert text[:4] == ["hocba-archive-tree/1", "sha256", "2024-2025", "4"]


def test_a_proof_passes_beside_the_bundle_and_inside_it(
    archived: Desk, at_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = verified(capsys, "hs0.hocba.json", "--proof", "p1/hs0.archive.json")
    assert (code, told["indication"], told["reasons"]) == (0, "TOTAL-PASSED", [])
    at_desk.ok("prove", "a1.json", FILES[0], "--list", "nam.list", "--out-dir", "w", "--bundles")
    assert verified(capsys, "w/hs0.hocba.json") == (code, told)
    assert read_bundle(Path("w/hs0.hocba.json").read_bytes()).issuers
    assert main(["verify", "w/hs0.hocba.json", "--trust", "trust.json"]) == 0
    line = ["verify", "hs0.hocba.json", "--archive", "p1/hs1.archive.json"]
    assert main([*line, "--trust", "trust.json"]) == 1, "a neighbour's proof"


def test_renewal_by_a_stamp_and_by_a_new_hash(
    archived: Desk, at_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    renew = ("renew", "a1.json", "--answer", "root.crl")
    at_desk.ok(*renew, "--request-out", "r.tsq", "--statement-out", "r.txt")
    at_desk.stamp("r.tsq", "r.tsr")
    at_desk.ok(*renew, "--token-in", "r.tsr", "--out", "a2.json")
    at_desk.ok("answer", "a2.json", "--trust", "trust.json", "--out", "a3.json")
    assert "OK" in openssl(
        at_desk.place, *("ts", "-verify", "-data", "r.txt", "-in", "r.tsr", "-CAfile", "root.pem")
    )
    at_desk.ok("prove", "a3.json", *FILES, "--list", "nam.list", "--out-dir", "p3")
    at_desk.ok("list", *FILES, "--hash", "sha512", "--proofs", "p3", "--out", "moi.list")
    rehash = ("renew", "a3.json", "--list", "moi.list")
    at_desk.ok(*rehash, "--request-out", "h.tsq")
    assert "sha512" in openssl(at_desk.place, "ts", "-query", "-in", "h.tsq", "-text")
    at_desk.stamp("h.tsq", "h.tsr")
    at_desk.ok(*rehash, "--token-in", "h.tsr", "--out", "a4.json")
    at_desk.ok("answer", "a4.json", "--trust", "trust.json", "--out", "a5.json")
    lists = ("--list", "nam.list", "--list", "moi.list")
    at_desk.ok("prove", "a5.json", *FILES, *lists, "--out-dir", "p5")
    for number, name in enumerate(FILES):
        code, told = verified(capsys, name, "--proof", f"p5/hs{number}.archive.json")
        assert (code, told["reasons"]) == (0, [])
    archive = read_archive(Path("a5.json").read_bytes())
    assert [(one.algorithm, len(one.stamps)) for one in archive.trees] == [
        ("sha256", 2),
        ("sha512", 1),
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("make", "--list", "hs0.hocba.json", "--name", "x", "--request-out", "x"), "danh sách"),
        (("make", "--list", "nam.list", "--name", "a/b", "--request-out", "x"), "lưu trữ"),
        (("make", "--list", "nam.list", "--name", "x", "--token-in", "q.tsr"), "--out"),
        (
            ("make", "--list", "nam.list", "--name", "khác", "--token-in", "q.tsr", "--out", "x"),
            "lưu trữ",
        ),
        (
            ("make", "--list", "nam.list", "--name", "x", "--token-in", "q.tsr", "--out", "x"),
            "",
        ),
        (
            ("make", "--list", "nam.list", "--name", "x", "--tsa", "http://127.0.0.1:9/")
            + ("--out", "x"),
            "127.0.0.1",
        ),
        (("renew", "a1.json", "--list", "ngan.list", "--request-out", "x"), "Danh sách"),
        (
            ("renew", "a1.json", "--list", "nam.list", "--answer", "root.crl")
            + ("--request-out", "x"),
            "trước",
        ),
        (("prove", "a1.json", "la.hocba.json", "--list", "nam.list", "--out-dir", "x"), "không"),
        (("prove", "a1.json", "hs0.hocba.json", "--list", "ngan.list", "--out-dir", "x"), ""),
        (("answer", "a1.json", "--answer", "q.txt", "--out", "x"), "chứng thư"),
    ],
)
def test_what_cannot_be_done_is_said_and_writes_nothing(
    archived: Desk,
    at_desk: Desk,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    says: str,
) -> None:
    lines = Path("nam.list").read_text().splitlines(keepends=True)
    Path("ngan.list").write_text("".join(lines[:3]))
    other = replace(issued().bundle, document=b"<la/>")
    Path("la.hocba.json").write_bytes(write_bundle(other))
    assert main(["archive", *arguments]) == 2
    assert says in capsys.readouterr().err
    assert not Path("x").exists()
