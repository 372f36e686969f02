"""C2SP signed notes, checkpoints, cosignatures and the policy that says how many witnesses suffice."""

import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kernel.domain.canonical import NotCanonicalError, b64, unb64

LOG_KEY = 0x01
WITNESS_KEY = 0x04
KEY_ID_BYTES = 4
STAMP_BYTES = 8
SIGNATURE_BYTES = 64


class NoteError(ValueError):
    """A note, key or policy that cannot be read or does not hold."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A named Ed25519 public key of a log (type 1) or a witness (type 4)."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """First four bytes of SHA-256(name || LF || type || key), as C2SP signed-note defines it."""
        joined = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(joined).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        """Write the vkey: name+hex id+base64(type || key)."""
        return f"{self.name}+{self.key_id.hex()}+{b64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read a vkey; raises NoteError when its id does not follow from its name and key."""
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise NoteError(f"not a verifier key: {text!r}")
        name, key_id, encoded = parts
        try:
            raw = unb64(encoded)
        except NotCanonicalError as error:
            raise NoteError(f"not a verifier key: {text!r}") from error
        if len(raw) != 33 or not name or any(c.isspace() for c in name):
            raise NoteError(f"not a verifier key: {text!r}")
        key = cls(name=name, kind=raw[0], public=raw[1:])
        if key.key_id.hex() != key_id:
            raise NoteError(f"the id of verifier key {name!r} does not match")
        return key


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The signed size and root of a log at some moment."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """Return the text that is signed, its last line ended."""
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n"


@dataclass(frozen=True, slots=True)
class Cosignature:
    """One witness's word that it saw a checkpoint at an instant (seconds since 1970)."""

    name: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Note:
    """A signed note: its body and signature lines (name, key id || signature)."""

    body: str
    signatures: tuple[tuple[str, bytes], ...]

    def __str__(self) -> str:
        """Write the note as C2SP defines it."""
        lines = "".join(f"— {name} {b64(raw)}\n" for name, raw in self.signatures)
        return f"{self.body}\n{lines}"

    @classmethod
    def parse(cls, text: str) -> "Note":
        """Read a note; raises NoteError on any departure from the format."""
        body, separator, tail = text.rpartition("\n\n")
        if not separator or not body or not tail.endswith("\n"):
            raise NoteError("a signed note has a body, an empty line and signature lines")
        found = []
        for line in tail[:-1].split("\n"):
            parts = line.split(" ")
            if len(parts) != 3 or parts[0] != "—" or not parts[1]:
                raise NoteError(f"not a signature line: {line!r}")
            try:
                raw = unb64(parts[2])
            except NotCanonicalError as error:
                raise NoteError(f"not a signature line: {line!r}") from error
            if len(raw) <= KEY_ID_BYTES:
                raise NoteError(f"not a signature line: {line!r}")
            found.append((parts[1], raw))
        return cls(body=body + "\n", signatures=tuple(found))

    def checkpoint(self) -> Checkpoint:
        """Read the body as a checkpoint without extension lines."""
        lines = self.body[:-1].split("\n")
        if len(lines) != 3 or not lines[0]:
            raise NoteError("not a checkpoint: origin, size and root are wanted")
        origin, size, root = lines
        if not size.isascii() or not size.isdigit() or (size != "0" and size.startswith("0")):
            raise NoteError(f"not a tree size: {size!r}")
        try:
            raw = unb64(root)
        except NotCanonicalError as error:
            raise NoteError("not a root hash") from error
        if len(raw) != hashlib.sha256().digest_size:
            raise NoteError("not a root hash")
        return Checkpoint(origin=origin, size=int(size), root=raw)

    def signed_by(self, key: VerifierKey) -> bool:
        """Tell whether the log key signed this body."""
        return any(_holds(key, raw[KEY_ID_BYTES:], self.body.encode()) for raw in self._of(key))

    def cosigned_by(self, key: VerifierKey) -> Cosignature | None:
        """Return the witness's cosignature with its time, or None when there is no good one."""
        for raw in self._of(key):
            if len(raw) != KEY_ID_BYTES + STAMP_BYTES + SIGNATURE_BYTES:
                continue
            seconds = int.from_bytes(raw[KEY_ID_BYTES : KEY_ID_BYTES + STAMP_BYTES], "big")
            if _holds(key, raw[KEY_ID_BYTES + STAMP_BYTES :], cosignature_message(self.body, seconds)):
                return Cosignature(name=key.name, seconds=seconds)
        return None

    def with_signature(self, name: str, raw: bytes) -> "Note":
        """Return the note with one more signature line, unless the very line is there already."""
        if (name, raw) in self.signatures:
            return self
        return Note(body=self.body, signatures=(*self.signatures, (name, raw)))

    def _of(self, key: VerifierKey) -> list[bytes]:
        return [r for name, r in self.signatures if name == key.name and r[:KEY_ID_BYTES] == key.key_id]


@dataclass(frozen=True, slots=True)
class Policy:
    """Which log, which witnesses, and how many of them must agree (C2SP tlog-policy, as read by `parse`)."""

    log: VerifierKey
    witnesses: dict[str, VerifierKey]
    groups: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str = "none"

    @classmethod
    def parse(cls, text: str) -> "Policy":
        """Read a policy file; raises NoteError naming the line that cannot be used."""
        log: VerifierKey | None = None
        witnesses: dict[str, VerifierKey] = {}
        groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        quorum = ""
        for number, line in enumerate(text.split("\n"), start=1):
            match line.partition("#")[0].split():
                case []:
                    continue
                case ["log", key]:
                    log = VerifierKey.parse(key)
                case ["witness", name, key] if name not in witnesses and name not in groups:
                    witnesses[name] = VerifierKey.parse(key)
                case ["group", name, threshold, *members] if name not in witnesses and name not in groups:
                    need = {"all": len(members), "any": 1}.get(threshold)
                    need = need if need is not None else int(threshold) if threshold.isdigit() else 0
                    known = all(m in witnesses or m in groups for m in members)
                    if not 1 <= need <= len(members) or not known or len(set(members)) != len(members):
                        raise NoteError(f"policy line {number}: unusable group")
                    groups[name] = (need, tuple(members))
                case ["quorum", name] if name == "none" or name in witnesses or name in groups:
                    quorum = name
                case _:
                    raise NoteError(f"policy line {number}: cannot read {line!r}")
        if log is None or not quorum:
            raise NoteError("a policy names a log and a quorum")
        return cls(log=log, witnesses=witnesses, groups=groups, quorum=quorum)

    def cosignatures(self, note: Note) -> list[Cosignature]:
        """Return the good cosignatures of this policy's witnesses, by the policy's names."""
        found = ((name, note.cosigned_by(key)) for name, key in self.witnesses.items())
        return [Cosignature(name=name, seconds=c.seconds) for name, c in found if c is not None]

    def satisfied(self, names: set[str]) -> bool:
        """Tell whether these witnesses (policy names) make the quorum."""
        return self.quorum == "none" or self._met(self.quorum, names)

    def _met(self, name: str, names: set[str]) -> bool:
        if name in self.witnesses:
            return name in names
        need, members = self.groups[name]
        return sum(self._met(member, names) for member in members) >= need


def cosignature_message(body: str, seconds: int) -> bytes:
    """Return the bytes that a witness signs (C2SP tlog-cosignature, version 1)."""
    return f"cosignature/v1\ntime {seconds}\n{body}".encode()


def sign(body: str, name: str, key: Ed25519PrivateKey) -> tuple[str, bytes]:
    """Sign a note body as a log; returns the signature line's name and raw bytes."""
    verifier = VerifierKey(name=name, kind=LOG_KEY, public=key.public_key().public_bytes_raw())
    return name, verifier.key_id + key.sign(body.encode())


def cosign(body: str, name: str, key: Ed25519PrivateKey, seconds: int) -> tuple[str, bytes]:
    """Cosign a checkpoint body as a witness at `seconds` since 1970."""
    verifier = VerifierKey(name=name, kind=WITNESS_KEY, public=key.public_key().public_bytes_raw())
    stamp = seconds.to_bytes(STAMP_BYTES, "big")
    return name, verifier.key_id + stamp + key.sign(cosignature_message(body, seconds))


def _holds(key: VerifierKey, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature:
        return False
    return True
