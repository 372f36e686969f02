"""One signs in at one's own workstation with a code that works once; until then nobody is named, then only inside."""

import pytest
from django.http import Http404

from accounts import queries as accounts
from evaluation.actions import seating
from evaluation.models import Member, Place, SeatCode
from evaluation.queries import committee, sites
from kernel import clock
from kernel.domain.refusals import RefusedError
from tests import cast
from tests.evaluation import world


@pytest.fixture
def expected(begin):
    w = begin()
    w.request()
    w.draw()
    w.accept_all()
    return w


def refused(function, *args, **kwargs):
    with pytest.raises(RefusedError) as found:
        function(*args, now=clock.now(), **kwargs)
    return found.value.refusal


def issue(w, name, by="witness"):
    return seating.issue_code(w.holder(by), w.lot, name, now=clock.now())


def test_a_code_leads_one_person_to_one_place_once(expected):
    first, second = (one.pseudonym.name for one in expected.called("confirmed")[:2])
    code = issue(expected, first).code
    assert refused(seating.sign_in, expected.person(second), code).reason == "no_code_issued"
    member = seating.sign_in(expected.person(first), code, now=clock.now())
    assert (member.name, member.kind, member.place.site.name) == (first, "expert", "晴川")
    assert refused(seating.sign_in, expected.person(first), code).reason == "no_code_issued"
    with pytest.raises(Http404):
        issue(expected, first)
    assert code not in SeatCode.objects.get(name=first).digest


def test_a_wrong_code_is_counted_and_voids_the_right_one(expected):
    name = expected.called("confirmed")[0].pseudonym.name
    code = issue(expected, name).code
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    left = [refused(seating.sign_in, expected.person(name), wrong).facts["attempts_left"] for _ in range(5)]
    assert left == ["4", "3", "2", "1", "0"]
    assert refused(seating.sign_in, expected.person(name), code).reason == "no_code_issued"
    seating.sign_in(expected.person(name), issue(expected, name).code, now=clock.now())


def test_a_new_code_voids_the_one_before(expected):
    name = expected.called("confirmed")[0].pseudonym.name
    old, new = issue(expected, name).code, issue(expected, name).code
    assert refused(seating.sign_in, expected.person(name), old).reason == "wrong_code"
    seating.sign_in(expected.person(name), new, now=clock.now())


def test_places_are_shared_out_over_rooms_and_never_twice(expected):
    expected.name_delegate()
    expected.let_in()
    members = Member.objects.select_related("place__site").all()
    assert len({member.place_id for member in members}) == 5
    by_site = {}
    for member in members:
        by_site.setdefault(member.place.site.name, []).append(member.place.room)
    assert sorted(len(rooms) for rooms in by_site.values()) == [2, 3]
    assert all(len(set(rooms)) == 2 for rooms in by_site.values())
    site = sites.home_site(expected.session)
    assert site.name == "晴川"
    assert next(m for m in members if m.kind == "representative").place.site_id == site.pk


def test_a_full_site_says_so(expected):
    Place.objects.filter(site__name="晴川").update(retired_at=clock.now())
    with pytest.raises(RefusedError) as full:
        issue(expected, expected.called("confirmed")[0].pseudonym.name)
    assert (full.value.refusal.rule, full.value.refusal.facts) == ("X-09", {"site": "晴川"})


def test_only_witnesses_of_the_lot_or_of_the_site_let_people_in(expected):
    civil = next(one for one in expected.called("confirmed") if one.stratum.name == "civil").pseudonym.name
    away = next(one for one in expected.called("confirmed") if one.stratum.name == "economics").pseudonym.name
    for who in ("clerk", "host", "supervisor", "reviewer", "operator", "bidder1"):
        with pytest.raises(Http404):
            issue(expected, civil, who)
    from accounts.models import Organisation, Seat
    from demo import cast as city

    cast.enrol("archivist")
    Seat.objects.filter(user__username="archivist").update(
        kind="centre_witness",
        organisation=Organisation.objects.get(credit_code=city.institution("away").credit_code),
    )
    there = accounts.holder(Seat.objects.get(user__username="archivist").pk)
    with pytest.raises(Http404):
        seating.issue_code(there, expected.lot, civil, now=clock.now())
    assert seating.issue_code(there, expected.lot, away, now=clock.now()).place.site.name == "遂和"


def test_the_representative_is_the_procuring_entitys_own_and_only_one(expected):
    name = expected.name_delegate()
    assert expected.name_delegate() == name, "naming again changes nothing"
    clerk = expected.holder("clerk")
    for other in ("reviewer", "expert1"):
        found = refused(seating.name_representative, clerk, expected.lot, expected.holder(other).id)
        assert found.reason == "not_a_representative"
    with pytest.raises(Http404):
        seating.name_representative(
            expected.holder("host"), expected.lot, expected.holder("delegate").id, now=clock.now()
        )
    seating.dismiss_representative(clerk, expected.lot, name, now=clock.now())
    again = expected.name_delegate()
    assert again != name
    expected.let_in(again)
    assert refused(seating.dismiss_representative, clerk, expected.lot, again).rule == "C-10"


def test_one_member_too_many_is_refused(begin):
    w = begin()
    w.request()
    w.name_delegate()
    extra = world.enrol_delegate("delegate-hospital")
    assert (
        refused(seating.name_representative, w.holder("clerk"), w.lot, extra.holder.id).reason
        == "not_a_representative"
    )
    from accounts.models import Seat

    Seat.objects.filter(pk=extra.holder.id).update(organisation=w.record.procuring_entity.id)
    found = refused(seating.name_representative, w.holder("clerk"), w.lot, extra.holder.id)
    assert (found.rule, found.reason) == ("C-04", "representatives_complete")


def seen(w, who):
    try:
        return {one.person for one in committee.members(who, w.session)} - {""}
    except Http404:
        return set()


def test_names_are_seen_inside_once_seated_and_by_nobody_else_before_the_result(opened):
    w = opened
    w.request()
    w.draw()
    w.accept_all()
    w.name_delegate()
    confirmed = [one.pseudonym.name for one in w.called("confirmed")]
    w.let_in(confirmed[0])
    inside, still_out = w.person(confirmed[0]), w.person(confirmed[1])
    assert seen(w, inside) == {inside.person}
    assert seen(w, still_out) == set()
    w.let_in()
    everybody = {holder.person for holder in w.holders()}
    assert len(everybody) == 5
    assert all(seen(w, holder) == everybody for holder in w.holders())
    for who in ("clerk", "reviewer", "host", "witness", "supervisor", "operator", "bidder1"):
        assert seen(w, w.holder(who)) == set(), who
    w.begin()
    w.declare_all()
    for who in ("clerk", "supervisor", "witness"):
        assert seen(w, w.holder(who)) == set(), who
