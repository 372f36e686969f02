"""The components in Chromium under the strict policy: no console error, no serious finding of axe, 360 px wide."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser import real_site

pytestmark = real_site.needs_chromium


@pytest.fixture(scope="module")
def site():
    assert real_site.BUNDLE.exists(), "the front end is not bundled: run make setup"
    port = real_site.free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "components_site:app",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    here = real_site.ROOT / "tests" / "browser"
    environment = {**os.environ, "PYTHONPATH": f"{real_site.ROOT}{os.pathsep}{here}"}
    server = subprocess.Popen(command, env=environment)
    address = f"http://localhost:{port}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{address}/api/time").close()
                break
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, "the site of the components did not start"
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="module")
def chromium():
    with real_site.chromium() as browser:
        yield browser


@pytest.fixture
def visit(site, chromium):
    """Open a page; whatever the console complains of fails the test."""
    contexts, complaints = [], []

    def open_page(path, width=1280, language="en", **options):
        context = chromium.new_context(viewport={"width": width, "height": 800}, **options)
        context.add_cookies([{"name": "django_language", "value": language, "url": site}])
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: said.type in ("error", "warning") and complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def control(site):
    def tell(operation, value=""):
        words = urllib.parse.urlencode({"op": operation, "value": value})
        with urllib.request.urlopen(f"{site}/control?{words}") as answer:
            return json.load(answer)["asked"]

    tell("reset")
    return tell


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_style_guide_is_accessible_and_fits(visit, width, language):
    page = visit("/styleguide/", width, language)
    expect(page.locator("[data-chart-canvas] canvas")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    findings = Axe().run(page).response["violations"]
    assert [
        (f["id"], f["nodes"][0]["target"]) for f in findings if f["impact"] in ("serious", "critical")
    ] == []


def test_a_countdown_follows_the_server_and_not_this_machine(visit):
    page = visit("/styleguide/")
    page.clock.install(time="2001-01-01T00:00:00Z")
    page.reload()
    page.clock.run_for(2000)
    year = time.gmtime().tm_year
    assert page.locator("[data-server-clock]").inner_text().startswith(str(year))
    assert "day" in page.locator(".y-countdown").first.inner_text()


def test_a_control_that_is_not_available_says_why_and_does_nothing(visit):
    page = visit("/styleguide/")
    before = page.url
    holder = page.locator('[data-reason="tip"]')
    reason = holder.locator(".y-reason-text")
    expect(reason).to_be_hidden()
    holder.locator("button").focus()
    expect(reason).to_be_visible()
    publish = page.locator('form button[aria-disabled="true"]')
    expect(publish.locator("xpath=..")).to_contain_text("must approve it first")
    publish.click(force=True)
    assert page.url == before


def test_tabs_dialog_password_copy_and_large_type(visit, site):
    page = visit("/styleguide/", permissions=["clipboard-read", "clipboard-write"])
    page.locator("#tab-document-tab").click()
    expect(page.locator("#document-tab")).to_be_visible()
    expect(page.locator("#notice-tab")).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#notice-tab")).to_be_visible()
    page.locator('button[aria-haspopup="dialog"]').click()
    expect(page.locator("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    page.locator(".y-password button").click()
    expect(page.locator("#id_passphrase")).to_have_attribute("type", "text")
    page.locator(".y-hash button").first.click()
    expect(page.locator(".y-hash button").first).to_contain_text("Copied")
    assert len(page.evaluate("navigator.clipboard.readText()")) == 64
    page.get_by_role("button", name="Large type").click()
    expect(page.locator("#readout")).to_have_attribute("data-large", "")


def test_everything_but_movement_works_without_scripts(visit):
    page = visit("/styleguide/", java_script_enabled=False)
    expect(page.locator("#document-tab")).to_be_visible()
    expect(page.locator("#notice-tab")).to_be_visible()
    expect(page.get_by_role("button", name="Large type")).to_be_hidden()
    expect(page.locator(".y-next .y-countdown")).to_be_hidden()


def test_the_language_is_switched_by_a_form(visit):
    page = visit("/styleguide/")
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")


def test_requests_carry_the_token(visit):
    page = visit("/live/")
    page.locator("#ask").click()
    expect(page.locator("#answer")).to_have_text("POST")


def test_a_hall_that_loses_its_line_misses_nothing(visit, control):
    control("say", "one")
    page = visit("/live/")
    rows, status = page.locator("#rows li span"), page.locator("[data-live-status]")
    expect(rows).to_have_text(["one"])
    expect(status).to_have_text("Live")
    top = page.locator("#rows").bounding_box()["y"]
    control("cut")
    control("hide", "two")
    control("hide", "three")
    expect(rows).to_have_text(["one", "two", "three"], timeout=10_000)
    expect(status).to_contain_text("2 missed events")
    control("hide", "four")
    assert control("say", "five")[-1] == 1
    expect(rows).to_have_text(["one", "two", "three", "four", "five"])
    assert page.locator("#rows").bounding_box()["y"] == top
    expect(page.locator("#rows time").first).to_have_text("09:00:00")


@pytest.mark.parametrize(("code", "words"), [(4003, "session has ended"), (4004, "may not follow")])
def test_a_line_that_is_refused_is_not_asked_for_again(visit, control, code, words):
    control("close", code)
    page = visit("/live/")
    expect(page.locator("[data-live-status]")).to_contain_text(words)
    page.wait_for_timeout(1500)
    assert control("none") == [0]


def test_what_an_event_says_is_text_and_not_markup(visit, control):
    control("say", "<img src=x onerror=alert(1)>")
    page = visit("/live/")
    expect(page.locator("#rows li span")).to_have_text("<img src=x onerror=alert(1)>")
    assert page.locator("#rows img").count() == 0
