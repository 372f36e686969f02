"""What is inside a part: names, manifest, the hash that a statement commits to, and the steps that hide sizes."""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bidding.domain import shapes
from bidding.domain.notice import OPENING, PARTS
from bidding.domain.shapes import ShapeError
from kernel.domain import canonical

PART_DOMAIN = "yangguang/part/v1"
INNER_DOMAIN = b"yangguang/inner/v1\n"
MANIFEST_NAME = "manifest.json"
PAD_NAME = ".pad"
OPENING_FIELDS_NAME = "opening.json"
OPENING_STEP = 64 * 1024
LENGTH_LEAST = 1024 * 1024
STEPS_PER_POWER = 8
LENGTH_MOST = 2**32 - 2**31 // STEPS_PER_POWER
FILES_MOST = 10_000
NAME_BYTES_MOST = 1024
COMPONENT_BYTES_MOST = 255
SALT_BYTES = 32
_FORBIDDEN = frozenset('\\<>:"|?*')
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_RESERVED = frozenset({MANIFEST_NAME, PAD_NAME})
_MANIFEST = shapes.record(
    domain=shapes.exactly(PART_DOMAIN),
    tender=shapes.identifier,
    lot=shapes.identifier,
    bid=shapes.identifier,
    bidder=shapes.credit_code,
    nonce=shapes.base64_of(SALT_BYTES),
    part=shapes.one_of(*PARTS),
    salt=shapes.digest,
    files=shapes.rows(
        shapes.record(name=shapes.any_text, sha256=shapes.digest, length=shapes.whole_number()),
        most=FILES_MOST,
    ),
)


class PartError(ValueError):
    """A part that departs from its canonical form, or cannot take it; the message says what to mend."""


@dataclass(frozen=True, slots=True)
class Context:
    """Which part of which bid something belongs to."""

    tender: str
    lot: str
    bid: str
    bidder: str
    nonce: str
    part: str


@dataclass(frozen=True, slots=True)
class FileFact:
    """A file by its name, SHA-256 (hex) and length in bytes."""

    name: str
    sha256: str
    length: int

    def as_json(self) -> dict[str, Any]:
        """Return the fact as its JSON object."""
        return {"name": self.name, "sha256": self.sha256, "length": self.length}


def check_names(names: Iterable[str]) -> None:
    """Raise PartError unless every name is a safe relative path and no two fall together on any system."""
    seen: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in names:
        _check_name(name)
        folded = _folded(name)
        if folded in seen:
            raise PartError(f"{name!r} and {seen[folded]!r} would be one file on some systems; rename one")
        seen[folded] = name
        parents = folded.split("/")[:-1]
        folders.update({"/".join(parents[: depth + 1]): name for depth in range(len(parents))})
    both = sorted(seen.keys() & folders.keys())
    if both:
        raise PartError(f"{seen[both[0]]!r} is a file and a folder at once")


def sort_key(name: str) -> bytes:
    """Return what names are ordered by: their UTF-8 bytes."""
    return name.encode("utf-8")


def manifest(context: Context, salt: bytes, files: Sequence[FileFact]) -> dict[str, Any]:
    """Return a part's manifest, files sorted; raises PartError for names that cannot stand in a part."""
    if len(salt) != SALT_BYTES:
        raise PartError(f"a salt has {SALT_BYTES} bytes")
    if len(files) > FILES_MOST:
        raise PartError(f"a part holds at most {FILES_MOST} files; pack some of them together")
    check_names(one.name for one in files)
    return {
        "domain": PART_DOMAIN,
        "tender": context.tender,
        "lot": context.lot,
        "bid": context.bid,
        "bidder": context.bidder,
        "nonce": context.nonce,
        "part": context.part,
        "salt": salt.hex(),
        "files": [one.as_json() for one in sorted(files, key=lambda one: sort_key(one.name))],
    }


def inner_hash(value: dict[str, Any]) -> str:
    """Return the hash of a manifest's content under its salt, which a statement commits to."""
    salt = bytes.fromhex(value["salt"])
    rest = {name: item for name, item in value.items() if name != "salt"}
    return hashlib.sha256(INNER_DOMAIN + salt + canonical.to_bytes(rest)).hexdigest()


def read_manifest(data: bytes, context: Context, inner: str) -> tuple[FileFact, ...]:
    """Return the files that a manifest lists, in order.

    Raises PartError unless its bytes are canonical, it belongs to this part of this bid, and it is the one
    that the statement committed to.
    """
    try:
        value = canonical.from_bytes(data)
        shapes.check(value, _MANIFEST, "manifest")
    except (canonical.NotCanonicalError, ShapeError) as error:
        raise PartError(f"the part's manifest cannot be read: {error}") from error
    files = tuple(FileFact(**one) for one in value["files"])
    if sum(one.length for one in files) > LENGTH_MOST:
        raise PartError(f"a part holds at most {LENGTH_MOST} bytes")
    if value != manifest(context, bytes.fromhex(value["salt"]), files):
        raise PartError("the part's manifest belongs to another bid or part, or is not in order")
    if inner_hash(value) != inner:
        raise PartError("the part's manifest is not the one that the statement committed to")
    return files


def padded_length(part: str, length: int) -> int:
    """Return the length to which a part of `length` bytes is padded; raises PartError when it is too long.

    `length` is that of the zip with an empty `.pad`: 64 KiB for `opening`; else the least multiple of an
    eighth of the largest power of two not above it, and 1 MiB at least.
    """
    if part == OPENING:
        if length > OPENING_STEP:
            raise PartError(
                f"the opening part may hold {OPENING_STEP} bytes, not {length}; "
                "put everything but the opening fields into the documents part"
            )
        return OPENING_STEP
    if length <= LENGTH_LEAST:
        return LENGTH_LEAST
    step = (1 << (length.bit_length() - 1)) // STEPS_PER_POWER
    padded = -(-length // step) * step
    if padded > LENGTH_MOST:
        raise PartError(f"a part holds at most {LENGTH_MOST} bytes, not {length}; compress the documents")
    return padded


def is_step(part: str, length: int) -> bool:
    """Tell whether a zip of a part can have this length."""
    try:
        return padded_length(part, length) == length
    except PartError:
        return False


def _check_name(name: str) -> None:
    if any(char in _FORBIDDEN or unicodedata.category(char) in _HIDDEN for char in name):
        raise PartError(f"the name {name!r} holds a character that some systems cannot store, or cannot show")
    if not unicodedata.is_normalized("NFC", name) or len(name.encode("utf-8")) > NAME_BYTES_MOST:
        raise PartError(f"the name {name!r} is too long, or not in Unicode NFC")
    if _folded(name) in _RESERVED:
        raise PartError(f"the name {name!r} is reserved for the part itself")
    for component in name.split("/"):
        if (
            component in {".", ".."}
            or not component.strip()
            or component != component.strip(" ")
            or component.endswith(".")
        ):
            raise PartError(f"the name {name!r} is no plain relative path")
        if len(component.encode("utf-8")) > COMPONENT_BYTES_MOST:
            raise PartError(f"the name {name!r} has a component of more than {COMPONENT_BYTES_MOST} bytes")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())
