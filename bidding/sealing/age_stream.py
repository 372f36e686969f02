"""The payload of an age file: chunks of 64 KiB, each authenticated with its number and whether it is the last."""

from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bidding.sealing.age_errors import PayloadError
from bidding.sealing.streams import Block, Ring, Sink, Source, fill

CHUNK = 64 * 1024
TAG = 16
SEALED_CHUNK = CHUNK + TAG
CHUNKS_PER_BLOCK = 8
_MORE, _LAST = b"\x00", b"\x01"
_COUNTER_BYTES = 11


def sealed_length(length: int) -> int:
    """Return how many bytes the chunks of `length` bytes of content take; an empty content has one chunk."""
    return length + TAG * max(1, -(-length // CHUNK))


def encrypt(key: bytes, source: Source, sink: Sink, *, chunks: int = CHUNKS_PER_BLOCK) -> int:
    """Read content to its end and hand its sealed chunks to `sink` in blocks; returns the content's length.

    Memory stays constant: a few blocks of `chunks` chunks. `sink` gets a view that stays unchanged until the
    futures that it returns are done.
    """
    cipher = ChaCha20Poly1305(key)
    plain, sealed = Ring(chunks * CHUNK), Ring(chunks * SEALED_CHUNK)
    counter = total = 0
    block, length = _next(source, plain)
    while True:
        ahead, ahead_length = _next(source, plain) if length == len(block.view) else (block, 0)
        out, position = sealed.take(), 0
        for start in range(0, max(length, 1), CHUNK):
            end = min(start + CHUNK, length)
            last = _LAST if end == length and not ahead_length else _MORE
            nonce = counter.to_bytes(_COUNTER_BYTES, "big") + last
            target = out.view[position : position + end - start + TAG]
            position += cipher.encrypt_into(nonce, block.view[start:end], None, target)
            counter += 1
        out.lend(sink(out.view[:position]))
        total += length
        if not ahead_length:
            sealed.settle()
            return total
        block, length = ahead, ahead_length


def decrypt(
    key: bytes, source: Source, observer: Sink | None = None, *, chunks: int = CHUNKS_PER_BLOCK
) -> Iterator[tuple[memoryview, Block]]:
    """Yield authenticated content in order, as views with the block that holds them; `lend` it to keep a view.

    `observer` is handed the sealed bytes as they are read. Raises PayloadError at the first chunk that is
    changed, cut off, out of place or after the end; what was yielded before it is authentic but not whole.
    """
    cipher = ChaCha20Poly1305(key)
    sealed, plain = Ring(chunks * SEALED_CHUNK), Ring(chunks * CHUNK)
    counter = 0
    block, length = _next(source, sealed)
    while True:
        if observer is not None:
            block.lend(observer(block.view[:length]))
        ahead, ahead_length = _next(source, sealed) if length == len(block.view) else (block, 0)
        out = plain.take()
        done, problem = _open_block(cipher, counter, block.view[:length], out.view, final=not ahead_length)
        if done or not problem:
            yield out.view[:done], out
        if problem:
            raise PayloadError(problem)
        if not ahead_length:
            plain.settle()
            sealed.settle()
            return
        counter += chunks
        block, length = ahead, ahead_length


def _next(source: Source, ring: Ring) -> tuple[Block, int]:
    block = ring.take()
    return block, fill(source, block.view)


def _open_block(
    cipher: ChaCha20Poly1305, counter: int, sealed: memoryview, target: memoryview, *, final: bool
) -> tuple[int, str]:
    """Open the chunks of one block; returns how much content is authentic, and the problem that stopped it."""
    if not sealed:
        return 0, "the content is missing"
    done = 0
    for start in range(0, len(sealed), SEALED_CHUNK):
        chunk = sealed[start : start + SEALED_CHUNK]
        at_end = final and start + len(chunk) == len(sealed)
        number = counter + start // SEALED_CHUNK
        size = len(chunk) - TAG
        if size < 0 or (size == 0 and number):
            return done, "the content is cut off, or has an empty end"
        out = target[done : done + size]
        if _opens(cipher, number, chunk, out, last=at_end):
            done += size
        elif size == CHUNK and _opens(cipher, number, chunk, out, last=not at_end):
            return done + size, "the content is cut off" if at_end else "there is something after the end"
        else:
            return done, f"chunk {number} was changed, or is out of place"
    return done, ""


def _opens(cipher: ChaCha20Poly1305, number: int, chunk: memoryview, out: memoryview, *, last: bool) -> bool:
    nonce = number.to_bytes(_COUNTER_BYTES, "big") + (_LAST if last else _MORE)
    try:
        cipher.decrypt_into(nonce, chunk, None, out)
    except InvalidTag:
        return False
    return True
