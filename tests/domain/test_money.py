"""Amounts in yuan: rounding, texts, and the capital numerals that people write on bids."""

from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from kernel.domain import money

amounts = st.integers(-(10**17), 10**17).map(lambda cents: Decimal(cents) / 100)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        ("0.125", "0.13"),
        ("2.675", "2.68"),
        ("1.005", "1.01"),
        ("27.545", "27.55"),
        ("-0.125", "-0.13"),
        ("0.135", "0.14"),
        ("0.1249999999", "0.12"),
    ],
)
def test_half_is_rounded_away_from_zero(exact, rounded):
    assert money.round_half_up(Decimal(exact)) == Decimal(rounded)


def test_rounding_to_other_places():
    assert money.round_half_up(Decimal("10033333.5"), 0) == Decimal(10033334)
    assert str(money.round_half_up(Decimal("1.00005"), 4)) == "1.0001"


@pytest.mark.parametrize("text", ["9800000", "9800000.5", "9800000.50", " 0.01 ", "-3"])
def test_amounts_are_read(text):
    assert money.parse(text) == Decimal(text.strip())


@pytest.mark.parametrize("text", ["", "1,000", "1e5", "0.001", "NaN", "Infinity", "١٢", "1.", "+1", "9" * 17])
def test_other_texts_are_no_amounts(text):
    with pytest.raises(money.AmountError):
        money.parse(text)


def test_foreign_files_are_rounded_and_infinities_refused():
    assert money.parse_rounding("1234.565") == Decimal("1234.57")
    assert money.parse_rounding("1.2e3") == Decimal(1200)
    for text in ("inf", "nan", "x", "1e17"):
        with pytest.raises(money.AmountError):
            money.parse_rounding(text)


@settings(deadline=None)
@given(amounts)
def test_texts_read_back(amount):
    assert money.parse(money.to_text(amount)) == amount


def test_an_amount_with_more_decimals_has_no_text():
    with pytest.raises(money.AmountError, match="two decimals"):
        money.to_text(Decimal("1.001"))


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("9800000", "玖佰捌拾万元整"),
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("10.05", "壹拾元零伍分"),
        ("1005.5", "壹仟零伍元伍角整"),
        ("100200030", "壹亿零贰拾万零叁拾元整"),
        ("-12.34", "负壹拾贰元叁角肆分"),
        ("1000000000000", "壹万亿元整"),
    ],
)
def test_capital_numerals(amount, words):
    assert money.capital_numerals(Decimal(amount)) == words
    assert money.read_capital_numerals(words) == Decimal(amount)


@settings(deadline=None)
@given(st.integers(-(10**16) * 100 + 100, 10**18 - 100).map(lambda cents: Decimal(cents) / 100))
def test_capital_numerals_read_back(amount):
    assert money.read_capital_numerals(money.capital_numerals(amount)) == amount


@pytest.mark.parametrize("words", ["玖佰捌拾万", "玖百元整", "拾元整", "壹元贰分叁角", "壹万壹万元整", ""])
def test_loose_numerals_are_refused(words):
    with pytest.raises(money.AmountError):
        money.read_capital_numerals(words)


def test_alternative_spellings_are_read():
    assert money.read_capital_numerals("人民币壹佰圆正") == Decimal(100)


@pytest.mark.parametrize(
    ("wan", "yuan"), [("980", "9800000"), ("0.000001", "0.01"), ("12.345678", "123456.78")]
)
def test_ten_thousands_are_lossless(wan, yuan):
    assert money.from_wan(wan) == Decimal(yuan)
    assert Decimal(money.to_wan(Decimal(yuan))) == Decimal(wan)


def test_people_read_groups():
    assert money.grouped(Decimal(9800000)) == "9,800,000.00"
