"""What is kept of a lot's screens: values as text, or the reason for which there is none."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from kernel.domain import canonical
from monitoring.domain import record, screens
from monitoring.domain.record import Missing

PRICES = st.lists(st.decimals(min_value=0, max_value=10**9, places=2), max_size=9)


def keep(*prices, estimate=None, ceiling=None):
    amounts = [Decimal(price) for price in prices]
    return record.keep(
        amounts,
        estimate=Decimal(estimate) if estimate else None,
        ceiling=Decimal(ceiling) if ceiling else None,
    )


@given(PRICES)
def test_every_value_is_kept_as_text_or_has_a_reason_and_never_a_null(prices):
    kept = record.keep(prices, estimate=Decimal(100), ceiling=None)
    canonical.to_bytes(kept)
    assert tuple(kept) == record.named()
    values = screens.screens(prices) | screens.ratios(prices, estimate=Decimal(100))
    for name, one in kept.items():
        if values[name] is None:
            assert one["missing"] in set(Missing)
        else:
            assert float(one["value"]) == values[name]


@pytest.mark.parametrize(
    ("prices", "name", "why"),
    [
        ((), "CV", Missing.TOO_FEW),
        (("5",), "SPD", Missing.TOO_FEW),
        (("5", "6"), "RD", Missing.TOO_FEW),
        (("0", "5", "6", "7"), "CV", Missing.ZERO),
        (("5", "5", "5", "5"), "KURT", Missing.EQUAL),
        (("5", "6", "6"), "RD", Missing.LOSERS_EQUAL),
        (("5", "6", "6"), "RDALT", Missing.LOSERS_EQUAL),
        (("5", "6"), "b1/estimate", Missing.NO_BASE),
    ],
)
def test_a_missing_screen_says_why(prices, name, why):
    assert keep(*prices)[name] == {"missing": why.value}


def test_ratios_have_reasons_of_their_own():
    kept = keep(estimate="100")
    assert kept["m/estimate"] == {"missing": "too_few_bids"}
    assert keep("0", "5", estimate="100")["b1/estimate"] == {"missing": "zero_bid"}
    assert keep("5", "6", ceiling="10")["bn/ceiling"] == {"value": "0.6"}


def test_every_screen_has_a_sign_as_its_source_states_it():
    assert set(record.SIGNS) == set(screens.NAMES)
    assert {name for name, sign in record.SIGNS.items() if sign == "low"} == {"CV", "SPD", "SKEW"}


@pytest.mark.parametrize(
    ("value", "others", "place"),
    [(2.0, [1, 2, 3, 4], 0.375), (0.0, [1, 2], 0.0), (9.0, [1, 2], 1.0), (1.0, [1, 1], 0.5)],
)
def test_the_place_of_a_value_counts_ties_half(value, others, place):
    assert record.place_among(value, others) == place
