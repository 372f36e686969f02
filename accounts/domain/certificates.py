"""Certificates that name an organisation by its credit code, so that a signature says who stands behind it."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

ROOT_FROM = datetime(2020, 1, 1, tzinfo=UTC)
ROOT_UNTIL = datetime(2050, 12, 31, 23, 59, 59, tzinfo=UTC)
RSA_BITS_MINIMUM = 2048
NAME_LENGTH_MAXIMUM = 64
_PEM_END = b"-----END CERTIFICATE-----"
_NAMED = {
    NameOID.ORGANIZATION_IDENTIFIER: "credit_code",
    NameOID.ORGANIZATION_NAME: "organisation",
    NameOID.COMMON_NAME: "person",
    NameOID.SERIAL_NUMBER: "seat",
}


class CertificateError(ValueError):
    """A certificate, request or key that we cannot use; the message says why and what would do."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a certificate names: an organisation, and for a personal one the person and the seat.

    Other authorities' organisation certificates may hold a common name of their own: without a seat beside
    it, it names no person.
    """

    credit_code: str
    organisation: str
    person: str | None = None
    seat: str | None = None

    def as_name(self) -> x509.Name:
        """Return the X.509 name; raises CertificateError for text that a name cannot hold."""
        if (self.person is None) != (self.seat is None):
            raise CertificateError("a personal certificate names the person and the seat, both")
        pairs = ((oid, getattr(self, field)) for oid, field in _NAMED.items())
        return x509.Name([_attribute(oid, text) for oid, text in pairs if text is not None])

    @classmethod
    def of(cls, name: x509.Name) -> "Subject":
        """Read an X.509 name; raises CertificateError unless it names exactly one organisation."""
        found: dict[str, str] = {}
        for attribute in name:
            field = _NAMED.get(attribute.oid)
            if field is None:
                continue
            if field in found:
                raise CertificateError(f"the certificate's subject names its {field} twice")
            found[field] = unicodedata.normalize("NFC", str(attribute.value))
        if "credit_code" not in found or "organisation" not in found:
            raise CertificateError(
                "the certificate's subject must hold organizationIdentifier (credit code) and organizationName"
            )
        personal = "person" in found and "seat" in found
        return cls(
            credit_code=found["credit_code"],
            organisation=found["organisation"],
            person=found["person"] if personal else None,
            seat=found["seat"] if personal else None,
        )


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says of its holder; `serial` and `fingerprint` (SHA-256 of its DER) in lower-case hex."""

    credit_code: str
    organisation: str
    person: str | None
    seat: str | None
    serial: str
    fingerprint: str
    not_before: datetime
    not_after: datetime


def facts(certificate: x509.Certificate) -> CertificateFacts:
    """Return what a certificate says; raises CertificateError when it names no organisation."""
    subject = Subject.of(certificate.subject)
    return CertificateFacts(
        credit_code=subject.credit_code,
        organisation=subject.organisation,
        person=subject.person,
        seat=subject.seat,
        serial=f"{certificate.serial_number:x}",
        fingerprint=fingerprint(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def fingerprint(certificate: x509.Certificate) -> str:
    """Return SHA-256 over a certificate's DER, in hex."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def usable_public_key(key: object) -> PublicKey:
    """Return a key that may sign here: ECDSA P-256, or RSA of 2048 bits and more; else CertificateError."""
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < RSA_BITS_MINIMUM:
            raise CertificateError(
                f"an RSA key of {key.key_size} bits is too weak; {RSA_BITS_MINIMUM} are the least"
            )
        return key
    raise CertificateError("a signing key is ECDSA on P-256, or RSA; this one is of another kind")


def create_root(
    key: PrivateKey,
    *,
    name: str,
    serial: int,
    not_before: datetime = ROOT_FROM,
    not_after: datetime = ROOT_UNTIL,
    path_length: int | None = 0,
) -> x509.Certificate:
    """Return a self-signed authority that may issue end certificates, and below it `path_length` authorities."""
    subject = x509.Name([_attribute(NameOID.COMMON_NAME, name)])
    builder = _builder(subject, subject, key.public_key(), serial, (not_before, not_after))
    return _as_authority(builder, key, path_length)


def issue_authority(
    public_key: PublicKey,
    *,
    issuer: x509.Certificate,
    issuer_key: PrivateKey,
    name: str,
    serial: int,
    not_before: datetime,
    not_after: datetime,
    path_length: int | None = 0,
) -> x509.Certificate:
    """Return an intermediate authority under `issuer`."""
    subject = x509.Name([_attribute(NameOID.COMMON_NAME, name)])
    builder = _builder(subject, issuer.subject, public_key, serial, (not_before, not_after))
    return _as_authority(_signed_by(builder, issuer), issuer_key, path_length)


def issue(
    public_key: PublicKey,
    subject: Subject,
    *,
    issuer: x509.Certificate,
    issuer_key: PrivateKey,
    serial: int,
    not_before: datetime,
    not_after: datetime,
) -> x509.Certificate:
    """Return an end certificate for signing: of an organisation, or of a person when the subject names a seat.

    Key usage is digitalSignature and contentCommitment. `serial` and keys come from the caller, since here is
    no randomness; raises CertificateError for a weak key or a life outside its issuer's.
    """
    if not issuer.not_valid_before_utc <= not_before < not_after <= issuer.not_valid_after_utc:
        raise CertificateError("the certificate must begin and end within its issuer's life")
    key = usable_public_key(public_key)
    builder = _builder(subject.as_name(), issuer.subject, key, serial, (not_before, not_after))
    plain = x509.BasicConstraints(ca=False, path_length=None)
    builder = _signed_by(builder, issuer).add_extension(plain, critical=True)
    builder = builder.add_extension(_usage(signs=True), critical=True)
    return builder.sign(issuer_key, hashes.SHA256(), ecdsa_deterministic=_deterministic(issuer_key))


def build_request(key: PrivateKey, subject: Subject) -> bytes:
    """Return a PEM certificate request, which proves that its sender holds the key."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject.as_name())
    request = builder.sign(key, hashes.SHA256(), ecdsa_deterministic=_deterministic(key))
    return request.public_bytes(serialization.Encoding.PEM)


def read_request(data: bytes) -> tuple[PublicKey, Subject]:
    """Return the key and the subject of a PEM request; raises CertificateError when it proves nothing."""
    try:
        request = x509.load_pem_x509_csr(data)
        holds = request.is_signature_valid
        key = request.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CertificateError(f"not a certificate request in PEM: {error}") from error
    if not holds:
        raise CertificateError("the request is not signed by the key that it asks a certificate for")
    return usable_public_key(key), Subject.of(request.subject)


def load_bundle(data: bytes) -> tuple[x509.Certificate, ...]:
    """Read every certificate of a PEM bundle; raises CertificateError when there is none or one is broken."""
    try:
        found = tuple(x509.load_pem_x509_certificates(data))
    except ValueError as error:
        raise CertificateError(f"not a PEM bundle of certificates: {error}") from error
    if len(found) != data.count(_PEM_END):
        raise CertificateError("the PEM bundle holds something that is no certificate")
    return found


def to_bundle(certificates: Sequence[x509.Certificate]) -> bytes:
    """Write certificates as a PEM bundle."""
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def _attribute(oid: x509.ObjectIdentifier, text: str) -> x509.NameAttribute[str]:
    if not text or len(text) > NAME_LENGTH_MAXIMUM or text != unicodedata.normalize("NFC", text):
        raise CertificateError(
            f"a name in a certificate is NFC text of 1 to {NAME_LENGTH_MAXIMUM} characters, not {text!r}"
        )
    return x509.NameAttribute(oid, text)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PublicKey, serial: int, life: tuple[datetime, datetime]
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(life[0])
        .not_valid_after(life[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _signed_by(builder: x509.CertificateBuilder, issuer: x509.Certificate) -> x509.CertificateBuilder:
    try:
        known = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound as error:
        raise CertificateError("the issuing certificate has no subject key identifier") from error
    link = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known)
    return builder.add_extension(link, critical=False)


def _as_authority(builder: x509.CertificateBuilder, key: PrivateKey, depth: int | None) -> x509.Certificate:
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=depth), critical=True)
    builder = builder.add_extension(_usage(signs=False), critical=True)
    return builder.sign(key, hashes.SHA256(), ecdsa_deterministic=_deterministic(key))


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_cert_sign=not signs,
        crl_sign=not signs,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _deterministic(key: PrivateKey) -> bool | None:
    return True if isinstance(key, ec.EllipticCurvePrivateKey) else None
