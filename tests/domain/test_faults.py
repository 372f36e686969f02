"""The fault table: total, unambiguous, and never against a bidder whose fault it was not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations_with_replacement, permutations, product

import pytest

from bidding.domain import faults
from bidding.domain.faults import (
    TABLE,
    Cause,
    Consent,
    Content,
    Facts,
    Key,
    Lodging,
    Mode,
    Outcome,
    Share,
    Supply,
)

THRESHOLD = 2


def worlds():
    """Every combination of facts with three custodians, whose order is shown below not to matter."""
    for mode, consent, hindered, shares, lodging, intact, released, key, content in product(
        Mode,
        Consent,
        (False, True),
        combinations_with_replacement(Share, 3),
        Lodging,
        (False, True),
        range(4),
        Key,
        Content,
    ):
        yield Facts(
            mode=mode,
            threshold=THRESHOLD,
            shares=shares,
            consent=consent,
            hindered=hindered,
            intact=intact,
            lodging=lodging,
            released=released,
            key=key,
            content=content,
        )


GOOD = Facts(
    mode=Mode.CONSENT,
    threshold=THRESHOLD,
    shares=(Share.READY,) * 3,
    consent=Consent.GIVEN,
    released=3,
)


UNWILLING = {Cause.CONSENT_ABSENT, Cause.CONSENT_LATE, Cause.CONSENT_INVALID}


def others_did_all(facts):
    """Return the facts as they would be had everyone but the bidder done its part."""
    shares = tuple(one if one is Share.BAD_PROVEN else Share.READY for one in facts.shares)
    lodging = Lodging.GOOD if facts.lodging is Lodging.UNCONFIRMED else facts.lodging
    return replace(facts, hindered=False, intact=True, shares=shares, lodging=lodging, released=3)


def bidder_did_all(facts):
    """Return the facts as they would be had the bidder done its part; what others did stays."""
    shares = tuple(Share.READY if one is Share.BAD_PROVEN else one for one in facts.shares)
    lodging = Lodging.NONE if facts.lodging is Lodging.BAD else facts.lodging
    return replace(
        facts,
        consent=Consent.GIVEN,
        shares=shares,
        lodging=lodging,
        key=Key.MATCHES,
        content=Content.WELL_FORMED,
    )


def test_exactly_one_line_speaks_of_each_world_and_the_blame_is_just():
    """Exhaustive over all worlds of three custodians; each claim below is independent of the table's lines."""
    count, seen = 0, set()
    for facts in worlds():
        count += 1
        situation = faults.situation(facts)
        lines = [row for row in TABLE if row.fits(situation)]
        assert len(lines) == 1, (facts, lines)
        decision = faults.decide(facts)
        assert decision is lines[0].decision
        seen.add(decision.cause)
        if decision.outcome is Outcome.DEEMED_REVOKED:
            alone = faults.decide(others_did_all(facts))
            assert alone.outcome is Outcome.DEEMED_REVOKED, facts
            cured = faults.decide(bidder_did_all(facts))
            assert cured.outcome is Outcome.OPENED or not released_enough(facts), facts
        if decision.outcome is Outcome.OPENED:
            assert facts.intact
            assert facts.released >= THRESHOLD
            assert facts.key is Key.MATCHES
            assert facts.mode is Mode.CUSTODIANS or facts.consent is Consent.GIVEN or facts.hindered
            assert (decision.cause is None) == (facts.content is Content.WELL_FORMED)
    assert count == 2 * 4 * 2 * 20 * 4 * 2 * 4 * 2 * 3
    assert seen == {*Cause, None}


def released_enough(facts):
    """Tell whether the release, which comes after the bidder's acts, could have opened the bid."""
    return facts.released >= THRESHOLD


def test_no_bidder_who_did_everything_is_ever_blamed():
    for facts in worlds():
        decision = faults.decide(bidder_did_all(facts))
        assert decision.outcome is not Outcome.DEEMED_REVOKED, facts
        assert not decision.blames_bidder


def test_where_another_kept_the_bid_closed_the_bidder_is_not_blamed():
    """Lost containers, silent custodians and withheld shares excuse, whatever the bidder did beside."""
    for facts in worlds():
        silent = facts.shares.count(Share.ABSENT) + facts.shares.count(Share.BAD_UNPROVEN)
        lost = not facts.intact
        starved = silent >= 2 and facts.lodging is not Lodging.GOOD
        if lost or starved:
            assert faults.decide(facts).outcome is Outcome.DEEMED_WITHDRAWN, facts


def test_without_an_act_asked_no_consent_matters():
    for facts in worlds():
        if facts.mode is Mode.CUSTODIANS and facts.consent is Consent.GIVEN:
            for consent in Consent:
                assert faults.decide(replace(facts, consent=consent)) == faults.decide(facts)


def test_more_help_never_makes_it_worse_for_the_bidder():
    """Finding the bidder hindered never turns into blame, nor does a custodian's word, but for other causes."""
    for facts in worlds():
        if faults.decide(facts).outcome is Outcome.DEEMED_REVOKED:
            continue
        assert faults.decide(replace(facts, hindered=True)).outcome is not Outcome.DEEMED_REVOKED, facts
        for index, word in enumerate(facts.shares):
            if word is not Share.BAD_PROVEN:
                helped = (*facts.shares[:index], Share.READY, *facts.shares[index + 1 :])
                after = faults.decide(replace(facts, shares=helped))
                own = {Cause.SHARES_FALSE, Cause.PART_MALFORMED, *UNWILLING}
                assert after.outcome is not Outcome.DEEMED_REVOKED or after.cause in own, facts


def test_the_order_of_the_custodians_does_not_matter():
    for shares in combinations_with_replacement(Share, 3):
        found = {faults.situation(replace(GOOD, shares=one)) for one in permutations(shares)}
        assert len(found) == 1


EXAMPLES = [
    (GOOD, Outcome.OPENED, None),
    (replace(GOOD, released=2), Outcome.OPENED, None),
    (replace(GOOD, consent=Consent.ABSENT, released=0), Outcome.DEEMED_REVOKED, Cause.CONSENT_ABSENT),
    (replace(GOOD, consent=Consent.LATE, released=0), Outcome.DEEMED_REVOKED, Cause.CONSENT_LATE),
    (replace(GOOD, consent=Consent.INVALID, released=0), Outcome.DEEMED_REVOKED, Cause.CONSENT_INVALID),
    (replace(GOOD, consent=Consent.ABSENT, hindered=True), Outcome.OPENED, None),
    (replace(GOOD, intact=False), Outcome.DEEMED_WITHDRAWN, Cause.CONTAINER_LOST),
    (replace(GOOD, released=1), Outcome.DEEMED_WITHDRAWN, Cause.CUSTODIANS_WITHHELD),
    (replace(GOOD, key=Key.DIFFERS), Outcome.DEEMED_REVOKED, Cause.SHARES_FALSE),
    (replace(GOOD, content=Content.MALFORMED), Outcome.DEEMED_REVOKED, Cause.PART_MALFORMED),
    (replace(GOOD, content=Content.FIELDS_UNREADABLE), Outcome.OPENED, Cause.FIELDS_UNREADABLE),
    (
        replace(GOOD, shares=(Share.READY, Share.ABSENT, Share.ABSENT)),
        Outcome.DEEMED_WITHDRAWN,
        Cause.CUSTODIANS_FAILED,
    ),
    (
        replace(GOOD, shares=(Share.READY, Share.BAD_PROVEN, Share.ABSENT)),
        Outcome.DEEMED_WITHDRAWN,
        Cause.CUSTODIANS_FAILED,
    ),
    (
        replace(GOOD, shares=(Share.READY, Share.BAD_PROVEN, Share.BAD_PROVEN)),
        Outcome.DEEMED_REVOKED,
        Cause.SHARES_BAD,
    ),
    (
        replace(GOOD, shares=(Share.READY, Share.BAD_PROVEN, Share.BAD_PROVEN), lodging=Lodging.GOOD),
        Outcome.OPENED,
        None,
    ),
    (
        replace(GOOD, shares=(Share.READY, Share.BAD_PROVEN, Share.BAD_PROVEN), lodging=Lodging.BAD),
        Outcome.DEEMED_REVOKED,
        Cause.SHARES_BAD,
    ),
    (
        replace(GOOD, shares=(Share.READY, Share.BAD_PROVEN, Share.BAD_PROVEN), lodging=Lodging.UNCONFIRMED),
        Outcome.DEEMED_WITHDRAWN,
        Cause.CUSTODIANS_FAILED,
    ),
    (
        replace(GOOD, shares=(Share.READY, Share.BAD_PROVEN, Share.BAD_PROVEN), hindered=True),
        Outcome.DEEMED_WITHDRAWN,
        Cause.BIDDER_HINDERED,
    ),
    (
        replace(GOOD, shares=(Share.READY, Share.BAD_UNPROVEN, Share.BAD_UNPROVEN)),
        Outcome.DEEMED_WITHDRAWN,
        Cause.CUSTODIANS_FAILED,
    ),
    (replace(GOOD, shares=(Share.READY, Share.READY, Share.BAD_PROVEN)), Outcome.OPENED, None),
]


@pytest.mark.parametrize(("facts", "outcome", "cause"), EXAMPLES)
def test_what_a_court_would_expect(facts, outcome, cause):
    decision = faults.decide(facts)
    assert (decision.outcome, decision.cause) == (outcome, cause)
    assert decision.sentence.endswith(".")


def test_five_custodians_are_judged_by_the_same_table():
    for shares in product(Share, repeat=5):
        facts = replace(GOOD, threshold=3, shares=shares, released=3)
        supply = faults.supply(facts)
        assert (supply is Supply.ENOUGH) == (shares.count(Share.READY) >= 3)
        assert (supply is Supply.BIDDER_SHORT) == (shares.count(Share.BAD_PROVEN) >= 3)
        assert sum(row.fits(faults.situation(facts)) for row in TABLE) == 1


def test_facts_that_do_not_fit_the_custody_are_refused():
    for wrong in (
        replace(GOOD, shares=()),
        replace(GOOD, threshold=4),
        replace(GOOD, threshold=0),
        replace(GOOD, released=4),
        replace(GOOD, released=-1),
    ):
        with pytest.raises(ValueError, match="number of custodians"):
            faults.decide(wrong)


def test_a_bid_of_several_parts_is_opened_whole_or_judged_by_anothers_failure_first():
    lost, late = replace(GOOD, intact=False), replace(GOOD, consent=Consent.LATE)
    unreadable = replace(GOOD, content=Content.FIELDS_UNREADABLE)
    assert faults.decide_bid({"opening": GOOD, "documents": GOOD}).cause is None
    assert faults.decide_bid({"opening": GOOD, "documents": late}).cause is Cause.CONSENT_LATE
    assert faults.decide_bid({"opening": late, "documents": lost}).cause is Cause.CONTAINER_LOST
    assert faults.decide_bid({"opening": unreadable, "documents": GOOD}).cause is Cause.FIELDS_UNREADABLE
    with pytest.raises(ValueError, match="at least one part"):
        faults.decide_bid({})


def test_the_release_list_follows_from_the_facts_before_the_release():
    """What is listed can open, and what is not listed and closed for the bidder is the bidder's."""
    for facts in worlds():
        reason = faults.release_reason(facts)
        after = replace(facts, released=3, key=Key.MATCHES, content=Content.WELL_FORMED)
        assert (reason is not None) == (faults.decide(after).outcome is Outcome.OPENED), facts
    assert faults.release_reason(GOOD) == "consent"
    assert faults.release_reason(replace(GOOD, mode=Mode.CUSTODIANS)) == "custodians"
    assert faults.release_reason(replace(GOOD, consent=Consent.ABSENT, hindered=True)) == "other_fault"


def test_who_may_lodge():
    assert not faults.may_lodge(GOOD)
    assert faults.may_lodge(replace(GOOD, shares=(Share.READY, Share.READY, Share.BAD_PROVEN)))
    assert faults.may_lodge(replace(GOOD, shares=(Share.READY, Share.ABSENT, Share.ABSENT)))
    assert not faults.may_lodge(replace(GOOD, shares=(Share.READY, Share.READY, Share.ABSENT)))


def test_a_word_counts_for_what_it_shows():
    assert faults.word(None, proof_holds=False) is Share.ABSENT
    assert faults.word("ready", proof_holds=False) is Share.READY
    assert faults.word("bad", proof_holds=False) is Share.BAD_UNPROVEN
    assert faults.word("bad", proof_holds=True) is Share.BAD_PROVEN


def test_a_window_is_half_open_and_a_witness_outweighs_a_late_stamp():
    opens = datetime(2026, 3, 30, 2, tzinfo=UTC)
    closes, tick = opens + timedelta(minutes=30), timedelta(milliseconds=1)

    def judged(received, witnessed=None):
        return faults.in_time(received_at=received, witnessed_at=witnessed, opens_at=opens, closes_at=closes)

    assert judged(opens)
    assert judged(closes - tick)
    assert not judged(opens - tick)
    assert not judged(closes)
    assert judged(closes + tick, closes - tick)
    assert not judged(closes + tick, closes)
    assert judged(closes - tick, closes + tick)
