"""The rulebook: what its files say, how an edition is frozen, and that the two laws never meet."""

import re
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from kernel.domain import canonical
from kernel.domain.refusals import Allowed, Refused
from tender.domain.rulebook import FrozenEdition, RegimeError, Rulebook, UnknownRuleError
from tender.domain.rules import Breach, Confidence, Regime, RulebookError, Unit
from tests.domain.test_tender_law import edition, rulebook, texts

GUANGYUAN = "sichuan-guangyuan"
RULE = """
[[rule]]
id = "T-03"
keys = ["bid_period_minimum"]
title = { en = "Time", zh = "时间" }
text = { en = "Twenty days.", zh = "二十日。" }
value = 20
unit = "days"
compare = "at_least"
anchor = "document_issued"
act = "deadline"
breach = "refuse"
source = "招标投标法 第二十四条"
legal_basis = "招标投标法"
confidence = "read"
valid_from = 2000-01-01
"""
HEAD = 'regimes = ["T"]\nregion = ""\n'


COMMON = [
    "D-01",
    "D-02",
    "D-03",
    "D-04",
    "D-05",
    "D-06",
    "C-01",
    "C-03",
    "C-04",
    "C-06",
    "C-08",
    "C-09",
    "C-15",
]
COMMON += ["B-01", "B-04", "S-01", "S-02", "S-03", "S-04", "S-05", "S-06", "V-11", "E-04"]
DUE = {
    "T": [
        *(
            "T-01",
            "T-03",
            "T-04",
            "T-06",
            "T-08",
            "T-09",
            "T-10",
            "T-11",
            "T-12",
            "T-13",
            "T-14",
            "T-15",
            "T-20",
        )
    ],
    "G": [
        *(
            "G-01",
            "G-02",
            "G-03",
            "G-04",
            "G-05",
            "G-06",
            "G-07",
            "G-10",
            "G-11",
            "G-12",
            "G-13",
            "G-16",
            "G-17",
        )
    ],
}
DUE["T"] += ["B-03", "V-03", "J-03"]
DUE["G"] += ["V-05", "J-08"]


@pytest.mark.parametrize("regime", ["T", "G"])
def test_the_rules_that_are_due_stand(regime):
    for rule_id in [*COMMON, *DUE[regime]]:
        assert edition(regime).by_id(rule_id).legal_basis or rule_id == "D-05"


@pytest.mark.parametrize(
    ("key", "in_t", "in_g"),
    [
        ("document_access_minimum", ("T-01", 5, "days"), ("G-02", 5, "working_days")),
        ("bid_period_minimum", ("T-03", 20, "days"), ("G-03", 20, "days")),
        ("clarification_lead", ("T-04", 15, "days"), ("G-04", 15, "days")),
        ("document_objection_window", ("T-06", 10, "days"), ("G-16", 7, "working_days")),
        ("objection_answer_maximum", ("T-08", 3, "days"), ("G-17", 7, "working_days")),
        ("contract_maximum", ("T-13", 30, "days"), ("G-13", 30, "days")),
        ("winner_deposit_return_maximum", ("T-14", 5, "days"), ("G-07", 5, "working_days")),
        ("loser_deposit_return_maximum", ("T-14", 5, "days"), ("G-06", 5, "working_days")),
        ("withdrawn_deposit_return_maximum", ("T-15", 5, "days"), ("G-05", 5, "working_days")),
        ("bidders_minimum", ("C-01", 3, "count"), ("C-01", 3, "count")),
    ],
)
def test_one_question_has_each_law_s_own_answer(key, in_t, in_g):
    for regime, (rule_id, value, unit) in (("T", in_t), ("G", in_g)):
        rule = edition(regime).rule(key)
        assert (rule.id, rule.count(), rule.parameter().unit) == (rule_id, value, Unit(unit))


def test_numbers_keep_their_kind():
    t, g = edition("T"), edition("G")
    assert t.value("committee_expert_share") == Fraction(2, 3)
    assert t.value("bid_deposit_cap", "rate") == Decimal("0.02")
    assert t.rule("committee_size").flag("odd") is True
    assert g.rule("committee_size").count("large") == 7
    assert g.rule("price_weight_minimum").number("goods") == Decimal("0.30")
    assert t.value("precision", "deviation") == 2
    for wrong in (
        lambda: t.rule("bid_deposit_cap").count("rate"),
        lambda: t.rule("bidders_minimum").number(),
    ):
        with pytest.raises(RulebookError, match="is not"):
            wrong()
    with pytest.raises(RulebookError, match="no value"):
        t.value("bid_deposit_cap")


def test_every_rule_is_in_both_languages_and_names_its_article():
    for _, rule in rulebook().entries:
        assert re.search(r"[\u4e00-\u9fff]", rule.title.zh + rule.text.zh)
        assert not re.search(r"[\u4e00-\u9fff]", rule.title.en + rule.text.en)
        assert rule.text.zh.endswith("。")
        assert rule.text.en.endswith(".")
        assert re.search(r"[\u4e00-\u9fff]|GB", rule.source)


def test_practice_advises_and_never_refuses():
    practice = edition("T").rule("hall_consent_minutes")
    assert (practice.count(), practice.breach, practice.legal_basis) == (30, Breach.ADVISE, "")
    answer = practice.answer(
        "too_early", dict.fromkeys(("earliest", "limit", "unit", "anchor", "counted_from", "at"), "x")
    )
    assert isinstance(answer, Allowed)
    assert answer.notes[0].startswith("PR-04: Not before x")
    for _, rule in rulebook().entries:
        assert (rule.breach is Breach.ADVISE) == (not rule.legal_basis)


def test_a_duty_that_is_missed_is_recorded_and_a_right_that_lapsed_refused():
    facts = dict.fromkeys(("late_by", "limit", "unit", "anchor", "counted_from", "latest", "at"), "x")
    assert isinstance(edition().rule("contract_maximum").answer("too_late", facts), Allowed)
    assert edition().rule("document_objection_window").answer("too_late_before", facts) == Refused(
        "T-06", "too_late_before", facts
    )


def test_versions_change_on_their_day():
    before, after = (edition("G", on=date(2022, month, day)) for month, day in ((6, 30), (7, 1)))
    assert before.value("sme_deduction", "maximum") == Decimal("0.10")
    assert after.value("sme_deduction", "maximum") == Decimal("0.20")
    assert not edition("G", on=date(2026, 1, 31)).has("abnormally_low")
    assert edition("G", on=date(2026, 2, 1)).value("abnormally_low", "of_ceiling") == Decimal("0.45")


def test_the_overlay_goes_before_the_nation_and_leaves_it_readable():
    local = edition(region=GUANGYUAN)
    rule = local.rule("bid_deposit_cap")
    assert (rule.id, rule.overrides, rule.region) == ("B-02", "B-01", GUANGYUAN)
    assert rule.number("rate") == Decimal("0.01")
    assert local.by_id("B-01").number("rate") == Decimal("0.02")
    assert local.rule("bid_period_minimum") == edition().rule("bid_period_minimum")
    assert edition().rule("bid_deposit_cap").id == "B-01"
    assert not edition().has("similar_experience_limit")
    assert edition(region=GUANGYUAN, on=date(2022, 12, 31)).rule("bid_deposit_cap").id == "B-01"
    assert {rule.id for rule in edition("G", GUANGYUAN).rules} == {rule.id for rule in edition("G").rules}


@pytest.mark.parametrize(
    ("code", "region"),
    [("510800", GUANGYUAN), ("510802", GUANGYUAN), ("510900", ""), ("510000", ""), ("500000", "")],
)
def test_a_region_is_found_by_its_code(code, region):
    assert rulebook().region_for(code) == region


def test_the_two_laws_never_meet():
    t, g = edition("T"), edition("G")
    with pytest.raises(RegimeError, match="G-03 is a rule of regime G; edition T"):
        t.by_id("G-03")
    with pytest.raises(RegimeError, match="T-03 is a rule of regime T"):
        g.by_id("T-03")
    with pytest.raises(RegimeError, match="not of 'G'"):
        t.require_regime("G")
    with pytest.raises(UnknownRuleError, match="candidate_publication_minimum"):
        g.rule("candidate_publication_minimum")
    with pytest.raises(UnknownRuleError):
        t.by_id("T-99")
    with pytest.raises(RegimeError, match="choose T or G"):
        rulebook().freeze("X", "", date(2026, 3, 2))
    assert not {rule.id for rule in t.rules if rule.id.startswith("G-")}
    assert not {rule.id for rule in g.rules if rule.id.startswith("T-")}


def test_an_unknown_region_is_named():
    with pytest.raises(RulebookError, match="'chengdu' has no rules of its own; known: sichuan-guangyuan"):
        rulebook().freeze("T", "chengdu", date(2026, 3, 2))


def test_before_its_first_law_a_regime_has_no_edition():
    with pytest.raises(RulebookError, match="no rule of regime G stands on 1999-12-31"):
        rulebook().freeze("G", "", date(1999, 12, 31))


@settings(deadline=None, max_examples=20)
@given(
    st.sampled_from(list(Regime)),
    st.sampled_from(["", GUANGYUAN]),
    st.dates(date(2017, 10, 1), date(2030, 1, 1)),
    st.randoms(),
)
def test_freezing_is_deterministic_and_reads_back(regime, region, on, random):
    names = list(texts())
    random.shuffle(names)
    again = Rulebook.parse({name: texts()[name] for name in names}).freeze(regime, region, on)
    first = rulebook().freeze(regime, region, on)
    assert again.text == first.text
    read = FrozenEdition.parse(first.text)
    assert read == first
    assert read.reference == {"id": first.id, "sha256": canonical.sha256(first.text.encode())}


def test_the_order_of_parameters_in_a_file_changes_nothing():
    first, second = 'one = { value = 1, unit = "count" }\n', 'two = { value = 2, unit = "count" }\n'
    frozen = [
        Rulebook.parse({"a.toml": HEAD + RULE + "[rule.parameters]\n" + lines}).freeze(
            "T", "", date(2026, 3, 2)
        )
        for lines in (first + second, second + first)
    ]
    assert frozen[0].text == frozen[1].text
    assert frozen[0].text.endswith("[rule.parameters]\n" + first + second)


def test_an_edition_names_its_regime_region_and_day():
    assert edition().id == "T.2026-03-02"
    assert edition(region=GUANGYUAN).id == "T.sichuan-guangyuan.2026-03-02"
    next_day = rulebook().freeze("T", "", date(2026, 3, 2) + timedelta(days=1))
    assert next_day.sha256 != edition().sha256


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("value = 20\n", "value = 19\n", 1) + "\n",
        lambda text: "# a comment\n" + text,
        lambda text: text.replace('regime = "T"', 'regime = "G"', 1),
        lambda text: text.replace("2026-03-02", "2026-03-03", 1),
        lambda text: text.replace(" = ", "=", 1),
        lambda text: text.replace("yangguang/edition/v1", "yangguang/edition/v2", 1),
        lambda text: text[: text.index("=", len(text) // 2)],
    ],
)
def test_another_text_is_no_frozen_edition(change):
    changed = change(edition().text)
    assert changed != edition().text
    with pytest.raises(RulebookError):
        FrozenEdition.parse(changed)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + RULE.replace("20\n", '"20"\n'), "does not fit the unit days"),
        (HEAD + RULE.replace("value = 20", "value = 2.5"), "decimals are written as text"),
        (HEAD + RULE.replace('"days"', '"weeks"'), "unit of value must be one of"),
        (HEAD + RULE.replace('confidence = "read"', 'confidence = "sure"'), "confidence must be one of"),
        (HEAD + RULE.replace('legal_basis = "招标投标法"\n', ""), "advises if and only if"),
        (HEAD + RULE.replace('act = "deadline"\n', ""), "needs compare, anchor and act"),
        (HEAD + RULE.replace('act = "deadline"', 'act = "closing"'), "anchor and act are among"),
        (HEAD + RULE.replace('"T-03"', '"T3"'), "an id is written like"),
        (HEAD + RULE.replace("2000-01-01", '"2000"'), "valid_from must be a date"),
        (HEAD + RULE + "valid_to = 1999-01-01\n", "later than valid_from"),
        (HEAD + RULE + "colour = 3\n", "unknown field colour"),
        (HEAD + RULE.replace('zh = "时间"', 'fr = "temps"'), "title must be"),
        (HEAD + RULE + RULE, "two versions of T rule T-03 stand on 2000-01-01"),
        (HEAD.replace('["T"]', '["T", "G"]') + RULE, "legal basis is of one regime only"),
        (HEAD.replace('["T"]', '["X"]') + RULE, "regimes must be a list"),
        (HEAD.replace('region = ""', 'region = "here"') + RULE, "has a region_code"),
        ("regimes = ", "not TOML"),
    ],
)
def test_a_faulty_file_says_which_and_what(text, message):
    with pytest.raises(RulebookError, match=message) as caught:
        Rulebook.parse({"broken.toml": text})
    assert "broken.toml" in str(caught.value) or "T-03" in str(caught.value)


def test_two_rules_cannot_answer_one_question():
    other = RULE.replace('"T-03"', '"T-33"')
    book = Rulebook.parse({"a.toml": HEAD + RULE, "b.toml": HEAD + other})
    with pytest.raises(RulebookError, match="'bid_period_minimum' is answered by T-03, T-33"):
        book.freeze("T", "", date(2026, 3, 2))


def test_an_overlay_must_override_something_that_stands():
    local = RULE.replace('"T-03"', '"T-33"') + 'overrides = "T-04"\n'
    head = HEAD.replace('region = ""', 'region = "here"\nregion_code = "510100"')
    book = Rulebook.parse({"a.toml": HEAD + RULE, "b.toml": head + local})
    with pytest.raises(RulebookError, match="T-33 overrides T-04, which answers none"):
        book.freeze("T", "here", date(2026, 3, 2))


def test_what_is_from_memory_says_so():
    marks = {rule.id: rule.confidence for rule in edition("T").rules}
    assert marks["T-03"] is Confidence.READ
    assert marks["S-01"] is Confidence.MEMORY
    assert marks["PR-04"] is Confidence.PRACTICE
    assert edition("T").rule("bid_deposit_cap").parameter("amount_works").confidence is Confidence.MEMORY
