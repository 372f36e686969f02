"""The desk of the side that procures, through its forms: drafting, approving, changing, answering."""

import re
from copy import deepcopy

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel import clock
from tender import desk_queries, queries
from tender.actions import drafting, objecting, publishing
from tender.domain.lifecycle import LotState
from tender.domain.objections import Kind
from tender.forms import fields
from tender.forms.terms import TABLES, TermsForm, initial_of
from tender.models import Objection, Project
from tests import cast, factories
from tests.seats import browser, text_of


@pytest.fixture
def city(store, moved):
    return {a.username: a for a in cast.found_city(*factories.STAFF, "bidder1", "agent")}


def shown(form, tables):
    """What a browser would post for a form as it is shown."""
    data = {}
    for bound in form:
        value = bound.value()
        if isinstance(value, list | tuple):
            data[bound.html_name] = list(value)
        elif value not in (None, "", False):
            data[bound.html_name] = (
                value.astimezone(queries.ZONE).strftime("%Y-%m-%dT%H:%M")
                if hasattr(value, "astimezone")
                else ("on" if value is True else str(value))
            )
    for table in tables.values():
        data |= {f"{table.prefix}-TOTAL_FORMS": table.total_form_count(), f"{table.prefix}-INITIAL_FORMS": 0}
        for row in table.forms:
            data |= {b.html_name: str(b.value()) for b in row if b.value() not in (None, "")}
    return data


def editor(lot):
    """The terms editor's posted data for what is stored."""
    answer = browser("clerk").get(f"/desk/lots/{lot}/terms/")
    return shown(answer.context["form"], answer.context["tables"])


def empty_lot(city, **project):
    clerk = browser("clerk")
    centre = city["witness"].holder.organisation.id
    made = clerk.post(
        "/desk/projects/new/",
        {
            "code": "E5108000001",
            "title": "晴川市滨河路改造工程",
            "regime": "T",
            "category": "works",
            "region": "510900",
            "centre": str(centre),
            "mandatory": "on",
            "state_funded": "on",
            **project,
        },
    )
    assert made.status_code == 303, text_of(made)
    lot = clerk.post(made.headers["Location"], {"title": "滨河路一标段"})
    assert lot.status_code == 303
    return re.search(r"[0-9a-f-]{36}", lot.headers["Location"])[0]


def test_a_project_and_its_lot_are_made_by_forms(city):
    lot = queries.lot(empty_lot(city))
    assert (lot.code, lot.regime, lot.status) == ("E5108000001-001", "T", LotState.DRAFT)
    assert lot.procuring_entity.id == city["clerk"].holder.organisation.id


def test_a_code_that_is_taken_is_refused_and_what_was_typed_stays(city):
    empty_lot(city)
    answer = browser("clerk").post(
        "/desk/projects/new/",
        {
            "code": "E5108000001",
            "title": "另一个项目的名称",
            "regime": "T",
            "category": "works",
            "region": "510900",
            "centre": str(city["witness"].holder.organisation.id),
        },
    )
    assert answer.status_code == 422
    assert "The code E5108000001 is taken" in text_of(answer)
    assert "另一个项目的名称" in text_of(answer)
    assert Project.objects.count() == 1


def test_an_agency_says_for_whom_it_acts(city):
    page = browser("agent").get("/desk/projects/new/")
    assert "procuring_entity" in page.context["form"].fields
    assert "agency" not in page.context["form"].fields
    assert "procuring_entity" not in browser("clerk").get("/desk/projects/new/").context["form"].fields


@pytest.mark.parametrize(
    ("regime", "method"),
    [
        ("T", factories.works_terms()["method"]),
        (
            "T",
            {
                "formula": "interval_table",
                "price_full": "100",
                "parameters": {
                    "drop_above": None,
                    "K": "0.02",
                    "table_full": "100",
                    "intervals": [
                        {"over": None, "upto": "-5", "anchor": "-5", "score": "80", "step": "-1"},
                        {"over": "-5", "upto": None, "anchor": "0", "score": "100", "step": "-2"},
                    ],
                },
                "items": [],
            },
        ),
        (
            "T",
            {
                "formula": "evaluated_price",
                "price_full": "0",
                "parameters": {
                    "evaluated_places": 2,
                    "factors": [
                        {
                            "term": "period",
                            "standard": "200",
                            "per": "1",
                            "unit": "yuan",
                            "above": "1000",
                            "below": "0",
                        }
                    ],
                },
                "items": [],
            },
        ),
        (
            "G",
            {
                "formula": "lowest_price",
                "price_full": "60",
                "parameters": {"score_places": 2, "sme_deduction": "0.1"},
                "items": [{"id": "service", "title": "服务", "full": "40", "kind": "subjective"}],
            },
        ),
    ],
)
def test_terms_go_through_the_editor_unchanged(regime, method):
    stored = factories.works_terms(
        method=deepcopy(method),
        beacon="",
        parts=["opening", "documents"],
        mode="custodians",
        ceiling_method="",
        complex_lot=True,
        total_investment="30000000.00",
        asks_similar_experience=False,
        special_structure=False,
        fair_competition_reviewed=True,
    )
    formulas = {
        "T": ("mean_benchmark", "composite_benchmark", "interval_table", "evaluated_price"),
        "G": ("lowest_price", "lowest_evaluated_price"),
    }[regime]
    initial, rows = initial_of(stored)
    form = TermsForm(None, formulas=formulas, initial=initial)
    tables = {name: fields.rows(row, name, initial=rows.get(name, ())) for name, row in TABLES.items()}
    posted = shown(form, tables)
    from django.http import QueryDict

    data = QueryDict(mutable=True)
    for name, value in posted.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    bound = TermsForm(data, formulas=formulas, initial=initial)
    again = {name: fields.rows(row, name, data=data) for name, row in TABLES.items()}
    assert bound.is_valid(), bound.errors
    assert all(table.is_valid() for table in again.values()), [t.errors for t in again.values()]
    assert bound.terms(again) == stored


def test_more_rows_and_another_formula_keep_what_was_typed_and_save_nothing(city):
    lot = empty_lot(city)
    data = editor(lot) | {
        "deadline": "2026-03-24T09:30",
        "formula": "interval_table",
        "items-0-title": "尚未保存的评分项",
        "redraw": "items",
    }
    answer = browser("clerk").post(f"/desk/lots/{lot}/terms/", data)
    page = text_of(answer)
    assert answer.status_code == 200
    assert "尚未保存的评分项" in page
    assert 'name="items-3-title"' in page
    assert 'name="intervals-0-anchor"' in page
    assert 'value="2026-03-24T09:30"' in page
    assert desk_queries.stored_terms(lot) == {}


def test_terms_that_are_wrong_say_where_and_lose_nothing(city):
    lot = factories.draft(city)
    data = editor(lot) | {"deadline": "", "items-0-full": "many", "estimate": "12345678.90"}
    answer = browser("clerk").post(f"/desk/lots/{lot}/terms/", data)
    assert answer.status_code == 422
    assert "12345678.90" in text_of(answer)
    assert desk_queries.stored_terms(lot)["estimate"] == "20000000.00"


def test_check_now_shows_every_refusal_with_its_amounts_and_the_advice(city):
    lot = factories.draft(city)
    data = editor(lot) | {"deposit_amount": "500000.00", "committee_size": "4"}
    data.pop("ceiling")
    saved = browser("clerk").post(f"/desk/lots/{lot}/terms/", data)
    assert saved.headers["Location"] == f"/desk/lots/{lot}/check/"
    page = text_of(browser("clerk").get(f"/desk/lots/{lot}/check/"))
    for words in ("B-01", "500,000.00", "400,000.00", "C-15", "C-03", "the number must be odd"):
        assert words in page, words


def test_a_draft_without_terms_is_told_so(city):
    lot = empty_lot(city)
    answer = browser("clerk").get(f"/desk/lots/{lot}/check/")
    assert "The terms are not complete" in text_of(answer)


def test_a_whole_lot_from_form_to_notice(city):
    lot = empty_lot(city)
    clerk, reviewer = browser("clerk"), browser("reviewer")
    drafting.set_terms(city["clerk"].holder, lot, factories.works_terms(), now=clock.now())
    clerk.post(f"/desk/lots/{lot}/terms/", editor(lot))
    clerk.post(f"/desk/lots/{lot}/files/", {"file": SimpleUploadedFile("招标文件.pdf", b"%PDF-1.7 sample")})
    refused = clerk.post(f"/desk/lots/{lot}/submit/")
    assert refused.status_code == 422
    assert "Name these officers first" in text_of(refused)
    for name, username in (
        ("host", "host"),
        ("centre_witness", "witness"),
        ("supervisor", "supervisor"),
        ("procuring_entity", "keeper-bureau"),
        ("centre", "keeper-centre"),
        ("third", "keeper-notary"),
    ):
        seat = str(city[username].holder.id)
        answer = clerk.post(f"/desk/lots/{lot}/people/", {"name": name, f"{name}-seat": seat})
        assert answer.status_code == 303, (name, text_of(answer))
    for role, username in (
        ("procuring_entity", "keeper-bureau"),
        ("centre", "keeper-centre"),
        ("third", "keeper-notary"),
    ):
        factories.give_key(city[username], lot, role)
    assert clerk.post(f"/desk/lots/{lot}/submit/").status_code == 303
    assert clerk.post(f"/desk/lots/{lot}/approve/").status_code == 404
    assert reviewer.post(f"/desk/lots/{lot}/approve/").status_code == 303
    assert reviewer.post(f"/desk/lots/{lot}/publish/").status_code == 303
    record = queries.lot(lot)
    assert record.status is LotState.PUBLISHED
    assert record.notice["method"]["formula"] == "mean_benchmark"
    assert browser().get(f"/lots/{lot}/").status_code == 200


def test_only_eligible_seats_are_offered(city):
    lot = factories.draft(city)
    page = browser("clerk").get(f"/desk/lots/{lot}/people/")
    offered = {
        name: [value for value, _label in form.fields["seat"].choices if value]
        for name, form, _held in (*page.context["officers"], *page.context["keepers"])
    }
    assert offered["third"] == [str(city["keeper-notary"].holder.id)]
    assert offered["centre"] == [str(city["keeper-centre"].holder.id)]
    assert offered["host"] == [str(city["host"].holder.id)]
    stranger = browser("clerk").post(
        f"/desk/lots/{lot}/people/", {"name": "third", "third-seat": str(city["keeper-centre"].holder.id)}
    )
    assert stranger.status_code == 422


def test_files_are_attached_replaced_and_removed(city):
    lot = factories.draft(city)
    clerk = browser("clerk")
    for data in (b"first", b"second"):
        clerk.post(f"/desk/lots/{lot}/files/", {"file": SimpleUploadedFile("图纸.zip", data)})
    names = {file.name: file.length for file in desk_queries.files_of_draft(lot)}
    assert names["图纸.zip"] == len(b"second")
    clerk.post(f"/desk/lots/{lot}/files/remove/", {"name": "图纸.zip"})
    assert "图纸.zip" not in {file.name for file in desk_queries.files_of_draft(lot)}


def test_the_reviewer_sends_back_with_a_reason(city):
    lot = factories.draft(city)
    publishing.submit(city["clerk"].holder, lot, now=clock.now())
    reviewer = browser("reviewer")
    assert reviewer.post(f"/desk/lots/{lot}/return/", {"comment": ""}).status_code == 422
    reviewer.post(f"/desk/lots/{lot}/return/", {"comment": "缺少图纸，请补充"})
    assert "缺少图纸，请补充" in text_of(browser("clerk").get(f"/desk/lots/{lot}/"))


def test_an_addendum_is_refused_with_its_numbers_then_proposed_and_published(city, moved):
    lot = factories.published(city)
    moved(to=factories.at("2026-03-12 10:00"))
    clerk, reviewer = browser("clerk"), browser("reviewer")
    url = f"/desk/lots/{lot}/addendum/"
    refused = clerk.post(url, {"text": "工期改为200天", "affects_bids": "on"})
    assert refused.status_code == 422
    assert "T-04" in text_of(refused)
    assert "工期改为200天" in text_of(refused)
    done = clerk.post(
        url,
        {
            "text": "工期改为200天",
            "affects_bids": "on",
            "deadline": "2026-03-30T09:30",
            "file": SimpleUploadedFile("补遗图纸.pdf", b"%PDF addendum"),
        },
    )
    assert done.status_code == 303
    assert "disabled-reason" not in text_of(clerk.get(url))
    assert "who did not propose it" in text_of(clerk.get(url))
    assert reviewer.post(f"{url}publish/").status_code == 303
    page = text_of(browser().get(f"/lots/{lot}/"))
    assert "补遗图纸.pdf" in page
    assert queries.lot(lot).deadline == factories.at("2026-03-30 09:30")


def test_a_lot_is_cancelled_by_two_people_with_a_reason(city):
    lot = factories.published(city)
    browser("clerk").post(f"/desk/lots/{lot}/cancel/", {"reason": "资金未落实"})
    assert "资金未落实" in text_of(browser("reviewer").get(f"/desk/lots/{lot}/cancel/"))
    browser("reviewer").post(f"/desk/lots/{lot}/cancel/decide/")
    assert queries.lot(lot).status is LotState.CANCELLED
    assert "资金未落实" in text_of(browser().get(f"/lots/{lot}/"))


def test_a_bidder_objects_sees_its_own_and_withdraws(city):
    lot = factories.published(city)
    bidder = browser("bidder1")
    url = f"/lots/{lot}/objections/"
    assert bidder.post(url, {"kind": "document", "text": ""}).status_code == 422
    assert bidder.post(url, {"kind": "document", "text": "业绩要求过高"}).status_code == 303
    assert "业绩要求过高" in text_of(bidder.get(url))
    assert "业绩要求过高" not in text_of(browser().get(url))
    row = Objection.objects.get()
    bidder.post(f"{url}{row.pk}/withdraw/")
    row.refresh_from_db()
    assert row.status == "withdrawn"


def test_a_visitor_raises_no_objection(city):
    lot = factories.published(city)
    browser().post(f"/lots/{lot}/objections/", {"kind": "document", "text": "无名氏"})
    browser("clerk").post(f"/lots/{lot}/objections/", {"kind": "document", "text": "经办人"})
    assert not Objection.objects.exists()


def test_an_answer_is_due_is_given_and_names_nobody(city):
    lot = factories.published(city)
    objection = objecting.raise_objection(
        city["bidder1"].holder, lot, Kind.DOCUMENT, "业绩要求过高", now=clock.now()
    )
    page = text_of(browser("reviewer").get(f"/desk/objections/{objection}/"))
    assert "data-countdown" in page
    assert "T-08" in page
    for reader in ("reviewer", "clerk"):
        for url in (f"/desk/objections/{objection}/", "/desk/objections/", "/desk/objections/?format=csv"):
            assert "青石建设" not in text_of(browser(reader).get(url))
    assert browser("reviewer").post(f"/desk/objections/{objection}/", {"text": ""}).status_code == 422
    done = browser("reviewer").post(f"/desk/objections/{objection}/", {"text": "维持原要求"})
    assert done.status_code == 303
    assert "维持原要求" in text_of(browser().get(f"/lots/{lot}/objections/"))
    clerk_may_not = browser("clerk").post(f"/desk/objections/{objection}/", {"text": "改口"})
    assert clerk_may_not.status_code == 200
    assert Objection.objects.get().answer == "维持原要求"


def test_obtaining_the_document_is_told_to_nobody_else(city):
    lot = factories.published(city)
    pages_before = {who: text_of(browser(who).get(f"/desk/lots/{lot}/")) for who in ("clerk", "reviewer")}
    done = browser("bidder1").post(f"/lots/{lot}/obtain/")
    assert done.status_code == 303

    def bare(text):
        return re.sub(
            r'csrfmiddlewaretoken" value="[^"]+"|server-time" content="[^"]+"|\d\d:\d\d:\d\d', "", text
        )

    for who, before in pages_before.items():
        assert bare(text_of(browser(who).get(f"/desk/lots/{lot}/"))) == bare(before)
