"""Two implementations of one page: the verifier's own arithmetic, trees, notes and containers against the platform's."""

import base64
import hashlib
import io
import json
import zlib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from hypothesis import given, settings, strategies as st

from bidding.domain import opening
from bidding.sealing import age
from evaluation.domain.scoring import exact, formulas
from evaluation.domain.scoring.values import PricedBid, ScoringError, Sme, Stage
from kernel.domain import canonical, leaves, merkle, money, notes
from tests.conftest import shared
from tests.verifier.judging import verify

VECTORS = Path(__file__).parents[1] / "vectors"
LOG = json.loads((VECTORS / "log.json").read_text("utf-8"))
SCORING = json.loads((VECTORS / "scoring.json").read_text("utf-8"))
SLOPE = {"E1": "2", "E2": "1", "K": "0.02", "drop_above": 5}
INTERVALS = SCORING["interval_table"]["intervals"]
FACTORS = SCORING["evaluated_price"]["factors"]


REFUSED = (AssertionError, ValueError, InvalidSignature, InvalidTag)


def unb64(text):
    return base64.b64decode(text)


# numbers and canonical bytes


@given(st.fractions(min_value=-(10**9), max_value=10**9), st.integers(0, 8))
def test_rounding(value, places):
    assert verify.written(value, places) == exact.plain(exact.rounded(value, places))


@pytest.mark.parametrize(("value", "text"), SCORING["half_up"])
def test_half_up(value, text):
    assert verify.written(Fraction(value), 2) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda item: st.lists(item, max_size=3) | st.dictionaries(st.text(max_size=5), item, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_canonical_bytes(value):
    try:
        rendered = canonical.to_bytes(value)
    except canonical.NotCanonicalError:
        return
    if all(ord(char) < 0x10000 for char in rendered.decode()):
        assert verify.canonical(value) == rendered
        assert verify.parse(rendered) == value


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1.0}',
        b'{"a":1,"a":1}',
        b'"\\u0041"',
        b"1\n",
        b'"a\xcc\x80"',
        b"NaN",
    ],
)
def test_bytes_that_are_not_canonical(data):
    with pytest.raises((AssertionError, ValueError)):
        verify.parse(data)


@pytest.mark.parametrize("text", ["QQ==", "", "AAAA"])
def test_base64_in_its_one_form(text):
    assert verify.unb64(text) == base64.b64decode(text)


@pytest.mark.parametrize("text", ["QR==", "QQ", "Q Q==", "QQ==\n", "QQ==QQ==", "-_==", "é"])
def test_base64_in_another_form(text):
    with pytest.raises((AssertionError, ValueError)):
        verify.unb64(text)


# the log


def test_reference_tree():
    entries = [entry.encode() for entry in LOG["entries"]]
    assert hashlib.sha256(b"\0" + entries[0]).hexdigest() == LOG["leaf0"]
    found = verify.included(
        merkle.leaf_hash(entries[5]), 5, 7, [unb64(step) for step in LOG["inclusion_of_5"]]
    )
    assert found.hex() == LOG["root"]
    hashes = [merkle.leaf_hash(entry) for entry in entries]
    path = [unb64(step) for step in LOG["consistency_3_to_7"]]
    assert verify.grown(3, 7, path, None) == (merkle.root(hashes[:3]), merkle.root(hashes))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 70), st.data())
def test_proofs_of_any_tree(size, data):
    hashes = [merkle.leaf_hash(bytes([n])) for n in range(size)]
    node, index = merkle.nodes(hashes), data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(node, index, size)
    assert verify.included(hashes[index], index, size, path) == merkle.root(hashes)
    old = index + 1
    path = merkle.consistency_proof(node, old, size)
    known = merkle.root(hashes[:old])
    assert verify.grown(old, size, path, known) == (known, merkle.root(hashes))


@pytest.mark.parametrize(
    ("index", "size", "steps"), [(7, 7, 3), (-1, 7, 3), (5, 7, 2), (5, 7, 4), (0, 1, 1), (0, 0, 0)]
)
def test_audit_paths_that_fit_no_tree(index, size, steps):
    with pytest.raises((AssertionError, IndexError)):
        verify.included(bytes(32), index, size, [bytes(32)] * steps)


@pytest.mark.parametrize(("old", "size", "steps"), [(0, 7, 3), (8, 7, 3), (7, 7, 1), (3, 7, 3), (3, 7, 5)])
def test_consistency_proofs_that_fit_no_sizes(old, size, steps):
    with pytest.raises((AssertionError, IndexError)):
        verify.grown(old, size, [bytes(32)] * steps, bytes(32))


@given(
    st.sets(st.integers(0, leaves.POSITIONS - 1), min_size=1, max_size=5), st.binary(min_size=32, max_size=32)
)
@settings(max_examples=5, deadline=None)
def test_batches(positions, secret):
    used = {place: hashlib.sha256(bytes([place % 256])).digest() for place in positions}
    values = leaves.batch_values(secret, used)
    for place in positions:
        path = leaves.batch_path(values, place)
        assert verify.included(merkle.leaf_hash(used[place]), place, 1024, path) == leaves.batch_root(values)


def reference_note():
    body = "".join(f"{line}\n" for line in LOG["checkpoint_body"])
    names = [LOG[key].partition("+")[0] for key in ("vkey", "witness_vkey")]
    lines = zip(names, (LOG["log_signature"], LOG["cosignature"]), strict=True)
    return f"{body}\n" + "".join(f"— {name} {signature}\n" for name, signature in lines)


def test_reference_note():
    note = verify.Note(reference_note().encode())
    assert (note.size, note.root.hex()) == (7, LOG["root"])
    assert note.seen(LOG["vkey"]) == 0
    assert note.seen(LOG["witness_vkey"]) == LOG["witness_time"]
    stranger = notes.VerifierKey("stranger", 4, bytes(32))
    assert note.seen(str(stranger)) is None


NOTES = {
    "no end of line": lambda text: text[:-1],
    "no empty line": lambda text: text.replace("\n\n", "\n"),
    "another dash": lambda text: text.replace("—", "-", 1),
    "another root": lambda text: text.replace("0zTd", "1zTd", 1),
    "another size": lambda text: text.replace("\n7\n", "\n8\n"),
    "a size in another form": lambda text: text.replace("\n7\n", "\n07\n"),
    "no signature": lambda text: text[: text.index("—")],
    "a line more": lambda text: text.replace("\n\n", "\nmore\n\n"),
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "another separator": lambda text: text.replace("\n7\n", "\u20287\n"),
}


@pytest.mark.parametrize("name", NOTES)
def test_notes_that_are_none_or_were_not_signed(name):
    with pytest.raises(REFUSED):
        note = verify.Note(NOTES[name](reference_note()).encode())
        assert note.seen(LOG["vkey"]) is not None


@pytest.mark.parametrize(
    ("policy", "present", "met"),
    [
        ("group g 2 a b c\nquorum g", "ab", True),
        ("group g 2 a b c\nquorum g", "a", False),
        ("group g all a b c\nquorum g", "ab", False),
        ("group g any a b c\nquorum g", "c", True),
        ("group h 1 b c\ngroup g 2 a h\nquorum g", "ac", True),
        ("group h 2 b c\ngroup g 2 a h\nquorum g", "ac", False),
        ("quorum a", "a", True),
        ("quorum a", "b", False),
        ("quorum none", "", True),
    ],
)
def test_quorums(policy, present, met):
    keys = {
        name: notes.VerifierKey(f"{name}.test", 4, bytes([number]) * 32)
        for number, name in enumerate("abc", 1)
    }
    lines = [f"log {LOG['vkey']}", *(f"witness {name} {key}" for name, key in keys.items()), policy, ""]
    text = "\n".join(lines)
    trust = verify.Trust(root_certificate(), text.encode())
    assert trust.met(set(present), trust.quorum) is met
    assert notes.Policy.parse(text).satisfied(set(present)) is met


def root_certificate():
    from tests.verifier import parties

    return parties.certificates.to_bundle([parties.authority().certificate])


# containers


@pytest.mark.parametrize("length", [0, 1, 65535, 65536, 65537, 200_000])
def test_containers(length):
    identity, plain = age.Identity.generate(), bytes(range(256)) * (length // 256 + 1)
    sealed = age.encrypt_bytes(plain[:length], identity.recipient)
    line, recipient = f"{identity}\n".encode(), str(identity.recipient)
    assert b"".join(verify.decrypted(io.BytesIO(sealed), line, recipient)) == plain[:length]
    for place in (5, 40, 100, 150, 170, 190, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(REFUSED):
            b"".join(verify.decrypted(io.BytesIO(bytes(changed)), line, recipient))
    for cut in (sealed[:-1], sealed[:-17], sealed + b"x"):
        with pytest.raises(REFUSED):
            b"".join(verify.decrypted(io.BytesIO(cut), line, recipient))
    other = age.Identity.generate()
    with pytest.raises(AssertionError, match="recipient"):
        b"".join(verify.decrypted(io.BytesIO(sealed), f"{other}\n".encode(), recipient))
    last = b"P" if line[-2:-1] == b"Q" else b"Q"
    for bad in (line[:-1], line + b"\n", line.lower(), line[:-2] + last + b"\n"):
        with pytest.raises((AssertionError, ValueError)):
            b"".join(verify.decrypted(io.BytesIO(sealed), bad, recipient))


def test_containers_of_the_reference_vectors():
    """Of the public vectors: whatever has one X25519 stanza and is good opens, nothing that must fail does."""
    tried = 0
    for path in sorted(shared("data", "age-vectors").iterdir()):
        head, _, body = path.read_bytes().partition(b"\n\n")
        facts = dict(line.split(": ", 1) for line in head.decode().split("\n"))
        if not facts.get("identity", "").startswith("AGE-SECRET-KEY-1") or "armored" in facts:
            continue
        body = zlib.decompress(body) if facts.get("compressed") == "zlib" else body
        identity = age.Identity.parse(facts["identity"])
        line, recipient = f"{facts['identity']}\n".encode(), str(identity.recipient)
        try:
            plain = b"".join(verify.decrypted(io.BytesIO(body), line, recipient))
        except Exception:  # noqa: BLE001 - whatever it raises, it did not open
            assert facts["expect"] != "success" or body.count(b"\n-> ") != 1, path.name
            continue
        tried += 1
        assert facts["expect"] == "success", path.name
        assert hashlib.sha256(plain).hexdigest() == facts["payload"], path.name
    assert tried > 3


# opening fields

FIELDS = opening.build_fields(
    price=Decimal("9800000.00"), period_days=200, quality="合格", enterprise="small", terms=[("预付款", "30")]
)
BOND = {"number": "BH-1", "issuer": "91510800MA6XWQ1234", "amount": "20000.00", "sha256": "ab" * 32}
TAKEN = {
    "as built": {},
    "no period": {"period_days": None},
    "the longest text": {"quality": "好" * 10_000},
    "the longest text, escaped": {"quality": '"' * 10_000},
    "empty texts": {"quality": "", "price_words": "", "terms": [["x", ""]]},
    "lines and tabs": {"quality": "a\r\n\tb", "terms": [["\n a", "\t"]]},
    "quotes and backslashes": {"quality": '\\"\\n', "terms": [['"', "\\"], ["\\", '"']]},
    "a mark after an escape": {"quality": "\n\u0303\t\u030c"},
    "beyond the basic plane": {"quality": "😀𠮷"},
    "a thousand terms": {"terms": [["x", "1"]] * 1000},
    "no terms": {"terms": []},
    "the largest integer": {"period_days": 2**53 - 1},
    "a guarantee": {"guarantee": BOND},
    "an issuer with every letter": {"guarantee": BOND | {"issuer": "ABCDEFGHJKLMNPQRTU"}},
    "the largest amount": {"price": "9999999999999999.99"},
}
"""What both readers take: changes of good opening fields."""
REFUSED_FIELDS = {
    "a text too long": {"quality": "好" * 10_001},
    "words too long": {"price_words": "x" * 10_001},
    "a term too long": {"terms": [["x", "x" * 10_001]]},
    "a term without a name": {"terms": [["", "1"]]},
    "a term named by a space": {"terms": [[" ", "1"]]},
    "a term named by lines": {"terms": [["\r\n\t\u3000", "1"]]},
    "a term of three": {"terms": [["x", "1", "2"]]},
    "a term that is text": {"terms": ["xy"]},
    "terms that are an object": {"terms": {"ab": "1"}},
    "a term of a number": {"terms": [["x", 1]]},
    "too many terms": {"terms": [["x", "1"]] * 1001},
    "an integer of 2^53": {"period_days": 2**53},
    "an integer beyond 2^53": {"period_days": 2**53 + 1},
    "no days": {"period_days": 0},
    "days that are true": {"period_days": True},
    "an issuer with I": {"guarantee": BOND | {"issuer": "9I510800MA6XWQ1234"}},
    "an issuer in small letters": {"guarantee": BOND | {"issuer": "91510800ma6xwq1234"}},
    "a guarantee without a number": {"guarantee": BOND | {"number": " "}},
    "a guarantee with more": {"guarantee": BOND | {"more": ""}},
    "a guarantee that is empty": {"guarantee": {}},
    "an amount below zero": {"price": "-1.00"},
    "an amount of one decimal": {"price": "1.0"},
    "an amount too large": {"price": "10000000000000000.00"},
    "an unknown size": {"enterprise": "tiny"},
    "another domain": {"domain": "yangguang/opening-fields/v2"},
    "one field more": {"more": ""},
    "text that is null": {"quality": None},
    "not in NFC": {"quality": "e\u0301"},
    **{
        f"control character {ord(char):02x}": {"quality": f"a{char}b"}
        for char in "\0\x01\x08\x0b\x0c\x1f\x7f\x80\x9f"
    },
    "a name with a control character": {"terms": [["a\0", "1"]]},
}
"""What both refuse."""
NO_FIELDS = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "an integer of five thousand digits": b"1" * 5000,
    "days of five thousand digits": canonical.to_bytes(FIELDS).replace(b":200,", b":" + b"2" * 5000 + b","),
    "a negative integer of five thousand digits": b"-" + b"1" * 5000,
    "lists in lists": b"[" * 200_000 + b"]" * 200_000,
    "a line end after it": canonical.to_bytes(FIELDS) + b"\n",
    "a space": canonical.to_bytes(FIELDS).replace(b":", b": ", 1),
    "an escape that is not needed": canonical.to_bytes(FIELDS).replace(b'"small"', b'"\\u0073mall"'),
    "another escape of a tab": canonical.to_bytes(FIELDS | {"quality": "\t"}).replace(b"\\t", b"\\u0009"),
    "days that are a float": canonical.to_bytes(FIELDS).replace(b":200,", b":200.0,"),
    "a lone surrogate": canonical.to_bytes(FIELDS | {"quality": "x"}).replace(b'"x"', b'"\\ud800"'),
    "not UTF-8": canonical.to_bytes(FIELDS | {"quality": "x"}).replace(b'"x"', b'"\xff"'),
}
"""Bytes that both refuse."""


def written_fields(change):
    """The bytes of changed fields as any tool might write them: the platform's refuses some of these itself."""
    return json.dumps(FIELDS | change, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def read_by_platform(data):
    try:
        return opening.read_fields(data)
    except opening.ShapeError:
        return None


def read_by_verifier(data):
    try:
        return verify.parse(data) if verify.read(verify.FIELDS, data.decode()) else None
    except (*REFUSED, RecursionError):
        return None


@pytest.mark.parametrize("name", TAKEN)
def test_opening_fields_that_both_readers_take(name):
    data = written_fields(TAKEN[name])
    assert read_by_platform(data) == read_by_verifier(data) == FIELDS | TAKEN[name]


@pytest.mark.parametrize("name", [*REFUSED_FIELDS, *NO_FIELDS])
def test_opening_fields_that_both_readers_refuse(name):
    data = NO_FIELDS[name] if name in NO_FIELDS else written_fields(REFUSED_FIELDS[name])
    assert read_by_platform(data) is None
    assert read_by_verifier(data) is None


@pytest.mark.parametrize(
    "data", [b'{"a":"\\n\xcc\x83"}', b'["\\t\xcc\x8c"]', b'"\\u001a\xcc\x80"', b"9007199254740991"]
)
def test_bytes_that_both_call_canonical(data):
    assert verify.parse(data) == canonical.from_bytes(data)


@pytest.mark.parametrize(
    "data", [b"9007199254740992", b"-9007199254740992", b"1" * 5000, b'"e\xcc\x81"', b"[" * 200_000]
)
def test_bytes_that_neither_calls_canonical(data):
    with pytest.raises(canonical.NotCanonicalError):
        canonical.from_bytes(data)
    with pytest.raises((*REFUSED, RecursionError)):
        verify.parse(data)


# prices

STATED = {
    "mean_benchmark": SLOPE,
    "composite_benchmark": SLOPE | {"control_price": "950.00", "control_weight": "0.4"},
    "interval_table": {"K": "0.01", "drop_above": None, "intervals": INTERVALS},
    "lowest_price": {"sme_deduction": "0.10", "sme_deduction_share": "0.04"},
    "lowest_evaluated_price": {"sme_deduction": "0.06"},
    "evaluated_price": {"factors": FACTORS},
}
MORE = st.fixed_dictionaries(
    {},
    optional={
        "basis": st.sampled_from(["opened", "reviewed", "remaining"]),
        "deviation_places": st.sampled_from([None, 0, 2, 4]),
        "mean_places": st.sampled_from([None, 0, 2]),
        "benchmark_places": st.sampled_from([0, 2]),
        "score_places": st.sampled_from([1, 2, 3]),
        "provisional_sum": st.sampled_from(["0.00", "12.34"]),
        "floor": st.sampled_from(["0", "10"]),
        "sme_uplift": st.sampled_from(["0", "0.04"]),
        "sme_uplift_capped": st.booleans(),
    },
)
BID = st.tuples(
    st.integers(10_000, 200_000),
    st.sampled_from(Sme),
    st.sampled_from([None, None, None, *Stage]),
    st.integers(100, 300),
    st.integers(0, 50),
)


def both(name, rows, stated):
    """Return the platform's price scores, and what the verifier makes of the same bids."""
    full = Decimal(0) if name.endswith("evaluated_price") else Decimal(60)
    bids = [
        PricedBid(
            f"b{number:02}",
            money.parse(f"{price // 100}.{price % 100:02}"),
            sme=sme,
            terms={"period_days": Decimal(days), "prepayment": Decimal(percent)},
            rejected=stage,
        )
        for number, (price, sme, stage, days, percent) in enumerate(rows)
    ]
    made = formulas.FORMULAS[name].score(bids, stated, {}, full=full)
    given = {
        one.bid: {
            "price": Fraction(one.price),
            "sme": str(one.sme),
            "terms": {term: Fraction(value) for term, value in one.terms.items()},
            "fallen": str(one.rejected or ""),
        }
        for one in bids
    }
    return made, verify.scored(name, verify.plain(dict(made.parameters)), Fraction(full), given)


@pytest.mark.parametrize("name", STATED)
@settings(max_examples=120, deadline=None)
@given(rows=st.lists(BID, min_size=1, max_size=9), more=MORE)
def test_price_formulas(name, rows, more):
    known = set(formulas.FORMULAS[name].model.model_fields)
    stated = STATED[name] | {key: value for key, value in more.items() if key in known}
    try:
        made, (basis, benchmark, lines) = both(name, rows, stated)
    except ScoringError:
        return
    assert basis == [bid for bid, _ in made.basis]
    assert benchmark == (None if made.benchmark is None else exact.plain(made.benchmark))
    assert lines == {
        line.bid: [line.as_json()[key] for key in ("evaluated", "deviation", "score")] for line in made.lines
    }


@pytest.mark.parametrize("case", SCORING["mean_benchmark"], ids=lambda case: case["case"])
def test_reference_benchmarks(case):
    p = verify.plain({**verify.DEFAULTS, "control_weight": "0", "floor": "0", **case["parameters"]})
    p |= {key: 0 for key in ("provisional_sum", "sme_uplift_capped") if key not in p}
    given = {
        f"b{number}": {"price": Fraction(price), "sme": "none", "terms": {}, "fallen": ""}
        for number, price in enumerate(case["prices"])
    }
    _, benchmark, lines = verify.scored("mean_benchmark", p, Fraction(case["full"]), given)
    assert benchmark == case["benchmark"]
    assert [lines[bid][1:] for bid in sorted(lines)] == [
        list(pair) for pair in zip(case["deviation"], case["score"], strict=True)
    ]
