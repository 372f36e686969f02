"""Working days: the national tables of two years, and what holds for every day of them."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from kernel.domain.workdays import WorkingCalendar, YearNotAnnouncedError

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "calendar.json").read_text())


def days(listed):
    found = []
    for year, spans in listed.items():
        for span in spans:
            first, _, last = span.partition("..")
            day, end = (date.fromisoformat(f"{year}-{part}") for part in (first, last or first))
            while day <= end:
                found.append(day)
                day += timedelta(days=1)
    return found


CALENDAR = WorkingCalendar.of(off=days(VECTORS["off"]), work=days(VECTORS["work"]))
within = st.dates(date(2025, 1, 1), date(2026, 9, 1))
counts = st.integers(1, 40)


@pytest.mark.parametrize("case", VECTORS["periods"], ids=lambda case: case["id"])
def test_period_vectors(case):
    add = CALENDAR.add_working_days if case["unit"] == "working_days" else CALENDAR.add_days
    assert add(date.fromisoformat(case["start"]), case["count"]).isoformat() == case["last"]


@pytest.mark.parametrize(("day", "worked"), VECTORS["is_working_day"].items())
def test_single_days(day, worked):
    assert CALENDAR.is_working_day(date.fromisoformat(day)) is worked


def test_the_tables_have_both_kinds_of_surprise():
    assert date(2026, 2, 14).weekday() == 5
    assert CALENDAR.is_working_day(date(2026, 2, 14))
    assert date(2026, 2, 16).weekday() == 0
    assert not CALENDAR.is_working_day(date(2026, 2, 16))


def test_a_year_without_a_notice_is_refused_by_name():
    with pytest.raises(YearNotAnnouncedError, match="2027") as caught:
        CALENDAR.add_working_days(date(2026, 12, 30), 5)
    assert caught.value.year == 2027
    with pytest.raises(YearNotAnnouncedError):
        CALENDAR.is_working_day(date(2024, 12, 31))


@pytest.mark.parametrize("count", [0, -1])
def test_a_period_has_a_day(count):
    with pytest.raises(ValueError, match="at least one day"):
        CALENDAR.add_days(date(2026, 3, 2), count)
    with pytest.raises(ValueError, match="at least one day"):
        CALENDAR.add_working_days(date(2026, 3, 2), count)


@settings(deadline=None)
@given(within)
def test_roll_is_idempotent_and_never_goes_back(day):
    rolled = CALENDAR.roll(day)
    assert rolled >= day
    assert CALENDAR.roll(rolled) == rolled
    assert CALENDAR.is_working_day(rolled)
    assert not any(CALENDAR.is_working_day(day + timedelta(days=n)) for n in range((rolled - day).days))


@settings(deadline=None)
@given(within, counts, counts)
def test_longer_periods_end_no_earlier(start, one, other):
    shorter, longer = sorted((one, other))
    assert CALENDAR.add_days(start, shorter) <= CALENDAR.add_days(start, longer)
    assert CALENDAR.add_working_days(start, shorter) <= CALENDAR.add_working_days(start, longer)


@settings(deadline=None)
@given(within, within, counts)
def test_later_starts_end_no_earlier(one, other, count):
    earlier, later = sorted((one, other))
    assert CALENDAR.add_days(earlier, count) <= CALENDAR.add_days(later, count)
    assert CALENDAR.add_working_days(earlier, count) <= CALENDAR.add_working_days(later, count)


@settings(deadline=None)
@given(within, counts)
def test_working_days_are_counted_one_by_one(start, count):
    last = CALENDAR.add_working_days(start, count)
    counted = [start + timedelta(days=n) for n in range(1, (last - start).days + 1)]
    assert sum(CALENDAR.is_working_day(day) for day in counted) == count
    assert CALENDAR.is_working_day(last)
    assert last >= CALENDAR.roll(start + timedelta(days=1))
