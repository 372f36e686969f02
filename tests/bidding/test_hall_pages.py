"""The hall's page for everybody and every seat, at every step; acts by form; what was made public, as files."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.middleware import STRONG
from accounts.models import User
from bidding.actions import hosting, objecting
from bidding.domain import opening
from bidding.sealing import age
from kernel import clock, storage
from kernel.domain import canonical, draw as etdraw
from tests import bidders
from tests.openings import FIRMS

THREE = FIRMS[:3]
SEATS = ("bidder1", "bidder7", "host", "witness", "supervisor", "keeper-centre", "clerk")


def browser(username=None):
    client = Client()
    client.cookies["django_language"] = "en"
    if username is not None:
        client.force_login(
            User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend"
        )
        session = client.session
        session[STRONG] = True
        session.save()
    return client


def html(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def parts(it):
    return [reverse(name, args=[it.lot]) for name in ("hall", "hall-now", "hall-mine")]


@pytest.mark.parametrize("mode", ["consent", "custodians"])
def test_every_seat_can_open_the_hall_at_every_step(begin, mode):
    it = begin(mode=mode)
    it.commit()
    seen = set()

    def look():
        seen.add(it.hall.step)
        for name in (None, *SEATS):
            client = browser(name)
            for path in parts(it):
                html(client, path)

    look()
    it.submit(*THREE)
    it.close()
    look()
    it.show_names()
    look()
    it.host(hosting.hear_names)
    if mode == "consent":
        look()
        it.consent(*THREE[:2])
    it.ready()
    if mode == "consent":
        it.to_due()
    look()
    it.draw_coefficients()
    look()
    it.release()
    it.run()
    look()
    it.host(hosting.hear_objections)
    row = objecting.raise_objection(it.actors["bidder1"].holder, it.lot, "工期读错", now=clock.now())
    look()
    it.host(objecting.answer, row.pk, "无误")
    it.to_due()
    look()
    it.to_due()
    look()
    it.sign_record()
    it.run()
    look()
    wanted = {
        "waiting",
        "counted",
        "names",
        "coefficients",
        "release",
        "read_out",
        "objections",
        "record",
        "ended",
    }
    assert seen == wanted | ({"consent"} if mode == "consent" else set())
    shown = html(browser(), reverse("hall", args=[it.lot]))
    assert "工期读错" in shown, "the signed record is public"
    assert "9,510,000.00" in shown
    assert "玖佰伍拾壹万元整" in shown


def test_a_failed_lot_names_nobody(begin):
    it = begin(coefficients=[])
    it.submit("bidder1", "bidder2")
    it.close()
    assert it.hall.step == "failed"
    for name in (None, *SEATS):
        for path in parts(it):
            shown = html(browser(name), path)
            if name != "bidder1":
                assert it.actors["bidder1"].holder.organisation.name not in shown


def test_prices_and_names_are_on_no_page_before_their_step(begin):
    it = begin(mode="custodians", coefficients=[])
    it.submit(*THREE)
    names = [it.actors[name].holder.organisation.name for name in THREE]
    it.close()
    for name in (None, "bidder7", "clerk", "host", "witness", "supervisor", "keeper-centre"):
        for path in parts(it):
            assert not [one for one in names if one in html(browser(name), path)]
    it.show_names()
    it.ready()
    it.host(hosting.hear_names)
    it.release()
    for name in (None, "bidder1", "host", "witness", "supervisor"):
        for path in parts(it):
            assert "9,510,000" not in html(browser(name), path)
    it.run()
    assert "9,510,000" in html(browser(), parts(it)[0])


def test_host_and_witness_lead_the_opening_by_the_page(begin):
    it = begin(coefficients=[])
    it.submit(*THREE)
    it.close()
    host, witness = browser("host"), browser("witness")
    lot = it.lot

    def post(client, name, *args, **data):
        return client.post(reverse(name, args=[lot, *args]), data)

    assert post(host, "hall-show-names").status_code == 303
    assert it.hall.step == "names"
    assert post(host, "hall-show-names").status_code == 303
    assert post(witness, "hall-show-names").status_code == 404
    assert post(host, "hall-hear-names").status_code == 303
    asked = post(host, "hall-ask", **{"ask-kind": "extend", "ask-reason": "链路中断"})
    assert asked.status_code == 303
    assert "链路中断" in html(witness, reverse("hall", args=[lot]))
    assert post(host, "hall-answer-request", 1, word="countersign").status_code == 404
    due = it.hall.due_at
    assert post(witness, "hall-answer-request", 1, word="countersign").status_code == 303
    assert it.hall.due_at > due
    it.ready()
    it.consent(*THREE[:2])
    it.to_due()
    it.release()
    it.run()
    late = post(host, "hall-ask", **{"ask-kind": "pause", "ask-reason": "太晚"})
    assert late.status_code == 422
    assert "太晚" not in html(witness, reverse("hall", args=[lot]))
    bid = it.bids[THREE[2]].pk
    assert post(host, "hall-hear-objections").status_code == 303
    name = f"fault-{it.bid(THREE[2]).fault.pk}"
    refused = post(host, "hall-decide-fault", bid, **{f"{name}-outcome": "deemed_withdrawn"})
    assert refused.status_code == 422
    decided = post(host, "hall-decide-fault", bid, **{f"{name}-outcome": "deemed_revoked"})
    assert decided.status_code == 303
    it.sign("host", "fault-decision")
    it.sign("witness", "fault-decision")
    bidder = browser(THREE[2])
    assert "Object to the decision" in html(bidder, reverse("hall", args=[lot]))
    assert post(bidder, "hall-object-to-fault", bid, **{"object-text": "网络中断"}).status_code == 303
    assert it.bid(THREE[2]).fault.objection == "网络中断"


def test_bidders_check_in_object_and_confirm_by_the_page(begin):
    it = begin(mode="custodians", coefficients=[])
    it.submit(*THREE)
    it.move(to=it.record.deadline - (it.record.deadline - clock.now()) / 100)
    bidder, host = browser("bidder1"), browser("host")
    lot = it.lot
    assert bidder.post(reverse("hall-check-in", args=[lot])).status_code == 303
    assert "You are checked in" in html(bidder, reverse("hall-mine", args=[lot]))
    it.close()
    it.show_names()
    it.ready()
    it.host(hosting.hear_names)
    it.release()
    it.run()
    it.host(hosting.hear_objections)
    empty = bidder.post(reverse("hall-object", args=[lot]), {"object-text": ""})
    assert empty.status_code == 422
    assert bidder.post(reverse("hall-object", args=[lot]), {"object-text": "报价读错"}).status_code == 303
    [row] = it_objections(it)
    name = f"answer-{row.pk}"
    answered = host.post(reverse("hall-answer-objection", args=[lot, row.pk]), {f"{name}-text": "已核对"})
    assert answered.status_code == 303
    own = it.bids["bidder1"].pk
    assert bidder.post(reverse("hall-confirm", args=[lot, own]), {"word": "confirmed"}).status_code == 303
    foreign = it.bids["bidder2"].pk
    assert bidder.post(reverse("hall-confirm", args=[lot, foreign]), {"word": "confirmed"}).status_code == 404


def test_what_the_opening_made_public_can_be_fetched_and_checked(begin):
    it = begin()
    it.commit()
    it.to_phase_a(*THREE)
    client = browser()
    for name in ("release", "table", "record"):
        assert client.get(reverse("hall-document", args=[it.lot, name])).status_code == 404
    assert client.get(reverse("hall-keys", args=[it.lot])).status_code == 404
    assert client.get(reverse("hall-paper", args=[it.lot])).status_code == 404
    assert client.get(reverse("hall-document", args=[it.lot, "pk"])).status_code == 404
    it.ready()
    it.consent()
    it.draw_coefficients()
    it.release()
    it.run()
    table = canonical.from_bytes(client.get(reverse("hall-document", args=[it.lot, "table"])).content)
    assert canonical.digest(opening.parse_table(table)) == it.hall.table_sha256
    lines = client.get(reverse("hall-keys", args=[it.lot])).content.decode().splitlines()
    assert len(lines) == 3
    one = json.loads(lines[0])
    container = storage.get(one["sha256"])
    assert age.decrypt_bytes(container, [age.Identity.parse(one["key"])])
    draw = json.loads(client.get(reverse("hall-draw", args=[it.lot, 1, "K"])).content)
    assert etdraw.verify(draw).taken
    assert client.get(reverse("hall-draw", args=[it.lot, 2, "K"])).status_code == 404
    table_csv = client.get(f"{reverse('hall', args=[it.lot])}?format=csv").content.decode()
    assert table_csv.startswith("\ufeffnumber,bidder")
    assert "9510000.00" in table_csv
    it.finish()
    paper = client.get(reverse("hall-paper", args=[it.lot]))
    assert paper.content.startswith(b"%PDF-")
    for name in ("closing", "release", "table", "record-host", "record-witness"):
        assert client.get(reverse("hall-signature", args=[it.lot, name])).status_code == 200
    shown = html(client, f"{reverse('hall', args=[it.lot])}?record={it.hall.record_sha256}")
    assert "The paper shows this record" in shown
    assert "does not show" in html(client, f"{reverse('hall', args=[it.lot])}?record={'0' * 64}")


def test_a_bidders_desk_shows_its_own_bids_and_receipts_only(begin, tmp_path):
    it = begin(coefficients=[])
    it.submit("bidder1")
    bidders.withdraw(it.actors["bidder1"], it.bids["bidder1"])
    it.submit("bidder2")
    mine, other = browser("bidder1"), browser("bidder2")
    shown = html(mine, reverse("own-bids-of-lot", args=[it.lot]))
    assert str(it.bids["bidder1"].pk) in shown
    assert str(it.bids["bidder2"].pk) not in shown
    assert "Withdrawn" in shown
    assert it.record.title in html(mine, reverse("own-bids"))
    from bidding.models import SignedRecord

    row = SignedRecord.objects.filter(bid=it.bids["bidder1"].pk).first()
    receipt = reverse("own-receipt", args=[it.lot, row.sha256])
    assert json.loads(mine.get(receipt).content)["record"]["bid"] == str(it.bids["bidder1"].pk)
    assert other.get(receipt).status_code == 404
    assert browser("host").get(reverse("own-bids")).status_code == 404


def it_objections(it):
    from bidding.queries import standing

    return standing.objections(it.lot)
