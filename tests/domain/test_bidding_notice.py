"""A client reads a notice before it seals to it: every flaw is named, with its rule."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from bidding.domain import notice as terms
from bidding.domain.notice import ADDENDUM_DOMAIN
from bidding.domain.shapes import ShapeError
from bidding.sealing import suites
from kernel.domain import canonical
from tests.domain import sealing_world as world

LOT = world.make_world(parts=("opening", "documents"))


def changed(**fields):
    return replace(LOT, notice={**LOT.notice, **fields})


def with_custodian(index, **fields):
    kept = [dict(one) for one in LOT.notice["custodians"]]
    kept[index].update(fields)
    return changed(custodians=kept)


def found(lot):
    return [(one.rule, one.reason) for one in lot.reading().problems]


def addendum(**fields):
    value = {
        "domain": ADDENDUM_DOMAIN,
        "tender": world.TENDER,
        "lot": world.LOT,
        "notice": canonical.digest(LOT.notice),
        "number": 1,
        "previous": None,
        "published_at": canonical.instant(world.PUBLISHED + timedelta(days=5)),
        "text": "清单更正",
        "deadline": None,
        "reseal": False,
        "documents": [],
    }
    return {**value, **fields}


def amended(*addenda):
    return replace(LOT, addenda=list(addenda))


def test_a_good_notice_has_no_problem():
    reading = LOT.reading()
    assert reading.problems == ()
    notice = reading.notice
    assert notice.hash == canonical.digest(LOT.notice)
    assert notice.deadline == world.DEADLINE
    assert notice.roles == ("procuring_entity", "centre", "third")
    assert [one.index for one in notice.custodians] == [0, 1, 2]
    assert world.make_world(custodians=5).reading().problems == ()


def test_all_problems_are_named_at_once():
    kept = [dict(one) for one in LOT.notice["custodians"]]
    kept[0]["signature"], kept[1]["recipient"] = kept[1]["signature"], kept[2]["recipient"]
    bad = changed(custodians=kept, threshold=1, parts=["documents"])
    assert {one for _, one in found(bad)} == {
        "parts",
        "threshold",
        "custodian_keys_not_distinct",
        "custodian_signature",
    }


def test_a_key_signed_by_another_is_refused():
    rival = world.party(world.RIVAL)
    one = LOT.notice["custodians"][1]
    signed = rival.sign(terms.custodian_key(world.LOT, one["role"], one["recipient"]))
    bad = with_custodian(1, signature=canonical.b64(signed))
    (problem,) = bad.reading().problems
    assert (problem.rule, problem.reason) == ("S-04", "custodian_signature")
    assert world.RIVAL.credit_code in problem.facts["why"]


@pytest.mark.parametrize("field", ["lot", "custodian", "recipient"])
def test_a_key_signed_for_another_place_is_refused(field):
    centre, one = world.party(world.CENTRE), LOT.notice["custodians"][1]
    value = terms.custodian_key(world.LOT, one["role"], one["recipient"])
    other = {"lot": world.TENDER, "custodian": "third", "recipient": LOT.notice["custodians"][2]["recipient"]}
    signature = canonical.b64(centre.sign({**value, field: other[field]}))
    assert found(with_custodian(1, signature=signature)) == [("S-04", "custodian_signature")]


def test_institutions_must_be_what_their_roles_say():
    third = {"credit_code": world.BUYER.credit_code}
    assert ("S-04", "custodians_not_distinct") in found(with_custodian(2, **third))
    assert ("S-04", "custodian_institution") in found(with_custodian(2, **third))
    assert ("S-04", "custodian_institution") in found(with_custodian(1, credit_code=world.FOURTH.credit_code))
    assert ("S-04", "custodian_institution") in found(with_custodian(0, credit_code=world.FOURTH.credit_code))


def test_buyer_and_agency_are_one_institution():
    agency = world.organisation(world.FOURTH)
    kept = [dict(one) for one in LOT.notice["custodians"]]
    value = terms.custodian_key(world.LOT, "procuring_entity", kept[0]["recipient"])
    kept[0].update(agency, signature=canonical.b64(world.party(world.FOURTH).sign(value)))
    assert found(changed(agency=agency, custodians=kept)) == []
    assert ("S-04", "custodian_institution") in found(changed(agency=world.organisation(world.NOTARY)))
    assert ("S-04", "centre_is_buyer") in found(changed(agency=world.organisation(world.CENTRE)))


def test_custodians_come_in_threes_and_fives_with_their_thresholds():
    kept = LOT.notice["custodians"]
    assert ("S-04", "custodian_roles") in found(changed(custodians=kept[:2]))
    assert ("S-04", "custodian_roles") in found(changed(custodians=[kept[1], kept[0], kept[2]]))
    for threshold in (1, 3):
        assert found(changed(threshold=threshold)) == [("S-04", "threshold")]
    five = world.make_world(custodians=5)
    assert found(replace(five, notice={**five.notice, "threshold": 2})) == [("S-04", "threshold")]


def test_a_key_that_cannot_be_used_is_refused():
    recipient = LOT.notice["custodians"][1]["recipient"]
    mistyped = recipient[:-1] + ("q" if recipient[-1] != "q" else "p")
    value = terms.custodian_key(world.LOT, "centre", mistyped)
    signature = canonical.b64(world.party(world.CENTRE).sign(value))
    assert found(with_custodian(1, recipient=mistyped, signature=signature)) == [
        ("S-04", "custodian_key_unusable")
    ]


def test_other_roots_know_none_of_the_institutions():
    stranger = replace(LOT.trust, roots=(world.party(world.RIVAL).certificate,))
    assert found(replace(LOT, trust=stranger)) == [("S-04", "custodian_signature")] * 3


def test_certificates_are_judged_when_the_notice_was_published():
    late = changed(published_at="2025-12-31T00:00:00.000Z")
    assert found(late) == [("S-04", "custodian_signature")] * 3


def test_an_unknown_suite_is_refused():
    (problem,) = changed(suite="age2").reading().problems
    assert problem.rule == "S-01"
    assert "age2" in problem.facts["why"]
    assert changed(suite="age2").reading().notice is None


@pytest.mark.parametrize("key", sorted(LOT.notice))
def test_a_missing_field_is_named(key):
    lacking = {name: value for name, value in LOT.notice.items() if name != key}
    (problem,) = replace(LOT, notice=lacking).reading().problems
    assert problem.reason == "notice_unreadable"
    assert key in problem.facts["why"]


@settings(max_examples=60, deadline=None)
@given(
    key=st.sampled_from(sorted(set(LOT.notice) - {"method", "committee"})),
    value=st.sampled_from([None, 1, -1, True, "", "x", [], {}, [1], "2026-03-02", "0" * 63]),
)
def test_a_field_of_another_kind_is_never_read(key, value):
    allowed = {
        "agency": [None],
        "estimate": [None],
        "ceiling": [None],
        "deposit": [None],
        "round_of": [None],
        "deadline_rule": ["", "x", "2026-03-02", "0" * 63],
        "beacon": ["", "x", "2026-03-02", "0" * 63],
        "coefficients": [[]],
        "ties": [[]],
        "documents": [[]],
        "validity_days": [1],
        "candidates": [1],
        "threshold": [1],
        "custodians": [[]],
    }
    text = {"code", "title", "project", "category"}
    if any(value == one and type(value) is type(one) for one in allowed.get(key, [])):
        return
    if key in text and isinstance(value, str) and value:
        return
    with pytest.raises(ShapeError):
        terms.parse({**LOT.notice, key: value}, [], suites.SHAPES)


def test_bytes_that_are_not_canonical_are_refused():
    data = canonical.to_bytes(LOT.notice)
    for wrong in (data + b"\n", data[:-1], b"", b" " + data):
        reading = terms.read(wrong, [], LOT.trust, suites.SHAPES)
        assert reading.notice is None
        assert reading.problems[0].reason == "notice_unreadable"


def test_addenda_move_the_deadline_later():
    later = canonical.instant(world.DEADLINE + timedelta(days=3))
    first = addendum(deadline=later, reseal=True)
    second = addendum(
        number=2,
        previous=canonical.digest(first),
        published_at=canonical.instant(world.DEADLINE + timedelta(days=1)),
    )
    notice = amended(first, second).read_notice
    assert notice.deadline == world.DEADLINE + timedelta(days=3)
    assert notice.reseal_from == 1
    assert [one.hash for one in notice.addenda] == [canonical.digest(first), canonical.digest(second)]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"number": 2}, "addenda_chain"),
        ({"previous": "0" * 64}, "addenda_chain"),
        ({"deadline": canonical.instant(world.DEADLINE - timedelta(days=1))}, "deadline_earlier"),
        ({"published_at": canonical.instant(world.DEADLINE)}, "addendum_time"),
        ({"published_at": canonical.instant(world.PUBLISHED - timedelta(days=1))}, "addendum_time"),
    ],
)
def test_a_broken_chain_of_addenda_is_named(fields, reason):
    assert found(amended(addendum(**fields))) == [("T-04", reason)]


@pytest.mark.parametrize("field", ["tender", "lot", "notice"])
def test_an_addendum_of_another_lot_is_refused(field):
    other = {"tender": world.LOT, "lot": world.TENDER, "notice": "0" * 64}
    (problem,) = amended(addendum(**{field: other[field]})).reading().problems
    assert problem.reason == "notice_unreadable"
    assert field in problem.facts["why"]


def test_a_deadline_before_the_publication_is_refused():
    assert ("T-04", "deadline") in found(changed(deadline=LOT.notice["published_at"]))
