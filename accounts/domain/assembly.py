"""A CMS around a signature that was made elsewhere, so that a key can stay where it is and still sign."""

from asn1crypto import algos, cms as asn1, x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding

from accounts.domain import certificates
from accounts.domain.cms import Fault, SignatureError

HALF = 32


def assemble(certificate: x509.Certificate, signature: bytes) -> bytes:
    """Return the DER of a detached CMS without attributes: one signer, its certificate, its ECDSA signature.

    `signature` is r || s, 32 bytes each, as WebCrypto makes it with P-256 over SHA-256 of the content. Raises
    SignatureError when the certificate's key is none of P-256 or the length is another; whether the signature
    holds is for `cms.verify` to say.
    """
    key = certificates.usable_public_key(certificate.public_key())
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise SignatureError(Fault.ALGORITHM, "a signature made in the browser needs a certificate of P-256")
    if len(signature) != 2 * HALF:
        raise SignatureError(Fault.FORM, f"a P-256 signature has {2 * HALF} bytes, not {len(signature)}")
    r, s = (int.from_bytes(half, "big") for half in (signature[:HALF], signature[HALF:]))
    named = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    digest = algos.DigestAlgorithm({"algorithm": "sha256"})
    signer = asn1.SignerInfo(
        {
            "version": "v1",
            "sid": asn1.SignerIdentifier(
                name="issuer_and_serial_number",
                value={"issuer": named.issuer, "serial_number": named.serial_number},
            ),
            "digest_algorithm": digest,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": utils.encode_dss_signature(r, s),
        }
    )
    content = asn1.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [digest],
            "encap_content_info": {"content_type": "data"},
            "certificates": [asn1.CertificateChoices(name="certificate", value=named)],
            "signer_infos": [signer],
        }
    )
    return bytes(asn1.ContentInfo({"content_type": "signed_data", "content": content}).dump())
