"""The RFC 6962 Merkle tree: roots, and proofs that an entry is in a log and that a log only grew."""

import hashlib
from collections.abc import Callable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


class ProofError(ValueError):
    """A proof that does not lead to the stated root, or cannot be made for the asked sizes."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962 2.1): SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the tree hash over leaf hashes (already hashed by `leaf_hash`)."""
    return range_root(lambda level, index: _fold(leaves, level, index), 0, len(leaves))


def range_root(node: Callable[[int, int], bytes], start: int, end: int) -> bytes:
    """Return the tree hash of leaves start..end-1; `node(level, index)` gives a complete subtree's hash."""
    if start == end:
        return EMPTY_ROOT
    size = end - start
    level = (size - 1).bit_length()
    if size == 1 << level and start % size == 0:
        return node(level, start >> level)
    split = 1 << (level - 1)
    return node_hash(range_root(node, start, start + split), range_root(node, start + split, end))


def inclusion_proof(node: Callable[[int, int], bytes], index: int, size: int) -> list[bytes]:
    """Return the audit path (RFC 6962 2.1.1) of leaf `index` in the tree of the first `size` leaves."""
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not in a tree of {size}")
    return _path(node, index, 0, size)


def consistency_proof(node: Callable[[int, int], bytes], old: int, new: int) -> list[bytes]:
    """Return the proof (RFC 6962 2.1.2) that the tree of `old` leaves is a prefix of that of `new`."""
    if not 0 <= old <= new:
        raise ProofError(f"no proof from {old} to {new}")
    if old in (0, new):
        return []
    return _subproof(node, old, 0, new, complete=True)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> None:
    """Raise ProofError unless `path` leads from the leaf hash to the root `expected` (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not in a tree of {size}")
    here, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            raise ProofError("the path is too long")
        if here & 1 or here == last:
            found = node_hash(step, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    if last:
        raise ProofError("the path is too short")
    if found != expected:
        raise ProofError("the path leads to another root")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raise ProofError unless the tree (old, old_root) is a prefix of (new, new_root) (RFC 9162 2.1.4.2)."""
    if not 0 <= old <= new:
        raise ProofError(f"no proof from {old} to {new}")
    if old in (0, new):
        _verify_trivial(old, new, old_root, new_root, path)
        return
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        raise ProofError("the path is empty")
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise ProofError("the path is too long")
        if here & 1 or here == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            second = node_hash(second, step)
        here, last = here >> 1, last >> 1
    _expect(not last, "the path is too short")
    _expect(first == old_root, "the path leads to another old root")
    _expect(second == new_root, "the path leads to another new root")


def nodes(leaves: Sequence[bytes]) -> Callable[[int, int], bytes]:
    """Return a `node` function over leaf hashes held in memory."""
    return lambda level, index: _fold(leaves, level, index)


def _verify_trivial(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    _expect(not path, "the path must be empty")
    _expect(old != new or old_root == new_root, "the roots differ")
    _expect(old != 0 or old_root == EMPTY_ROOT, "the roots differ")


def _expect(holds: bool, reason: str) -> None:
    if not holds:
        raise ProofError(reason)


def _fold(leaves: Sequence[bytes], level: int, index: int) -> bytes:
    row = list(leaves[index << level : (index + 1) << level])
    if len(row) != 1 << level:
        raise ProofError(f"no complete subtree of level {level} at {index}")
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def _path(node: Callable[[int, int], bytes], index: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    split = start + (1 << ((end - start - 1).bit_length() - 1))
    if index < split:
        return [*_path(node, index, start, split), range_root(node, split, end)]
    return [*_path(node, index, split, end), range_root(node, start, split)]


def _subproof(
    node: Callable[[int, int], bytes], old: int, start: int, end: int, *, complete: bool
) -> list[bytes]:
    if old == end:
        return [] if complete else [range_root(node, start, end)]
    split = start + (1 << ((end - start - 1).bit_length() - 1))
    if old <= split:
        return [*_subproof(node, old, start, split, complete=complete), range_root(node, split, end)]
    return [*_subproof(node, old, split, end, complete=False), range_root(node, start, split)]
