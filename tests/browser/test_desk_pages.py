"""The desks in Chromium: a lot goes from the clerk's forms to the reviewer's publication; documents are signed."""

import re
import time

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from playwright.sync_api import expect

from accounts import actions as account_actions
from accounts.models import SignatureRequest, User
from kernel import clock
from tender import queries
from tests import cast, factories
from tests.browser import real_site

pytestmark = real_site.needs_chromium
PASSWORD = "a long enough phrase"


@pytest.fixture
def city(store, moved):
    cache.clear()
    actors = {a.username: a for a in cast.found_city(*factories.STAFF, "operator", "auditor", "bidder1")}
    for username in ("clerk", "reviewer"):
        user = User.objects.get(username=username)
        user.set_password(PASSWORD)
        user.save()
    return actors


@pytest.fixture
def address(city):
    with real_site.serving() as found:
        yield found


@pytest.fixture(scope="module")
def chromium():
    with real_site.chromium() as browser:
        yield browser


def sign_in(visitor, username):
    """Sign in by password, and set up and show the authenticator app."""
    page = visitor.open("/sign-in/")
    page.get_by_label("Account name").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up the authenticator app")
    visitor.judge()
    secret = page.locator("main .y-hash code").inner_text()
    page.get_by_label("One-time code").fill(
        totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    )
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    visitor.judge()
    return page


def fill_terms(page):
    page.get_by_label("Document can be obtained until").fill("2026-03-09T17:00")
    page.get_by_label("Bid deadline and opening").fill("2026-03-24T09:30")
    page.get_by_label("Bids stay valid for").fill("90")
    page.get_by_label("Estimate or budget").fill("20000000")
    page.get_by_label("Ceiling price").fill("19800000")
    page.get_by_label("Deposit (yuan)").fill("500000")
    page.get_by_label("Electronic guarantee").check()
    page.get_by_label("E1, marks").fill("2")
    page.get_by_label("E2, marks").fill("1")
    page.get_by_label("Full marks of the price").fill("60")
    page.locator("#id_items-0-title").fill("施工组织设计")
    page.locator("#id_items-0-full").fill("40")
    page.locator("#id_coefficients-0-name").fill("K")
    page.locator("#id_coefficients-0-values").fill("0.01 0.02 0.03")
    page.get_by_label("Second tie rule").select_option("seal")
    page.get_by_label("Candidates").fill("3")
    page.get_by_label("Members of the committee").fill("5")
    page.get_by_label("Experts among them").fill("4")
    page.locator("#id_strata-0-name").fill("civil")
    page.locator("#id_strata-0-site").fill("晴川")
    page.locator("#id_strata-0-count").fill("2")
    page.locator('button[value="strata"]').click()
    page.locator("#id_strata-1-name").fill("economics")
    page.locator("#id_strata-1-site").fill("遂和")
    page.locator("#id_strata-1-count").fill("2")
    expect(page.locator("#id_items-0-title")).to_have_value("施工组织设计")


def draft_by_forms(visitor, page, city):
    """Make project and lot, state the terms, mend what a rule refuses; returns the lot's id."""
    page.goto("/desk/projects/new/")
    page.get_by_label("Project code").fill("E5108000077")
    page.get_by_label("Title").fill("晴川市滨河路改造工程")
    page.get_by_label("Region code").fill("510900")
    page.get_by_label("Trading centre").select_option(label=city["witness"].holder.organisation.name)
    visitor.judge()
    page.get_by_role("button", name="Make the project").click()
    page.get_by_label("Title of the lot").fill("滨河路一标段")
    page.get_by_role("button", name="Add the lot").click()
    visitor.judge()
    lot = re.search(r"/desk/lots/([0-9a-f-]{36})/", page.url)[1]
    page.get_by_role("link", name="Edit the terms").click()
    fill_terms(page)
    visitor.judge()
    page.get_by_role("button", name="Save the terms and check").click()
    visitor.judge()
    expect(page.get_by_text("at most 400,000.00 is allowed")).to_be_visible()
    page.get_by_role("link", name="Edit the terms").click()
    page.get_by_label("Deposit (yuan)").fill("400000")
    page.get_by_role("button", name="Save the terms and check").click()
    expect(page.get_by_text("at most 400,000.00 is allowed")).to_have_count(0)
    return lot


def complete_by_forms(visitor, page, lot, city):
    page.goto(f"/desk/lots/{lot}/files/")
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "招标文件.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 sample"}
    )
    page.get_by_role("button", name="Attach").click()
    expect(page.get_by_role("rowheader", name="招标文件.pdf")).to_be_visible()
    page.goto(f"/desk/lots/{lot}/people/")
    for label, username in (
        ("Host", "host"),
        ("Centre witness", "witness"),
        ("Supervisor", "supervisor"),
        ("Procuring entity or agency", "keeper-bureau"),
        ("Trading centre", "keeper-centre"),
        ("Independent third", "keeper-notary"),
    ):
        row = page.locator("main form").filter(has=page.get_by_label(label, exact=True))
        row.get_by_label(label, exact=True).select_option(str(city[username].holder.id))
        row.get_by_role("button", name="Appoint").click()
        expect(page.get_by_text("Named.")).to_be_visible()
    visitor.judge()
    for role, username in (
        ("procuring_entity", "keeper-bureau"),
        ("centre", "keeper-centre"),
        ("third", "keeper-notary"),
    ):
        factories.give_key(city[username], lot, role)


def test_a_lot_goes_from_the_clerks_forms_to_the_public_notice(chromium, address, city):
    clerk = real_site.Visitor(chromium, address, language="en")
    page = sign_in(clerk, "clerk")
    lot = draft_by_forms(clerk, page, city)
    complete_by_forms(clerk, page, lot, city)
    page.goto(f"/desk/lots/{lot}/")
    clerk.judge()
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.get_by_text("The draft lies before the reviewer.")).to_be_visible()
    clerk.close()

    reviewer = real_site.Visitor(chromium, address, language="en")
    page = sign_in(reviewer, "reviewer")
    page.goto("/desk/")
    reviewer.judge()
    expect(page.get_by_role("heading", level=2).first).to_have_text("Approve the document, or send it back")
    page.get_by_role("link", name="Go there").click()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("The notice and its edition of the rules are frozen")).to_be_visible()
    reviewer.judge()
    page.get_by_role("link", name="Public page").click()
    reviewer.judge()
    expect(page.get_by_text("Open for bids")).to_be_visible()
    assert queries.lot(lot).is_public
    reviewer.close()


def ask_reviewer(city):
    return account_actions.request_signature(
        city["reviewer"].holder.id,
        {"domain": "yangguang/award/v1", "winner": {"name": "青石建设工程有限公司", "price": "9800000.00"}},
        purpose="sample",
        reference="r",
        title="滨河路一标段 中标通知书",
        now=clock.now(),
    )


def test_a_document_is_signed_in_the_browser_and_the_key_stays_there(chromium, address, city, tmp_path):
    row = ask_reviewer(city)
    visitor = real_site.Visitor(chromium, address, language="en", seat="reviewer")
    sent = []
    visitor.page.on("request", lambda r: sent.append(r.post_data or "") if r.method == "POST" else None)
    page = visitor.open(f"/desk/signatures/{row.pk}/")
    button = page.get_by_role("button", name="Sign this document")
    button.click()
    expect(page.get_by_role("status").filter(has_text="Choose certificate.pem")).to_be_visible()
    page.get_by_label("certificate.pem and key.pem").set_input_files(
        real_site.key_files(tmp_path, "reviewer", "open sesame")
    )
    button.click()
    expect(page.locator(".y-sign-said")).to_have_text("The key file is protected: type its passphrase.")
    page.get_by_label("Passphrase of the key file").fill("wrong")
    button.click()
    expect(page.locator(".y-sign-said")).to_have_text("The passphrase does not open this key file.")
    page.get_by_label("Passphrase of the key file").fill("open sesame")
    button.click()
    expect(page.get_by_text("Your signature holds and is recorded.")).to_be_visible()
    visitor.judge()
    assert SignatureRequest.objects.get().signed_at is not None
    assert sent, "the signature was posted"
    assert not any("PRIVATE" in body or "sesame" in body for body in sent)
    visitor.close()


def test_a_plain_key_signs_and_that_of_another_seat_is_refused_with_its_rule(
    chromium, address, city, tmp_path
):
    row = ask_reviewer(city)
    visitor = real_site.Visitor(chromium, address, language="en", seat="reviewer")
    page = visitor.open(f"/desk/signatures/{row.pk}/")
    page.get_by_label("certificate.pem and key.pem").set_input_files(
        real_site.key_files(tmp_path, "operator")
    )
    page.get_by_role("button", name="Sign this document").click()
    expect(page.locator(".y-refusal")).to_contain_text("S-09")
    visitor.complaints.clear()
    page.get_by_label("certificate.pem and key.pem").set_input_files(
        real_site.key_files(tmp_path, "reviewer")
    )
    page.get_by_role("button", name="Sign this document").click()
    expect(page.get_by_text("Your signature holds and is recorded.")).to_be_visible()
    visitor.close()


def test_the_link_of_the_kit_opens_a_session_once(chromium, address, city):
    token = account_actions.give_token(city["bidder1"].holder, purpose="ticket")
    visitor = real_site.Visitor(chromium, address, language="en")
    page = visitor.page
    page.goto(f"/sign-in/ticket/#{token}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Workbench")
    assert token not in page.url
    visitor.judge()
    visitor.close()
    second = real_site.Visitor(chromium, address, language="en")
    second.page.goto(f"/sign-in/ticket/#{token}")
    expect(second.page.get_by_text("This link was used")).to_be_visible()
    second.forgive("422")
    second.close()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_every_desk_page_is_readable(chromium, address, city, size):
    lot = factories.published(city)
    draft = factories.draft(city, code="E5108000002")
    places = {
        "clerk": [
            "/desk/",
            "/desk/projects/",
            "/desk/lots/",
            f"/desk/lots/{draft}/",
            f"/desk/lots/{draft}/terms/",
            f"/desk/lots/{draft}/files/",
            f"/desk/lots/{draft}/people/",
            f"/desk/lots/{draft}/check/",
            f"/desk/lots/{lot}/addendum/",
            f"/desk/lots/{lot}/cancel/",
        ],
        "reviewer": [f"/desk/lots/{lot}/", "/desk/objections/", "/desk/messages/", "/desk/signatures/"],
        "operator": [
            "/desk/organisations/",
            "/desk/people/import/",
            "/desk/seats/",
            f"/desk/seats/{city['clerk'].holder.id}/",
            "/desk/trust/",
            "/desk/calendar/",
            "/desk/clock/",
            "/security/",
        ],
        "auditor": ["/desk/journal/"],
        "keeper-notary": ["/desk/custody/", f"/desk/custody/{lot}/"],
    }
    for username, paths in places.items():
        visitor = real_site.Visitor(chromium, address, size=size, seat=username)
        for path in paths:
            visitor.open(path)
        visitor.close()
