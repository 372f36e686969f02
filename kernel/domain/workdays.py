"""Working days and periods by the dated table of holidays and make-up days (rules D-01 to D-06)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

SATURDAY = 5
ONE_DAY = timedelta(days=1)


class YearNotAnnouncedError(ValueError):
    """A needed year has no announced table: nothing is computed, an operator must enter it (D-06)."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the holidays of {year} are not announced; enter the yearly notice first (D-06)")
        self.year = year


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The days off and the make-up working days of the announced years."""

    years: frozenset[int]
    off: frozenset[date] = field(default_factory=frozenset)
    work: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def of(cls, off: Iterable[date], work: Iterable[date]) -> "WorkingCalendar":
        """Build a calendar whose announced years are those with a day off."""
        days = frozenset(off)
        return cls(years=frozenset(day.year for day in days), off=days, work=frozenset(work))

    def is_working_day(self, day: date) -> bool:
        """Tell whether a day is worked; raises YearNotAnnouncedError for a year without a table."""
        if day.year not in self.years:
            raise YearNotAnnouncedError(day.year)
        if day in self.work:
            return True
        return day not in self.off and day.weekday() < SATURDAY

    def roll(self, day: date) -> date:
        """Return the first working day that is not before `day` (D-02)."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def add_working_days(self, start: date, count: int) -> date:
        """Return the last day of a period of `count` 工作日; the start day is not counted (D-01)."""
        if count < 1:
            raise ValueError("a period has at least one day")
        day = start
        for _ in range(count):
            day = self.roll(day + ONE_DAY)
        return day

    def add_days(self, start: date, count: int) -> date:
        """Return the last day of a period of `count` 日, rolled to a working day (D-01, D-02, D-03)."""
        if count < 1:
            raise ValueError("a period has at least one day")
        return self.roll(start + timedelta(days=count))
