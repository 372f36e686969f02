"""What nobody does alone in a case, what a firm is owed before it is judged, and what it sees of other firms: nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from accounts import queries as accounts
from accounts.models import Message, Seat
from kernel import clock
from kernel.domain import canonical
from kernel.domain.refusals import RefusedError
from monitoring.actions import cases, ending, hearing
from monitoring.domain import indications
from monitoring.domain.cases import REPLY_LEAST, Asking, Minutes
from monitoring.domain.payers import Payment, one_account
from monitoring.models import Alert, CaseConference, CasePackage, CaseQuestion, IndicationRow
from monitoring.queries import cases as reading
from portal import workbench
from tests.monitoring import world
from tests.monitoring.casework import PEOPLE, WEEK, Casework, begin, indication, refused, third
from tests.seats import browser, text_of

ACCOUNT, OWNER = "6222020200112233445", "青石集团财务公司"


@pytest.fixture
def work(opened):
    """An opened lot with its flags, and two supervisors who may pursue them."""
    return begin(opened)


def tasks(holder):
    with translation.override("en"):
        return {task.title.partition(" · ")[2] for task in workbench.tasks_of(holder, now=clock.now())}


def messages(seat):
    return set(Message.objects.filter(seat_id=seat.id).values_list("kind", flat=True))


def test_who_records_a_conference_does_not_make_its_package(work):
    work.opened().confer("police")
    assert refused(ending.hand_over, work.first, work.id) == ("A-07", "four_eyes")
    Seat.objects.filter(pk=work.second.id).update(person_id=work.first.person_id)
    same = accounts.holder(work.second.id)
    assert refused(ending.hand_over, same, work.id) == ("A-07", "four_eyes"), "one person under two accounts"
    assert not CasePackage.objects.exists()
    assert ending.hand_over(third(), work.id, now=clock.now()).by_id == third().id


def test_it_stays_with_who_recorded_the_conference_after_the_case_is_given_on(work):
    work.opened().confer("police")
    cases.assign(work.first, work.id, work.second.id, "职责调整", now=clock.now())
    assert refused(ending.hand_over, work.first, work.id) == ("A-07", "four_eyes")
    assert work.hand_over().by_id == work.second.id


def test_the_package_is_the_task_of_other_supervisors(work):
    work.opened().confer("penalty")
    make = "Make the hand-over package"
    assert (make in tasks(work.first), make in tasks(work.second)) == (False, True)
    assert "case_to_hand_over" in messages(work.second) - messages(work.first)
    path = f"/desk/monitoring/cases/{work.id}/"
    assert "Make the package" not in text_of(browser("supervisor").get(path))
    assert "Make the package" in text_of(browser("supervisor-finance").get(path))
    work.hand_over()
    assert "case_handed_over" in messages(work.first)


def test_a_conference_is_held_while_the_case_is_open(work):
    work.opened()
    today = timezone.localdate(clock.now())
    for days, reason in ((-1, "case_minutes_early"), (1, "case_minutes_day")):
        held = Minutes(today + timedelta(days=days), PEOPLE, "纪要", "watch")
        assert refused(ending.confer, work.first, work.id, held) == ("L-04", reason)
    assert not CaseConference.objects.exists()
    work.confer("watch")


def test_what_goes_to_the_police_ends_nowhere_else(work):
    work.opened().heard().confer("police")
    closing = (work.first, work.id)
    assert refused(ending.resume, *closing) == ("L-05", "case_police")
    for outcome in ("confirmed", "not_confirmed"):
        assert refused(ending.propose_closing, *closing, outcome, "无") == ("L-05", "case_police")
    assert refused(ending.propose_closing, *closing, "handed_over", "无") == ("L-05", "case_not_packed")
    page = text_of(browser("supervisor").get(f"/desk/monitoring/cases/{work.id}/"))
    assert "Propose to close the case" not in page, "no outcome may be proposed yet"
    work.hand_over()
    assert refused(ending.propose_closing, *closing, "confirmed", "无") == ("L-05", "case_police")
    work.closed("handed_over")


def test_an_older_package_does_not_stand_for_a_newer_decision(work):
    work.opened().confer("penalty").hand_over()
    work.propose_closing("handed_over")
    ending.send_back(work.second, work.id, "须再研判", now=clock.now())
    work.confer("police")
    assert refused(ending.propose_closing, work.first, work.id, "handed_over", "无") == (
        "L-05",
        "case_not_packed",
    )
    assert work.hand_over().conference.number == 2


def test_nobody_takes_a_case_over_alone_and_its_old_handler_is_told(work):
    work.opened()
    assert refused(cases.assign, work.second, work.id, work.second.id, "我来办") == ("A-07", "case_take_over")
    Seat.objects.filter(pk=third().id).update(person_id=work.second.person_id)
    other = (cases.assign, work.second, work.id, third().id, "我来办")
    assert refused(*other) == ("A-07", "case_take_over"), "one person under two accounts"
    assert work.row.handler_id == work.first.id
    cases.assign(work.first, work.id, work.second.id, "职责调整", now=clock.now())
    assert work.row.handler_id == work.second.id, "two supervisors are enough"
    assert "case_taken" not in messages(work.first), "who gives it away knows"


def test_a_case_taken_by_a_third_ones_word_is_told_to_its_old_handler(work):
    work.opened()
    cases.assign(third(), work.id, work.second.id, "职责调整", now=clock.now())
    assert "case_taken" in messages(work.first) - messages(work.second)
    told = Message.objects.get(seat_id=work.first.id, kind="case_taken")
    assert told.facts == {"case": f"AJ-{str(work.id)[:8].upper()}"}


def test_the_page_offers_a_case_to_nobody_who_may_not_have_it(work):
    work.opened()
    path, offer = f"/desk/monitoring/cases/{work.id}/", "Give the case to another handler"
    assert offer in text_of(browser("supervisor").get(path))
    assert offer not in text_of(browser("supervisor-finance").get(path)), "nobody is left to give it to"
    alone = {"act": "assign", "handler": str(work.second.id), "reason": "我来办"}
    answer = browser("supervisor-finance").post(path, alone)
    assert (answer.status_code, "nobody takes it over alone" in text_of(answer)) == (422, True)


def test_nothing_is_confirmed_before_a_hearing_was_ended(work):
    work.opened()
    assert refused(ending.propose_closing, work.first, work.id, "confirmed", "查实") == (
        "L-03",
        "case_unheard",
    )
    path = f"/desk/monitoring/cases/{work.id}/"
    assert 'value="confirmed"' not in text_of(browser("supervisor").get(path))
    posted = browser("supervisor").post(path, {"act": "closing", "outcome": "confirmed", "reason": "查实"})
    assert (posted.status_code, "L-03" in text_of(posted)) == (422, True)
    work.ask("bidder1")
    assert refused(ending.propose_closing, work.first, work.id, "confirmed", "查实") == ("L-01", "case_step")
    work.reply("bidder1")
    work.go_on().closed("confirmed")


def test_a_firm_has_three_days_to_reply_and_somebody_who_can(work):
    work.opened([indication("40-(1)")])
    known = work.code("bidder1")
    soon = Asking([known], "?", clock.now() + REPLY_LEAST - timedelta(minutes=1))
    with pytest.raises(RefusedError) as caught:
        hearing.ask(work.first, work.id, soon, now=clock.now())
    assert (caught.value.refusal.reason, caught.value.refusal.facts) == ("case_due", {"days": "3"})
    assert "at least 3 days" in text_of(browser("supervisor").get(f"/desk/monitoring/cases/{work.id}/"))
    firm = work.actors["bidder1"].holder
    Seat.objects.filter(pk=firm.id).update(ended_at=clock.now())
    both = Asking([known, work.code("bidder2")], "?", clock.now() + WEEK)
    with pytest.raises(RefusedError) as caught:
        hearing.ask(work.first, work.id, both, now=clock.now())
    refusal = caught.value.refusal
    assert (refusal.rule, refusal.reason) == ("L-03", "case_firm_no_seat")
    assert refusal.facts == {"firms": firm.organisation.name}
    assert not CaseQuestion.objects.exists()
    now = clock.now()
    hearing.ask(work.first, work.id, Asking([work.code("bidder2")], "?", now + REPLY_LEAST), now=now)


def one_payer(work):
    """A flag of one account that paid for two firms, raised beside the others."""
    payments = [
        Payment(work.code("bidder1"), "deposit", ACCOUNT, OWNER, "BANK-OWN-1"),
        Payment(work.code("bidder2"), "deposit", ACCOUNT, OWNER, "BANK-OTHER-2"),
    ]
    [found] = one_account(payments, regime="T")
    kept = indications.as_json(found, masked=False)
    row = IndicationRow.objects.create(
        comparison=indication("40-(1)").indication.comparison,
        number=90,
        item=kept["item"],
        article=kept["article"],
        identity="f" * 64,
        members=kept["members"],
        evidence=kept["evidence"],
        exemptions=kept["exemptions"],
        standing=True,
    )
    lot = indication("40-(1)").lot_id
    Alert.objects.create(kind="indication", lot_id=lot, indication=row, raised_at=clock.now())


def seen(work, username, number):
    answer = browser(username).get(f"/desk/cases/{work.question(username).pk}/evidence/{number}/")
    return answer.content if answer.status_code == 200 else None


def test_a_firm_sees_a_flag_without_what_is_another_firms(work):
    one_payer(work)
    work.opened()
    numbers = {p.alert.indication.item: p.number for p in reading.evidence(work.row) if p.alert.indication}
    work.ask("bidder1", "bidder4", shown=list(numbers.values()))
    account = seen(work, "bidder1", numbers["40-(6)"])
    told = canonical.from_bytes(account)["indication"]
    assert told["members"] == sorted([work.code("bidder1"), work.code("bidder2")])
    assert told["evidence"][0]["value"] == "*" * 15 + "3445"
    for secret in (ACCOUNT, OWNER, "BANK-OTHER-2", "f" * 64):
        assert secret not in account.decode(), secret
    assert "BANK-OWN-1" in account.decode(), "its own payment"
    files = seen(work, "bidder1", numbers["40-(1)"])
    assert world.AUTHOR in files.decode()
    places = canonical.from_bytes(files)["indication"]["evidence"][0]["places"]
    assert {place["bidder"] for place in places if "source" in place} == {work.code("bidder1")}
    prices = seen(work, "bidder1", numbers["40-(4)"]).decode()
    assert "chance" not in prices
    assert "9934567.89" in prices, "prices were read out"
    for number in numbers.values():
        assert seen(work, "bidder4", number) is None, "a flag that does not tie it"
    assert work.question("bidder4").shown == []


def test_what_a_firm_is_shown_is_what_the_journal_has(work):
    work.opened([indication("40-(1)")]).ask("bidder1", shown=[1])
    [piece] = reading.shown(
        reading.access_question(work.actors["bidder1"].holder, work.question("bidder1").pk)
    )
    assert canonical.sha256(seen(work, "bidder1", 1)) == piece.sha256
    asked = work.row.acts.get(verb="asked")
    assert asked.payload["shown"] == [piece.sha256]
    assert piece.sha256 != reading.evidence(work.row)[0].sha256, (
        "what is masked cannot be guessed from its hash"
    )


def test_a_firm_never_reads_the_handlers_note_of_a_file(work):
    number = work.opened().attach(about="举报人张三提供")
    work.ask("bidder1", shown=[number])
    page = text_of(browser("bidder1").get(f"/desk/cases/{work.question('bidder1').pk}/"))
    assert "流水.pdf" in page
    assert "举报人张三提供" not in page
    assert "举报人张三提供" in text_of(browser("supervisor").get(f"/desk/monitoring/cases/{work.id}/"))


def test_a_reply_typed_while_the_hearing_ended_is_still_shown(work, moved):
    work.opened().ask("bidder1")
    path = f"/desk/cases/{work.question('bidder1').pk}/"
    moved(to=clock.now() + WEEK + timedelta(minutes=1))
    work.go_on()
    answer = browser("bidder1").post(path, {"text": "我方独立编制，附说明"})
    assert answer.status_code == 422
    assert all(words in text_of(answer) for words in ("我方独立编制，附说明", "L-03", "it was not taken"))


def test_a_reply_typed_while_a_colleague_replied_is_still_shown(work):
    work.opened().ask("bidder1").reply("bidder1", "同事已答复")
    answer = browser("bidder1").post(f"/desk/cases/{work.question('bidder1').pk}/", {"text": "我方另有说明"})
    assert answer.status_code == 422
    assert all(words in text_of(answer) for words in ("同事已答复", "我方另有说明"))


TYPED = {
    "confirm": {"handler": ""},
    "refuse": {"reason": "长篇理由一"},
    "attach": {"about": "长篇说明二"},
    "ask": {"text": "长篇询问三"},
    "confer": {"minutes": "长篇纪要四"},
    "closing": {"reason": "长篇理由五"},
    "send_back": {"reason": "长篇理由六"},
    "assign": {"reason": "长篇理由七"},
}


def test_what_was_typed_is_shown_when_the_case_has_moved_on(work):
    work.opened().propose_closing("not_confirmed")
    cases.assign(work.first, work.id, work.second.id, "职责调整", now=clock.now())
    ending.close(third(), work.id, now=clock.now())
    browsing, path = browser("supervisor"), f"/desk/monitoring/cases/{work.id}/"
    for act, typed in TYPED.items():
        answer = browsing.post(path, {"act": act, **typed})
        assert answer.status_code == 422, act
        shown = text_of(answer)
        assert f'name="act" value="{act}"' in shown, act
        assert all(value in shown for value in typed.values()), act


def test_a_refused_question_keeps_its_words_beside_the_refusal(work):
    work.opened()
    cases.assign(work.first, work.id, work.second.id, "职责调整", now=clock.now())
    due = (clock.now() + WEEK).strftime("%Y-%m-%dT%H:%M")
    asked = {"act": "ask", "firms": [work.code("bidder1")], "text": "长篇询问", "due_at": due}
    answer = browser("supervisor").post(f"/desk/monitoring/cases/{work.id}/", asked)
    assert (answer.status_code, "Another supervisor handles this case" in text_of(answer)) == (422, True)
    assert "长篇询问" in text_of(answer)


def test_a_closed_case_leaves_its_flags_as_they_are_and_free(work):
    work.opened([indication("40-(1)")]).closed("not_confirmed")
    assert indication("40-(1)").status == "new"
    assert Casework(work.actors).propose([indication("40-(1)")]).id != work.id
