"""A committee begins only when it is complete and lawful; interests, leader, time and replacements go by their rules."""

import pytest
from django.db.models import Value
from django.db.models.functions import Concat
from django.http import Http404

from accounts import queries as accounts
from accounts.models import Message, Seat
from bidding.queries import draws
from evaluation.actions import convening, pooling, replacing, seating
from evaluation.actions.convening import IncompleteCommitteeError
from evaluation.domain.committee import Change
from evaluation.models import Interest, Place, Replacement, Site
from evaluation.queries import judging
from kernel import clock
from kernel.domain import draw as etdraw
from kernel.domain.refusals import RefusedError
from tender.domain.lifecycle import LotState
from tests.evaluation.world import HOUR, goods_terms


def refused(function, *args, **kwargs):
    with pytest.raises(RefusedError) as found:
        function(*args, now=clock.now(), **kwargs)
    return found.value.refusal


@pytest.fixture
def seated(opened):
    opened.seat_committee()
    return opened


def test_a_committee_begins_when_it_is_complete_and_lawful(opened):
    w = opened
    w.request()
    w.draw()
    w.accept_all()
    w.name_delegate()
    first = w.called("confirmed")[0].pseudonym.name
    w.let_in(first)
    with pytest.raises(IncompleteCommitteeError) as found:
        w.begin()
    reasons = [(one.rule, one.reason) for one in found.value.refusals]
    assert reasons == [("C-03", "members_missing"), ("C-03", "committee_too_small")]
    w.let_in()
    for who in ("clerk", "host", "supervisor"):
        with pytest.raises(Http404):
            convening.begin(w.holder(who), w.lot, now=clock.now())
    assert w.begin() == ()
    assert w.begin() == ()
    assert (w.record.status, w.session.begun_at is not None) == (LotState.EVALUATING, True)
    assert {one.state for one in w.called("evaluating")} == {"evaluating"}
    [begun] = w.journal("evaluation:session:begun")
    assert len(begun["members"]) == 5


def test_nothing_begins_before_the_bids_are_open(begin):
    w = begin()
    w.seat_committee()
    assert refused(convening.begin, w.holder("witness"), w.lot).reason == "lot_not_opened"


def test_practice_advises_and_does_not_refuse(opened):
    w = opened
    w.seat_committee()
    Place.objects.filter(site__name="遂和").update(
        site=Site.objects.get(name="晴川"), number=Concat("number", Value("b"))
    )
    assert w.begin() == ()
    [begun] = w.journal("evaluation:session:begun")
    assert {(one["rule"], one["reason"]) for one in begun["advice"]} == {
        ("X-01", "too_few_sites"),
        ("X-04", "too_few_away"),
    }


def test_an_interest_found_when_the_bidders_are_known_replaces_its_expert(seated):
    w = seated
    member = next(one for one in w.members() if one.kind == "expert")
    bidder = w.holder("bidder3").organisation.credit_code
    pooling.declare_interest(
        accounts.holder(member.seat_id), bidder, Interest.Kind.RELATIVE, "配偶任职", now=clock.now()
    )
    assert w.begin() == (member.name,)
    assert w.record.status is LotState.OPENED
    stratum = member.invitation.stratum
    skips = draws.draw_record(stratum.draw_id, stratum.name)["skips"]
    assert skips == [{"id": member.name, "rule": "C-09", "reason": "avoidance"}]
    w.accept_all()
    w.let_in()
    assert w.begin() == ()
    [row] = Replacement.objects.select_related("out", "into").all()
    assert (row.out.name, row.into.invitation.stratum_id) == (member.name, stratum.pk)
    assert member.name not in {one.name for one in w.members()}


def test_members_declare_with_the_parties_in_sight_before_anything_else(seated):
    w = seated
    assert refused(convening.declare, w.member(0), w.lot, conflict=False).reason == "sitting_not_begun"
    w.begin()
    row = convening.declare(w.member(0), w.lot, conflict=False, now=clock.now())
    shown = {party["credit_code"] for party in row.parties}
    assert shown == {w.holder(f"bidder{n}").organisation.credit_code for n in range(1, 8)} | {
        w.record.procuring_entity.credit_code
    }
    assert refused(convening.declare, w.member(0), w.lot, conflict=False).reason == "member_step"
    assert w.session.state == "preparing"
    w.declare_all()
    assert w.session.state == "declared"


def test_who_declares_a_conflict_leaves_and_the_next_is_called(seated):
    w = seated
    w.begin()
    leaver = next(one for one in w.members() if one.kind == "expert")
    holder = accounts.holder(leaver.seat_id)
    assert refused(convening.declare, holder, w.lot, conflict=True, text=" ").reason == "text_wanted"
    convening.declare(holder, w.lot, conflict=True, text="曾任该公司顾问", now=clock.now())
    with pytest.raises(Http404):
        convening.declare(holder, w.lot, conflict=False, now=clock.now())
    w.declare_all()
    assert w.session.state == "preparing", "four have declared, the fifth is awaited"
    w.accept_all()
    w.let_in()
    assert w.called("signed_in") == [], "who comes later takes part at once"
    w.declare_all()
    assert w.session.state == "declared"
    etdraw.verify(draws.draw_record(leaver.invitation.stratum.draw_id, leaver.invitation.stratum.name))


def test_the_leader_has_more_than_half_of_all_votes(seated):
    w = seated
    w.begin()
    w.declare_all()
    names = [one.name for one in w.members()]
    choices = [names[0], names[0], names[1], names[1], names[2]]
    for holder, choice in zip(w.holders(), choices, strict=True):
        assert convening.vote_leader(holder, w.lot, choice, now=clock.now()) is None
    assert (w.session.state, w.session.round) == ("declared", 2)
    assert refused(convening.vote_leader, w.member(0), w.lot, "NOBODY").rule == "C-05"
    choices[4] = names[0]
    outcome = [
        convening.vote_leader(h, w.lot, c, now=clock.now()) for h, c in zip(w.holders(), choices, strict=True)
    ]
    assert outcome[-1] == w.session.leader.name == names[0]
    assert w.session.state == "leader"


def test_under_the_procurement_law_the_representative_does_not_lead(begin):
    w = begin(**goods_terms())
    w.open({f"bidder{n}": "2000000" for n in range(1, 4)})
    w.seat_committee()
    w.begin()
    w.declare_all()
    representative = next(one.name for one in w.members() if one.kind == "representative")
    found = refused(convening.vote_leader, w.member(0), w.lot, representative)
    assert (found.rule, found.reason) == ("C-05", "leader_is_representative")


def test_more_than_a_third_of_the_members_get_more_time(seated):
    w = seated
    w.begin()
    assert not convening.ask_for_time(w.member(0), w.lot, now=clock.now())
    assert not convening.ask_for_time(w.member(0), w.lot, now=clock.now()), "one member asks once"
    assert convening.ask_for_time(w.member(1), w.lot, now=clock.now())
    [told] = Message.objects.filter(kind="time_must_be_extended")
    assert (told.seat_id, told.rule) == (w.holder("clerk").id, "C-11")
    ends_at = w.session.ends_at
    assert refused(convening.extend, w.holder("clerk"), w.lot, ends_at).rule == "C-11"
    convening.extend(w.holder("clerk"), w.lot, ends_at + HOUR, now=clock.now())
    assert not convening.must_extend(judging.bench(w.session))


def same_person(username, *, as_of):
    """Let the seat of an account belong to the person behind another one."""
    Seat.objects.filter(user__username=username).update(person_id=as_of.person_id)


def test_a_replacement_needs_a_lawful_ground_and_four_eyes(seated):
    w = seated
    w.begin()
    w.declare_all()
    w.elect()
    leader = w.session.leader.name
    witness, supervisor = w.holder("witness"), w.holder("supervisor")
    found = refused(replacing.propose, witness, w.lot, leader, Change.WISH, "想回家")
    assert (found.rule, found.reason) == ("C-10", "no_ground_for_replacement")
    replacing.propose(witness, w.lot, leader, Change.HEALTH, "突发疾病", now=clock.now())
    assert w.session.state == "leader", "a proposal changes nothing"
    for who in ("witness", "clerk", "host"):
        with pytest.raises(Http404):
            replacing.confirm(w.holder(who), w.lot, leader, now=clock.now())
    replacing.decline(supervisor, w.lot, leader, now=clock.now())
    replacing.propose(witness, w.lot, leader, Change.HEALTH, "突发疾病", now=clock.now())
    same_person("supervisor", as_of=witness)
    found = refused(replacing.confirm, w.holder("supervisor"), w.lot, leader)
    assert (found.rule, found.reason) == ("A-07", "four_eyes")
    same_person("supervisor", as_of=supervisor)
    replacing.confirm(supervisor, w.lot, leader, now=clock.now())
    assert (w.session.state, w.session.leader) == ("preparing", None)
    w.accept_all()
    w.let_in()
    w.declare_all()
    assert w.session.state == "declared", "a committee whose leader left elects again"
    w.elect()
    assert w.session.state == "leader"


def test_a_standing_leader_stays_when_another_member_is_replaced(seated):
    w = seated
    w.begin()
    w.declare_all()
    w.elect()
    leader = w.session.leader.name
    other = next(one.name for one in w.members() if one.name != leader and one.kind == "expert")
    replacing.propose(w.holder("witness"), w.lot, other, Change.LEFT_POST, "擅自离席", now=clock.now())
    replacing.confirm(w.holder("supervisor"), w.lot, other, now=clock.now())
    w.accept_all()
    w.let_in()
    w.declare_all()
    assert (w.session.state, w.session.leader.name) == ("leader", leader)


def test_a_representative_who_leaves_is_named_anew(seated):
    w = seated
    w.begin()
    w.declare_all()
    name = next(one.name for one in w.members() if one.kind == "representative")
    replacing.propose(w.holder("witness"), w.lot, name, Change.HEALTH, "住院", now=clock.now())
    replacing.confirm(w.holder("supervisor"), w.lot, name, now=clock.now())
    fresh = seating.name_representative(w.holder("clerk"), w.lot, w.holder("delegate").id, now=clock.now())
    assert fresh != name
    w.let_in(fresh)
    assert Replacement.objects.get().into.name == fresh
