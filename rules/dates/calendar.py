"""Days and months reckoned: nearest ahead or behind, ends of months, and holidays that have a fixed rule."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

from rules.model import PartialDate


def make(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def add_days(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def add_months(day: date, months: int) -> date | None:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def shift_month(when: PartialDate, months: int) -> PartialDate | None:
    """A month or a year moved by whole months (a year only by whole years)."""
    if when.month is None:
        return PartialDate(when.year + months // 12) if months % 12 == 0 else None
    year, month = divmod(when.year * 12 + when.month - 1 + months, 12)
    return PartialDate(year, month + 1)


def month_end(year: int, month: int) -> PartialDate:
    return PartialDate(year, month, monthrange(year, month)[1])


def later(when: PartialDate, days: int, months: int) -> PartialDate | None:
    """`when` moved by a duration; None where it is too coarse to be moved by days."""
    day = when.exact
    if day is None:
        return shift_month(when, months) if not days else None
    moved = add_months(day, months) if months else day
    moved = add_days(moved, days) if moved else None
    return PartialDate.of(moved) if moved else None


def pick(candidates: Iterable[date | None], today: date, ahead: int, firm: bool) -> date | None:
    """The candidate that fits best: the first from `today` on (ahead 1), the last up to it (-1), or the nearest (0).

    Without a firm word a date that lies ahead only by most of a year, and has just gone by, is the one gone by.
    """
    days = [day for day in candidates if day]
    before = max((day for day in days if day <= today), default=None)
    after = min((day for day in days if day >= today), default=None)
    if before is None or after is None:
        return before or after
    back, forth = (today - before).days, (after - today).days
    if ahead > 0:
        return before if not firm and back <= 45 and forth >= 300 else after
    if ahead < 0:
        return after if not firm and forth <= 45 and back >= 300 else before
    return before if back < forth else after


def yearless(today: date, month: int, day: int, ahead: int, firm: bool) -> date | None:
    """A day of a month without its year."""
    return pick(
        (make(today.year + n, month, day) for n in range(-4, 5) if 1 <= today.year + n <= 9999), today, ahead, firm
    )


def bare_month(today: date, month: int, ahead: int) -> PartialDate:
    """A month without its year: the next one, the last one (the running month counts for both), or the nearest."""
    off = (month - today.month) % 12
    if (ahead < 0 and off) or (ahead == 0 and off > 6):
        off -= 12
    return shift_month(PartialDate(today.year, today.month), off) or PartialDate(today.year, month)


def month_day(today: date, day: int, ahead: int, weekday: int | None = None) -> date | None:
    """A day of the month without its month ("the 15th", "Mon 10")."""
    months = [shift_month(PartialDate(today.year, today.month), n) for n in range(-3, 4)]
    days = [make(month.year, month.month or 1, day) for month in months if month and 1 <= month.year <= 9999]
    return pick([d for d in days if d and weekday in (None, d.weekday())], today, ahead, True)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    """The nth Monday of a month, or the last one (-1)."""
    if nth < 0:
        end = date(year, month, monthrange(year, month)[1])
        return end - timedelta(days=(end.weekday() - weekday) % 7)
    first = date(year, month, 1)
    day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    return day if day.month == month else None


def holiday(name: str, year: int) -> date | None:
    """The days that a fixed rule gives; American ones where countries differ."""
    if name == "thanksgiving":
        return nth_weekday(year, 11, 3, 4)
    month, day = {
        "christmas": (12, 25),
        "christmas eve": (12, 24),
        "new year's day": (1, 1),
        "new year's eve": (12, 31),
    }[name]
    return date(year, month, day)
