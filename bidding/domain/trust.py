"""The trust folder as values: whom a client believed before it met this platform, and why it needs no more."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509

from accounts.domain import certificates, cms
from accounts.domain.cms import Fault, SignatureError, Signed
from kernel.domain import canonical, notes

ROOTS_FILE = "roots.pem"
POLICY_FILE = "policy.txt"
PLATFORM_FILE = "platform.txt"
_FINGERPRINT = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


class TrustError(ValueError):
    """A trust folder that cannot be used; the message names the file."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Roots that certify institutions and bidders, the platform's certificates, the log with its witnesses.

    `platform` holds the SHA-256 fingerprints (hex) of the certificates with which the platform signs.
    """

    roots: tuple[x509.Certificate, ...]
    platform: frozenset[str]
    policy: notes.Policy
    policy_text: str

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> "Trust":
        """Read the files of a trust folder by name: roots.pem, platform.txt, policy.txt; raises TrustError."""
        missing = sorted({ROOTS_FILE, PLATFORM_FILE, POLICY_FILE} - files.keys())
        if missing:
            raise TrustError(f"the trust folder has no {', '.join(missing)}")
        try:
            roots = certificates.load_bundle(files[ROOTS_FILE])
            text = files[POLICY_FILE].decode("utf-8")
            policy = notes.Policy.parse(text)
            lines = files[PLATFORM_FILE].decode("ascii").split()
        except certificates.CertificateError as error:
            raise TrustError(f"{ROOTS_FILE}: {error}") from error
        except notes.NoteError as error:
            raise TrustError(f"{POLICY_FILE}: {error}") from error
        except UnicodeDecodeError as error:
            raise TrustError(f"the trust folder holds a file that is not text: {error}") from error
        if not lines or not all(map(_FINGERPRINT.match, lines)):
            raise TrustError(f"{PLATFORM_FILE}: one SHA-256 fingerprint in lower-case hex a line is wanted")
        return cls(roots=roots, platform=frozenset(lines), policy=policy, policy_text=text)

    def files(self) -> dict[str, bytes]:
        """Return the folder's files as `of` reads them."""
        lines = "".join(f"{one}\n" for one in sorted(self.platform))
        return {
            ROOTS_FILE: certificates.to_bundle(self.roots),
            PLATFORM_FILE: lines.encode("ascii"),
            POLICY_FILE: self.policy_text.encode("utf-8"),
        }

    def signed_by_platform(self, value: dict[str, Any], der: bytes, at: datetime) -> Signed:
        """Return the platform's signed value, judged at `at`; raises SignatureError when another signed it."""
        signed = cms.verify_json(
            canonical.to_bytes(value), der, self.roots, at, domain=str(value.get("domain"))
        )
        if signed.signer.fingerprint not in self.platform:
            raise SignatureError(
                Fault.CERTIFICATE,
                f"this is signed by {signed.signer.organisation}, not by the platform that you trust",
            )
        return signed

    def signed_by(self, value: dict[str, Any], der: bytes, credit_code: str, at: datetime) -> Signed:
        """Return a value signed by the organisation of a credit code, judged at `at`; raises SignatureError."""
        signed = cms.verify_json(
            canonical.to_bytes(value), der, self.roots, at, domain=str(value.get("domain"))
        )
        if signed.signer.credit_code != credit_code:
            raise SignatureError(
                Fault.CERTIFICATE,
                f"this is signed by {signed.signer.credit_code}, where {credit_code} is wanted",
            )
        return signed
