"""Instants as people in China read them: the day they fall on, the end of a day, and plain text for refusals."""

from datetime import UTC, date, datetime, time, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China Standard Time, without daylight saving (D-07); a fixed offset, so that no zone file is read."""

ONE_DAY = timedelta(days=1)
_STEPS = ((ONE_DAY, "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))


def day_of(moment: datetime) -> date:
    """Return the calendar day in China of an aware instant; raises ValueError without a time zone."""
    return local(moment).date()


def start_of_day(day: date) -> datetime:
    """Return the first instant of a day in China, as UTC."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return the instant at which a day in China is over: the first of the next day, itself outside."""
    return start_of_day(day + ONE_DAY)


def last_day_before(end: datetime) -> date:
    """Return the last day that has time before `end`: a window that ends at 0:00 ends on the day before."""
    return day_of(end - datetime.resolution)


def local(moment: datetime) -> datetime:
    """Return an aware instant in China Standard Time; raises ValueError without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return moment.astimezone(SHANGHAI)


def clock(moment: datetime) -> str:
    """Write an instant for people: 2026-03-20 09:00, with seconds and milliseconds only where there are any."""
    here = local(moment).replace(tzinfo=None)
    if here.microsecond:
        return here.isoformat(" ", "milliseconds")
    return here.isoformat(" ", "seconds" if here.second else "minutes")


def until(end: datetime) -> str:
    """Write the end of a window for people: midnight is 24:00 of the day that it closes."""
    if local(end).time() == time.min:
        return f"{last_day_before(end).isoformat()} 24:00"
    return clock(end)


def span(length: timedelta) -> str:
    """Write a length of time for people, two units at most: 2 d 3 h, 23 h 59 min, 41 s, 0.250 s."""
    for index, (step, name) in enumerate(_STEPS):
        whole, rest = divmod(length, step)
        if whole:
            smaller = _STEPS[index + 1 :][:1]
            part = rest // smaller[0][0] if smaller else int(rest.total_seconds())
            return f"{whole} {name}" + (f" {part} {smaller[0][1] if smaller else 's'}" if part else "")
    seconds = length.total_seconds()
    return f"{seconds:.0f} s" if seconds == int(seconds) else f"{seconds:.3f} s"
