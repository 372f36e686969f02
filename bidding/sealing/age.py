"""The age v1 file format with X25519 recipients (age-encryption.org/v1, C2SP): what a container is made of.

We write exactly one X25519 stanza. We read any header that the format allows, and refuse passphrases
(scrypt) and hybrid keys (mlkem768x25519) by an error of their own.
"""

import hmac
import io
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bidding.sealing import age_stream, bech32
from bidding.sealing.age_errors import (
    AgeError,
    HeaderError,
    HmacError,
    KeyTextError,
    NoMatchError,
    UnsupportedError,
)
from bidding.sealing.streams import Block, Reader, Settled, Sink, Source, whole_file, write_all
from kernel.domain import canonical

KEY_BYTES = 32
FILE_KEY_BYTES = 16
NONCE_BYTES = 16
HEADER_LENGTH = 168
LINE_LIMIT = 8 * 1024
STANZA_LIMIT = 256
STANZA_KIND = "X25519"
_VERSION = b"age-encryption.org/v1\n"
_COLUMNS = 64
_ZERO_NONCE = bytes(12)
_RECIPIENT_PREFIX = "age"
_IDENTITY_PREFIX = "AGE-SECRET-KEY-"
_HYBRID_PREFIXES = ("age1pq1", "AGE-SECRET-KEY-PQ-1")
_FOREIGN_STANZAS = ("scrypt", "mlkem768x25519")
_ARGUMENT = re.compile(rb"[\x21-\x7e]+\Z")


@dataclass(frozen=True, slots=True)
class Recipient:
    """A public key to which files are encrypted; its text is `age1…`."""

    public: bytes

    @classmethod
    def parse(cls, text: str) -> "Recipient":
        """Read `age1…`; raises KeyTextError for a mistyped one, UnsupportedError for a hybrid one."""
        return cls(_key_bytes(text, _RECIPIENT_PREFIX, "a recipient"))

    def check(self) -> None:
        """Raise KeyTextError for a point of low order, to which nothing can be encrypted."""
        _exchange(X25519PrivateKey.generate(), self.public)

    def __str__(self) -> str:
        return bech32.encode(_RECIPIENT_PREFIX, self.public)


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """A secret key that opens what was encrypted to its recipient; its text is `AGE-SECRET-KEY-1…`."""

    secret: bytes

    @classmethod
    def generate(cls) -> "Identity":
        """Return a fresh identity."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def parse(cls, text: str) -> "Identity":
        """Read `AGE-SECRET-KEY-1…`; raises KeyTextError or UnsupportedError."""
        return cls(_key_bytes(text, _IDENTITY_PREFIX, "an identity"))

    @property
    def recipient(self) -> Recipient:
        """The public half."""
        return Recipient(X25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw())

    def __str__(self) -> str:
        return bech32.encode(_IDENTITY_PREFIX.lower(), self.secret).upper()


@dataclass(frozen=True, slots=True)
class Stanza:
    """One recipient's part of a header: its kind and arguments, and the wrapped file key."""

    arguments: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """A parsed header; `signed` are the bytes that its HMAC covers."""

    stanzas: tuple[Stanza, ...]
    signed: bytes
    mac: bytes

    def check(self, file_key: bytes) -> None:
        """Raise HmacError unless this header was written by someone who had the file key."""
        if not hmac.compare_digest(_header_mac(file_key, self.signed), self.mac):
            raise HmacError(
                "the header's HMAC does not hold: the header was changed, or the key is another's"
            )


def encrypted_length(length: int) -> int:
    """Return the length of an age file that we write around `length` bytes of content."""
    return HEADER_LENGTH + NONCE_BYTES + age_stream.sealed_length(length)


def encrypt(
    source: Source, sink: Sink, recipient: Recipient, *, chunks: int = age_stream.CHUNKS_PER_BLOCK
) -> int:
    """Read content to its end and hand the age file to `sink` in pieces; returns the content's length.

    Memory stays constant, a few blocks of `chunks` chunks; a piece stays unchanged as `streams.Sink` says.
    """
    file_key, nonce = secrets.token_bytes(FILE_KEY_BYTES), secrets.token_bytes(NONCE_BYTES)
    head = memoryview(_render_header(file_key, recipient) + nonce)
    for reader in sink(head):
        reader.result()
    return age_stream.encrypt(_payload_key(file_key, nonce), source, sink, chunks=chunks)


def read_header(source: Reader) -> Header:
    """Read a header and stop after it; raises HeaderError, or UnsupportedError for kinds that we do not use."""
    lines = _Lines(source)
    if lines.next() != _VERSION:
        raise HeaderError("the file does not begin as an age v1 file does")
    stanzas: list[Stanza] = []
    line = lines.next()
    while line.startswith(b"-> "):
        if len(stanzas) == STANZA_LIMIT:
            raise HeaderError("the header has too many stanzas")
        arguments = line[3:-1].split(b" ")
        if not all(_ARGUMENT.match(argument) for argument in arguments):
            raise HeaderError("a stanza's arguments are not separated words")
        stanzas.append(Stanza(tuple(word.decode("ascii") for word in arguments), _read_body(lines)))
        line = lines.next()
    if not line.startswith(b"--- ") or not stanzas:
        raise HeaderError("the header has no stanza, or no HMAC")
    mac = _unb64(line[4:-1])
    if len(mac) != hashes.SHA256.digest_size:
        raise HeaderError("the header's HMAC has a wrong length")
    signed = b"".join(lines.seen)[: -len(line) + 3]
    foreign = sorted({one.arguments[0] for one in stanzas}.intersection(_FOREIGN_STANZAS))
    if foreign:
        raise UnsupportedError(
            f"the file is encrypted by {' and '.join(foreign)}, which this suite does not use"
        )
    return Header(stanzas=tuple(stanzas), signed=signed, mac=mac)


def unwrap(header: Header, identities: Iterable[Identity]) -> bytes:
    """Return the file key, its HMAC checked; raises NoMatchError, HeaderError or HmacError."""
    wrapped = [_x25519_arguments(one) for one in header.stanzas if one.arguments[0] == STANZA_KIND]
    for identity in identities:
        for ephemeral, body in wrapped:
            file_key = _unwrap_one(identity, ephemeral, body)
            if file_key is not None:
                header.check(file_key)
                return file_key
    raise NoMatchError("the file is not addressed to this key")


def open_file_key(source: Reader, identities: Sequence[Identity]) -> bytes:
    """Read the header and return the file key: who shows it proves to anyone what the file holds."""
    return unwrap(read_header(source), identities)


def plaintext(
    source: Reader,
    file_key: bytes,
    observer: Sink | None = None,
    *,
    chunks: int = age_stream.CHUNKS_PER_BLOCK,
) -> Iterator[tuple[memoryview, Block]]:
    """Yield the content that follows a header already read; raises HeaderError without a nonce, PayloadError."""
    nonce = source.read(NONCE_BYTES)
    if len(nonce) != NONCE_BYTES:
        raise HeaderError("the file ends before its content begins")
    if observer is not None:
        for reader in observer(memoryview(nonce)):
            reader.result()
    return age_stream.decrypt(_payload_key(file_key, nonce), source, observer, chunks=chunks)


def decrypt(
    source: Reader,
    sink: Sink,
    identities: Sequence[Identity],
    *,
    chunks: int = age_stream.CHUNKS_PER_BLOCK,
) -> None:
    """Hand the authentic content to `sink` as it is read; raises an AgeError at the first thing that is wrong.

    What `sink` got before an error is authentic but not whole: use `decrypt_file` where half is no use.
    """
    for view, block in plaintext(source, open_file_key(source, identities), chunks=chunks):
        block.lend(sink(view))


def decrypt_with_file_key(data: bytes, file_key: bytes) -> tuple[bytes, AgeError | None]:
    """Return what a file key opens, and the error that stopped it, if one did.

    Raises HeaderError or HmacError when the key is not this file's: then it proves nothing about the file.
    """
    source = io.BytesIO(data)
    read_header(source).check(file_key)
    found = bytearray()
    try:
        for view, _ in plaintext(source, file_key, chunks=1):
            found += view
    except AgeError as error:
        return bytes(found), error
    return bytes(found), None


def encrypt_file(source: Path, target: Path, recipient: Recipient) -> None:
    """Encrypt a file; `target` appears only when it is whole."""
    with source.open("rb") as plain, whole_file(target) as sealed:
        encrypt(plain, writer(sealed), recipient)


def decrypt_file(source: Path, target: Path, identities: Sequence[Identity]) -> None:
    """Decrypt a file; `target` appears only when everything was authentic."""
    with source.open("rb") as sealed, whole_file(target) as plain:
        decrypt(sealed, writer(plain), identities)


def encrypt_bytes(content: bytes, recipient: Recipient) -> bytes:
    """Return the age file of a small content."""
    target = io.BytesIO()
    encrypt(io.BytesIO(content), writer(target), recipient, chunks=1)
    return target.getvalue()


def decrypt_bytes(data: bytes, identities: Sequence[Identity]) -> bytes:
    """Return the content of a small age file; raises an AgeError, and then returns nothing of it."""
    target = io.BytesIO()
    decrypt(io.BytesIO(data), writer(target), identities, chunks=1)
    return target.getvalue()


def writer(file: BinaryIO) -> Sink:
    """Return a sink that writes to a file before it returns."""

    def write(view: memoryview) -> Settled:
        write_all(file, view)
        return ()

    return write


class _Lines:
    """Header lines with their LF, all kept, none longer than the limit."""

    def __init__(self, source: Reader) -> None:
        self._source = source
        self.seen: list[bytes] = []

    def next(self) -> bytes:
        line = self._source.readline(LINE_LIMIT)
        if not line.endswith(b"\n"):
            raise HeaderError("the header ends too early, or has a line that is too long")
        self.seen.append(line)
        return line


def _read_body(lines: _Lines) -> bytes:
    body = b""
    while True:
        part = lines.next()[:-1]
        if len(part) > _COLUMNS or len(body) > LINE_LIMIT:
            raise HeaderError("a stanza's body is too long")
        body += _unb64(part)
        if len(part) < _COLUMNS:
            return body


def _x25519_arguments(stanza: Stanza) -> tuple[bytes, bytes]:
    if len(stanza.arguments) != 2:
        raise HeaderError("an X25519 stanza has exactly one argument")
    ephemeral = _unb64(stanza.arguments[1].encode("ascii"))
    if len(ephemeral) != KEY_BYTES or len(stanza.body) != FILE_KEY_BYTES + age_stream.TAG:
        raise HeaderError("an X25519 stanza has a share of 32 bytes and a body of 32 bytes")
    return ephemeral, stanza.body


def _unwrap_one(identity: Identity, ephemeral: bytes, body: bytes) -> bytes | None:
    private = X25519PrivateKey.from_private_bytes(identity.secret)
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    except ValueError as error:
        raise HeaderError("an X25519 stanza holds a share of low order") from error
    wrapping = _wrapping_key(shared, ephemeral, private.public_key().public_bytes_raw())
    try:
        return ChaCha20Poly1305(wrapping).decrypt(_ZERO_NONCE, body, None)
    except InvalidTag:
        return None


def _render_header(file_key: bytes, recipient: Recipient) -> bytes:
    ephemeral = X25519PrivateKey.from_private_bytes(secrets.token_bytes(KEY_BYTES))
    share = ephemeral.public_key().public_bytes_raw()
    shared = _exchange(ephemeral, recipient.public)
    wrapping = _wrapping_key(shared, share, recipient.public)
    body = ChaCha20Poly1305(wrapping).encrypt(_ZERO_NONCE, file_key, None)
    signed = _VERSION + b"-> X25519 " + _b64(share) + b"\n" + _b64(body) + b"\n---"
    return signed + b" " + _b64(_header_mac(file_key, signed)) + b"\n"


def _exchange(private: X25519PrivateKey, public: bytes) -> bytes:
    try:
        return private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:
        raise KeyTextError("the recipient is a point of low order: nothing can be encrypted to it") from error


def _wrapping_key(shared: bytes, ephemeral: bytes, public: bytes) -> bytes:
    return _hkdf(shared, ephemeral + public, b"age-encryption.org/v1/X25519")


def _payload_key(file_key: bytes, nonce: bytes) -> bytes:
    return _hkdf(file_key, nonce, b"payload")


def _header_mac(file_key: bytes, signed: bytes) -> bytes:
    return hmac.digest(_hkdf(file_key, b"", b"header"), signed, "sha256")


def _hkdf(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(secret)


def _key_bytes(text: str, prefix: str, what: str) -> bytes:
    if text.startswith(_HYBRID_PREFIXES):
        raise UnsupportedError(f"{what} of the hybrid kind: this suite uses X25519 alone")
    try:
        found, raw = bech32.decode(text)
    except bech32.Bech32Error as error:
        raise KeyTextError(f"not {what}: {error}") from error
    if found != prefix or len(raw) != KEY_BYTES:
        raise KeyTextError(f"not {what}: it begins with {prefix}1 and holds {KEY_BYTES} bytes")
    return raw


def _b64(data: bytes) -> bytes:
    return canonical.b64(data).rstrip("=").encode("ascii")


def _unb64(text: bytes) -> bytes:
    try:
        if b"=" in text:
            raise HeaderError("base64 in a header has no padding")
        return canonical.unb64(text.decode("ascii") + "=" * (-len(text) % 4))
    except (canonical.NotCanonicalError, UnicodeDecodeError) as error:
        raise HeaderError(f"the header holds something that is not base64: {error}") from error
