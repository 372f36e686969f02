"""The platform's test authority and its own signing certificate; licensed roots stand beside it in the store."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from accounts.domain import certificates, cms
from kernel import keys, pdf

ROOT_NAME = "Yangguang Test Root"


class NoAuthorityError(Exception):
    """The store has no authority yet: run `manage.py bootstrap`."""


def create(credit_code: str, name: str) -> tuple[str, str]:
    """Make the test root and the platform's certificate; returns their PEM. Existing ones stay."""
    folder = settings.HOME / "keys"
    if not (folder / "root.pem").exists():
        root_key = _new_key(folder / "root.key")
        root = certificates.create_root(root_key, name=ROOT_NAME, serial=x509.random_serial_number())
        (folder / "root.pem").write_bytes(certificates.to_bundle([root]))
    if not (folder / "platform.pem").exists():
        key = _new_key(folder / "platform.key")
        subject = certificates.Subject(credit_code=credit_code, organisation=name)
        (folder / "platform.pem").write_bytes(certificates.to_bundle([_issue(key.public_key(), subject)]))
    return (folder / "root.pem").read_text(), (folder / "platform.pem").read_text()


def issue(request_pem: bytes, subject: certificates.Subject) -> x509.Certificate:
    """Issue a certificate to the key of a request; the subject is what we know, not what it asks."""
    public, _ = certificates.read_request(request_pem)
    return _issue(public, subject)


def platform_certificate() -> x509.Certificate:
    """Return the certificate under which the platform's records are signed."""
    return _platform(settings.HOME)[1]


def root_pem() -> str:
    """Return the test root in PEM."""
    return certificates.to_bundle([_root(settings.HOME)[1]]).decode()


def sign(value: Any) -> bytes:
    """Sign a record of the platform: CMS over the canonical bytes, whose domain must be known."""
    key, certificate = _platform(settings.HOME)
    return cms.sign_json(value, key, certificate)


def sign_pdf(document: bytes, *, at: datetime) -> bytes:
    """Sign a paper of the platform at an instant."""
    key, certificate = _platform(settings.HOME)
    return pdf.sign(document, key, certificate, at=at)


def forget() -> None:
    """Forget cached keys; for a process that changes its store."""
    _root.cache_clear()
    _platform.cache_clear()


def _issue(public: certificates.PublicKey, subject: certificates.Subject) -> x509.Certificate:
    key, root = _root(settings.HOME)
    return certificates.issue(
        public,
        subject,
        issuer=root,
        issuer_key=key,
        serial=x509.random_serial_number(),
        not_before=datetime.fromisoformat("2020-01-02T00:00:00+00:00"),
        not_after=datetime.fromisoformat("2050-12-30T00:00:00+00:00"),
    )


@lru_cache(maxsize=4)
def _root(home: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    return _load(home, "root")


@lru_cache(maxsize=4)
def _platform(home: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    return _load(home, "platform")


def _load(home: Path, name: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    folder = home / "keys"
    try:
        raw, pem = (folder / f"{name}.key").read_bytes(), (folder / f"{name}.pem").read_bytes()
    except FileNotFoundError as error:
        raise NoAuthorityError("this store has no authority yet: run `manage.py bootstrap`") from error
    key = serialization.load_pem_private_key(raw, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise NoAuthorityError(f"{name}.key is no ECDSA key")
    return key, certificates.load_bundle(pem)[0]


def _new_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    keys.write_private(path, pem)
    return key
