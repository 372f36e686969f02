"""The notice that a document becomes, and the JSON in which its terms wait."""

import json
from dataclasses import replace

import pytest

from kernel.domain import canonical
from tender.domain import document
from tender.domain.terms import Terms, TermsError
from tests.domain.test_tender_document import AGENCY, CENTRE, GOODS, LOCAL, PUBLISHED, WORKS, method
from tests.domain.test_tender_law import edition


def test_the_notice_is_the_canonical_object():
    notice = document.build_notice(WORKS, edition(), published_at=PUBLISHED)
    assert set(notice) == {
        *("domain", "suite", "tender", "lot", "code", "title", "project", "regime", "edition", "category"),
        *(
            "procuring_entity",
            "agency",
            "centre",
            "published_at",
            "documents_until",
            "deadline",
            "deadline_rule",
        ),
        *(
            "estimate",
            "ceiling",
            "parts",
            "mode",
            "threshold",
            "custodians",
            "validity_days",
            "deposit",
            "method",
        ),
        *("coefficients", "beacon", "ties", "candidates", "committee", "documents", "round_of"),
    }
    assert (notice["domain"], notice["suite"]) == ("yangguang/notice/v1", "age1")
    assert notice["edition"] == {"id": "T.2026-03-02", "sha256": canonical.sha256(edition().text.encode())}
    assert notice["published_at"] == "2026-03-02T01:00:00.000Z"
    assert notice["deadline"] == "2026-03-24T01:00:00.000Z"
    assert notice["deadline_rule"] == "T-04"
    assert (notice["estimate"], notice["ceiling"]) == ("20000000.00", "19800000.00")
    assert notice["deposit"] == {"amount": "400000.00", "forms": ["guarantee", "transfer"]}
    assert notice["method"]["price_full"] == "60"
    assert notice["method"]["items"][0] == {
        "id": "design",
        "title": "施工组织设计",
        "full": "27.5",
        "kind": "subjective",
    }
    assert notice["custodians"][1] == {
        "role": "centre",
        "name": CENTRE.name,
        "credit_code": CENTRE.credit_code,
        "recipient": "age1key2",
        "signature": "MAA=",
    }
    assert notice["committee"]["strata"][0] == {"name": "civil", "site": "广元", "count": 2}
    assert notice["agency"] == {"name": AGENCY.name, "credit_code": AGENCY.credit_code}
    assert canonical.from_bytes(canonical.to_bytes(notice)) == notice


def test_what_is_not_stated_is_null():
    bare = replace(WORKS, agency=None, estimate=None, ceiling=None, deposit=None, ceiling_method="x")
    notice = document.build_notice(bare, edition(), published_at=PUBLISHED)
    assert [notice[name] for name in ("agency", "estimate", "ceiling", "deposit", "round_of")] == [None] * 5


def test_a_notice_with_floats_is_refused():
    floating = replace(WORKS, method=method(parameters={"K": 0.1}))
    with pytest.raises(canonical.NotCanonicalError, match="float"):
        document.build_notice(floating, edition(), published_at=PUBLISHED)


@pytest.mark.parametrize("terms", [WORKS, GOODS, LOCAL], ids=["T", "G", "local"])
def test_terms_are_stored_as_json_and_read_back(terms):
    stored = json.loads(json.dumps(terms.as_json()))
    assert Terms.from_json(stored) == terms
    assert document.build_notice(Terms.from_json(stored), edition(terms.regime), published_at=PUBLISHED) == (
        document.build_notice(terms, edition(terms.regime), published_at=PUBLISHED)
    )


def test_unreadable_terms_name_every_field():
    stored = WORKS.as_json()
    del stored["title"]
    stored |= {"colour": "red", "estimate": "1,5", "deadline": "tomorrow"}
    stored["committee"]["strata"][0]["count"] = "two"
    with pytest.raises(TermsError) as caught:
        Terms.from_json(stored)
    for field in ("title: ", "colour: ", "estimate", "deadline", "committee.strata.0.count"):
        assert field in str(caught.value)
