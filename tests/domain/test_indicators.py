"""The regulator's figures: a table computed by hand, and what holds of any lots."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from monitoring.domain import indicators
from monitoring.domain.indicator_names import CASES, COMPETITION, FIGURES, FLAGGED, FORMULAS, VOLUME
from monitoring.domain.indicators import CaseFact, Kind, LotFact, Period, rounded, tabulate

JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))
CITY, COUNTY = "510900", "510800"
SUMS = (
    *("published", "closed", "failed", "cancelled", "opened", "estimated", "awarded", "counted", "bids"),
    *("single", "compared", "scored", "striking", "suspected", "indicated"),
)


def lot(region=CITY, month=JANUARY, regime="T", category="works", entity="晴川市住建局", **facts):
    return LotFact(region, month, regime, category, entity, **facts)


def money(text):
    return Decimal(text)


BY_HAND = [
    # three bids, 1,000,000 estimated, won at 900,000: saved 10 %
    lot(
        closed=True,
        opened=True,
        bids=3,
        estimate=money("1000000.00"),
        price=money("900000.00"),
        p_value=0.01,
        suspicion=0.75,
        indications=2,
    ),
    # one bid, 500,000 estimated, won at 500,000: saved nothing
    lot(
        month=FEBRUARY,
        closed=True,
        opened=True,
        bids=1,
        estimate=money("500000.00"),
        price=money("500000.00"),
        p_value=None,
        suspicion=0.25,
    ),
    # failed with two bids
    lot(COUNTY, closed=True, failed=True, bids=2, estimate=money("250000.00")),
    # won above its estimate by 4 %
    lot(
        COUNTY,
        FEBRUARY,
        "G",
        "goods",
        "晴川市医院",
        closed=True,
        opened=True,
        bids=5,
        estimate=money("100000.00"),
        price=money("104000.00"),
        p_value=0.0100001,
        suspicion=0.5,
    ),
    # open for bids, and cancelled
    lot(COUNTY, FEBRUARY, "G", "goods", "晴川市医院", estimate=money("70000.00")),
    lot(COUNTY, FEBRUARY, "G", "goods", "晴川市医院", cancelled=True),
]
CASE_FACTS = [CaseFact(JANUARY, FEBRUARY), CaseFact(FEBRUARY, None), CaseFact(date(2025, 12, 1), FEBRUARY)]


def test_a_table_computed_by_hand():
    report = tabulate(BY_HAND, CASE_FACTS, (JANUARY, FEBRUARY, MARCH))
    total = report.total
    assert (total.published, total.closed, total.failed, total.cancelled, total.opened) == (6, 4, 1, 1, 3)
    assert (total.estimates, total.estimated) == (money("1920000.00"), 5)
    assert (total.prices, total.awarded) == (money("1504000.00"), 3)
    assert total.single_rate == Fraction(1, 4)
    assert total.failed_share == Fraction(1, 4)
    assert total.mean_bids == Fraction(11, 4)
    # (1,600,000 - 1,504,000) / 1,600,000, and the median of 10 %, 0 and -4 %
    assert (total.saving_rate, total.median_saving, total.compared) == (Fraction(6, 100), 0, 3)
    assert (total.striking_share, total.scored) == (Fraction(1, 2), 2)
    assert total.median_suspicion == Fraction(1, 2)
    assert total.indicated == 1
    assert (total.cases_opened, total.cases_closed) == (2, 2)
    county, city = report.regions
    assert (county.key, county.figures.published, county.figures.failed_share) == (COUNTY, 4, Fraction(1, 2))
    assert (city.key, city.figures.saving_rate, city.figures.median_saving) == (
        CITY,
        Fraction(100_000, 1_500_000),
        Fraction(1, 20),
    )
    assert city.figures.cases_opened is None, "a case is of no region"
    assert [row.key for row in report.months] == ["2026-01", "2026-02", "2026-03"]
    assert [(row.figures.cases_opened, row.figures.cases_closed) for row in report.months] == [
        (1, 0),
        (1, 2),
        (0, 0),
    ]
    assert [row.key for row in report.kinds] == ["G-goods", "T-works"]
    assert [row.key for row in report.entities] == ["晴川市住建局", "晴川市医院"]


def test_what_people_and_programs_read():
    total = tabulate(BY_HAND, (), (JANUARY,)).total
    assert total.written("saving_rate") == "6.0 % (3)"
    assert total.written("single_rate") == "25.0 % (1/4)"
    assert total.written("mean_bids") == "2.75 (4)"
    assert total.written("prices") == "1,504,000.00 (3)"
    assert total.written("published") == "6"
    assert total.plain("saving_rate") == "0.060000"
    assert total.plain("prices") == "1504000.00"
    assert total.plain("failed") == "1"


def test_an_empty_denominator_is_missing_and_never_zero():
    report = tabulate([], [], (JANUARY,))
    for figures in (report.total, report.months[0].figures):
        for code, kind in indicators.KINDS.items():
            value = figures.value(code)
            if kind is Kind.COUNT:
                assert value == 0, code
            else:
                assert (value, figures.written(code), figures.plain(code)) == (None, "–", ""), code
    assert (report.regions, report.kinds, report.entities) == ((), (), ())


def test_an_estimate_of_nothing_saves_nothing_and_divides_by_nothing():
    total = tabulate([lot(estimate=money("0.00"), price=money("5.00"))], (), (JANUARY,)).total
    assert (total.compared, total.saving_rate, total.median_saving) == (0, None, None)


def test_statistics_of_a_lot_that_is_not_opened_do_not_count():
    total = tabulate([lot(p_value=0.001, suspicion=0.9)], (), (JANUARY,)).total
    assert (total.scored, total.striking, total.median_suspicion) == (0, 0, None)


def test_every_figure_has_a_name_and_a_formula_and_indications_share_no_column_with_statistics():
    assert list(FIGURES) == list(FORMULAS) == list(indicators.KINDS)
    assert {*VOLUME, *COMPETITION, *FLAGGED, *CASES} <= set(FIGURES)
    assert "indicated" not in indicators.RESTS_ON
    for code, rests in indicators.RESTS_ON.items():
        assert "indicated" not in rests, code


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [("1/3", 2, "0.33"), ("1/2", 0, "1"), ("1/8", 2, "0.13"), ("-1/8", 2, "-0.13"), ("5/1000", 2, "0.01")],
)
def test_rounding_is_half_away_from_zero(value, places, shown):
    assert str(rounded(Fraction(value), places)) == shown


def test_periods():
    first = indicators.quarter(2026, 1)
    assert (first.first, first.last, first.end) == (JANUARY, MARCH, date(2026, 4, 1))
    assert first.months(date(2026, 2, 15)) == (JANUARY, FEBRUARY)
    assert first.quarter == (2026, 1)
    assert Period(JANUARY, JANUARY).quarter is None
    assert Period(FEBRUARY, date(2026, 4, 1)).quarter is None
    assert indicators.before(first) == indicators.quarter(2025, 4)
    assert indicators.before(indicators.quarter(2026, 3)) == indicators.quarter(2026, 2)
    assert indicators.quarter_of(date(2026, 12, 31)) == indicators.quarter(2026, 4)
    assert indicators.following(date(2026, 12, 1)) == date(2027, 1, 1)
    with pytest.raises(ValueError, match="no quarter"):
        indicators.quarter(2026, 5)
    for wrong in ((FEBRUARY, JANUARY), (date(2026, 1, 2), FEBRUARY)):
        with pytest.raises(ValueError, match="no months"):
            Period(*wrong)


AMOUNTS = st.none() | st.decimals("0.01", "99999999.99", places=2)
LOTS = st.lists(
    st.builds(
        LotFact,
        region=st.sampled_from([CITY, COUNTY, "510104"]),
        month=st.sampled_from([JANUARY, FEBRUARY, MARCH]),
        regime=st.sampled_from("TG"),
        category=st.sampled_from(["works", "goods"]),
        procuring_entity=st.sampled_from(["甲", "乙", "丙"]),
        closed=st.booleans(),
        failed=st.booleans(),
        cancelled=st.booleans(),
        opened=st.booleans(),
        bids=st.none() | st.integers(0, 9),
        estimate=AMOUNTS,
        price=AMOUNTS,
        p_value=st.none() | st.floats(0, 1),
        suspicion=st.none() | st.floats(0, 1),
        indications=st.integers(0, 3),
    ),
    max_size=12,
)
CASES_OF = st.lists(
    st.builds(
        CaseFact,
        opened=st.none() | st.sampled_from([JANUARY, FEBRUARY]),
        closed=st.none() | st.sampled_from([FEBRUARY, MARCH]),
    ),
    max_size=6,
)
MONTHS = (JANUARY, FEBRUARY, MARCH)


@given(LOTS, CASES_OF)
def test_totals_are_the_sums_of_their_parts(lots, cases):
    report = tabulate(lots, cases, MONTHS)
    for rows in (report.regions, report.months, report.kinds, report.entities):
        for name in SUMS:
            assert getattr(report.total, name) == sum(getattr(row.figures, name) for row in rows), name
        for name in ("estimates", "prices"):
            parts = [value for row in rows if (value := getattr(row.figures, name)) is not None]
            assert getattr(report.total, name) == (sum(parts) if parts else None), name
    for name in ("cases_opened", "cases_closed"):
        assert getattr(report.total, name) == sum(getattr(row.figures, name) for row in report.months)


@given(LOTS, CASES_OF, st.randoms(use_true_random=False))
def test_the_order_of_lots_and_cases_changes_nothing(lots, cases, random):
    told = tabulate(lots, cases, MONTHS)
    mixed, other = list(lots), list(cases)
    random.shuffle(mixed)
    random.shuffle(other)
    assert tabulate(mixed, other, MONTHS) == told


@given(LOTS)
def test_rates_lie_where_rates_lie(lots):
    figures = tabulate(lots, (), MONTHS).total
    for share in (figures.single_rate, figures.striking_share):
        assert share is None or 0 <= share <= 1
    for saving in (figures.saving_rate, figures.median_saving):
        assert saving is None or saving <= 1
