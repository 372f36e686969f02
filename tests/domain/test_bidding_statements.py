"""Statements and withdrawals are read strictly: any other value than the stated one is refused."""

import copy
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from bidding.domain import statements
from bidding.domain.notice import ADDENDUM_DOMAIN
from bidding.domain.shapes import ShapeError
from bidding.domain.statements import PartFact, ShareFact
from bidding.sealing import age, suites
from kernel.domain import canonical
from tests.domain import sealing_world as world

LOT = world.make_world(parts=("opening", "documents"))
NOTICE = LOT.read_notice
BID = "9b2c1f4e-7a55-4c1d-8f3e-2a6b5c4d3e2f"


def part(name, length, seed):
    def hashed(text):
        return canonical.sha256(f"{seed}{text}".encode())

    return PartFact(
        name=name,
        sha256=hashed("container"),
        length=suites.SHAPES["age1"].container_length(length),
        recipient=str(age.Identity(hashed("key").encode()[:32]).recipient),
        inner=hashed("inner"),
        shares={role: ShareFact(hashed(role + "s"), hashed(role + "f")) for role in NOTICE.roles},
    )


def build(notice=NOTICE, **more):
    given_ = {
        "bid": BID,
        "bidder": world.BIDDER.credit_code,
        "nonce": bytes(range(32)),
        "parts": [part("opening", 65536, 1), part("documents", 3 * 2**20, 2)],
        "supersedes": None,
        "client_time": world.SEALED,
    }
    return statements.build_statement(notice, **{**given_, **more})


VALUE = build()


def addenda(*reseal):
    found, previous = [], None
    for number, again in enumerate(reseal, start=1):
        value = {
            "domain": ADDENDUM_DOMAIN,
            "tender": world.TENDER,
            "lot": world.LOT,
            "notice": NOTICE.hash,
            "number": number,
            "previous": previous,
            "published_at": canonical.instant(world.PUBLISHED + timedelta(days=number)),
            "text": "更正",
            "deadline": None,
            "reseal": again,
            "documents": [],
        }
        found.append(value)
        previous = canonical.digest(value)
    return replace(LOT, addenda=found).read_notice


def test_a_statement_reads_back_as_built():
    found = statements.parse_statement(VALUE, NOTICE)
    assert found.hash == canonical.digest(VALUE)
    assert (found.bid, found.bidder, found.addenda) == (BID, world.BIDDER.credit_code, 0)
    assert found.part("opening").as_json() == VALUE["parts"][0]
    assert found.context("documents").nonce == canonical.b64(bytes(range(32)))
    assert list(found.files()) == [
        "documents.age",
        "opening.age",
        "shares/documents/centre.age",
        "shares/documents/procuring_entity.age",
        "shares/documents/third.age",
        "shares/opening/centre.age",
        "shares/opening/procuring_entity.age",
        "shares/opening/third.age",
    ]
    with pytest.raises(ShapeError):
        found.part("pricing")


def paths(value, here=()):
    yield here
    if isinstance(value, dict):
        for name, item in value.items():
            yield from paths(item, (*here, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*here, index))


def put(value, path, item):
    if not path:
        return item
    value = copy.deepcopy(value)
    target = value
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = item
    return value


PLACES = sorted(paths(VALUE), key=str)
FREE = {("client_time",), ("nonce",), ("bid",), ("bidder",), ("supersedes",)}


@settings(max_examples=300, deadline=None)
@given(
    place=st.sampled_from(PLACES),
    item=st.sampled_from(
        [None, 0, 1, -1, 1.5, True, "", "x", "0" * 64, "A" * 64, [], {}, [None], {"x": 1}, "age1x", 2**60]
    ),
)
def test_a_mutation_is_refused(place, item):
    changed = put(VALUE, place, item)
    if changed == VALUE and type(changed) is type(VALUE):
        return
    hashes = {"sha256", "inner", "share", "file"}
    legal = (place == ("supersedes",) and item == "0" * 64) or (
        place and place[-1] in hashes and item == "0" * 64
    )
    if legal:
        statements.parse_statement(changed, NOTICE)
        return
    with pytest.raises(ShapeError):
        statements.parse_statement(changed, NOTICE)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)) or "whole")
def test_no_key_can_be_missing_or_added(place):
    value = VALUE
    for step in place:
        value = value[step]
    if isinstance(value, dict):
        with pytest.raises(ShapeError):
            statements.parse_statement(put(VALUE, place, {**value, "more": None}), NOTICE)
        for name in value:
            rest = {key: item for key, item in value.items() if key != name}
            with pytest.raises(ShapeError):
                statements.parse_statement(put(VALUE, place, rest), NOTICE)
    elif isinstance(value, list) and value:
        with pytest.raises(ShapeError):
            statements.parse_statement(put(VALUE, place, value[:-1]), NOTICE)
        with pytest.raises(ShapeError):
            statements.parse_statement(put(VALUE, place, value + value[:1]), NOTICE)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("lot", world.TENDER),
        ("tender", world.LOT),
        ("notice", "0" * 64),
        ("suite", "age2"),
        ("bid", BID.upper()),
        ("bid", BID.replace("-4", "-1", 1)),
        ("bidder", world.BIDDER.credit_code.lower()),
        ("bidder", world.BIDDER.credit_code[:-1]),
        ("nonce", canonical.b64(bytes(31))),
        ("nonce", "A" * 43 + "B"),
        ("client_time", "2026-03-20T08:31:07Z"),
        ("domain", "yangguang/bid-withdrawal/v1"),
        ("addenda", ["0" * 64]),
    ],
)
def test_a_statement_of_another_lot_or_form_is_refused(field, wrong):
    with pytest.raises(ShapeError, match=field):
        statements.parse_statement({**VALUE, field: wrong}, NOTICE)


def test_parts_come_in_the_notices_order():
    with pytest.raises(ShapeError, match="in this order"):
        statements.parse_statement({**VALUE, "parts": VALUE["parts"][::-1]}, NOTICE)


@pytest.mark.parametrize("length", [1, 65735, 65737, 65536, 2**31])
def test_only_padded_lengths_are_containers(length):
    with pytest.raises(ShapeError, match="container of"):
        statements.parse_statement(put(VALUE, ("parts", 0, "length"), length), NOTICE)


@given(blocks=st.integers(8, 15), power=st.integers(20, 30))
def test_the_content_length_follows_from_the_container(blocks, power):
    length = blocks << (power - 3)
    container = suites.SHAPES["age1"].container_length(length)
    assert statements.content_length("documents", container, NOTICE) == length
    for other in (container - 1, container + 1, container + 16):
        with pytest.raises(ShapeError):
            statements.content_length("documents", other, NOTICE)


def test_what_must_be_distinct_is():
    same = put(VALUE, ("parts", 1, "recipient"), VALUE["parts"][0]["recipient"])
    with pytest.raises(ShapeError, match="the same"):
        statements.parse_statement(same, NOTICE)
    share = VALUE["parts"][0]["shares"]["centre"]["file"]
    same = put(VALUE, ("parts", 1, "shares", "third", "file"), share)
    with pytest.raises(ShapeError, match="the same"):
        statements.parse_statement(same, NOTICE)


def test_a_bid_sealed_before_an_addendum_stays_valid_unless_it_must_be_sealed_anew():
    gentle, strict = addenda(False), addenda(False, True)
    early = statements.parse_statement(VALUE, gentle)
    assert early.addenda == 0
    assert not statements.must_reseal(early)
    assert statements.must_reseal(statements.parse_statement(VALUE, strict))
    knowing = statements.parse_statement(build(strict), strict)
    assert knowing.addenda == 2
    assert not statements.must_reseal(knowing)
    with pytest.raises(ShapeError, match="addenda"):
        statements.parse_statement({**VALUE, "addenda": [strict.addenda[1].hash]}, strict)


def test_a_withdrawal_names_exactly_its_bid():
    statement = statements.parse_statement(VALUE, NOTICE)
    value = statements.build_withdrawal(statement, bytes(32))
    assert statements.parse_withdrawal(value, statement) == canonical.digest(value)
    for field, wrong in (
        ("bid", world.LOT),
        ("lot", world.TENDER),
        ("tender", world.LOT),
        ("statement", "0" * 64),
        ("nonce", ""),
        ("domain", "yangguang/bid-statement/v1"),
    ):
        with pytest.raises(ShapeError):
            statements.parse_withdrawal({**value, field: wrong}, statement)
    with pytest.raises(ShapeError):
        statements.parse_withdrawal({**value, "more": 1}, statement)
