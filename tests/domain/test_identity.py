"""Credit codes, resident numbers and transaction codes against vectors and generated ones."""

import pytest
from hypothesis import given, strategies as st

from accounts.domain import identity
from accounts.domain.identity import IdentityError
from demo import cast as city


@pytest.mark.parametrize(
    "code", ["91350100M000100Y43", "12510800450712347J", "11510800008612343G", "93510802MA6ABCD102"]
)
def test_credit_codes_that_hold(code):
    assert identity.credit_code(f" {code.lower()} ") == code


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y44",
        "91510800MA6TESTX12",
        "91350100M000100Y4",
        "91350100M000100Y433",
        "91350100-M000100Y43",
        "",
    ],
)
def test_credit_codes_that_do_not(code):
    with pytest.raises(IdentityError):
        identity.credit_code(code)


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "510802199001010014", "11010519491231002x", "440524188001010014"]
)
def test_resident_numbers_that_hold(number):
    assert identity.resident_number(number) == number.upper()


@pytest.mark.parametrize(
    "number",
    [
        "110105194912310021",
        "510802198502290010",
        "51080219900101001",
        "990105194912310021",
        "5108021990010100 4",
    ],
)
def test_resident_numbers_that_do_not(number):
    with pytest.raises(IdentityError):
        identity.resident_number(number)


def test_a_number_is_shown_masked():
    assert identity.masked("510802199001010014") == "510802********0014"


@pytest.mark.parametrize(
    ("code", "check"),
    [
        ("A0191350100M000100Y4320250603000001", "H"),
        ("A0191350100M000100Y4320250603000002", "F"),
        ("B0191350100M000100Y4320250603000001", "Z"),
        ("C0191350100M000100Y4320250603000017", "0"),
        ("D0191350100M000100Y4320250603000123", "E"),
        ("A999922123459", "H"),
        ("A999922654321", "S"),
        ("A999914123456", "N"),
    ],
)
def test_check_characters_of_transaction_codes(code, check):
    assert identity.trade_check(code) == check


def test_everybody_in_the_sample_city_has_numbers_that_check():
    codes = [identity.credit_code(i.credit_code) for i in city.INSTITUTIONS]
    numbers = [identity.resident_number(p.resident_number) for p in city.PEOPLE]
    assert len(set(codes)) == len(codes)
    assert len(set(numbers)) == len(numbers)
    assert len({p.username for p in city.PEOPLE}) == len(city.PEOPLE)


@given(
    st.sampled_from([i.credit_code for i in city.INSTITUTIONS]),
    st.integers(0, 17),
    st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"),
)
def test_one_wrong_character_is_always_found(code, place, other):
    changed = code[:place] + other + code[place + 1 :]
    if changed != code:
        with pytest.raises(IdentityError):
            identity.credit_code(changed)
