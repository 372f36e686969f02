"""The public site: what a stranger finds, reads, takes along and checks."""

import json
import uuid
from xml.etree import ElementTree as ET

import pytest
from django.core.paginator import Paginator

from accounts import authority
from bidding.domain import records
from kernel import clock, evidence, keys, log, pages, sequencer
from kernel.domain import canonical, merkle, notes
from kernel.models import JournalEntry
from tender import queries
from tender.actions import changing, objecting, stepping
from tender.domain.lifecycle import Lever
from tender.domain.objections import Kind
from tests import cast, factories
from tests.seats import browser, text_of


@pytest.fixture
def city(store, moved):
    return {a.username: a for a in cast.found_city(*factories.STAFF, "bidder1")}


def found(query):
    return [str(lot.id) for lot in browser().get(f"/notices/{query}").context["page"]]


def test_a_notice_is_found_by_a_word_of_two_characters(city):
    lot = str(factories.published(city))
    assert found("?text=滨河") == found("?text=改造 建设局") == found("") == [lot]
    assert found("?text=河滨") == found("?text=医院") == []


def test_notices_are_narrowed_by_law_category_region_stage_and_deadline(city, moved):
    works = str(factories.published(city))
    for query in (
        "?regime=T",
        "?category=works",
        "?region=510900",
        "?stage=open",
        "?deadline_from=2026-03-24",
    ):
        assert found(query) == [works], query
    for query in ("?regime=G", "?category=goods", "?stage=ended", "?deadline_from=2026-03-25"):
        assert found(query) == [], query
    assert found("?deadline_until=2026-03-24") == [works], "the day itself is inside"
    assert found("?deadline_until=2026-03-23") == []
    assert found("?deadline_from=nonsense") == [works], "what makes no sense narrows nothing"
    moved(to=queries.lot(uuid.UUID(works)).deadline)
    assert found("?stage=open") == [], "the deadline closes a lot before the ticker writes it down"
    assert found("?stage=opening") == [works]


def test_drafts_are_on_no_public_page(city):
    lot = factories.draft(city)
    for url in (
        "/",
        "/notices/",
        "/notices.atom",
        "/open-data/notices.jsonl",
        "/notices/?format=csv",
        "/results/",
    ):
        assert str(lot) not in text_of(browser().get(url)), url


def test_lists_are_paged(city, monkeypatch):
    monkeypatch.setattr(pages, "Paginator", lambda rows, _size: Paginator(rows, 2))
    for number in range(3):
        factories.published(city, code=f"E510800010{number}")
    first = browser().get("/notices/")
    assert (len(first.context["page"]), first.context["page"].paginator.num_pages) == (2, 2)
    assert "?page=2" in text_of(first)
    second = browser().get("/notices/?page=2&regime=T")
    assert len(second.context["page"]) == 1
    assert "?regime=T&amp;page=1" in text_of(second)
    assert len(browser().get("/notices/?page=99").context["page"]) == 1
    assert text_of(browser().get("/notices/?format=csv")).count("\r\n") == 4


def test_the_feed_and_the_open_data_name_each_notice(city):
    lot = factories.published(city)
    feed = ET.fromstring(browser().get("/notices.atom").content)
    ids = [e.text for e in feed.iter("{http://www.w3.org/2005/Atom}id")]
    assert f"urn:uuid:{lot}" in ids
    [line] = browser().get("/open-data/notices.jsonl").content.decode().splitlines()
    record = queries.lot(lot)
    assert json.loads(line)["notice_sha256"] == record.notice_sha256
    assert json.loads(line)["deadline"] == record.notice["deadline"]


def test_the_page_of_a_lot_shows_terms_timetable_custodians_and_evidence(city):
    lot = factories.published(city)
    page = text_of(browser().get(f"/lots/{lot}/"))
    record = queries.lot(lot)
    for text in (
        "20,000,000.00",
        "Mean benchmark",
        "招标文件.pdf",
        record.notice_sha256,
        record.notice["custodians"][2]["recipient"],
        "Document can be obtained",
        'href="/rules/T-03/"',
        "施工组织设计",
    ):
        assert text in page, text


def test_what_was_published_can_be_taken_byte_for_byte(city, moved):
    lot = factories.published(city)
    record = queries.lot(lot)
    notice = browser().get(f"/lots/{lot}/notice.json")
    assert canonical.sha256(notice.content) == record.notice_sha256
    assert canonical.sha256(browser().get(f"/lots/{lot}/edition.toml").content) == record.edition.sha256
    assert notice.headers["Content-Disposition"].startswith("attachment")
    changing.propose_addendum(
        city["clerk"].holder, lot, now=clock.now(), text="补遗一", deadline=None, affects_bids=False
    )
    changing.publish_addendum(city["reviewer"].holder, lot, now=clock.now())
    addendum = browser().get(f"/lots/{lot}/addenda/1.json").content
    assert canonical.sha256(addendum) == queries.lot(lot).addenda[0]
    assert browser().get(f"/lots/{lot}/addenda/2.json").status_code == 404


def test_answered_objections_are_public_without_a_name_and_open_ones_are_not(city):
    lot = factories.published(city)
    secret = objecting.raise_objection(
        city["bidder1"].holder, lot, Kind.DOCUMENT, "这一条尚未答复", now=clock.now()
    )
    page = text_of(browser().get(f"/lots/{lot}/objections/"))
    assert "这一条尚未答复" not in page
    objecting.answer(city["reviewer"].holder, secret, "维持原条款", now=clock.now())
    for url in (f"/lots/{lot}/objections/", f"/lots/{lot}/"):
        page = text_of(browser().get(url))
        assert "维持原条款" in page
        assert "青石建设" not in page


def test_a_failed_lot_says_why_and_leads_to_its_new_round(city, moved):
    lot = factories.published(city)
    moved(to=queries.lot(lot).deadline)
    stepping.close_due(lot, now=clock.now())
    stepping.step(lot, Lever.FAIL, actor="system", now=clock.now(), payload={"rule": "C-01"})
    page = text_of(browser().get(f"/lots/{lot}/"))
    assert 'href="/rules/C-01/"' in page
    again = queries.new_round(lot)
    assert str(again.id) not in page, "a draft of the new round is nobody's business"
    assert str(lot) in text_of(browser().get("/results/"))
    assert "failed" in text_of(browser().get("/results/?format=csv"))


def test_rules_are_shown_in_both_languages_with_their_numbers(city):
    english = text_of(browser().get("/rules/T-03/"))
    assert "20 days" in english
    assert "招标投标法" in english
    chinese = text_of(browser(language="zh-hans").get("/rules/T-03/"))
    assert "20 天" in chinese
    assert browser().get("/rules/?regime=X").status_code == 404
    lot = factories.published(city)
    assert "T-03" in text_of(browser().get(f"/lots/{lot}/rules/?format=csv"))


def receipt(received="2026-03-20T08:00:00.000Z"):
    record = {
        "domain": "yangguang/seal/v1",
        "tender": str(uuid.uuid4()),
        "lot": str(uuid.uuid4()),
        "bid": str(uuid.uuid4()),
        "bidder": "91510800000000101X",
        "statement": "a" * 64,
        "signature": "b" * 64,
        "files": [{"name": "opening.age", "sha256": "c" * 64, "length": 65736}],
        "received_at": received,
        "deadline": "2026-03-24T01:30:00.000Z",
        "outcome": "accepted",
        "rule": None,
        "reason": None,
        "supersedes": None,
    }
    record["bidder"] = cast.city.institution("bidder1").credit_code
    return records.build_receipt(record, authority.sign(record))


def check(value):
    from django.core.files.uploadedfile import SimpleUploadedFile

    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return browser().post("/verify/", {"receipt": SimpleUploadedFile("receipt.json", data)})


def test_a_receipt_is_checked_in_memory_and_kept_nowhere(city, store):
    keys.log_verifier()
    before = (
        JournalEntry.objects.count(),
        sorted(p for p in store.rglob("*") if p.is_file() and "sqlite" not in p.name),
    )
    answer = check(receipt())
    assert "This receipt holds: received" in text_of(answer)
    after = (
        JournalEntry.objects.count(),
        sorted(p for p in store.rglob("*") if p.is_file() and "sqlite" not in p.name),
    )
    assert before == after


def test_a_receipt_that_was_changed_proves_nothing(city):
    changed = receipt()
    changed["record"]["received_at"] = "2026-03-20T07:59:59.000Z"
    for wrong, said in (
        (changed, "proves nothing"),
        ({"domain": "yangguang/receipt/v1"}, "proves nothing"),
        (b"not json", "This is no JSON"),
        (b"[" * 5000, "This is no JSON"),
    ):
        answer = check(wrong)
        assert answer.status_code == 422
        assert "receipt holds" not in text_of(answer)
        assert said in text_of(answer)


def test_a_hash_is_known_when_it_was_published(city):
    lot = factories.published(city)
    [file] = queries.files(lot)
    for digest, words in (
        (queries.lot(lot).notice_sha256, "(notice)"),
        (file.sha256, "(file of the document)"),
    ):
        assert words in text_of(browser().get(f"/verify/?sha256={digest}"))
    assert "No public file" in text_of(browser().get(f"/verify/?sha256={'0' * 64}"))
    assert "64 digits" in text_of(browser().get("/verify/?sha256=abc"))
    draft = factories.draft(city, code="E5108000002")
    [hidden] = queries.files(draft)
    assert hidden.sha256 == file.sha256
    page = text_of(browser().get(f"/verify/?sha256={file.sha256}"))
    assert str(draft) not in page


def test_the_log_is_served_as_tiles_that_lead_to_its_checkpoint(city):
    for _ in range(3):
        sequencer.tick(now=clock.now())
    note = notes.Note.parse(browser().get("/log/checkpoint").content.decode())
    assert note.signed_by(keys.log_verifier())
    checkpoint = note.checkpoint()
    assert checkpoint.size == 3
    tile = browser().get("/log/tile/0/000.p/3").content
    leaves = [tile[i : i + 32] for i in range(0, len(tile), 32)]
    assert merkle.root(leaves) == checkpoint.root
    bundle = browser().get("/log/tile/entries/000.p/3").content
    entries = [bundle[i + 2 : i + 34] for i in range(0, len(bundle), 34)]
    assert [merkle.leaf_hash(entry) for entry in entries] == leaves
    page = text_of(browser().get("/log/"))
    assert evidence.log_key().replace("+", "&#x2B;") in page or evidence.log_key() in page


@pytest.mark.parametrize(
    "path",
    [
        "0/000",
        "0/000.p/4",
        "0/000.p/0",
        "0/000.p/256",
        "7/000",
        "entries/000",
        "../../keys/log.ed25519",
        "0/%2e%2e",
        "0/1",
    ],
)
def test_what_the_log_does_not_have_is_not_there(city, path):
    sequencer.tick(now=clock.now())
    assert browser().get(f"/log/tile/{path}").status_code == 404


def test_an_empty_log_has_no_checkpoint(store, moved):
    assert browser().get("/log/checkpoint").status_code == 404
    assert "The log is empty" in text_of(browser().get("/log/"))
    assert log.size() == 0


def test_the_home_page_shows_todays_openings(city, moved):
    lot = factories.published(city)
    assert "No opening today" in text_of(browser().get("/"))
    moved(to=factories.at("2026-03-24 00:00"))
    page = browser().get("/")
    assert [line.id for line in page.context["openings"]] == [lot]
    assert page.context["figures"]["published"] == 1


def test_the_glossary_is_read_from_the_documentation(store, moved):
    english = text_of(browser().get("/glossary/"))
    chinese = text_of(browser(language="zh-hans").get("/glossary/"))
    assert "开标密钥保管方" in english
    assert "One of three offices" in english
    assert "One of three offices" not in chinese
