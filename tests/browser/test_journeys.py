"""Five journeys through the real site in Chromium: a visitor, a bidder, an opening in the hall, an expert, a regulator.

`YANGGUANG_IMAGES=1 pytest tests/browser/test_journeys.py` writes their pictures to docs/images anew.
"""

import json
import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.utils import translation
from playwright.sync_api import expect

from accounts.models import User
from bidding.actions import offering
from bidding.domain.names import HALL_STEPS
from demo import cast as city
from evaluation.actions import checking, convening, reviewing
from kernel import clock
from tender.actions import objecting
from tender.domain.objections import Kind
from tests.browser import real_site

pytestmark = real_site.needs_chromium
PASSWORD = "a long enough phrase"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def zh(words):
    """What the page says in Chinese."""
    with translation.override("zh-hans"):
        return translation.gettext(words)


@pytest.fixture(scope="module")
def chromium():
    with real_site.chromium() as browser:
        yield browser


@pytest.fixture
def opening(store, moved, monkeypatch):
    """A function that publishes a lot; its terms may be changed."""
    from tests import openings

    def begin(**terms):
        return openings.begin(store, moved, monkeypatch, **terms)

    return begin


# 1. a visitor


def test_a_visitor_finds_a_notice_by_two_characters_and_learns_how_to_check_it(chromium, opening):
    it = opening(firms=("bidder1",))
    offering.offer(now=clock.now())
    question = objecting.raise_objection(
        it.actors["bidder1"].holder, it.lot, Kind.DOCUMENT, "工期自何时起算？", now=clock.now()
    )
    objecting.answer(it.actors["reviewer"].holder, question, "自开工令之日起算。", now=clock.now())
    it.watch.tick()
    with real_site.serving() as address:
        visitor = real_site.Visitor(chromium, address)
        page = visitor.open("/", "visitor-home")
        page.locator("#home-text").fill("滨河")
        page.locator("main form[role=search] button").click()
        visitor.judge()
        page.get_by_role("link", name="滨河路一标段").click()
        visitor.judge("visitor-lot")
        expect(page.locator(".y-timeline li[data-state=current]").first).to_be_visible()
        expect(page.locator(".y-countdown").first).to_contain_text(zh("days"))
        expect(page.get_by_text("自开工令之日起算。")).to_be_visible()
        kit = page.locator("#kit")
        expect(kit.locator(".y-status[data-tone=ok]")).to_be_visible()
        with page.expect_download() as taken:
            kit.locator(".y-download a").first.click()
        assert taken.value.suggested_filename.endswith(".whl")
        page.locator("main").get_by_role("link", name=zh("Rules of this lot")).click()
        visitor.judge()
        page.locator("#T-03").get_by_role("link", name="T-03").click()
        visitor.judge()
        page.go_back()
        page.go_back()
        page.locator("#evidence").get_by_role("link", name=zh("How to check this without us")).click()
        page.locator("#sha256").fill(it.record.notice_sha256)
        page.get_by_role("button", name=zh("Look up")).click()
        visitor.judge("visitor-verify")
        expect(page.locator(".y-notice").get_by_role("link", name=it.record.code)).to_be_visible()
        visitor.close()
        phone = real_site.Visitor(chromium, address, size="phone")
        phone.open(f"/lots/{it.lot}/", "visitor-lot")
        phone.close()


# 2. a bidder


def give_password(username):
    """A password and an authenticator app for somebody of the cast."""
    user = User.objects.get(username=username)
    user.set_password(PASSWORD)
    user.save()
    totp.TOTP.activate(user, SECRET)


def one_time_code():
    return totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30))


def test_a_bidder_signs_in_and_finds_its_bid_its_receipt_and_its_messages(chromium, opening, tmp_path):
    cache.clear()
    it = opening(firms=("bidder1", "bidder2"))
    it.submit("bidder1")
    it.watch.tick()
    it.watch.tick()
    give_password("bidder1")
    with real_site.serving() as address:
        visitor = real_site.Visitor(chromium, address, language="en")
        page = visitor.open("/")
        page.get_by_role("link", name="Sign in").click()
        visitor.judge()
        page.get_by_label("Account name").fill("bidder1")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        visitor.judge()
        page.get_by_label("One-time code").fill(one_time_code())
        page.locator("main form button[type=submit]").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Workbench")
        visitor.judge("bidder-desk")
        page.get_by_role("link", name="My bids").click()
        visitor.judge()
        page.get_by_role("link", name="滨河路一标段").click()
        visitor.judge("bidder-bids")
        expect(page.get_by_text("submitted, witnessed")).to_be_visible()
        with page.expect_download() as taken:
            page.get_by_role("link", name="Receipt", exact=True).click()
        receipt = tmp_path / taken.value.suggested_filename
        taken.value.save_as(receipt)
        assert json.loads(receipt.read_text())["record"]["bid"] == str(it.bids["bidder1"].pk)
        page.get_by_role("link", name="How to verify it").click()
        page.locator("main input[type=file]").set_input_files(receipt)
        page.get_by_role("button", name="Check the receipt").click()
        expect(page.get_by_text("This receipt holds: submitted")).to_be_visible()
        visitor.judge("bidder-receipt")
        page.get_by_role("link", name="Messages").first.click()
        expect(page.get_by_text("its receipt waits for you")).to_be_visible()
        visitor.judge("bidder-messages")
        page.get_by_role("button", name="Open", exact=True).first.click()
        expect(page).to_have_url(re.compile(rf"/desk/bids/{it.lot}/"))
        visitor.judge()
        page.get_by_role("button", name="Sign out").click()
        assert visitor.page.goto("/desk/").url.startswith(f"{address}/sign-in/")
        visitor.close()


# 3. the hall


def log_of(page):
    """The lines of the hall's log, the oldest first."""
    return page.locator("#hall-log li").all_inner_texts()[::-1]


def press(page, words):
    page.locator("main").get_by_role("button", name=zh(words), exact=True).click()


def guarantee(number):
    """What the opening part says of a guarantee."""
    issuer = city.institution("bank").credit_code
    return {"number": f"BH-2026-{number:04d}", "issuer": issuer, "amount": "400000.00", "sha256": "0" * 64}


def test_an_opening_is_followed_live_over_a_reload_and_a_line_that_drops(chromium, opening, tmp_path):
    firms = ("bidder1", "bidder2", "bidder3", "bidder4", "bidder5")
    it = opening(firms=firms)
    it.commit()
    for number, name in enumerate(firms, start=1):
        it.submit(name, guarantee=guarantee(number))
    it.move(to=it.record.deadline - timedelta(minutes=10))
    hall = f"/lots/{it.lot}/hall/"
    with real_site.standing() as site:
        elsewhere, line = site.line()
        public = real_site.Visitor(chromium, site.address)
        host = real_site.Visitor(chromium, site.address, seat="host")
        bidder = real_site.Visitor(chromium, elsewhere, seat="bidder1")
        for one in (public, host, bidder):
            one.open(hall)
            expect(one.page.locator("#hall")).to_have_attribute("data-state", "live")
        press(bidder.page, "Check in")
        expect(bidder.page.get_by_role("heading", name=zh("You are checked in"))).to_be_visible()

        it.close()
        press(host.page, "Show the names")
        for one in (public, bidder):
            expect(one.page.locator("#hall-step h2")).to_have_text(zh(HALL_STEPS["names"]))
            expect(one.page.locator("main").get_by_text("青石建设工程有限公司").first).to_be_visible()
        press(host.page, "Nobody declares an interest")
        expect(bidder.page.get_by_text(f"yangguang-kit consent {it.bids['bidder1'].pk}")).to_be_visible()
        bidder.judge("hall-consent")

        public.page.reload()
        line.down()
        expect(bidder.page.locator("#hall")).to_have_attribute("data-state", re.compile("lost|polling"))
        it.consent()
        it.ready()
        it.draw_coefficients()
        it.run()
        it.release()
        it.run()
        rows = public.page.locator("#readout tbody tr[id]")
        expect(rows).to_have_count(len(firms))
        expect(rows.first).to_contain_text("9,510,000.00")
        expect(bidder.page.locator("#readout")).to_have_count(0)
        public.page.set_viewport_size({"width": public.width, "height": 1040})
        public.judge("hall")
        line.up()
        expect(bidder.page.locator("#readout tbody tr[id]")).to_have_count(len(firms), timeout=20_000)
        expect(bidder.page.locator("#hall")).to_have_attribute("data-state", "live", timeout=20_000)
        bidder.forgive("ERR_")
        bidder.forgive("WebSocket")

        press(host.page, "Hear objections now")
        press(bidder.page, "Object on the spot")
        bidder.page.locator("dialog textarea").fill("第二家的工期与公告不符。")
        press(bidder.page, "Raise the objection")
        host.page.locator("main textarea").first.fill("已核对，工期一致。")
        press(host.page, "Answer")
        expect(public.page.locator("[id^=objection-]")).to_be_visible()
        press(bidder.page, "Confirm")
        for name in firms[1:]:
            it.confirm(name)
        it.run()
        host.open("/desk/signatures/")
        host.page.locator("main table a").first.click()
        host.judge()
        host.sign(tmp_path / "host", "host")
        expect(host.page.get_by_text(zh("Your signature holds and is recorded."))).to_be_visible()
        it.sign("witness", "opening-record")
        it.run()
        for one in (public, bidder):
            expect(one.page.get_by_role("link", name="record.pdf")).to_be_visible()
            assert [line.split("\n")[-1] for line in log_of(one.page)] == whole_log(it, one.page)
            one.judge()
        public.open(hall, "hall-ended")
        for one in (public, host, bidder):
            one.close()


def whole_log(it, page):
    """What a page that is opened now shows: nothing may be missing from one that stayed, and nothing doubled."""
    fresh = page.context.new_page()
    fresh.goto(f"/lots/{it.lot}/hall/")
    found = [line.split("\n")[-1] for line in log_of(fresh)]
    fresh.close()
    return found


# 4. an expert


def sign_what_waits(visitor, folder, username, kind):
    """Sign the newest document of a kind in the browser."""
    visitor.open("/desk/signatures/")
    visitor.page.get_by_role("row").filter(has_text=kind).get_by_role("link").click()
    visitor.judge()
    visitor.sign(folder, username)
    expect(visitor.page.get_by_text("Your signature holds and is recorded.")).to_be_visible()


def test_an_expert_goes_from_the_call_to_the_signed_report(chromium, store, moved, tmp_path):
    from tests.evaluation import world

    w = world.begin(moved)
    w.open()
    w.request()
    w.draw()
    name = w.username(w.called()[0])
    with real_site.serving() as address:
        expert = real_site.Visitor(chromium, address, language="en", seat=name)
        witness = real_site.Visitor(chromium, address, language="en", seat="witness")
        page = expert.open("/desk/")
        expect(page.get_by_role("heading", level=2).first).to_have_text(
            "Accept or decline a call to an evaluation"
        )
        page.get_by_role("link", name="Go there").click()
        expert.judge("expert-call")
        page.get_by_role("button", name="Accept").click()
        number = page.locator("main code.y-readout").inner_text()
        w.accept_all()
        w.name_delegate()

        door = witness.open(f"/desk/sittings/{w.lot}/")
        door.get_by_role("row").filter(has_text=number).get_by_role("button").click()
        code = door.locator("[data-code]").inner_text()
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("You are signed in", exact=True)).to_be_visible()
        expert.judge()
        w.let_in()
        door.goto(f"/desk/sittings/{w.lot}/")
        door.get_by_role("button", name="Begin the evaluation").click()
        witness.judge()
        witness.close()

        page.reload()
        page.get_by_label("No, nothing").check()
        page.get_by_label("I keep secret what I learn here").check()
        page.get_by_role("button", name="Declare", exact=True).click()
        expert.judge()
        w.declare_all()
        leader = next(m.name for m in w.members() if m.kind == "expert" and w.person(m.name).username != name)
        page.reload()
        page.get_by_label("Who should lead").select_option(leader)
        page.get_by_role("button", name="Vote").click()
        for holder in w.holders():
            if holder.username != name:
                convening.vote_leader(holder, w.lot, leader, now=clock.now())
        w.similarity()
        reviewing.begin_review(w.leader, w.lot, now=clock.now())
        page.get_by_role("link", name="First review").click()
        page.get_by_label("Bid", exact=True).select_option(w.bids["bidder7"])
        page.get_by_label("Clause", exact=True).select_option("V-03.not_qualified")
        page.get_by_label("Page", exact=True).fill("12")
        page.get_by_label("Reason", exact=True).fill("资质证书过期")
        page.get_by_role("button", name="Note it").click()
        expert.judge("expert-review")
        page.get_by_role("button", name="Cast my votes").click()
        w.cast_all()
        w.conclude()

        page.get_by_role("link", name="Score sheet").first.click()
        place = [one.seat_id for one in w.members()].index(w.holder(name).id)
        for given in w.marks(place):
            page.locator(f'[name="score-{given.bid}-{given.item}"]').fill(str(given.score))
        expert.judge("expert-scores")
        page.get_by_role("button", name="Hand in").click()
        sign_what_waits(expert, tmp_path / "expert", name, "Score sheet")
        w.score_all()
        assert checking.sum_up(w.leader, w.lot, now=clock.now()) == []
        w.lay()
        page.goto("/desk/")
        expect(page.get_by_text("Sign: Evaluation report").first).to_be_visible()
        sign_what_waits(expert, tmp_path / "expert", name, "Evaluation report")
        w.sign_report()
        expert.open(f"/desk/committee/{w.lot}/")
        expect(page.get_by_text("The report is signed; your work is done")).to_be_visible()
        expert.close()
    assert w.record.status == "evaluated"


# 5. a regulator


def test_a_regulator_goes_from_a_flag_to_its_evidence_and_takes_the_dossier(chromium, opening, tmp_path):
    from tests.monitoring import judge, world

    it = opening(mode="custodians", coefficients=[], deposit=None)
    world.submit(it)
    world.open_hall(it)
    world.relay()
    world.work()
    with real_site.serving() as address:
        visitor = real_site.Visitor(chromium, address, language="en", seat="supervisor")
        page = visitor.open("/desk/", "regulator-desk")
        expect(page.get_by_role("heading", level=2).first).to_have_text("Look at 2 new indications")
        page.get_by_role("link", name="Go there").click()
        visitor.judge("regulator-flags")
        page.get_by_role("row").filter(has_text="40-(4)").get_by_role("link").click()
        visitor.judge("regulator-flag")
        expect(page.get_by_text("9812345.67").first).to_be_visible()
        page.get_by_role("button", name="Mark as seen").click()
        page.get_by_role("link", name="滨河路一标段").click()
        expect(page.locator("[data-chart-canvas] canvas")).to_have_count(1)
        visitor.judge("regulator-screens")
        page.get_by_role("link", name="Dossiers").click()
        page.get_by_role("button", name="Have a new one made").last.click()
        expect(page.get_by_text("One is being made")).to_be_visible()
        it.watch.tick()
        it.watch.tick()
        assert world.work() == 1
        page.reload()
        visitor.judge("regulator-dossiers")
        with page.expect_download() as taken:
            page.get_by_role("link", name=re.compile("audit.zip")).click()
        dossier = tmp_path / taken.value.suggested_filename
        taken.value.save_as(dossier)
        visitor.close()
    code, report = judge.verify(dossier, judge.trust_folder(tmp_path / "trust"))
    assert (code, report["result"]) == (0, "holds"), report
