"""The one signature profile we make, and the names it is written with (XAdES B-B, ETSI EN 319 132).

Signatures are detached inside the document, exclusive C14N, SHA-256; PSS is read as well. Whatever
is not named here is refused with a reason.
"""

from collections.abc import Mapping

from hocba.core.signing.verdict import SlotRole

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
# The XML Signature schema wants properties outside its own namespace; this is the one of its
# examples, which Vietnamese products use for SigningTime.
SIGNING_TIME = "http://example.org/#signatureProperties"
EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
PSS_SHA256 = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
SIGNED_PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties"
COMMITMENT: Mapping[SlotRole, str] = {
    SlotRole.SUBJECT_TEACHER: "http://uri.etsi.org/01903/v1.2.2#ProofOfCreation",
    SlotRole.HOMEROOM_TEACHER: "http://uri.etsi.org/01903/v1.2.2#ProofOfCreation",
    SlotRole.PRINCIPAL: "http://uri.etsi.org/01903/v1.2.2#ProofOfApproval",
    SlotRole.SEAL: "http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin",
}
CLAIMED_ROLE: Mapping[SlotRole, str] = {
    SlotRole.SUBJECT_TEACHER: "GVBM",
    SlotRole.HOMEROOM_TEACHER: "GVCN",
    SlotRole.PRINCIPAL: "CBQL",
    SlotRole.SEAL: "PHAT_HANH",
}
SMALLEST_RSA_BITS = 2048
CURVES = ("secp256r1", "secp384r1", "secp521r1")
# DER of DigestInfo up to the digest (RFC 8017 §9.2), for devices that sign a DigestInfo.
SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
