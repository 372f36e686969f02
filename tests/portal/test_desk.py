"""The workbench of each seat: what must be done next, until when, under which rule."""

import pytest
from django.db import transaction

from accounts import actions as account_actions
from kernel import clock, clock_alarms, journal, sequencer, tasks_for_operator
from kernel.calendar import working_calendar
from kernel.models import ClockAlarm, JournalEntry
from tender import queries
from tender.actions import changing, objecting, publishing
from tender.domain.objections import Kind
from tests import cast, factories
from tests.seats import browser, text_of


@pytest.fixture
def city(store, moved):
    return {a.username: a for a in cast.found_city(*factories.STAFF, "bidder1", "operator", "auditor")}


def tasks(username):
    answer = browser(username).get("/desk/")
    assert answer.status_code == 200
    first = answer.context["first"]
    return [first, *answer.context["tasks"]] if first else []


def titles(username):
    return [task.title for task in tasks(username)]


def test_a_lot_wanders_from_desk_to_desk(city):
    lot = factories.draft(city)
    assert titles("clerk") == ["Complete and submit the document"]
    publishing.submit(city["clerk"].holder, lot, now=clock.now())
    assert titles("clerk") == []
    assert titles("reviewer")[0] == "Approve the document, or send it back"
    publishing.send_back(city["reviewer"].holder, lot, "缺少图纸", now=clock.now())
    [back] = tasks("clerk")
    assert (back.title, back.note, back.tone) == ("Mend the document, it was sent back", "缺少图纸", "warn")
    publishing.submit(city["clerk"].holder, lot, now=clock.now())
    publishing.approve(city["reviewer"].holder, lot, now=clock.now())
    assert titles("reviewer")[0] == "Publish the lot"
    publishing.publish(city["reviewer"].holder, lot, now=clock.now())
    [opening] = [task for task in tasks("host") if task.title == "Attend the opening"]
    assert opening.until == queries.lot(lot).deadline
    assert opening.rule == "T-09"


def test_what_is_due_first_stands_first_and_what_is_overdue_before_all(city, moved):
    lot = factories.published(city)
    objecting.raise_objection(city["bidder1"].holder, lot, Kind.DOCUMENT, "业绩要求过高", now=clock.now())
    changing.propose_addendum(
        city["clerk"].holder, lot, now=clock.now(), text="补遗一", deadline=None, affects_bids=False
    )
    found = tasks("reviewer")
    assert [t.title for t in found[:2]] == ["Answer the objection", "Decide on the addendum"]
    assert (found[0].rule, found[0].tone) == ("T-08", "warn")
    moved(days=5)
    assert tasks("reviewer")[0].tone == "bad"


def test_a_custodian_is_asked_for_its_key(city):
    lot = factories.draft(city)
    from tender.actions import drafting

    drafting.assign_custodian(
        city["clerk"].holder, lot, "third", city["keeper-notary"].holder.id, now=clock.now()
    )
    wanted = [t for t in tasks("keeper-notary") if t.rule == "S-04"]
    assert [t.url for t in wanted] == [f"/desk/custody/{lot}/"]
    page = text_of(browser("keeper-notary").get(wanted[0].url))
    assert f"yangguang-kit custodian-key {lot} --server http://localhost:8000" in page


def test_documents_and_messages_wait_on_the_desk(city):
    account_actions.request_signature(
        city["reviewer"].holder.id,
        {"domain": "yangguang/award/v1", "winner": {"name": "青石"}},
        purpose="award",
        reference="r",
        title="滨河路一标段",
        now=clock.now(),
        due_at=clock.now() + factories.DAY,
    )
    with transaction.atomic():
        account_actions.notify(city["reviewer"].holder.id, "addendum", key="k", now=clock.now())
    found = tasks("reviewer")
    assert [t.title for t in found] == ["Sign: Notice of award", "Read 1 new message"]
    assert "1" in text_of(browser("reviewer").get("/desk/messages/"))


def test_tasks_are_exported(city):
    factories.draft(city)
    text = browser("clerk").get("/desk/?format=csv").content.decode()
    assert "Complete and submit the document" in text


def test_an_operator_enters_a_year_that_a_rule_asked_for(city):
    tasks_for_operator.raise_once("calendar:2027", "calendar_year", {"year": 2027}, now=clock.now())
    assert titles("operator") == ["Enter the holidays of 2027"]
    client = browser("operator")
    wrong = client.post("/desk/calendar/", {"year": 2027, "source": "国办发明电〔2026〕7号", "off": "02-30"})
    assert wrong.status_code == 422
    assert "国办发明电〔2026〕7号" in text_of(wrong)
    both = client.post(
        "/desk/calendar/", {"year": 2027, "source": "x", "off": "01-01..01-03", "work": "01-02"}
    )
    assert "stands both" in text_of(both)
    done = client.post(
        "/desk/calendar/",
        {
            "year": 2027,
            "source": "国办发明电〔2026〕7号",
            "off": "01-01..01-03 02-05..02-12",
            "work": "01-04",
        },
    )
    assert done.status_code == 303
    assert 2027 in working_calendar().years
    assert titles("operator") == []
    assert JournalEntry.objects.filter(tag="kernel:calendar:announced").count() == 1
    assert "01-01..01-03 02-05..02-12" in text_of(client.get("/desk/calendar/"))


def test_two_people_vouch_for_the_clock(city):
    clock_alarms.raise_alarm("jump", now=clock.now())
    assert titles("operator")[0] == "Resolve the alarm of the clock: the clock jumped"
    operator, witness = browser("operator"), browser("witness")
    assert operator.post("/desk/clock/", {"reason": ""}).status_code == 422
    assert operator.post("/desk/clock/", {"reason": "time server was restarted"}).status_code == 303
    again = operator.post("/desk/clock/", {"reason": "I say it twice"})
    assert again.status_code == 422
    assert "A-07" in text_of(again)
    assert "I say it twice" in text_of(again)
    assert ClockAlarm.objects.get().resolved_at is None
    assert witness.post("/desk/clock/", {"reason": "checked against the phone line"}).status_code == 303
    assert ClockAlarm.objects.get().resolved_at is not None
    assert titles("operator") == []


def test_one_person_with_two_accounts_is_not_two_people(city):
    from accounts.models import Seat
    from kernel.domain.refusals import RefusedError
    from portal import vouching

    operator, witness = (Seat.objects.get(user__username=n) for n in ("operator", "witness"))
    Seat.objects.filter(pk=witness.pk).update(person=operator.person)
    clock_alarms.raise_alarm("jump", now=clock.now())
    alarm = clock_alarms.open_alarm()
    vouching.vouch(cast.Actor("operator").holder, alarm.pk, "", "checked", now=clock.now())
    alarm.refresh_from_db()
    with pytest.raises(RefusedError) as refused:
        vouching.vouch(cast.Actor("witness").holder, alarm.pk, alarm.first_by, "checked", now=clock.now())
    assert refused.value.refusal.rule == "A-07"


def test_the_auditor_reads_the_journal_but_not_what_bidders_did_before_the_closing(city):
    lot = factories.published(city)
    before = browser("auditor").get("/desk/journal/?tag=tender").context["page"].paginator.count
    objecting.obtain(city["bidder1"].holder, lot, now=clock.now())
    sequencer.tick(now=clock.now())
    page = browser("auditor").get("/desk/journal/?tag=tender")
    assert page.context["page"].paginator.count == before
    assert "tender:document:obtained" not in text_of(page)
    assert "tender:lot:published" in text_of(page)
    export = browser("auditor").get("/desk/journal/?format=csv").content.decode()
    assert "tender:document:obtained" not in export
    [entry] = journal.of_lot(lot, tag="tender:document:obtained")
    with journal.closing(lot):
        sealed = journal.record(
            "bidding:lot:closing", actor="system", at=clock.now(), lot=lot, payload={}, public=True
        )
        journal.close_gate(lot, sealed)
    after = text_of(browser("auditor").get("/desk/journal/?tag=tender:document"))
    assert entry.payload_sha256 in after


def test_the_journal_is_narrowed_by_actor_lot_and_day(city, moved):
    lot = factories.published(city)

    def count(query):
        return browser("auditor").get(f"/desk/journal/?{query}").context["page"].paginator.count

    whole = count("")
    assert 0 < count(f"lot={lot}") < whole
    assert 0 < count(f"actor={city['reviewer'].holder.actor}") < whole
    assert count("since=2026-03-03") == 0
    assert count("until=2026-03-02") == whole
    assert count("lot=nonsense") == whole
