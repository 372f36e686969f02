"""Made markets: equal seeds, equal bids; each kind of tender is what its name says."""

from collections import Counter

import numpy as np
import pytest

from monitoring.domain.market import prices
from monitoring.domain.market.generator import make
from monitoring.domain.market.setting import (
    HONEST_MIX,
    KINDS,
    Award,
    Honest,
    Scheme,
    Setting,
    SettingError,
    read_mix,
)


def amounts(tender):
    return sorted(bid.cents for bid in tender.bids)


def market(kind, tenders=200, seed=5, **setting):
    return list(make(Setting(tenders, mix={kind: 1.0}, **setting), seed))


def test_equal_seeds_give_equal_markets_and_others_do_not():
    setting = Setting(60)
    assert list(make(setting, 1)) == list(make(setting, 1))
    assert list(make(setting, 1)) != list(make(setting, 2))


def test_the_usual_mix_has_every_kind_and_a_third_is_collusive():
    made = list(make(Setting(3000), 3))
    assert set(Counter(tender.kind for tender in made)) == set(KINDS)
    assert 0.31 < sum(tender.collusive for tender in made) / 3000 < 0.39
    for tender in made:
        assert tender.collusive == any(bid.ring for bid in tender.bids)
        assert len({bid.bidder for bid in tender.bids}) == len(tender.bids)
        assert sum(bid.awarded for bid in tender.bids) in (1, 2)
        assert all(bid.cents > 0 for bid in tender.bids)


def test_honest_bids_scatter_as_wide_as_the_setting_says():
    for award in Award:
        made = market("independent", tenders=400, fewest=20, most=20, spread=0.1, award=award)
        widths = [np.std(np.log(amounts(tender)), ddof=1) for tender in made]
        assert np.mean(widths) == pytest.approx(0.1, rel=0.05)


def first_gaps(tenders):
    """Return log(b2 / b1) by tender, of the ring where there is one."""
    found = []
    for tender in tenders:
        bids = sorted(bid.cents for bid in tender.bids if bid.ring or not tender.collusive)
        found.append(np.log(bids[1] / bids[0]))
    return np.array(found)


@pytest.mark.parametrize(
    ("scheme", "least", "usual"),
    [("complete", 0.1, 0.33), ("rotation", 0.1, 0.33), ("cover", 0.03, 0.30), ("sharing", 0.15, 0.58)],
)
def test_a_designated_winner_stands_below_its_ring_by_a_third_of_the_spread_or_more_in_the_middle(
    scheme, least, usual
):
    gaps = first_gaps(market(scheme, spread=0.1, fewest=8, most=12)) / 0.1
    assert gaps.min() > least, "cover bids scatter by 0.03 spreads around their rungs"
    assert np.median(gaps) == pytest.approx(usual, abs=0.08)


def test_the_gap_of_a_ring_is_larger_beside_the_losers_than_that_of_bids_that_compete():
    def beside(tenders):
        return np.median([g / s for g, s in zip(first_gaps(tenders), map(losers, tenders), strict=True)])

    def losers(tender):
        return np.std(np.log(amounts(tender)[1:]), ddof=1)

    honest = beside(market("independent", fewest=8, most=12))
    assert beside(market("complete", fewest=8, most=12)) > 3 * honest


def test_rings_keep_to_their_scheme():
    assert all(all(bid.ring for bid in tender.bids) for tender in market("complete"))
    assert all(1 <= sum(not bid.ring for bid in tender.bids) <= 3 for tender in market("incomplete"))
    assert all(sum(bool(bid.ring) for bid in tender.bids) <= 3 for tender in market("sharing"))
    for tender in market("phantom"):
        paper = [bid for bid in tender.bids if bid.bidder.startswith("P")]
        assert len(paper) >= 2
    seen = Counter(bid.bidder for tender in market("phantom") for bid in tender.bids)
    assert all(times == 1 for name, times in seen.items() if name.startswith("P"))


def test_members_of_a_rotation_win_in_turn():
    wins = [
        next(bid.bidder for bid in tender.bids if bid.awarded)
        for tender in market("rotation", tenders=40, rings=1, firms=12)
    ]
    size = len(set(wins))
    assert size >= 4
    assert all(wins[at] == wins[at - size] for at in range(size, 40))


def test_a_ring_that_moves_the_mean_stands_close_together_in_a_crowd():
    for tender in market("mean", fewest=20, most=40, award=Award.AVERAGE, firms=200):
        everybody = np.std(np.log([bid.cents for bid in tender.bids]))
        for name in {bid.ring for bid in tender.bids} - {""}:
            ring = np.log([bid.cents for bid in tender.bids if bid.ring == name])
            assert len(ring) >= 3
            assert np.std(ring) < 0.6 * everybody


def test_joint_bids_share_price_and_consortium_and_few_bidders_are_few():
    made = market("joint_ventures")
    joint = [bid for tender in made for bid in tender.bids if bid.consortium]
    assert joint
    for tender in made:
        groups = {}
        for bid in tender.bids:
            if bid.consortium:
                groups.setdefault(bid.consortium, []).append(bid.cents)
        assert all(len(group) == 2 and len(set(group)) == 1 for group in groups.values())
    assert {len(tender.bids) for tender in market("few_bidders")} == {2, 3, 4}


def test_who_wins_by_each_rule():
    bids = np.array([5.0, 9.0, 7.0, 6.0, 30.0])
    assert prices.winner(bids, Award.LOWEST) == 0
    assert prices.winner(bids, Award.AVERAGE) == 1, "the mean of five is 11.4, nothing is cut"
    twenty = np.array([*range(100, 118), 0.0, 1000.0])
    assert twenty[prices.winner(twenty, Award.AVERAGE)] == 108, (
        "two of each end cut: the mean of 101 to 116 is 108.5"
    )
    assert prices.winner(np.array([4.0, 4.0]), Award.AVERAGE) == 0


def test_mixes_are_read_and_what_cannot_be_made_is_refused():
    assert read_mix("honest=1") == dict.fromkeys(Honest, 0.2)
    assert read_mix("independent=9, rotation=1") == {"independent": 9.0, "rotation": 1.0}
    assert sum(read_mix("collusive=0.7").values()) == pytest.approx(0.7)
    for text, reason in (
        ("rotation", "not kind=share"),
        ("rotation=x", "not kind=share"),
        ("rotation=1,collusive=1", "twice"),
    ):
        with pytest.raises(SettingError, match=reason):
            read_mix(text)
    for broken, reason in (
        ({"tenders": 0}, "at least one"),
        ({"fewest": 9, "most": 3}, "least to a greatest"),
        ({"spread": 0}, "spread"),
        ({"firms": 3}, "rings need"),
        ({"mix": {"guild": 1}}, "no kind"),
        ({"mix": {"cover": -1}}, "at least 0"),
        ({"mix": {"cover": 0}}, "above 0"),
    ):
        with pytest.raises(SettingError, match=reason):
            Setting(**{"tenders": 5, **broken})
    assert set(HONEST_MIX) <= set(Honest)
    assert set(KINDS) == {*Honest, *Scheme}
