"""The kit file keeps a bid's secrets under a passphrase."""

import stat

import pytest

from bidding.sealing import keyfile
from bidding.sealing.keyfile import KeyFileError
from kernel.domain import canonical

VALUE = {"keys": {"opening": "AGE-SECRET-KEY-1TEST"}, "标": "注"}
PHRASE = "correct horse battery"


@pytest.fixture(scope="module")
def locked():
    return keyfile.lock(VALUE, PHRASE)


def test_it_opens_with_its_passphrase_alone(locked):
    assert keyfile.unlock(locked, PHRASE) == VALUE
    assert b"AGE-SECRET-KEY" not in locked
    with pytest.raises(KeyFileError, match="passphrase is wrong"):
        keyfile.unlock(locked, PHRASE + " ")


def test_a_passphrase_is_one_however_it_was_typed(locked):
    wide = "".join(chr(ord(char) + 0xFEE0) if char != " " else "\u3000" for char in PHRASE)
    assert keyfile.unlock(locked, wide) == VALUE


def test_the_file_is_the_owners_alone_and_replaced_whole(tmp_path):
    path = tmp_path / "bid.kit"
    keyfile.write(path, VALUE, PHRASE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keyfile.read(path, PHRASE) == VALUE
    keyfile.write(path, {"keys": {}}, PHRASE)
    assert keyfile.read(path, PHRASE) == {"keys": {}}
    assert [one.name for one in tmp_path.iterdir()] == ["bid.kit"]


def test_a_changed_file_is_refused(locked):
    value = canonical.from_bytes(locked)
    value["kdf"]["p"] = 2
    with pytest.raises(KeyFileError, match="was changed"):
        keyfile.unlock(canonical.to_bytes(value), PHRASE)
    for wrong in (locked[:-1], locked + b"\n", b"{}", b"\xff"):
        with pytest.raises(KeyFileError, match="no kit file"):
            keyfile.unlock(wrong, PHRASE)


@pytest.mark.parametrize("kdf", [{"n": 2**30}, {"n": 65537}, {"r": 1000}, {"p": 1000}])
def test_a_file_that_asks_for_endless_work_is_refused(locked, kdf):
    value = canonical.from_bytes(locked)
    value["kdf"].update(kdf)
    with pytest.raises(KeyFileError, match="more work"):
        keyfile.unlock(canonical.to_bytes(value), PHRASE)


def test_a_short_passphrase_is_refused():
    with pytest.raises(KeyFileError, match="at least"):
        keyfile.lock(VALUE, "short")
