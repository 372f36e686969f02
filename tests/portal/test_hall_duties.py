"""The workbench around an opening: each seat is told its act, until when, under which rule, and nobody else's."""

import pytest

from bidding.actions import hosting, offering, pausing
from bidding.queries import kit, standing
from kernel import clock
from kernel.domain import canonical
from tender.actions import objecting
from tests import openings
from tests.seats import browser, text_of

FIRMS = ("bidder1", "bidder2", "bidder3", "bidder4")


@pytest.fixture
def it(store, moved, monkeypatch):
    return openings.begin(store, moved, monkeypatch, firms=FIRMS)


def tasks(username):
    """The tasks on the desk, without messages."""
    answer = browser(username).get("/desk/")
    first = answer.context["first"]
    found = [first, *answer.context["tasks"]] if first else []
    return [task for task in found if task.lot]


def titles(username):
    return [task.title for task in tasks(username)]


def test_a_bidder_is_led_from_the_document_to_the_sealed_bid_and_rivals_see_nothing(it):
    assert titles("bidder1") == []
    objecting.obtain(it.actors["bidder1"].holder, it.lot, now=clock.now())
    [seal] = tasks("bidder1")
    assert (seal.title, seal.until) == ("Seal a bid, if you take part", it.record.deadline)
    it.submit("bidder1")
    [attend] = tasks("bidder1")
    assert (attend.title, attend.url) == ("Attend the opening", f"/lots/{it.lot}/hall/")
    for other in ("bidder2", "clerk", "reviewer", "keeper-centre"):
        assert titles(other) == [], other


def test_everybody_who_has_an_act_in_the_hall_is_told_it_until_it_is_done(it):
    assert titles("witness")[0] == "Bind yourself to a value for the draw"
    it.commit()
    assert titles("witness") == ["Attend the opening"]
    it.submit(*FIRMS[:3])
    it.close()
    assert titles("host")[0] == "Begin: show the names of the bidders"
    [check] = [task for task in tasks("keeper-notary") if "shares" in task.title]
    assert (check.title, check.command.split()[:3]) == (
        "Check your shares",
        ["yangguang-kit", "ready", str(it.lot)],
    )
    assert "Check in" in titles("bidder1")
    assert not any("deal your keys anew" in title for title in titles("bidder1"))
    it.show_names()
    assert titles("host")[0] == "Ask whether anybody declares an interest in a bidder"
    it.host(hosting.hear_names)
    [consent] = [task for task in tasks("bidder1") if "Consent" in task.title]
    assert (consent.until, consent.rule) == (it.hall.due_at, "PR-04")
    assert str(it.bids["bidder1"].pk) in consent.command
    it.consent()
    assert not any("Consent" in title for title in titles("bidder1"))
    it.ask("extend")
    [asked] = [task for task in tasks("witness") if "Countersign" in task.title]
    assert asked.note == "链路中断"
    it.answer(1, countersign=False)
    it.ready()
    assert not any("Check your shares" in title for title in titles("keeper-notary"))
    assert titles("supervisor")[0] == "Reveal your value of the draw"
    it.draw_coefficients()
    it.run()
    assert titles("keeper-notary")[0] == "Release your shares of all listed bids"
    it.release()
    it.run()
    assert titles("host")[0] == "Read out the bids, then hear objections"
    assert "Confirm what was read out" in titles("bidder2")
    it.confirm("bidder2")
    assert "Confirm what was read out" not in titles("bidder2")
    it.finish()
    assert titles("bidder2") == []
    assert titles("keeper-notary") == []


def test_a_pause_is_asked_for_and_answered_on_the_desk(it):
    it.commit()
    it.submit(*FIRMS[:3])
    it.close()
    it.host(pausing.ask, "pause", "大厅停电")
    [asked] = [task for task in tasks("witness") if "Countersign" in task.title]
    assert asked.until == standing.open_request(it.lot).due_at
    assert asked.rule == it.record.edition.rule("hall_countersign_minutes").id
    it.answer(1)
    assert not any("Countersign" in title for title in titles("witness"))


def test_the_lot_leads_each_seat_to_its_own_pages(it):
    page = f"/lots/{it.lot}/"

    def links(username):
        return {url for url, _label in _places(browser(username).get(page))}

    assert links("bidder1") == links("bidder4") == {f"/desk/bids/{it.lot}/"}
    assert links("keeper-notary") == {f"/desk/custody/{it.lot}/"}
    assert links("clerk") == {f"/desk/lots/{it.lot}/", f"/desk/lots/{it.lot}/committee/"}
    assert links("supervisor") == {f"/desk/lots/{it.lot}/dossiers/"}
    assert _places(browser("").get(page)) == []
    for url in links("clerk") | links("supervisor"):
        who = "supervisor" if "dossiers" in url else "clerk"
        assert browser(who).get(url).status_code == 200, url
    assert f'href="/lots/{it.lot}/hall/"' in text_of(browser("").get(page))


def _places(answer):
    sections = [each for each in answer.context["narrow"] if each.section.id == "places"]
    return sections[0].data["places"] if sections else []


def test_the_kit_is_offered_with_its_logged_hash_until_the_deadline(it):
    page = f"/lots/{it.lot}/"
    assert "hash not in the log yet" in text_of(browser("").get(page))
    assert offering.offer(now=clock.now())
    assert not offering.offer(now=clock.now()), "each build is logged once"
    it.watch.tick()
    shown = text_of(browser("").get(page))
    assert kit.offered().sha256 in shown
    assert "hash in the log, cosigned" in shown
    wheel = browser("").get(f"/static/{kit.offered().path}")
    assert canonical.sha256(b"".join(wheel.streaming_content)) == kit.offered().sha256
    wheel.close()
    it.move(to=it.record.deadline)
    assert kit.offered().file not in text_of(browser("").get(page))
