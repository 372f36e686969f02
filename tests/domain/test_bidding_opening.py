"""Custodians' messages, opening fields, the release list, the opening table, the lifecycles."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from accounts.domain import cms
from bidding.domain import custody, faults, lifecycle, messages, opening
from bidding.domain.custody import ShareError
from bidding.domain.lifecycle import BID, HALL, PAUSE, Bid, Hall, HallLever
from bidding.domain.opening import Row
from bidding.domain.parts import Context
from bidding.domain.shapes import ShapeError
from kernel.domain import canonical, notes
from kernel.domain.refusals import Allowed, Refused
from tests.domain import sealing_world as world

LOT = world.make_world()
BID_ID, OTHER = "9b2c1f4e-7a55-4c1d-8f3e-2a6b5c4d3e2f", "1b2c1f4e-7a55-4c1d-8f3e-2a6b5c4d3e2f"
NONCE = canonical.b64(bytes(range(32)))
CONTEXT = Context(world.TENDER, world.LOT, BID_ID, world.BIDDER.credit_code, NONCE, "opening")
H = "a" * 64
SHARE = custody.share(CONTEXT, "centre", "words of a share")


def note_of(*seen, log=None, size=3):
    """Return a checkpoint cosigned by (witness, seconds after T)."""
    body = notes.Checkpoint(origin="log.test/tender", size=size, root=bytes(32)).body()
    note = notes.Note(body, (notes.sign(body, "log.test/tender", log or LOT.log_key),))
    for name, seconds in seen:
        when = int(world.DEADLINE.timestamp()) + seconds
        note = note.with_signature(*notes.cosign(body, f"{name}.test/witness", LOT.witness_keys[name], when))
    return note


def may_act(note, **more):
    return custody.may_act(
        LOT.read_notice, **{"closing": H, "checkpoint": note, "policy": LOT.trust.policy, **more}
    )


def test_a_custodian_acts_only_after_two_witnesses_saw_the_deadline_pass():
    assert isinstance(may_act(note_of(("north", 0), ("west", 5))), Allowed)
    for seen in (
        [],
        [("north", 5)],
        [("north", 5), ("west", -1)],
        [("north", -1), ("west", -1), ("south", 9)],
    ):
        refused = may_act(note_of(*seen))
        assert isinstance(refused, Refused)
        assert refused.reason == "too_few_witnesses_after_deadline"
    other = world.make_world()
    refused = may_act(note_of(("north", 1), ("west", 1), log=other.log_key))
    assert refused.reason == "checkpoint_not_of_log"


def test_a_custodian_speaks_for_one_closing_list_only():
    note = note_of(("north", 1), ("west", 1))
    assert isinstance(may_act(note, answered=H), Allowed)
    refused = may_act(note, answered="b" * 64)
    assert (refused.rule, refused.reason) == ("S-04", "another_closing_list")


def test_a_share_is_bound_to_its_place():
    data = canonical.to_bytes(SHARE)
    stated = canonical.sha256(data)
    assert custody.read_share(data, CONTEXT, "centre", stated) == "words of a share"
    assert custody.read_share(data, CONTEXT, "centre", None) == "words of a share"
    wrong = [
        (data, "third", stated),
        (data, "centre", H),
        (data + b"\n", "centre", None),
        (canonical.to_bytes({**SHARE, "more": 1}), "centre", None),
        (canonical.to_bytes({**SHARE, "lot": world.TENDER}), "centre", None),
        (canonical.to_bytes({**SHARE, "part": "documents"}), "centre", None),
        (b"not json", "centre", None),
    ]
    for plaintext, role, expected in wrong:
        with pytest.raises(ShareError):
            custody.read_share(plaintext, CONTEXT, role, expected)


MESSAGES = {
    messages.CONSENT: messages.consent(CONTEXT, statement=H, closing=H, nonce=bytes(32)),
    messages.LODGING: messages.lodging(
        CONTEXT, closing=H, nonce=bytes(32), parts={"opening": {"centre": b"a", "third": b"b"}}
    ),
    messages.READY: messages.ready(
        lot=world.LOT,
        custodian="centre",
        closing=H,
        checkpoint=H,
        results=[
            messages.result(BID_ID, "opening", good=True),
            messages.result(OTHER, "opening", good=False, proof=(bytes(16), b"text")),
        ],
    ),
    messages.RELEASE: messages.release(
        lot=world.LOT, custodian="centre", closing=H, release_list=H, checkpoint=H, shares=[SHARE]
    ),
    messages.DRAW_COMMIT: messages.draw_commit(
        draw="l/draw-1", name="centre", commit=H, escrow={"third": b"x"}
    ),
    messages.DRAW_REVEAL: messages.draw_reveal(draw="l/draw-1", name="centre", value=bytes(32)),
    messages.DRAW_OPEN: messages.draw_open(
        {"domain": messages.DRAW_SHARE, "draw": "d", "name": "n", "custodian": "third", "mnemonic": "w"}
    ),
    messages.FAULT_DECISION: {
        "domain": messages.FAULT_DECISION,
        "tender": world.TENDER,
        "lot": world.LOT,
        "bid": BID_ID,
        "bidder": world.BIDDER.credit_code,
        "closing": H,
        "outcome": "deemed_withdrawn",
        "cause": "container_lost",
        "reason": "存储损坏",
    },
}


@pytest.mark.parametrize("domain", sorted(MESSAGES))
def test_a_message_reads_back_and_nothing_else_does(domain):
    value = MESSAGES[domain]
    assert messages.parse(canonical.from_bytes(canonical.to_bytes(value)), domain) == value
    assert domain in cms.KNOWN_DOMAINS
    for key in value:
        with pytest.raises(ShapeError):
            messages.parse({name: item for name, item in value.items() if name != key}, domain)
        for wrong in (None, 7, "", [], [None], {"x": 1}):
            if (key, wrong) == ("cause", None) or (key in {"results", "shares"} and wrong == []):
                continue
            with pytest.raises(ShapeError):
                messages.parse({**value, key: wrong}, domain)
    with pytest.raises(ShapeError):
        messages.parse({**value, "more": None}, domain)
    other = messages.CONSENT if domain != messages.CONSENT else messages.READY
    with pytest.raises(ShapeError):
        messages.parse(value, other)
    with pytest.raises(ShapeError):
        messages.parse(value, "yangguang/unknown/v1")


def test_results_are_sorted_and_name_each_part_once():
    value = MESSAGES[messages.READY]
    assert [one["bid"] for one in value["results"]] == [OTHER, BID_ID]
    with pytest.raises(ShapeError, match="sorted"):
        messages.parse({**value, "results": value["results"][::-1]}, messages.READY)
    with pytest.raises(ShapeError, match="twice"):
        messages.parse({**value, "results": value["results"][:1] * 2}, messages.READY)
    proven = {**value["results"][1], "proof": value["results"][0]["proof"]}
    with pytest.raises(ShapeError, match="proof"):
        messages.parse({**value, "results": [proven]}, messages.READY)


def test_a_message_covers_exactly_what_was_asked():
    wanted = {BID_ID: ("opening",), OTHER: ("opening",)}
    assert custody.covers(MESSAGES[messages.READY], wanted)
    assert not custody.covers(MESSAGES[messages.READY], {BID_ID: ("opening",)})
    assert not custody.covers(MESSAGES[messages.READY], {**wanted, OTHER: ("opening", "documents")})
    assert custody.covers(MESSAGES[messages.RELEASE], {BID_ID: ("opening",)})


FIELDS = opening.build_fields(
    price=Decimal("9800000.00"),
    period_days=180,
    quality="合格",
    enterprise="small",
    guarantee={"number": "G-1", "issuer": world.NOTARY.credit_code, "amount": "400000.00", "sha256": H},
    terms=[("项目负责人等级", "一级")],
)


def test_the_fields_read_back_with_the_price_in_words():
    assert opening.read_fields(canonical.to_bytes(FIELDS)) == FIELDS
    assert FIELDS["price_words"] == "玖佰捌拾万元整"
    found = opening.price(FIELDS)
    assert (found.amount, found.by) == (Decimal("9800000.00"), "figures")


@given(figures=st.decimals(0, 10**12, places=2), words=st.decimals(0, 10**12, places=2))
def test_words_beat_figures(figures, words):
    value = {**FIELDS, "price": opening.money.to_text(figures)}
    value["price_words"] = opening.money.capital_numerals(words)
    found = opening.price(value)
    assert found.amount == words
    assert found.by == ("figures" if words == figures else "words")
    assert (found.figures, found.words) == (figures, words)


@pytest.mark.parametrize("words", ["", "about nine million", "玖佰捌拾万", "9800000"])
def test_words_that_say_no_amount_leave_the_figures(words):
    found = opening.price({**FIELDS, "price_words": words})
    assert (found.amount, found.by, found.words) == (Decimal("9800000.00"), "figures", None)


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("price", "9800000"),
        ("price", "-1.00"),
        ("price", "1,000.00"),
        ("price", "01.00"),
        ("price", 1),
        ("period_days", 0),
        ("period_days", "180"),
        ("enterprise", "tiny"),
        ("guarantee", {"number": "1"}),
        ("terms", [["one"]]),
        ("terms", "x"),
        ("quality", None),
    ],
)
def test_fields_of_another_form_are_refused(key, wrong):
    with pytest.raises(ShapeError, match=key):
        opening.read_fields(canonical.to_bytes({**FIELDS, key: wrong}))


def test_fields_that_are_not_canonical_are_refused():
    for data in (b"", b"\xff", canonical.to_bytes(FIELDS) + b" ", b"[]", b"null"):
        with pytest.raises(ShapeError):
            opening.read_fields(data)


def release_list(mode, bids):
    return opening.build_release_list(
        tender=world.TENDER, lot=world.LOT, closing=H, mode=mode, bids=bids, coefficients=[]
    )


def test_the_release_list_gives_each_bids_reason():
    value = release_list("consent", {OTHER: ("other_fault", None), BID_ID: ("consent", H)})
    assert [one["bid"] for one in value["bids"]] == [OTHER, BID_ID]
    release_list("custodians", {OTHER: ("custodians", None)})
    for mode, reason, consent in (
        ("custodians", "consent", H),
        ("consent", "custodians", None),
        ("consent", "consent", None),
        ("consent", "other_fault", H),
        ("consent", "because", None),
    ):
        with pytest.raises(ShapeError):
            release_list(mode, {BID_ID: (reason, consent)})


def row(bid=BID_ID, at="2026-03-20T08:31:07.120Z", decision=None, fields=FIELDS):
    opened = faults.Decision(faults.Outcome.OPENED, None, "The bid was opened.")
    return Row(bid, world.BIDDER.credit_code, "四川晴川建设", at, H, 0, decision or opened, fields)


def table(*rows):
    return opening.build_table(
        tender=world.TENDER, lot=world.LOT, closing=H, release=H, rows=rows, coefficients=[]
    )


def test_the_table_is_by_arrival_and_shows_fields_of_opened_bids_only():
    late = faults.Decision(faults.Outcome.DEEMED_REVOKED, faults.Cause.CONSENT_LATE, "Late.")
    odd = faults.Decision(faults.Outcome.OPENED, faults.Cause.FIELDS_UNREADABLE, "Unreadable.")
    value = table(
        row(OTHER, "2026-03-20T09:00:00.000Z", late, None),
        row(),
        row(world.LOT, "2026-03-21T09:00:00.000Z", odd, None),
    )
    assert [one["outcome"] for one in value["bids"]] == ["opened", "deemed_revoked", "opened"]
    assert [one["cause"] for one in value["bids"]] == [None, "consent_late", "fields_unreadable"]
    with pytest.raises(ShapeError, match="not opened"):
        table(row(decision=late))
    with pytest.raises(ShapeError, match="names the cause"):
        table(row(fields=None))
    with pytest.raises(ShapeError, match="each once"):
        table(row(), row(at="2026-03-21T09:00:00.000Z"))
    with pytest.raises(ShapeError):
        opening.parse_table({**value, "bids": value["bids"][::-1]})


def test_the_opening_record_is_what_host_and_witness_sign():
    value = opening.build_record(
        tender=world.TENDER,
        lot=world.LOT,
        table=H,
        objections=[],
        confirmations=[
            {"bidder": world.BIDDER.credit_code, "answer": "deemed", "at": "2026-03-30T03:00:00.000Z"}
        ],
        pauses=[],
        ended_at=world.DEADLINE + timedelta(hours=1),
    )
    assert value["domain"] in cms.KNOWN_DOMAINS
    with pytest.raises(ShapeError):
        opening.build_record(
            tender=world.TENDER,
            lot=world.LOT,
            table=H,
            objections=[{"text": "why"}],
            confirmations=[],
            pauses=[],
            ended_at=world.DEADLINE,
        )


@pytest.mark.parametrize("cycle", [BID, HALL, PAUSE], ids=lambda cycle: cycle.name)
def test_every_state_is_reached_and_every_end_is_meant(cycle):
    reached, edge = {cycle.start}, [cycle.start]
    while edge:
        for step in cycle.levers(edge.pop()):
            if step.target not in reached:
                reached.add(step.target)
                edge.append(step.target)
    assert reached == set(type(cycle.start))
    ends = {state for state in cycle.states if not cycle.levers(state)}
    assert (
        ends
        == {
            "bid": {
                Bid.SUPERSEDED,
                Bid.WITHDRAWN,
                Bid.REFUSED,
                Bid.RETURNED,
                Bid.OPENED,
                Bid.DEEMED_REVOKED,
                Bid.DEEMED_WITHDRAWN,
            },
            "hall": {Hall.ENDED, Hall.FAILED, Hall.CANCELLED},
            "hall pause": set(),
        }[cycle.name]
    )


def test_the_hall_goes_one_way_and_pauses_only_before_the_release():
    order = list(Hall)
    for step in HALL.steps:
        assert order.index(step.target) > order.index(step.source)
    reversible = [state for state in Hall if lifecycle.may_pause(state)]
    assert reversible == order[: order.index(Hall.RELEASE)]
    assert HALL.step(Hall.NAMES, HallLever.OPEN_CONSENT).target is Hall.CONSENT
    assert HALL.step(Hall.NAMES, HallLever.END_PHASE_A).target is Hall.COEFFICIENTS


def test_nothing_leaves_a_bid_opened_or_deemed_and_nothing_opens_before_the_lock():
    for step in BID.steps:
        if step.target in {Bid.OPENED, Bid.DEEMED_REVOKED, Bid.DEEMED_WITHDRAWN}:
            assert step.source is Bid.LOCKED
