"""The ground of all pages: refusals, forms that lose nothing, exports, languages, health."""

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path
from django.utils import translation

from accounts import access
from kernel import clock, exports, pages
from kernel.domain.refusals import Refused, RefusedError
from portal.refusals import error_json, refusal_view
from tender.actions.publishing import RefusedDocumentError
from tender.domain.wording import Note
from tests import cast, factories
from tests.seats import browser, text_of

DEPOSIT = Refused(
    "B-01",
    "deposit_too_high",
    {
        "asked": "500,000.00",
        "cap": "400,000.00",
        "rate": "2.00%",
        "estimate": "20,000,000.00",
        "by_rate": "400,000.00",
        "by_amount": "800,000.00",
    },
)


@access.public
def refusing(request):
    raise RefusedError(DEPOSIT)


@access.public
def broken(request):
    raise RuntimeError("broken on purpose")


def undeclared(request):
    return HttpResponse("seen")


urlpatterns = [
    path("refusing/", refusing),
    path("broken/", broken),
    path("undeclared/", undeclared),
    *__import__("config.urls", fromlist=["urlpatterns"]).urlpatterns,
]


def test_a_refusal_names_rule_article_sentence_facts_and_next_step(store, moved):
    cast.found_city()
    with translation.override("en"):
        told = refusal_view(DEPOSIT)
    assert (told.rule, told.url) == ("B-01", "/rules/B-01/")
    assert "500,000.00 yuan is asked, at most 400,000.00" in told.sentence
    assert told.article
    assert told.facts["highest allowed (yuan)"] == "400,000.00"
    assert told.next == "Lower the deposit to the limit or below."
    with translation.override("zh-hans"):
        chinese = refusal_view(DEPOSIT)
    assert "要求保证金 500,000.00 元" in chinese.sentence
    assert "最高允许（元）" in chinese.facts


def test_codes_in_facts_are_told_by_name(store, moved):
    with translation.override("en"):
        step = refusal_view(Refused("L-01", "step_not_possible", {"status": "draft", "step": "publish"}))
        duties = refusal_view(Refused("A-06", "officer_missing", {"duties": "host, centre_witness"}))
    assert step.sentence == "The lot is at “Draft”; the step “publish the notice” is not possible from there."
    assert "Host, Centre witness" in duties.sentence


def test_a_reason_of_two_apps_takes_the_sentence_that_fits_its_facts():
    with translation.override("en"):
        one = refusal_view(Refused("A-07", "four_eyes", {"proposed_by": "a", "by": "b"})).sentence
        two = refusal_view(Refused("A-07", "four_eyes", {"by": "b"})).sentence
        none = refusal_view(Refused("A-07", "never_heard_of", {"by": "b"})).sentence
    assert len({one, two, none}) == 3
    assert "facts are listed" in none


def test_all_refusals_of_a_document_are_told(store, moved):
    error = RefusedDocumentError((DEPOSIT, Refused("C-15", "ceiling_not_stated", {"stated_by": "ceiling"})))
    found = error_json(error)
    assert found["rule"] == "B-01"
    assert [one["rule"] for one in found["refusals"]] == ["B-01", "C-15"]
    assert all(one["sentence"] and one["article"] for one in found["refusals"])


def test_advice_still_knows_what_it_says():
    note = Note(DEPOSIT)
    assert note.startswith("B-01: A deposit of 500,000.00 yuan")
    assert json.loads(json.dumps(note)) == str(note)
    assert note.refusal is DEPOSIT


@override_settings(ROOT_URLCONF=__name__)
def test_a_refusal_that_no_form_caught_is_a_page_with_what_was_typed(store, moved):
    answer = browser().post(
        "/refusing/", {"title": "滨河路", "password": "do not show me"}, headers={"Referer": "/desk/"}
    )
    page = text_of(answer)
    assert answer.status_code == 422
    assert "at most 400,000.00 is allowed" in page
    assert "滨河路" in page
    assert "do not show me" not in page
    assert 'href="/desk/"' in page


@override_settings(ROOT_URLCONF=__name__)
def test_faults_missing_pages_and_undeclared_views(store, moved, caplog):
    client = browser()
    client.raise_request_exception = False
    broken_page = client.get("/broken/")
    assert broken_page.status_code == 500
    assert "A fault of the platform" in text_of(broken_page)
    assert "broken on purpose" not in text_of(broken_page)
    missing = client.get("/nothing-here/")
    assert (missing.status_code, "There is no such page" in text_of(missing)) == (404, True)
    assert client.get("/undeclared/").status_code == 404
    assert any("declares no access" in record.getMessage() for record in caplog.records)


class Typed(pages.Form):
    pass


def posted(method="POST"):
    request = getattr(RequestFactory(), method.lower())("/")
    request.session = {}
    request._messages = type("Box", (), {"add": lambda self, *a: None})()
    return request


def test_a_form_is_done_once_and_keeps_what_was_refused():
    done = []
    answer = pages.submit(posted(), Typed({}), lambda: done.append(1), said="Done.", then="/there/")
    assert (answer.status_code, answer.headers["Location"], done) == (303, "/there/", [1])
    assert pages.submit(posted("GET"), Typed(), lambda: done.append(2), said="", then="/") is None
    assert done == [1]

    def refuse():
        raise RefusedDocumentError((DEPOSIT, DEPOSIT))

    form = Typed({})
    assert pages.submit(posted(), form, refuse, said="", then="/") is None
    assert form.refusals == (DEPOSIT, DEPOSIT)

    def unfit():
        raise ValueError("no such day")

    form = Typed({})
    assert pages.submit(posted(), form, unfit, said="", then="/", unfit=(ValueError,)) is None
    assert form.errors
    with pytest.raises(ValueError, match="no such day"):
        pages.submit(posted(), Typed({}), unfit, said="", then="/")


def test_exports_open_in_spreadsheets_and_run_nothing():
    answer = exports.csv_response("名单", ["name", "price"], [["=cmd()", "-5.00"], ["白水，集团", None]])
    text = answer.content.decode()
    assert text.startswith("\ufeffname,price\r\n")
    assert "'=cmd()" in text
    assert ",-5.00" in text
    assert "filename*=utf-8''" in answer.headers["Content-Disposition"]
    lines = exports.jsonl_response("x", [{"a": "晴"}, {"a": 1}]).content.decode().splitlines()
    assert [json.loads(line) for line in lines] == [{"a": "晴"}, {"a": 1}]


def test_the_language_is_chinese_until_the_visitor_switches(store, moved):
    client = browser(language="")
    page = client.get("/notices/", headers={"Accept-Language": "en"})
    assert 'lang="zh-hans"' in text_of(page)
    assert "公告" in text_of(page)
    client.post("/language/", {"language": "en", "next": "/notices/"})
    assert "All published lots" in text_of(client.get("/notices/"))


def test_every_page_is_strict_and_says_that_the_clock_is_moved(store, moved):
    answer = browser().get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "Moved clock" in text_of(answer)


def test_without_a_moved_clock_there_is_no_banner(store):
    assert "Moved clock" not in text_of(browser().get("/"))


def test_health_and_readiness(store, moved):
    from kernel import sequencer

    assert browser().get("/healthz").content == b"ok\n"
    cold = browser().get("/readyz")
    assert (cold.status_code, cold.json()["log"]["good"]) == (503, False)
    sequencer.tick(now=clock.now())
    warm = browser().get("/readyz").json()
    assert (warm["database"]["good"], warm["clock"]["good"], warm["log"]["good"]) == (True, True, True)
    assert warm["witnesses"]["wanted"] == []
    moved(hours=1)
    assert browser().get("/readyz").json()["log"]["good"] is False


def test_readiness_says_nothing_about_bids(store, moved):
    """Before the deadline nobody may learn from the platform's health that anything was uploaded."""
    actors = {a.username: a for a in cast.found_city(*factories.STAFF)}
    factories.published(actors)
    assert set(browser().get("/readyz").json()) == {"ready", "database", "clock", "log", "disk", "witnesses"}
    assert set(browser().get("/readyz").json()["disk"]) == {"good"}
