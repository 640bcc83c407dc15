"""Verifiers that are not ours: xmlsec1, the JDK and signxml, where this machine has them.

They judge the cryptography of every signature in a file and nothing else: no roles, no chain of
trust, no log. The demo and the tests ask them for a second opinion; verdicts never do.
"""

import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from lxml import etree

SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
JAVA_SOURCE = Path(__file__).with_name("VerifyAll.java")


class Oracle(Protocol):
    """One independent verifier."""

    name: str

    def accepted(self, paths: Sequence[Path]) -> set[Path]:
        """Return the files of which every signature verifies (a file without any does not)."""
        ...


class Xmlsec1:
    """The xmlsec1 program (libxmlsec, C)."""

    name = "xmlsec1"

    def accepted(self, paths: Sequence[Path]) -> set[Path]:
        """Ask once per signature: xmlsec1 looks at one signature a call."""
        return {path for path in paths if self._accepts(path)}

    def _accepts(self, path: Path) -> bool:
        tree = _tree(path)
        if tree is None:
            return False
        count = sum(1 for _ in tree.iter(SIGNATURE))
        names = sorted({_qualified(node) for node in tree.iter() if node.get("Id")})
        ids = [option for name in names for option in ("--id-attr:Id", name)]
        # The last covers those before it: in an altered file it is the first to fail.
        return count > 0 and all(
            self._verifies(path, ids, number) for number in range(count, 0, -1)
        )

    def _verifies(self, path: Path, ids: list[str], number: int) -> bool:
        xpath = f"(//*[local-name()='Signature'])[{number}]"
        done = subprocess.run(  # noqa: S603 - fixed program, our own file
            ["xmlsec1", "--verify", "--insecure", *ids, "--node-xpath", xpath, str(path)],  # noqa: S607
            capture_output=True,
            check=False,
        )
        return done.returncode == 0


class Jdk:
    """The JDK's javax.xml.crypto.dsig (Apache Santuario)."""

    name = "JDK XMLDSig"

    def accepted(self, paths: Sequence[Path]) -> set[Path]:
        """Run one small program over all files; `java` compiles it in memory."""
        done = subprocess.run(  # noqa: S603 - fixed program, our own files
            ["java", *QUICK_START, str(JAVA_SOURCE), *map(str, paths)],  # noqa: S607
            check=True,
            capture_output=True,
            text=True,
        )
        good = {line[3:] for line in done.stdout.splitlines() if line.startswith("OK ")}
        return {path for path in paths if str(path) in good}


class Signxml:
    """The Python package signxml."""

    name = "signxml"

    def accepted(self, paths: Sequence[Path]) -> set[Path]:
        """Verify each signature against the certificate it carries."""
        return {path for path in paths if self._accepts(path)}

    def _accepts(self, path: Path) -> bool:
        # Not a dependency of the product: present where the development tools are.
        from signxml.exceptions import InvalidInput, InvalidSignature
        from signxml.verifier import SignatureConfiguration, XMLVerifier

        root = _tree(path)
        if root is None:
            return False
        signatures = list(root.iter(SIGNATURE))
        for signature in reversed(signatures):
            slot = signature.getparent()
            if slot is None:
                return False
            certificate = signature.findtext(".//{*}X509Certificate")
            references = len(signature.findall("{*}SignedInfo/{*}Reference"))
            try:
                XMLVerifier().verify(
                    root,
                    x509_cert=_pem(certificate or ""),
                    id_attribute="Id",
                    expect_config=SignatureConfiguration(
                        expect_references=references,
                        location=root.getroottree().getelementpath(slot) + "/",
                    ),
                )
            except (InvalidInput, InvalidSignature, ValueError):  # the last: no certificate
                return False
        return bool(signatures)


def available_oracles() -> tuple[Oracle, ...]:
    """Return the oracles that this machine has."""
    found: list[Oracle] = []
    if shutil.which("java") and shutil.which("javac"):
        found.append(Jdk())
    if shutil.which("xmlsec1"):
        found.append(Xmlsec1())
    if find_spec("signxml"):
        found.append(Signxml())
    return tuple(found)


def _tree(path: Path) -> etree._Element | None:
    try:
        return etree.fromstring(path.read_bytes())
    except etree.XMLSyntaxError:
        return None


def _qualified(node: etree._Element) -> str:
    name = etree.QName(node)
    return f"{name.namespace}:{name.localname}" if name.namespace else name.localname


def _pem(base64_text: str) -> str:
    body = "".join(base64_text.split())
    lines = "\n".join(body[start : start + 64] for start in range(0, len(body), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
