"""The age format: every published vector is decided rightly, and pyrage and the age program agree with us."""

import hashlib
import io
import shutil
import subprocess
import zlib
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings, strategies as st

from bidding.sealing import age, age_armor, age_stream, bech32
from bidding.sealing.age_errors import (
    AgeError,
    ArmorError,
    HeaderError,
    HmacError,
    KeyTextError,
    NoMatchError,
    PayloadError,
    UnsupportedError,
)

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT.parent / "shared" / "data" / "age-vectors"
VECTOR_COUNT = 143
BLOCK = age_stream.CHUNKS_PER_BLOCK * age_stream.CHUNK
ANSWERS = {
    HeaderError: "header failure",
    HmacError: "HMAC failure",
    NoMatchError: "no match",
    PayloadError: "payload failure",
    ArmorError: "armor failure",
}
# Passphrases (scrypt) and hybrid keys (mlkem768x25519) are no part of suite age1.
REFUSED = frozenset(
    [
        "armor_hybrid",
        "armor_scrypt",
        "hybrid",
        "hybrid_and_x25519",
        "hybrid_bad_tag",
        "hybrid_currupted_enc_mlkem",
        "hybrid_currupted_enc_x25519",
        "hybrid_extra_argument",
        "hybrid_grease",
        "hybrid_identity",
        "hybrid_long_file_key",
        "hybrid_long_share",
        "hybrid_low_order",
        "hybrid_multiple_recipients",
        "hybrid_no_match",
        "hybrid_not_canonical_body",
        "hybrid_not_canonical_enc",
        "hybrid_short_share",
        "hybrid_uppercase",
        "hybrid_x25519_arg",
        "scrypt",
        "scrypt_and_x25519",
        "scrypt_bad_tag",
        "scrypt_double",
        "scrypt_extra_argument",
        "scrypt_long_file_key",
        "scrypt_no_match",
        "scrypt_not_canonical_salt",
        "scrypt_salt_long",
        "scrypt_salt_missing",
        "scrypt_salt_short",
        "scrypt_work_factor_23",
        "scrypt_work_factor_hex",
        "scrypt_work_factor_leading_garbage",
        "scrypt_work_factor_leading_plus",
        "scrypt_work_factor_leading_zero_decimal",
        "scrypt_work_factor_leading_zero_octal",
        "scrypt_work_factor_missing",
        "scrypt_work_factor_negative",
        "scrypt_work_factor_overflow",
        "scrypt_work_factor_trailing_garbage",
        "scrypt_work_factor_wrong",
        "scrypt_work_factor_zero",
    ]
)
# Of these two the header alone decides, before any passphrase is needed.
DECIDED_BY_HEADER = frozenset({"scrypt_not_canonical_body", "scrypt_uppercase"})

needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason=f"the age vectors are not at {VECTORS}")
needs_age = pytest.mark.skipif(shutil.which("age") is None, reason="the age program is not installed")
sizes = st.one_of(
    st.integers(0, 300),
    st.integers(-2, 2).map(lambda n: age_stream.CHUNK + n),
    st.integers(-2, 2).map(lambda n: 2 * age_stream.CHUNK + n),
    st.integers(-2, 2).map(lambda n: BLOCK + n),
)


def read_vector(path: Path):
    head, _, body = path.read_bytes().partition(b"\n\n")
    fields: dict[str, list[str]] = {}
    for line in head.decode().split("\n"):
        name, _, value = line.partition(": ")
        fields.setdefault(name, []).append(value)
    return fields, zlib.decompress(body) if fields.get("compressed") == ["zlib"] else body


def decide(fields, body):
    """Return the answer in the words of the vectors, and the content that came out before it."""
    found = io.BytesIO()
    try:
        identities = [age.Identity.parse(text) for text in fields.get("identity", [])]
        source = io.BytesIO(body)
        age.decrypt(
            age_armor.unwrap(source) if "armored" in fields else source, age.writer(found), identities
        )
    except UnsupportedError:
        return "unsupported", found.getvalue()
    except AgeError as error:
        return ANSWERS[type(error)], found.getvalue()
    return "success", found.getvalue()


@needs_vectors
def test_all_vectors_are_there():
    names = {path.name for path in VECTORS.iterdir()}
    assert len(names) == VECTOR_COUNT
    assert names > REFUSED | DECIDED_BY_HEADER
    foreign = {name for name in names if "scrypt" in name or "hybrid" in name}
    assert foreign == REFUSED | DECIDED_BY_HEADER


@needs_vectors
@pytest.mark.parametrize("name", sorted(p.name for p in VECTORS.iterdir()) if VECTORS.is_dir() else [])
def test_a_vector_is_decided_rightly(name):
    fields, body = read_vector(VECTORS / name)
    answer, content = decide(fields, body)
    if name in REFUSED:
        assert answer == "unsupported"
        assert content == b""
        return
    assert answer == fields["expect"][0]
    if "payload" in fields:
        assert hashlib.sha256(content).hexdigest() == fields["payload"][0]
    else:
        assert content == b""


@settings(max_examples=25, deadline=None)
@given(size=sizes, seed=st.binary(min_size=1, max_size=8))
def test_pyrage_opens_ours_and_we_open_its(size, seed):
    content = (seed * (size // len(seed) + 1))[:size]
    ours = age.Identity.generate()
    sealed = age.encrypt_bytes(content, ours.recipient)
    assert len(sealed) == age.encrypted_length(size)
    assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(str(ours))]) == content
    theirs = pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(str(ours.recipient))])
    assert age.decrypt_bytes(theirs, [ours]) == content
    for chunks in (2, age_stream.CHUNKS_PER_BLOCK):
        found, opened = io.BytesIO(), io.BytesIO()
        assert age.encrypt(io.BytesIO(content), age.writer(found), ours.recipient, chunks=chunks) == size
        assert pyrage.decrypt(found.getvalue(), [pyrage.x25519.Identity.from_str(str(ours))]) == content
        age.decrypt(io.BytesIO(theirs), age.writer(opened), [ours], chunks=chunks)
        assert opened.getvalue() == content


@needs_age
@pytest.mark.parametrize("size", [0, 1, age_stream.CHUNK, BLOCK, BLOCK + 1, 3_000_000])
def test_the_age_program_opens_ours_and_we_open_its(tmp_path, size):
    content = hashlib.shake_128(b"content").digest(size)
    key = age.Identity.generate()
    plain, sealed = tmp_path / "plain", tmp_path / "sealed"
    plain.write_bytes(content)
    (tmp_path / "key.txt").write_text(f"{key}\n")
    age.encrypt_file(plain, sealed, key.recipient)
    opened = subprocess.run(
        ["age", "-d", "-i", "key.txt", "sealed"], cwd=tmp_path, capture_output=True, check=True
    )
    assert opened.stdout == content
    for options in ([], ["-a"]):
        made = subprocess.run(
            ["age", *options, "-r", str(key.recipient), "plain"],
            cwd=tmp_path,
            capture_output=True,
            check=True,
        ).stdout
        data = age_armor.unwrap(io.BytesIO(made)).read() if options else made
        assert age.decrypt_bytes(data, [key]) == content
    armored = tmp_path / "armored"
    armored.write_bytes(age_armor.wrap(sealed.read_bytes()))
    opened = subprocess.run(
        ["age", "-d", "-i", "key.txt", "armored"], cwd=tmp_path, capture_output=True, check=True
    )
    assert opened.stdout == content


def test_what_we_write_has_exactly_one_stanza():
    key = age.Identity.generate()
    source = io.BytesIO(age.encrypt_bytes(b"x", key.recipient))
    header = age.read_header(source)
    assert [one.arguments[0] for one in header.stanzas] == ["X25519"]
    assert source.tell() == age.HEADER_LENGTH


def test_two_sealings_of_one_content_share_nothing():
    key = age.Identity.generate()
    first, second = (age.encrypt_bytes(b"x" * 1000, key.recipient) for _ in range(2))
    assert first[60:] != second[60:]
    assert (
        len({first[i : i + 16] for i in range(200, 1000)} & {second[i : i + 16] for i in range(200, 1000)})
        == 0
    )


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_no_bit_of_a_file_can_change(place, bit):
    key, content = age.Identity(bytes(range(32))), b"content" * 30
    sealed = bytearray(age.encrypt_bytes(content, key.recipient))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(AgeError):
        age.decrypt_bytes(bytes(sealed), [key])


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(0, 70_000))
def test_a_file_that_is_cut_off_is_noticed(cut):
    key = age.Identity(bytes(range(32)))
    sealed = age.encrypt_bytes(bytes(age_stream.CHUNK + 5000), key.recipient)
    with pytest.raises((HeaderError, PayloadError)):
        age.decrypt_bytes(sealed[: min(cut, len(sealed) - 1)], [key])


def test_a_stream_gives_what_is_authentic_until_it_breaks():
    key, content = age.Identity.generate(), hashlib.shake_128(b"long").digest(5 * age_stream.CHUNK)
    sealed = bytearray(age.encrypt_bytes(content, key.recipient))
    sealed[age.HEADER_LENGTH + age.NONCE_BYTES + 3 * age_stream.SEALED_CHUNK] ^= 1
    found = io.BytesIO()
    with pytest.raises(PayloadError, match="chunk 3"):
        age.decrypt(io.BytesIO(bytes(sealed)), age.writer(found), [key])
    assert found.getvalue() == content[: 3 * age_stream.CHUNK]


def test_a_failed_decryption_leaves_no_file(tmp_path):
    key = age.Identity.generate()
    plain, sealed, target = tmp_path / "plain", tmp_path / "sealed", tmp_path / "target"
    plain.write_bytes(bytes(3 * age_stream.CHUNK))
    age.encrypt_file(plain, sealed, key.recipient)
    data = bytearray(sealed.read_bytes())
    data[-1] ^= 1
    sealed.write_bytes(data)
    target.write_bytes(b"what was there")
    with pytest.raises(PayloadError):
        age.decrypt_file(sealed, target, [key])
    assert target.read_bytes() == b"what was there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plain", "sealed", "target"]
    data[-1] ^= 1
    sealed.write_bytes(data)
    age.decrypt_file(sealed, target, [key])
    assert target.read_bytes() == plain.read_bytes()


def test_the_file_key_opens_for_anyone_and_proves_only_its_own_file():
    key, other = age.Identity.generate(), age.Identity.generate()
    one, two = (age.encrypt_bytes(text, key.recipient) for text in (b"one", b"two"))
    file_key = age.open_file_key(io.BytesIO(one), [other, key])
    assert age.decrypt_with_file_key(one, file_key) == (b"one", None)
    with pytest.raises(HmacError):
        age.decrypt_with_file_key(two, file_key)
    broken = one[:-1] + bytes([one[-1] ^ 1])
    content, error = age.decrypt_with_file_key(broken, file_key)
    assert content == b""
    assert isinstance(error, PayloadError)


def test_a_file_for_another_key_does_not_match():
    sealed = age.encrypt_bytes(b"x", age.Identity.generate().recipient)
    with pytest.raises(NoMatchError):
        age.decrypt_bytes(sealed, [age.Identity.generate()])


def test_a_reader_that_gives_little_at_a_time_gives_all():
    key, content = age.Identity.generate(), hashlib.shake_128(b"slow").digest(200_000)

    class Slow(io.BytesIO):
        def readinto(self, buffer):
            view = memoryview(buffer)[:777]
            return super().readinto(view)

    found = io.BytesIO()
    age.encrypt(Slow(content), age.writer(found), key.recipient)
    slow = Slow(found.getvalue())
    opened = io.BytesIO()
    age.decrypt(slow, age.writer(opened), [key])
    assert opened.getvalue() == content


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq",
        str(age.Identity(bytes(range(32))).recipient).upper(),
        str(age.Identity(bytes(range(32))).recipient)[:-1] + "q",
        str(age.Identity(bytes(range(32)))),
        bech32.encode("age", bytes(31)),
        bech32.encode("ages", bytes(32)),
    ],
)
def test_a_text_that_is_no_recipient_is_refused(text):
    with pytest.raises(KeyTextError):
        age.Recipient.parse(text)


def test_keys_read_back_as_written():
    key = age.Identity.generate()
    assert age.Identity.parse(str(key)) == key
    assert age.Recipient.parse(str(key.recipient)) == key.recipient
    assert str(key.recipient) == str(pyrage.x25519.Identity.from_str(str(key)).to_public())
    assert str(key) not in repr(key)
    with pytest.raises(KeyTextError):
        age.Identity.parse(str(key).lower())


def test_hybrid_keys_and_points_of_low_order_are_refused():
    with pytest.raises(UnsupportedError):
        age.Recipient.parse("age1pq1" + "q" * 50)
    with pytest.raises(KeyTextError, match="low order"):
        age.Recipient(bytes(32)).check()
    with pytest.raises(KeyTextError, match="low order"):
        age.encrypt_bytes(b"x", age.Recipient(bytes(32)))


@given(data=st.binary(max_size=60), prefix=st.sampled_from(["age", "a", "age-secret-key-"]))
def test_bech32_reads_back_as_written(data, prefix):
    text = bech32.encode(prefix, data)
    assert bech32.decode(text) == (prefix, data)
    assert bech32.decode(text.upper()) == (prefix.upper(), data)


@given(
    data=st.binary(min_size=32, max_size=32),
    place=st.integers(4, 60),
    letter=st.sampled_from(bech32.ALPHABET),
)
def test_bech32_notices_a_mistyped_letter(data, place, letter):
    text = bech32.encode("age", data)
    mistyped = text[:place] + letter + text[place + 1 :]
    if mistyped == text:
        return
    with pytest.raises(bech32.Bech32Error):
        bech32.decode(mistyped)


@pytest.mark.parametrize("tail", [[16, 1], [0, 0]])
def test_bech32_refuses_loose_bits(tail):
    """One byte in two letters leaves two bits, which must be zeros; a letter more than needed is refused."""
    values = [0, 0] if tail == [0, 0] else tail
    extra = [0] if tail == [0, 0] else []
    expanded = bech32._expand("age")
    polymod = bech32._polymod([*expanded, *values, *extra, *[0] * 6]) ^ 1
    letters = [*values, *extra, *[polymod >> 5 * (5 - i) & 31 for i in range(6)]]
    with pytest.raises(bech32.Bech32Error, match="loose bits"):
        bech32.decode("age1" + "".join(bech32.ALPHABET[one] for one in letters))


@settings(max_examples=40, deadline=None)
@given(data=st.binary(max_size=400), crlf=st.booleans())
def test_armor_reads_back_as_written(data, crlf):
    text = age_armor.wrap(data)
    if crlf:
        text = text.replace(b"\n", b"\r\n")
    assert age_armor.unwrap(io.BytesIO(b" \n" + text + b"\n\n")).read() == data


def test_a_header_without_end_is_refused_early():
    endless = b"age-encryption.org/v1\n" + b"-> x\n\n" * 1000
    with pytest.raises(HeaderError, match="too many stanzas"):
        age.read_header(io.BytesIO(endless))
    with pytest.raises(HeaderError, match="too long"):
        age.read_header(io.BytesIO(b"age-encryption.org/v1\n-> " + b"x" * 100_000))
    body = (b"A" * 64 + b"\n") * 1000
    with pytest.raises(HeaderError, match="body is too long"):
        age.read_header(io.BytesIO(b"age-encryption.org/v1\n-> x\n" + body))
