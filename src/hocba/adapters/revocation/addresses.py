"""Where a certificate says that its authority answers: OCSP and lists, http(s) only."""

from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID


def ocsp_addresses(certificate: x509.Certificate) -> Iterator[str]:
    """Yield the OCSP addresses of the authority information access extension (RFC 5280 4.2.2.1)."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except (x509.ExtensionNotFound, ValueError):
        return
    for one in access.value:
        if one.access_method == AuthorityInformationAccessOID.OCSP:
            yield from _http(one.access_location)


def crl_addresses(certificate: x509.Certificate) -> Iterator[str]:
    """Yield the addresses of the CRL distribution points extension (RFC 5280 §4.2.1.13)."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    except (x509.ExtensionNotFound, ValueError):
        return
    for point in points.value:
        for name in point.full_name or ():
            yield from _http(name)


def _http(name: x509.GeneralName) -> Iterator[str]:
    if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith(
        ("http://", "https://")
    ):
        yield name.value
