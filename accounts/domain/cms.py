"""Detached CMS signatures, so that an act is bound to the organisation that stands behind it.

A signature is a CMS SignedData (RFC 5652) in DER: detached, without attributes, SHA-256, one signer and its
certificate, over canonical JSON whose `domain` says what the act is (docs/formats.md sections 1 and 8).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from asn1crypto import cms as asn1, core
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import verification

from accounts.domain import certificates
from accounts.domain.certificates import CertificateFacts, PrivateKey, PublicKey
from kernel.domain import canonical

KNOWN_DOMAINS = frozenset(
    f"yangguang/{name}/v1"
    for name in (
        "bid-statement",
        "bid-withdrawal",
        "opening-consent",
        "lodging",
        "custodian-key",
        "custodian-ready",
        "release",
        "draw-commit",
        "draw-reveal",
        "draw-open",
        "sign-in",
        "guarantee",
        "issuer-message",
        "bank-message",
        "seal",
        "withdrawal-record",
        "closing",
        "release-list",
        "opening-table",
        "opening-record",
        "score-sheet",
        "evaluation-report",
        "award",
        "contract",
        "fault-decision",
        "case-package",
    )
)
_OPTIONS = (
    pkcs7.PKCS7Options.DetachedSignature,
    pkcs7.PKCS7Options.NoAttributes,
    pkcs7.PKCS7Options.Binary,
)
_SIGNATURE_BYTES_MAXIMUM = 64 * 1024
_DEPTH_MAXIMUM = 32
_UNREADABLE = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_ALGORITHMS: dict[str, type[ec.EllipticCurvePublicKey] | type[rsa.RSAPublicKey]] = {
    "sha256_ecdsa": ec.EllipticCurvePublicKey,
    "rsassa_pkcs1v15": rsa.RSAPublicKey,
    "sha256_rsa": rsa.RSAPublicKey,
}
Policy = verification.Policy
_NULL = b"\x05\x00"
Extension = x509.ExtensionType
_VERSIONS = {"issuer_and_serial_number": ("v1", "v1"), "subject_key_identifier": ("v3", "v3")}


class Fault(StrEnum):
    """What is wrong with a signature; the code by which pages and tests tell failures apart."""

    FORM = "form"
    NOT_DETACHED = "not_detached"
    SIGNERS = "signers"
    ATTRIBUTES = "attributes"
    ALGORITHM = "algorithm"
    CERTIFICATE = "certificate"
    EXPIRED = "expired"
    CHAIN = "chain"
    SIGNATURE = "signature"
    CONTENT = "content"
    DOMAIN = "domain"


class SignatureError(ValueError):
    """A signature that does not hold, or a value that no key may sign; `fault` is the code, the text the reason."""

    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Signed:
    """A JSON value whose signature holds, and whose certificate made it."""

    value: dict[str, Any]
    signer: CertificateFacts


def sign(
    content: bytes,
    key: PrivateKey,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate] = (),
) -> bytes:
    """Return the DER of a detached CMS over `content`; `chain` holds intermediate certificates to send along.

    Raises SignatureError when the key is weak or is not the certificate's.
    """
    try:
        certificates.usable_public_key(key.public_key())
    except certificates.CertificateError as error:
        raise SignatureError(Fault.ALGORITHM, str(error)) from error
    if key.public_key() != certificate.public_key():
        raise SignatureError(Fault.CERTIFICATE, "the key does not belong to the certificate")
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
    for link in chain:
        builder = builder.add_certificate(link)
    return builder.sign(Encoding.DER, _OPTIONS)


def sign_json(
    value: dict[str, Any],
    key: PrivateKey,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate] = (),
) -> bytes:
    """Sign a JSON value's canonical bytes; raises SignatureError unless its `domain` is one that keys may sign."""
    _check_domain(value, None)
    return sign(canonical.to_bytes(value), key, certificate, chain)


def verify_json(
    data: bytes, der: bytes, roots: Sequence[x509.Certificate], at: datetime, *, domain: str
) -> Signed:
    """Return the signed value and its signer; raises SignatureError unless `data` is canonical and of `domain`."""
    try:
        value = canonical.from_bytes(data)
    except canonical.NotCanonicalError as error:
        raise SignatureError(Fault.CONTENT, f"what was signed is not canonical JSON: {error}") from error
    _check_domain(value, domain)
    return Signed(value=value, signer=verify(data, der, roots, at))


def verify(content: bytes, der: bytes, roots: Sequence[x509.Certificate], at: datetime) -> CertificateFacts:
    """Return who signed `content`, judged at the instant `at`; raises SignatureError saying what failed.

    The certificate must lead to one of `roots` through certificates that the CMS carries, each within its
    life at `at`, and be fit for signing. Agrees with `openssl cms -verify -binary`, and is stricter.
    """
    parts = _parse(der)
    key = _signer_key(parts.certificate, parts.algorithm)
    _verify_life(parts.certificate, at)
    _verify_chain(parts, roots, at)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(parts.signature, content, ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(parts.signature, content, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise SignatureError(Fault.SIGNATURE, "the signature is not over these bytes by this key") from error
    try:
        return certificates.facts(parts.certificate)
    except certificates.CertificateError as error:
        raise SignatureError(Fault.CERTIFICATE, str(error)) from error


def signer_facts(der: bytes) -> CertificateFacts:
    """Return whom a signature names, unverified: for looking up who must be asked, never for a decision."""
    try:
        return certificates.facts(_parse(der).certificate)
    except certificates.CertificateError as error:
        raise SignatureError(Fault.CERTIFICATE, str(error)) from error


@dataclass(frozen=True, slots=True)
class _Parts:
    certificate: x509.Certificate
    others: list[x509.Certificate]
    algorithm: str
    signature: bytes


def _parse(der: bytes) -> _Parts:
    if len(der) > _SIGNATURE_BYTES_MAXIMUM:
        raise SignatureError(Fault.FORM, "a signature of this size is refused")
    try:
        _walk(der, 0, len(der), 0)
        info = asn1.ContentInfo.load(der, strict=True)
        return _read(info["content"], info["content_type"].native)
    except SignatureError:
        raise
    except _UNREADABLE as error:
        raise SignatureError(Fault.FORM, f"not a CMS signature in DER: {error}") from error


def _read(data: asn1.SignedData, kind: str) -> _Parts:
    if kind != "signed_data":
        raise SignatureError(Fault.FORM, "the CMS is not SignedData")
    wrapped = data["encap_content_info"]
    if _given(wrapped["content"]) or wrapped["content_type"].native != "data":
        raise SignatureError(Fault.NOT_DETACHED, "the signature must be detached and over plain data")
    if len(data["signer_infos"]) != 1:
        raise SignatureError(Fault.SIGNERS, "the CMS must hold exactly one signer")
    signer = data["signer_infos"][0]
    if _given(signer["signed_attrs"]) or _given(signer["unsigned_attrs"]):
        raise SignatureError(Fault.ATTRIBUTES, "the signature must have no attributes")
    if _given(data["crls"]) or not _given(data["certificates"]):
        raise SignatureError(
            Fault.FORM, "the CMS must carry its signer's certificate and no revocation lists"
        )
    digests = [signer["digest_algorithm"], *data["digest_algorithms"]]
    if len(digests) != 2 or not all(map(_is_sha256, digests)):
        raise SignatureError(Fault.ALGORITHM, "the digest must be SHA-256")
    keyed_by = signer["sid"].name
    if (data["version"].native, signer["version"].native) != _VERSIONS[keyed_by]:
        raise SignatureError(Fault.FORM, "the versions in the CMS do not fit its form")
    found = [_certificate(one.chosen) for one in data["certificates"]]
    mine = [one for one in found if _names(signer["sid"], one)]
    if len(mine) != 1 or len(set(found)) != len(found):
        raise SignatureError(Fault.SIGNERS, "the CMS must carry the signer's certificate exactly once")
    return _Parts(
        certificate=mine[0],
        others=[one for one in found if one is not mine[0]],
        algorithm=signer["signature_algorithm"]["algorithm"].native,
        signature=signer["signature"].native,
    )


def _certificate(found: asn1.Certificate) -> x509.Certificate:
    """Load a certificate, refusing what the library would only warn of or read in two ways."""
    if (
        found["tbs_certificate"]["serial_number"].native <= 0
        or found["signature_value"].contents[:1] != b"\0"
    ):
        raise ValueError("a certificate's serial number or signature is not well-formed")
    certificate = x509.load_der_x509_certificate(found.dump())
    if not list(certificate.extensions) or not certificate.subject.rdns:
        raise ValueError("a certificate has no subject or no extensions")
    return certificate


def _is_sha256(algorithm: asn1.DigestAlgorithm) -> bool:
    named: bool = algorithm["algorithm"].native == "sha256"
    return named and algorithm["parameters"].dump() in {b"", _NULL}


def _given(field: core.Asn1Value) -> bool:
    return not isinstance(field, core.Void)


def _names(sid: asn1.SignerIdentifier, certificate: x509.Certificate) -> bool:
    if sid.name == "issuer_and_serial_number":
        issuer, serial = sid.chosen["issuer"].dump(), sid.chosen["serial_number"].native
        return bool(issuer == certificate.issuer.public_bytes() and serial == certificate.serial_number)
    try:
        known = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return False
    return bool(sid.chosen.native == known.digest)


def _walk(data: bytes, start: int, end: int, depth: int) -> None:
    """Raise ValueError unless every length is definite and minimal, as DER demands."""
    if depth > _DEPTH_MAXIMUM:
        raise ValueError("the data is nested too deeply")
    while start < end:
        constructed, size, start = data[start] & 0x20, data[start + 1], start + 2
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(data[start : start + count], "big")
            if not count or size < 0x80 or data[start] == 0:
                raise ValueError("a length is not in its shortest definite form")
            start += count
        if start + size > end:
            raise ValueError("the data ends too early")
        if constructed:
            _walk(data, start, start + size, depth + 1)
        start += size


def _signer_key(certificate: x509.Certificate, algorithm: str) -> PublicKey:
    try:
        key = certificates.usable_public_key(certificate.public_key())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureError(Fault.ALGORITHM, str(error)) from error
    if not isinstance(key, _ALGORITHMS.get(algorithm, ())):
        raise SignatureError(Fault.ALGORITHM, f"the signature algorithm {algorithm} does not fit the key")
    return key


def _verify_life(certificate: x509.Certificate, at: datetime) -> None:
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begin <= at <= end:
        raise SignatureError(
            Fault.EXPIRED,
            f"the certificate is valid from {canonical.instant(begin)} to {canonical.instant(end)}, "
            f"not at {canonical.instant(at)}",
        )


def _verify_chain(parts: _Parts, roots: Sequence[x509.Certificate], at: datetime) -> None:
    if not roots:
        raise SignatureError(Fault.CHAIN, "there is no trusted root to judge the certificate by")
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(roots)))
        .time(at.astimezone(UTC))
        .extension_policies(ca_policy=_AUTHORITY, ee_policy=_SIGNER)
        .build_client_verifier()
    )
    try:
        verifier.verify(parts.certificate, parts.others)
    except verification.VerificationError as error:
        raise SignatureError(Fault.CHAIN, f"the certificate leads to no trusted root: {error}") from error


def _may_sign(_policy: Policy, _certificate: x509.Certificate, extension: Extension) -> None:
    if not isinstance(extension, x509.KeyUsage) or not extension.digital_signature:
        raise ValueError("the certificate's key usage does not allow digital signatures")


def _is_no_authority(_policy: Policy, _certificate: x509.Certificate, extension: Extension | None) -> None:
    if isinstance(extension, x509.BasicConstraints) and extension.ca:
        raise ValueError("an authority's certificate signs no acts")


def _may_issue(_policy: Policy, _certificate: x509.Certificate, extension: Extension) -> None:
    if not isinstance(extension, x509.KeyUsage) or not extension.key_cert_sign:
        raise ValueError("an issuer's key usage does not allow it to issue certificates")


def _is_authority(_policy: Policy, _certificate: x509.Certificate, extension: Extension) -> None:
    if not isinstance(extension, x509.BasicConstraints) or not extension.ca:
        raise ValueError("an issuer's certificate is not an authority's")


def _check_domain(value: object, wanted: str | None) -> None:
    domain = value.get("domain") if isinstance(value, dict) else None
    if domain not in KNOWN_DOMAINS:
        raise SignatureError(Fault.DOMAIN, f"a key signs only acts of a known domain, not {domain!r}")
    if wanted is not None and domain != wanted:
        raise SignatureError(Fault.DOMAIN, f"this is an act of {domain}, where {wanted} is wanted")


_AGNOSTIC = verification.Criticality.AGNOSTIC
_AUTHORITY = (
    verification.ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, verification.Criticality.CRITICAL, _is_authority)
    .require_present(x509.KeyUsage, _AGNOSTIC, _may_issue)
)
_SIGNER = (
    verification.ExtensionPolicy.permit_all()
    .require_present(x509.KeyUsage, _AGNOSTIC, _may_sign)
    .may_be_present(x509.BasicConstraints, _AGNOSTIC, _is_no_authority)
)
