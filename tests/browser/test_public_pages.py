"""A visitor in Chromium: finds a notice by a word of two characters, changes the language, reads a lot and its rules."""

import pytest
from playwright.sync_api import expect

from kernel import clock, sequencer
from tender.actions import objecting
from tender.domain.objections import Kind
from tests import cast, factories
from tests.browser import real_site

pytestmark = real_site.needs_chromium


@pytest.fixture
def city(store, moved):
    actors = {a.username: a for a in cast.found_city(*factories.STAFF, "bidder1")}
    actors["lot"] = factories.published(actors)
    question = objecting.raise_objection(
        actors["bidder1"].holder, actors["lot"], Kind.DOCUMENT, "工期自何时起算？", now=clock.now()
    )
    objecting.answer(actors["reviewer"].holder, question, "自开工令之日起算。", now=clock.now())
    sequencer.tick(now=clock.now())
    return actors


@pytest.fixture
def address(city):
    with real_site.serving() as found:
        yield found


@pytest.fixture(scope="module")
def chromium():
    with real_site.chromium() as browser:
        yield browser


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_visitor_finds_a_notice_and_reads_its_rules(chromium, address, city, size):
    visitor = real_site.Visitor(chromium, address, size=size)
    page = visitor.open("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("公共资源，阳光交易")
    page.get_by_label("查找公告").fill("滨河")
    page.get_by_role("button", name="查询").click()
    visitor.judge()
    expect(page.get_by_role("link", name="滨河路一标段")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_label("Search words")).to_have_value("滨河")
    page.get_by_role("link", name="滨河路一标段").click()
    visitor.judge()
    expect(page.locator(".y-countdown").first).to_contain_text("days")
    expect(page.get_by_text("自开工令之日起算。")).to_be_visible()
    page.locator("main").get_by_role("link", name="Rules of this lot").click()
    visitor.judge()
    page.locator("#T-03").get_by_role("link", name="T-03").click()
    visitor.judge()
    expect(page.get_by_text("20 days").first).to_be_visible()
    visitor.close()


def test_a_word_that_is_nowhere_finds_an_empty_list_that_says_what_to_do(chromium, address):
    visitor = real_site.Visitor(chromium, address, language="en")
    page = visitor.open("/notices/?text=医院")
    expect(page.get_by_text("No notice found")).to_be_visible()
    expect(page.get_by_text("clear a filter")).to_be_visible()
    visitor.close()


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_public_page_is_readable(chromium, address, city, size, language):
    visitor = real_site.Visitor(chromium, address, size=size, language=language)
    lot = city["lot"]
    for path in (
        "/results/",
        "/verify/",
        "/log/",
        "/rules/",
        "/glossary/",
        "/about/",
        "/help/",
        "/open-data/",
        f"/lots/{lot}/objections/",
        "/sign-in/",
        "/sign-in/certificate/",
        "/sign-in/ticket/",
        "/enrol/",
        "/recovery/",
    ):
        visitor.open(path)
    visitor.open("/nowhere/", status=404)
    visitor.close()


def test_a_file_is_taken_and_a_hash_looked_up(chromium, address, city):
    visitor = real_site.Visitor(chromium, address, language="en")
    page = visitor.open(f"/lots/{city['lot']}/")
    with page.expect_download() as taken:
        page.get_by_role("link", name="notice.json").click()
    assert taken.value.suggested_filename.endswith("-notice.json")
    from tender import queries

    page = visitor.open("/verify/")
    page.get_by_label("SHA-256").fill(queries.lot(city["lot"]).notice_sha256)
    page.get_by_role("button", name="Look up").click()
    visitor.judge()
    expect(page.get_by_text("(notice)")).to_be_visible()
    visitor.close()


def test_the_site_reads_without_scripts(chromium, address, city):
    context = chromium.new_context(java_script_enabled=False, base_url=address)
    page = context.new_page()
    page.goto("/notices/?text=滨河")
    page.get_by_role("link", name="滨河路一标段").click()
    expect(page.get_by_text("招标文件.pdf")).to_be_visible()
    context.close()
