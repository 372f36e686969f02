"""Addenda: when the deadline must move, how far, and the chain of their hashes."""

import pytest

from kernel.domain import canonical
from kernel.domain.refusals import Allowed
from tender.domain import addenda
from tender.domain.terms import Attachment
from tests.domain.test_tender_law import at, edition, shown

T = at("2026-04-10 09:00")


def judged(when, new=None, *, affects=True, regime="T", **more):
    return addenda.judge_addendum(
        edition(regime),
        at=at(when),
        deadline=T,
        new_deadline=at(new) if new else None,
        affects_bids=affects,
        **more,
    )


@pytest.mark.parametrize(
    ("when", "new", "affects", "reason"),
    [
        ("2026-03-26 09:00", None, True, None),
        ("2026-03-26 09:00:00.001", None, True, "deadline_must_move"),
        ("2026-03-30 10:00", None, False, None),
        ("2026-03-30 10:00", "2026-04-14 10:00", True, None),
        ("2026-03-30 10:00", "2026-04-14 09:59", True, "deadline_moves_too_little"),
        ("2026-03-30 10:00", "2026-04-11 09:00", False, None),
        ("2026-03-10 10:00", "2026-04-09 09:00", True, "deadline_moved_earlier"),
        ("2026-03-10 10:00", "2026-04-10 09:00", True, "deadline_moved_earlier"),
        ("2026-04-10 09:00", "2026-05-10 09:00", True, "after_deadline"),
    ],
)
def test_when_an_addendum_is_lawful(when, new, affects, reason):
    for regime, rule in (("T", "T-04"), ("G", "G-04")):
        decision = judged(when, new, affects=affects, regime=regime)
        if reason is None:
            assert decision == Allowed()
        else:
            assert (decision.rule, decision.reason) == (rule, reason)
            assert shown(decision)


def test_the_refusal_says_until_when_the_deadline_must_move():
    refusal = judged("2026-03-30 10:00")
    assert refusal.facts["earliest"] == "2026-04-14 10:00"
    assert refusal.facts["left"] == "10 d 23 h"
    assert "with 15 days from 2026-03-30 10:00" in shown(refusal)


def test_resealing_always_affects_bids():
    assert judged("2026-03-30 10:00", affects=False, reseal=True).reason == "deadline_must_move"


def test_regime_g_fixes_subject_and_qualification():
    refusal = judged("2026-03-10 10:00", changed=["text", "subject"], regime="G")
    assert (refusal.rule, refusal.reason, refusal.facts["changed"]) == ("G-04", "fixed_by_law", "subject")
    assert shown(refusal)
    assert judged("2026-03-10 10:00", changed=["subject"]) == Allowed()


def build(**change):
    given = {
        "tender": "t",
        "lot": "l",
        "notice": "0" * 64,
        "number": 1,
        "previous": None,
        "published_at": at("2026-03-30 10:00"),
        "text": "答疑：图纸第三页以更正为准。",
        "deadline": at("2026-04-14 10:00"),
        "reseal": False,
        "documents": [Attachment(name="更正.pdf", sha256="1" * 64, length=7)],
    }
    return addenda.build_addendum(**(given | change))


def test_the_canonical_object():
    addendum = build()
    assert list(addendum) == [
        "domain",
        "tender",
        "lot",
        "notice",
        "number",
        "previous",
        "published_at",
        "text",
        "deadline",
        "reseal",
        "documents",
    ]
    assert addendum["domain"] == "yangguang/addendum/v1"
    assert addendum["published_at"] == "2026-03-30T02:00:00.000Z"
    assert addendum["deadline"] == "2026-04-14T02:00:00.000Z"
    assert addendum["documents"] == [{"name": "更正.pdf", "sha256": "1" * 64, "length": 7}]
    assert build(deadline=None)["deadline"] is None
    assert build(number=2, previous=canonical.digest(addendum))["previous"] == canonical.digest(addendum)


@pytest.mark.parametrize("change", [{"number": 2}, {"previous": "1" * 64}, {"number": 0}])
def test_a_broken_chain_is_refused(change):
    with pytest.raises(ValueError, match="every later addendum"):
        build(**change)


def test_text_without_a_canonical_form_is_refused():
    with pytest.raises(canonical.NotCanonicalError):
        build(text="e\u0301")
