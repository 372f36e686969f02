"""From draft to notice: four eyes, the whole document judged at once, everything frozen and logged."""

import json

import pytest

from accounts.models import Message
from kernel import clock, journal
from kernel.domain import canonical
from kernel.domain.refusals import RefusedError
from tender import queries
from tender.actions import changing, drafting, objecting, publishing, stepping
from tender.actions.publishing import RefusedDocumentError
from tender.domain.lifecycle import Lever, LotState
from tender.domain.objections import Kind
from tender.models import Lot
from tests import cast, factories


@pytest.fixture
def city(store, moved):
    actors = {a.username: a for a in cast.found_city(*factories.STAFF, "bidder1", "bidder2")}
    actors["move"] = moved
    return actors


def refusal(function, *args, **kwargs):
    with pytest.raises(RefusedError) as refused:
        function(*args, now=clock.now(), **kwargs)
    return refused.value.refusal


def test_a_lawful_lot_is_published_frozen_and_logged(city):
    lot = factories.published(city)
    record = queries.lot(lot)
    assert record.status is LotState.PUBLISHED
    assert record.notice_sha256 == canonical.digest(record.notice)
    assert record.notice["edition"] == record.edition.reference
    assert [c["role"] for c in record.notice["custodians"]] == ["procuring_entity", "centre", "third"]
    [entry] = journal.of_lot(lot, tag="tender:lot:published")
    assert (entry.public, entry.payload_sha256) == (True, record.notice_sha256)
    states = [json.loads(bytes(e.payload))["to"] for e in journal.of_lot(lot, tag="tender:lot:status")]
    assert states == ["reviewed", "published"]


def test_the_clerk_cannot_approve_and_one_person_is_not_four_eyes(city):
    lot = factories.draft(city)
    publishing.submit(city["clerk"].holder, lot, now=clock.now())
    found = refusal(publishing.approve, city["clerk"].holder, lot)
    assert (found.rule, found.reason) == ("A-07", "four_eyes")


def test_a_draft_that_nobody_submitted_is_not_published(city):
    lot = factories.draft(city)
    assert refusal(publishing.approve, city["reviewer"].holder, lot).reason == "not_submitted"
    assert refusal(publishing.publish, city["reviewer"].holder, lot).reason == "step_not_possible"


def test_everything_wrong_with_a_document_is_told_at_once(city):
    lot = factories.draft(
        city,
        deadline="2026-03-20T01:00:00.000Z",
        deposit={"amount": "500000.00", "forms": ["guarantee"]},
        ceiling=None,
        committee={"size": 4, "experts": 2, "strata": [{"name": "civil", "site": "晴川", "count": 2}]},
    )
    publishing.submit(city["clerk"].holder, lot, now=clock.now())
    with pytest.raises(RefusedDocumentError) as refused:
        publishing.approve(city["reviewer"].holder, lot, now=clock.now())
    assert {r.rule for r in refused.value.refusals} >= {"T-03", "B-01", "C-15", "C-03"}
    assert queries.lot(lot).status is LotState.DRAFT


def test_the_regional_overlay_halves_the_deposit(city):
    lot = factories.draft(city, region="510800", code="E5108000009")
    publishing.submit(city["clerk"].holder, lot, now=clock.now())
    with pytest.raises(RefusedDocumentError) as refused:
        publishing.approve(city["reviewer"].holder, lot, now=clock.now())
    found = next(r for r in refused.value.refusals if r.rule == "B-02")
    assert found.facts["cap"] == "200,000.00"


def test_a_reviewed_draft_is_not_edited_but_can_be_sent_back(city):
    lot = factories.draft(city)
    publishing.submit(city["clerk"].holder, lot, now=clock.now())
    publishing.approve(city["reviewer"].holder, lot, now=clock.now())
    assert refusal(drafting.add_file, city["clerk"].holder, lot, "x", b"y").reason == "not_a_draft"
    publishing.send_back(city["reviewer"].holder, lot, "the plan is missing", now=clock.now())
    assert queries.lot(lot).status is LotState.DRAFT
    drafting.add_file(city["clerk"].holder, lot, "x.pdf", b"y", now=clock.now())


def test_custodian_keys_are_signed_by_their_institution_and_given_once(city):
    lot = factories.draft(city)
    value = {
        "domain": "yangguang/custodian-key/v1",
        "lot": str(lot),
        "custodian": "third",
        "recipient": "age1" + "q" * 58,
    }
    data = canonical.to_bytes(value)
    notary = city["keeper-notary"]
    found = refusal(
        drafting.provide_custodian_key, notary.holder, lot, data, city["keeper-centre"].sign(value)
    )
    assert found.reason == "signature_of_another"
    assert (
        refusal(drafting.provide_custodian_key, notary.holder, lot, data, notary.sign(value)).reason
        == "custodian_key_given"
    )
    assert (
        refusal(drafting.provide_custodian_key, city["bidder1"].holder, lot, data, b"").reason
        == "not_a_custodian"
    )


def test_one_institution_keeps_one_share(city):
    lot = factories.draft(city)
    found = refusal(
        drafting.assign_custodian, city["clerk"].holder, lot, "third", city["keeper-centre"].holder.id
    )
    assert (found.rule, found.reason) == ("S-04", "custodian_twice")


def test_an_addendum_moves_the_deadline_or_is_refused(city):
    lot = factories.published(city)
    objecting.obtain(city["bidder1"].holder, lot, now=clock.now())
    city["move"](to=factories.at("2026-03-12 10:00"))
    clerk, reviewer = city["clerk"].holder, city["reviewer"].holder
    found = refusal(
        changing.propose_addendum, clerk, lot, text="工期改为200天", deadline=None, affects_bids=True
    )
    assert (found.rule, found.reason) == ("T-04", "deadline_must_move")
    moved_to = factories.at("2026-03-30 09:30")
    changing.propose_addendum(
        clerk, lot, now=clock.now(), text="工期改为200天", deadline=moved_to, affects_bids=True
    )
    assert refusal(changing.publish_addendum, clerk, lot).rule == "A-07"
    assert changing.publish_addendum(reviewer, lot, now=clock.now()) == 1
    record = queries.lot(lot)
    assert record.deadline == moved_to
    assert len(record.addenda) == 1
    [message] = Message.objects.filter(kind="addendum")
    assert message.seat_id == city["bidder1"].holder.id


def test_the_deadline_closes_the_lot_at_its_nominal_instant(city):
    lot = factories.published(city)
    deadline = queries.lot(lot).deadline
    city["move"](to=deadline + factories.DAY)
    assert list(queries.due_to_close(now=clock.now(), limit=9)) == [lot]
    stepping.close_due(lot, now=clock.now())
    stepping.close_due(lot, now=clock.now())
    record = queries.lot(lot)
    assert (record.status, record.status_at) == (LotState.CLOSED, deadline)


def test_an_objection_in_its_window_pauses_and_its_answer_resumes(city):
    lot = factories.published(city)
    objection = objecting.raise_objection(
        city["bidder1"].holder, lot, Kind.DOCUMENT, "业绩要求过高", now=clock.now()
    )
    record = queries.lot(lot)
    assert [p.reason for p in record.pauses] == ["document_objection"]
    city["move"](to=record.deadline)
    stepping.close_due(lot, now=clock.now())
    found = refusal(stepping.step, lot, Lever.BEGIN_OPENING, actor="system")
    assert (found.rule, found.reason) == ("J-03", "paused")
    objecting.answer(city["reviewer"].holder, objection, "维持原要求，理由如下", now=clock.now())
    assert stepping.step(lot, Lever.BEGIN_OPENING, actor="system", now=clock.now()).status is LotState.OPENING
    answered = json.loads(bytes(journal.of_lot(lot, tag="tender:objection:answered")[0].payload))
    assert answered["notes"], "an answer after three days is recorded as late"


def test_a_late_objection_is_an_opinion_and_pauses_nothing(city):
    lot = factories.published(city)
    city["move"](to=queries.lot(lot).deadline - 9 * factories.DAY)
    objecting.raise_objection(city["bidder1"].holder, lot, Kind.DOCUMENT, "太迟了", now=clock.now())
    assert queries.lot(lot).pauses == ()
    assert queries.objections(lot, answered_only=False)[0].status == "opinion"


def test_a_failed_lot_starts_a_linked_new_round(city):
    lot = factories.published(city)
    city["move"](to=queries.lot(lot).deadline)
    stepping.close_due(lot, now=clock.now())
    stepping.step(lot, Lever.FAIL, actor="system", now=clock.now(), payload={"rule": "C-01"})
    again = queries.new_round(lot)
    assert (again.status, again.round_of, again.title) == (LotState.DRAFT, lot, queries.lot(lot).title)
    row = Lot.objects.get(pk=again.id)
    assert "deadline" not in row.terms
    assert all(not c.recipient for c in row.custodians.all())
    factories.complete(
        city,
        again.id,
        factories.works_terms(
            documents_until="2026-04-02T09:00:00.000Z", deadline="2026-04-20T01:30:00.000Z"
        ),
    )


def test_search_finds_two_character_words(city):
    from tender import search

    lot = factories.published(city)

    def found(query):
        return [row.pk for row in search.matching(Lot.objects.all(), query)]

    assert found("滨河") == found("改造工程") == found("E5108000001") == found("路") == [lot]
    assert found("河滨") == found("") == found("\"'") == []


def test_the_timetable_is_computed_from_the_edition(city):
    lot = factories.published(city)
    lines = {m.key: m for m in queries.milestones(queries.lot(lot), now=clock.now())}
    assert lines["deadline"].planned_at == queries.lot(lot).deadline
    assert lines["document_objection"].latest == queries.lot(lot).deadline - 10 * factories.DAY
    assert {lines["access"].state, lines["document_objection"].state} == {"open"}


def test_drafts_are_nobodys_business(city):
    from django.http import Http404

    lot = factories.draft(city)
    for read in (
        lambda: queries.access_public_lot(lot),
        lambda: queries.access_own_lot(city["bidder1"].holder, lot),
    ):
        with pytest.raises(Http404):
            read()
    assert queries.access_own_lot(city["clerk"].holder, lot).id == lot
