"""A case of the regulator in Chromium: two supervisors and a firm take it from a flag to its closing."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from kernel import clock
from monitoring.models import Alert, Case, CaseQuestion
from tests import cast, openings
from tests.browser import real_site
from tests.monitoring import world
from tests.monitoring.casework import Casework

pytestmark = real_site.needs_chromium


@pytest.fixture
def flagged(store, moved, monkeypatch):
    """An opened lot whose flags are raised, and a second supervisor."""
    cache.clear()
    found = openings.begin(store, moved, monkeypatch, mode="custodians", coefficients=[], deposit=None)
    world.submit(found)
    world.open_hall(found)
    world.relay()
    world.work()
    found.actors["supervisor-finance"] = cast.enrol("supervisor-finance")
    return found


@pytest.fixture
def address(flagged):
    with real_site.serving() as found:
        yield found


@pytest.fixture(scope="module")
def chromium():
    with real_site.chromium() as browser:
        yield browser


def say(page, opened, button):
    """Press a button of a part of the page that may have to be opened first."""
    if opened:
        page.locator("summary", has_text=opened).click()
    page.get_by_role("button", name=button, exact=True).click()


def propose(visitor, alert):
    page = visitor.open(f"/desk/monitoring/alerts/{alert.pk}/")
    page.get_by_role("link", name="Open a case").click()
    visitor.judge()
    page.get_by_label("Reason").fill("两家投标文件作者相同，需核查")
    page.get_by_role("button", name="Propose the case").click()
    expect(page.get_by_text("The case lies before another supervisor.")).to_be_visible()
    expect(page.get_by_role("heading", level=2).first).to_have_text(
        "Another supervisor decides on the opening"
    )
    visitor.judge()
    return page


def confirm(visitor):
    page = visitor.open("/desk/")
    page.get_by_role("link", name="Go there").click()
    visitor.judge()
    page.get_by_role("button", name="Open the case").click()
    expect(page.get_by_text("The case is open.")).to_be_visible()


def investigate(visitor, page):
    page.locator("summary", has_text="Attach a file").click()
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "流水.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 bank"}
    )
    page.get_by_label("What it shows, and where it comes from").fill("银行流水，依法调取")
    page.get_by_role("button", name="Freeze it in the case").click()
    expect(page.get_by_role("link", name="流水.pdf")).to_be_visible()
    page.locator("summary", has_text="Ask the firms").click()
    page.get_by_label("青石建设工程有限公司").check()
    page.get_by_label("Question to the firms").fill("请说明投标文件的编制过程")
    due = (clock.now() + timedelta(days=5)).strftime("%Y-%m-%dT%H:%M")
    page.get_by_label("Reply until").fill(due)
    page.get_by_label("2 · 流水.pdf").check()
    visitor.judge()
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("The firms are asked")).to_be_visible()
    visitor.judge()


def reply(visitor):
    page = visitor.open("/desk/")
    page.get_by_role("link", name="Go there").click()
    visitor.judge()
    page.get_by_label("Your reply").fill("投标文件由我单位独立编制。")
    page.get_by_role("button", name="Send the reply").click()
    expect(page.get_by_text("Your reply lies before the regulator.")).to_be_visible()
    visitor.judge()
    visitor.open("/desk/cases/")


def hand_over(visitor, page, second):
    page.reload()
    say(page, "", "End the hearing")
    page.locator("summary", has_text="Record the conference").click()
    page.get_by_label("Day of the conference").fill(timezone.localdate(clock.now()).isoformat())
    page.get_by_label("Participants").fill("唐监督，发展和改革委员会\n万监督，财政局")
    page.get_by_label("Minutes").fill("经研判，涉嫌串通投标。")
    page.get_by_label("Decision of the conference").select_option("police")
    visitor.judge()
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("heading", level=2).first).to_have_text(
        "Another supervisor makes the hand-over package"
    )
    visitor.judge()
    other = second.open("/desk/")
    other.get_by_role("link", name="Go there").click()
    say(other, "", "Make the package")
    expect(other.get_by_text("The package is made and signed.")).to_be_visible()
    second.judge()
    page.reload()
    with page.expect_download() as caught:
        page.get_by_role("link", name=".zip").click()
    assert caught.value.path().read_bytes().startswith(b"PK")
    page.get_by_label("Outcome").select_option("handed_over")
    page.locator("form", has=page.locator('[value="closing"]')).get_by_label("Reason").fill("已移送公安机关")
    page.get_by_role("button", name="Propose the closing").click()
    expect(page.get_by_text("The closing lies before another supervisor.")).to_be_visible()


def test_a_case_goes_from_a_flag_to_its_closing_between_two_supervisors_and_a_firm(
    chromium, address, flagged
):
    first, second, firm = (
        real_site.Visitor(chromium, address, language="en", seat=name)
        for name in ("supervisor", "supervisor-finance", "bidder1")
    )
    page = propose(first, Alert.objects.get(indication__item="40-(1)"))
    confirm(second)
    page.reload()
    investigate(first, page)
    reply(firm)
    hand_over(first, page, second)
    other = second.open(f"/desk/monitoring/cases/{Case.objects.get().pk}/")
    say(other, "", "Confirm the closing")
    expect(other.get_by_text("The case is closed.")).to_be_visible()
    second.judge()
    second.open("/desk/monitoring/cases/")
    assert Case.objects.get().status == "closed"
    for visitor in (first, second, firm):
        visitor.close()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_every_page_of_a_case_is_readable(chromium, address, flagged, size):
    case = Casework(flagged.actors).opened()
    number = case.attach()
    case.ask("bidder1", "bidder2", shown=[1, number])
    case.reply("bidder1", file=b"%PDF-1.7 reply")
    places = {
        "supervisor": (
            "/desk/monitoring/cases/",
            "/desk/monitoring/cases/new/",
            f"/desk/monitoring/cases/{case.id}/",
            f"/desk/monitoring/lots/{flagged.lot}/",
        ),
        "bidder1": ("/desk/cases/", f"/desk/cases/{case.question('bidder1').pk}/"),
        "bidder2": (f"/desk/cases/{CaseQuestion.objects.get(firm=case.code('bidder2')).pk}/",),
    }
    for username, paths in places.items():
        visitor = real_site.Visitor(chromium, address, size=size, seat=username)
        for path in paths:
            visitor.open(path)
        visitor.close()
