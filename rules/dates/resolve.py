"""From a shape to a day, month or year, seen from the publication's day and with the direction that the tense gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from rules.dates import calendar as cal
from rules.dates.model import Kind, Role
from rules.dates.shape import Shape
from rules.model import PartialDate

MONTH_FIRST = frozenset({"us", "usa", "united states", "ph", "philippines"})
"""Countries whose newspapers write the month first in "11/10"."""


class View(NamedTuple):
    """From where, and in which direction, a date is looked for."""

    today: date
    ahead: int
    """1 the next such day, -1 the last one, 0 the nearest."""
    firm: bool
    """The words say so for certain."""
    role: Role
    country: str | None = None
    moved: bool = False
    """It is the new date of something moved, and so not today."""


def resolve(shape: Shape, view: View) -> PartialDate | None:
    """When a shape is; None where the words do not tell, or where the calendar ends."""
    try:
        when = _BY_KIND[shape.kind](shape, view)
    except (ValueError, OverflowError):
        return None
    return when if when and date.min.year <= when.year <= date.max.year else None


def _absolute(shape: Shape, view: View) -> PartialDate | None:
    today = view.today
    year = _year(shape, today)
    if shape.name.startswith("nth:"):
        assert shape.month is not None
        assert shape.weekday is not None
        year = year or cal.bare_month(today, shape.month, view.ahead).year
        return _of(cal.nth_weekday(year, shape.month, shape.weekday, int(shape.name[4:])))
    if shape.day is None:
        return _month_or_year(shape, view, year)
    if shape.month is None and shape.unit == "month":
        month = cal.shift_month(PartialDate(today.year, today.month), _RELATIVE.get(shape.relation or "", 0))
        return _of(cal.make(month.year, month.month or 1, shape.day)) if month else None
    if shape.month is None:
        return _of(cal.month_day(today, shape.day, view.ahead))
    if shape.name == "either":
        return _either(shape, view, year)
    if year:
        return _of(cal.make(year, shape.month, shape.day))
    return _of(cal.yearless(today, shape.month, shape.day, view.ahead, view.firm))


def _year(shape: Shape, today: date) -> int | None:
    named = shape.relation and shape.relation.endswith(" year")
    return today.year + _RELATIVE[shape.relation.split()[0]] if named and shape.relation else shape.year


def _of(day: date | None) -> PartialDate | None:
    return PartialDate.of(day) if day else None


def _month_or_year(shape: Shape, view: View, year: int | None) -> PartialDate | None:
    today, role = view.today, view.role
    if shape.month is None:
        assert year is not None
        return _edged(PartialDate(year), shape.edge, role)
    if year is None:
        when = cal.bare_month(today, shape.month, {"last": -1, "next": 1}.get(shape.relation or "", view.ahead))
        if shape.relation in ("last", "next") and (when.year, when.month) == (today.year, today.month):
            when = PartialDate(when.year + _RELATIVE[shape.relation], when.month)
        elif shape.relation == "this":
            when = PartialDate(today.year, shape.month)
        year = when.year
    return _edged(PartialDate(year, shape.month), shape.edge, role)


def _edged(when: PartialDate, edge: str | None, role: Role) -> PartialDate:
    """The last day where something lasts to the end of a month or year, else the month or year itself."""
    if edge == "last" or (edge == "end" and role in (Role.UNTIL, Role.BY)):
        return cal.month_end(when.year, when.month or 12)
    if when.month is None and edge == "end":
        return PartialDate(when.year, 12)
    if when.month is None and edge == "start":
        return PartialDate(when.year, 1)
    return when


def _either(shape: Shape, view: View, year: int | None) -> PartialDate | None:
    """ "11/10": the outlet's country decides; without one only a reading that is far nearer than the other."""
    assert shape.month is not None
    assert shape.day is not None
    today, ahead = view.today, view.ahead
    orders = [(shape.month, shape.day), (shape.day, shape.month)]
    if view.country is not None:
        month, day = orders[0 if view.country.lower() in MONTH_FIRST else 1]
        return _of(cal.make(year, month, day) if year else cal.yearless(today, month, day, ahead, True))
    found = [cal.make(year, m, d) if year else cal.yearless(today, m, d, ahead, True) for m, d in orders]
    near, far = sorted((day for day in found if day), key=lambda day: abs((day - today).days))
    clear = abs((near - today).days) <= 60 and abs((far - today).days) >= 120
    return _of(near) if clear else None


def _weekday(shape: Shape, view: View) -> PartialDate | None:
    today, ahead = view.today, view.ahead
    assert shape.weekday is not None
    if shape.day:
        return _of(
            cal.month_day(today, shape.day, ahead, shape.weekday) or cal.month_day(today, shape.day, 0, shape.weekday)
        )
    monday = today - timedelta(days=today.weekday())
    forth = (shape.weekday - today.weekday()) % 7
    relation = shape.relation or ""
    if relation == "week":
        return _of(cal.add_days(today, (forth or 7) + 7))
    if relation.endswith("week") or relation == "next":
        weeks = {"next week": 1, "last week": -1, "this week": 0, "next": 1}[relation]
        return _of(cal.add_days(monday, 7 * weeks + shape.weekday))
    if relation == "last":
        return _of(cal.add_days(today, (forth or 7) - 7 if forth else -7))
    if relation == "coming":
        return _of(cal.add_days(today, forth or 7))
    if relation == "this":
        return _of(cal.add_days(today, forth if ahead >= 0 or not forth else forth - 7))
    if ahead < 0:
        return _of(cal.add_days(today, forth - 7 if forth else 0))
    if ahead == 0:
        return _of(cal.add_days(today, forth if forth <= 4 else forth - 7))
    again = not forth and (view.moved or view.role in (Role.UNTIL, Role.BY))
    return _of(cal.add_days(today, 7 if again else forth))


def _deictic(shape: Shape, view: View) -> PartialDate | None:
    offset = shape.offset or 0
    if shape.name == "midnight" and view.ahead > 0 and view.role is Role.EFFECTIVE:
        offset += 1
    return _of(cal.add_days(view.today, offset))


_RELATIVE = {"this": 0, "next": 1, "coming": 1, "last": -1}


def _relative(shape: Shape, view: View) -> PartialDate | None:
    """ "next month", "the end of this year", "early next week" (a week has no day of its own, unless its end is
    meant)."""
    today, role = view.today, view.role
    step = _RELATIVE.get(shape.relation or "this", 0)
    if shape.unit == "month":
        when = cal.shift_month(PartialDate(today.year, today.month), step)
        return _edged(when, shape.edge, role) if when else None
    if shape.unit == "year":
        return _edged(PartialDate(today.year + step), shape.edge, role)
    if shape.unit == "quarter":
        year, quarter = divmod(today.year * 4 + (today.month - 1) // 3 + step, 4)
        return _quarter(year, quarter + 1, shape.edge, role)
    return None


def _quarter(year: int, nth: int, edge: str | None, role: Role) -> PartialDate:
    return cal.month_end(year, 3 * nth) if edge == "end" and role in (Role.UNTIL, Role.BY) else PartialDate(year)


def _named(shape: Shape, view: View) -> PartialDate | None:
    today, ahead, role = view.today, view.ahead, view.role
    if shape.unit == "holiday":
        return _holiday(shape.name, today, ahead)
    if shape.unit == "season":
        return _season(shape, today, ahead)
    if shape.unit in ("quarter", "half") and shape.offset is not None:
        year = shape.year or today.year + _RELATIVE.get(shape.relation or "this", 0)
        months = 3 * shape.offset if shape.unit == "quarter" else 6 * shape.offset
        if not shape.year and not shape.relation and ahead > 0 and months < today.month:
            year += 1
        return (
            cal.month_end(year, months) if shape.edge == "end" and role in (Role.UNTIL, Role.BY) else PartialDate(year)
        )
    return PartialDate(shape.year) if shape.year else None


def _holiday(name: str, today: date, ahead: int) -> PartialDate | None:
    if name == "new year":
        return PartialDate(today.year + (ahead >= 0 and today.month > 1), 1)
    years = [year for year in range(today.year - 1, today.year + 2) if 1 <= year <= 9999]
    return _of(cal.pick((cal.holiday(name, year) for year in years), today, ahead, True))


_SEASON_STARTS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def _season(shape: Shape, today: date, ahead: int) -> PartialDate | None:
    """A season is as exact as its year. "next spring" is the first one that begins ahead, "last spring" the last
    behind."""
    if shape.year:
        return PartialDate(shape.year)
    relation = shape.relation or ""
    if relation.endswith("year"):
        return PartialDate(today.year + _RELATIVE[relation.split()[0]])
    starts = _SEASON_STARTS[shape.name]
    if relation == "this":
        return PartialDate(today.year)
    if relation == "last" or ahead < 0:
        return PartialDate(today.year - (today.month < starts + (3 if relation else 0)))
    return PartialDate(today.year + (today.month >= starts + (0 if relation else 3)))


def _distance(shape: Shape, view: View) -> PartialDate | None:
    """ "in 90 days", "two weeks ago": from the publication; a distance in months or years is only that exact."""
    today = view.today
    if shape.name not in ("in", "within", "ago"):
        return None
    sign = -1 if shape.name == "ago" else 1
    if shape.days:
        return _of(cal.add_days(today, sign * shape.days))
    if not shape.months:
        return None
    if shape.name == "within":
        return _of(cal.add_months(today, shape.months))
    if shape.months % 12:
        return cal.shift_month(PartialDate(today.year, today.month), sign * shape.months)
    return cal.shift_month(PartialDate(today.year), sign * shape.months)


_BY_KIND: dict[Kind, Callable[[Shape, View], PartialDate | None]] = {
    Kind.ABSOLUTE: _absolute,
    Kind.WEEKDAY: _weekday,
    Kind.DEICTIC: _deictic,
    Kind.RELATIVE: _relative,
    Kind.NAMED: _named,
    Kind.DURATION: _distance,
}
