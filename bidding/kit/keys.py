"""The signing key of a seat: made on this machine, kept as PKCS#8 and never sent; a passphrase locks it."""

from asn1crypto import algos, core, keys as asn1, pem
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from accounts.domain import certificates
from accounts.domain.certificates import PrivateKey, Subject
from bidding.kit.errors import KitError, UsageError
from bidding.sealing.randomness import fresh

ROUNDS = 600_000
KEY_BYTES, BLOCK_BYTES, SALT_BYTES = 32, 16, 16
ENCRYPTED = "ENCRYPTED PRIVATE KEY"
_NOBODY = Subject(credit_code="-", organisation="-")


def generate() -> PrivateKey:
    """Return a fresh ECDSA key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def request(key: PrivateKey) -> bytes:
    """Return a certificate request in PEM; whom the certificate names is what the platform knows of the seat."""
    return certificates.build_request(key, _NOBODY)


def to_pem(key: PrivateKey, passphrase: str) -> bytes:
    """Return PKCS#8 in PEM, locked when there is a passphrase.

    The library's own writer derives the locking key with 2,048 rounds; here they are 600,000, and any reader
    of PBES2 (OpenSSL, WebCrypto) takes the number from the file.
    """
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    if not passphrase:
        return bytes(pem.armor("PRIVATE KEY", plain))
    salt, vector = fresh(SALT_BYTES), fresh(BLOCK_BYTES)
    derived = PBKDF2HMAC(hashes.SHA256(), KEY_BYTES, salt, ROUNDS).derive(passphrase.encode("utf-8"))
    padder = padding.PKCS7(BLOCK_BYTES * 8).padder()
    encryptor = Cipher(algorithms.AES(derived), modes.CBC(vector)).encryptor()
    sealed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    locked = asn1.EncryptedPrivateKeyInfo(
        {"encryption_algorithm": _algorithm(salt, vector), "encrypted_data": sealed}
    )
    return bytes(pem.armor(ENCRYPTED, locked.dump()))


def is_locked(data: bytes) -> bool:
    """Tell whether a key file needs a passphrase."""
    return ENCRYPTED.encode() in data


def from_pem(data: bytes, passphrase: str) -> PrivateKey:
    """Read a key file; raises UsageError for a wrong passphrase, KitError for a key of another kind."""
    try:
        key = serialization.load_pem_private_key(
            data, passphrase.encode("utf-8") if is_locked(data) else None
        )
    except (ValueError, TypeError) as error:
        raise UsageError("key_locked" if is_locked(data) else "key_unreadable") from error
    except UnsupportedAlgorithm as error:
        raise KitError("key_unreadable") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise KitError("key_unreadable")
    return key


def matches(key: PrivateKey, certificate: x509.Certificate) -> bool:
    """Tell whether a certificate is of this key."""
    return key.public_key() == certificate.public_key()


def _algorithm(salt: bytes, vector: bytes) -> algos.EncryptionAlgorithm:
    derivation = {
        "algorithm": "pbkdf2",
        "parameters": {
            "salt": algos.Pbkdf2Salt(name="specified", value=salt),
            "iteration_count": ROUNDS,
            "prf": {"algorithm": "sha256", "parameters": core.Null()},
        },
    }
    scheme = {"algorithm": "aes256_cbc", "parameters": vector}
    return algos.EncryptionAlgorithm(
        {
            "algorithm": "pbes2",
            "parameters": {"key_derivation_func": derivation, "encryption_scheme": scheme},
        }
    )
