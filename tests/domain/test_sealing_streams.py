"""Blocks are used again only when nobody reads them any more; files appear whole or not at all."""

import hashlib
import io
import threading

import pytest

from bidding.sealing import streams
from bidding.sealing.streams import Digest, Lane, Ring


def test_a_block_that_is_still_read_is_not_given_out_again():
    gate, given = threading.Event(), threading.Event()
    ring = Ring(8, count=2)
    with Lane("test") as lane, Lane("taker") as taker:
        first = ring.take()
        first.lend([lane.do(gate.wait, 10)])
        assert ring.take() is not first

        def take():
            found = ring.take()
            given.set()
            return found

        waiting = taker.do(take)
        assert not given.wait(0.1)
        gate.set()
        assert waiting.result(10) is first


def test_a_readers_failure_reaches_the_writer():
    ring = Ring(8, count=1)
    with Lane("test") as lane:
        ring.take().lend([lane.do(int, "x")])
        with pytest.raises(ValueError, match="invalid literal"):
            ring.take()


def test_a_digest_is_in_order_and_begins_anew():
    with Digest() as digest:
        for number in range(100):
            digest.update(bytes([number]) * 1000)
        assert digest.length == 100_000
        content = b"".join(bytes([number]) * 1000 for number in range(100))
        assert digest.hexdigest() == hashlib.sha256(content).hexdigest()
        assert (digest.length, digest.hexdigest()) == (0, hashlib.sha256(b"").hexdigest())


def test_writing_goes_on_until_every_byte_is_taken():
    class Slow(io.BytesIO):
        def write(self, data):
            return super().write(bytes(data[:3]))

    found = Slow()
    streams.write_all(found, memoryview(b"0123456789"))
    assert found.getvalue() == b"0123456789"


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    target = tmp_path / "target"
    with streams.whole_file(target) as file:
        streams.write_all(file, b"content")
        assert not target.exists()
    assert target.read_bytes() == b"content"

    def fail():
        with streams.whole_file(target) as file:
            streams.write_all(file, b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert target.read_bytes() == b"content"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
