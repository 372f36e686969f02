"""Experts are asked for once, from a pool that is sifted, fixed and logged under fresh pseudonyms before anyone commits."""

from datetime import timedelta

import pytest
from django.http import Http404

from bidding.models import Draw, DrawStratum
from bidding.queries import draws
from demo import cast as city
from evaluation.actions import pooling, requesting, siting
from evaluation.actions.requesting import PoolTooSmallError
from evaluation.domain import edition
from evaluation.models import Expert, Interest, Place, Pseudonym, Site
from kernel import clock, journal
from kernel.domain import draw as etdraw
from kernel.domain.refusals import RefusedError
from tests.evaluation import world
from tests.evaluation.world import CIVIL, HOUR


def refused(function, *args, **kwargs):
    with pytest.raises(RefusedError) as found:
        function(*args, **kwargs)
    return found.value.refusal


def reasons(w, stratum):
    """Account -> reasons for which it may not be drawn in a stratum."""
    names = {one.name: w.username(one) for one in _named(w)}
    place = DrawStratum.objects.get(draw__lot_id=w.lot, draw__purpose="experts", name=stratum)
    found = {}
    for who, why in place.exclusions:
        found.setdefault(names[who], set()).add(why)
    return found


def _named(w):
    class Named:
        def __init__(self, row):
            self.name, self.pseudonym = row.name, row

    return [Named(row) for row in Pseudonym.objects.filter(draw__session=w.session).select_related("expert")]


def test_the_pool_is_sifted_fixed_and_logged_before_anyone_commits(begin):
    w = begin()
    w.furnish(expert1="bureau", expert2="agency")
    expert3 = w.holder("expert3")
    bidder = w.holder("bidder1").organisation.credit_code
    pooling.declare_interest(
        expert3, w.record.procuring_entity.credit_code, Interest.Kind.RELATIVE, "", now=clock.now()
    )
    now = clock.now()
    pooling.mark_busy(w.holder("expert4"), now, now + 9 * HOUR, now=now)
    pooling.set_standing(
        w.holder("operator"),
        Expert.objects.get(seat_id=w.holder("expert12").id).pk,
        enabled=False,
        suspended_until=None,
        penalised_until=None,
        reason="退出",
        now=now,
    )
    w.furnish(expert1="bureau", expert2="agency", expert5="bidder1")
    more(w, "civil", 4)
    more(w, "economics", 1)
    w.request(avoid=[(bidder, "所属集团成员")])
    civil = reasons(w, "civil")
    assert civil["expert1"] == {"employer"}
    assert civil["expert3"] == {"relative"}
    assert civil["expert4"] == {"busy"}
    assert civil["expert5"] == {"employer"}, "a listed organisation counts like a party"
    assert civil["expert7"] == {"major", "region"}
    assert "expert2" not in civil, "an agency that does not serve this lot is no party"
    assert reasons(w, "economics")["expert12"] == {"not_enabled"}
    row = Draw.objects.get(lot_id=w.lot, purpose="experts")
    assert row.state == "requested"
    [logged] = [one for one in w.journal("bidding:draw:requested") if one["purpose"] == "experts"]
    listed = {one["name"]: one["ids"] for one in logged["strata"]}
    assert {name: len(ids) for name, ids in listed.items()} == {"civil": 6, "economics": 6}
    [excluded] = w.journal("bidding:draw:excluded")
    assert set(excluded["exclusions"]) == {"civil", "economics"}
    [asked] = w.journal("evaluation:draw:requested")
    assert asked["avoid"] == {bidder: "所属集团成员"}
    [entry] = journal.of_lot(w.lot, tag="evaluation:draw:pool")
    assert entry.public, "how far a list narrows the pool is for everybody"
    [counted] = w.journal("evaluation:draw:pool")
    assert counted == {
        "draw": f"{w.lot}/draw-2",
        "ratio": 3,
        "strata": [
            {"name": "civil", "take": 2, "eligible": 6, "excluded": 11, "avoided": 1},
            {"name": "economics", "take": 2, "eligible": 6, "excluded": 11, "avoided": 0},
        ],
    }


def more(w, major, number):
    """Experts beyond those of the story, so that a pool with exclusions is deep enough."""
    institution, region, first = {
        "civil": ("college", city.REGION, 800),
        "economics": ("institute", city.AWAY_REGION, 850),
    }[major]
    code = city.institution(institution).credit_code
    rows = []
    for n in range(first, first + number):
        name = f"more{n}"
        w.actors[name] = world.enrol_expert(name, institution, f"增补{n}", n)
        rows.append((name, "高级工程师", "12", major, region, f"{code} 2018-01-01.."))
    report = pooling.import_pool(w.holder("operator"), "more.csv", world.pool_csv(*rows), now=clock.now())
    assert report.errors == []


def test_an_organisation_is_avoided_only_with_its_ground(begin):
    w = begin()
    bidder = w.holder("bidder1").organisation.credit_code
    for ground in ("", "  ", "长" * 201):
        refusal = refused(w.request, avoid=[(bidder, ground)])
        assert (refusal.rule, refusal.reason) == ("R-01", "avoid_without_ground")
    assert not Draw.objects.filter(purpose="experts").exists()
    w.request(avoid=[(bidder, "近三年有合作")])
    assert w.session.avoid == {bidder: "近三年有合作"}


def test_a_list_that_leaves_few_experts_is_refused_and_the_number_is_the_editions(begin):
    w = begin()
    w.furnish(expert5="bidder1")
    bidder = w.holder("bidder1").organisation.credit_code
    refusal = refused(w.request, avoid=[(bidder, "近三年有合作")])
    assert (refusal.rule, refusal.facts) == ("R-06", {"stratum": "civil", "eligible": "5", "needed": "6"})
    assert not Draw.objects.filter(purpose="experts").exists()
    w.request()


def test_an_edition_older_than_the_ratio_asks_for_no_more_than_are_taken():
    class Older:
        def has(self, key):
            return False

    assert edition.pool_ratio(Older()) == 1


def test_no_record_of_a_draw_names_anybody(begin):
    w = begin()
    w.request()
    w.draw()
    texts = [
        str(one)
        for tag in ("bidding:draw:requested", "bidding:draw:drawn", "evaluation:draw:requested")
        for one in w.journal(tag)
    ]
    for name in w.experts:
        holder = w.holder(name)
        assert not any(
            word in text for text in texts for word in (str(holder.id), holder.username, holder.person)
        )
    names = list(Pseudonym.objects.values_list("name", flat=True))
    assert len(set(names)) == len(names) == 12


def test_the_record_can_be_recomputed_and_pseudonyms_are_fresh_for_each_draw(begin):
    w = begin()
    w.request()
    row = w.draw()
    for stratum in ("civil", "economics"):
        assert len(etdraw.verify(draws.draw_record(row.pk, stratum)).taken) == 2
    first = set(Pseudonym.objects.values_list("name", flat=True))
    for one in list(w.called()):
        world.inviting.decline(w.holder(w.username(one)), one.pk, "", now=clock.now())
    while w.called():
        for one in w.called():
            world.inviting.decline(w.holder(w.username(one)), one.pk, "出差", now=clock.now())
    with pytest.raises(PoolTooSmallError):
        requesting.request_supplement(w.holder("clerk"), w.lot, "全部谢绝", now=clock.now())
    assert set(Pseudonym.objects.values_list("name", flat=True)) == first


def test_a_pool_that_is_too_small_is_told_for_all_strata_at_once(begin):
    w = begin()
    for name in CIVIL[1:]:
        _disable(w, name)
    for name in world.ECONOMICS:
        _disable(w, name)
    with pytest.raises(PoolTooSmallError) as found:
        w.request()
    assert [(one.facts["stratum"], one.facts["eligible"]) for one in found.value.refusals] == [
        ("civil", "1"),
        ("economics", "0"),
    ]
    assert not Draw.objects.filter(purpose="experts").exists()


def _disable(w, name):
    pooling.set_standing(
        w.holder("operator"),
        Expert.objects.get(seat_id=w.holder(name).id).pk,
        enabled=False,
        suspended_until=None,
        penalised_until=None,
        reason="test",
        now=clock.now(),
    )


def test_sites_must_be_known_and_have_a_place_for_everybody(begin):
    w = begin()
    for place in Place.objects.filter(site__name="遂和")[:3]:
        siting.retire_place(w.holder("operator"), place.pk, now=clock.now())
    assert refused(w.request).rule == "X-09"
    Site.objects.filter(name="遂和").update(name="遂和新")
    assert refused(w.request).facts == {"sites": "遂和"}


def test_only_the_side_that_procures_asks_and_only_once(begin):
    w = begin()
    now = clock.now()
    for name in ("reviewer", "host", "witness", "supervisor", "bidder1", "expert1"):
        with pytest.raises(Http404):
            requesting.request_draw(
                w.holder(name), w.lot, starts_at=now + HOUR, ends_at=now + 2 * HOUR, now=now
            )
    assert refused(w.request, length=timedelta(0)).reason == "sitting_without_time"
    assert refused(w.request, after=-HOUR).reason == "sitting_without_time"
    w.request()
    assert refused(w.request).reason == "draw_requested"


def test_asking_early_is_done_and_logged_as_early(begin):
    w = begin()
    w.request(after=timedelta(days=22))
    [asked] = w.journal("evaluation:draw:requested")
    assert (asked["early"], asked["rule"]) == (True, "R-02")


def test_a_draw_of_a_failed_lot_calls_nobody(begin):
    from tender.actions import stepping
    from tender.domain.lifecycle import Lever

    w = begin()
    w.request()
    w.move(to=w.record.deadline + timedelta(seconds=1))
    stepping.close_due(w.lot, now=clock.now())
    stepping.step(w.lot, Lever.FAIL, actor="system", now=clock.now(), payload={"rule": "C-01"})
    assert w.session.state == "failed"
    assert Draw.objects.get(purpose="experts").state == "void"


def test_limits_of_the_pool_keep_those_out_who_sat_too_often(begin):
    w = begin()
    pooling.set_limits(w.holder("operator"), sessions=0, window_days=30, cooling_days=None, now=clock.now())
    with pytest.raises(PoolTooSmallError):
        w.request()
