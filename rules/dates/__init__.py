"""Time expressions of a sentence, resolved against the day of publication, with the role that each plays.

The grammar in outline (`shapes`, `clock`):

    date      = [weekday [","]] day month [year] | month day [","] [year] | year "-" month "-" day | n "/" n ["/" year]
              | month [year] | preposition year | weekday | deictic | period | season | quarter | holiday
    range     = day ("to" | "-") day month | month day "-" day | date ("to" | "-") date
    period    = ("this" | "next" | "last" | "coming") (week | month | year | quarter | season | weekday | month's name)
    edge      = ("end" | "middle" | "early" | "mid" | "late" | "first half" …) ["of"] (month | year | period)
    duration  = number (day | week | month | year) ["ago" | "from now"] ; "for", "within", "in", "by" say what it is
    clock     = "12:01 a.m. EST" | "00:01" | "4pm" | "one minute past midnight" …, swallowed before or behind a date

and of roles (`context`, `roles`): the preposition or cue to the left first (from, until, by, on or after, no later
than …), then the nearest verb of moving (postponed to: a new start; extended to: a new end), then the tense of the
governing verb. A date without its year, and a weekday, is the nearest in the direction that the tense gives
(`resolve`). What they are to one another comes last (`bind`): a length and its start, an old date and the new one.

Pure, without a clock; never raises; linear, and of a longer text only the first `MAX_CHARS` characters are read.
"""

from __future__ import annotations

from datetime import UTC, datetime

from rules.dates.bind import Day, Found, bind, settle
from rules.dates.model import Kind, Role, TimeExpression
from rules.dates.shapes import FIRST, read
from rules.model import PartialDate
from rules.scan import tokens_of

__all__ = ["Kind", "Role", "TimeExpression", "find_dates"]


def find_dates(
    text: str, published: datetime, *, country: str | None = None, named: PartialDate | None = None
) -> tuple[TimeExpression, ...]:
    """The time expressions of one sentence or clause, in order; spans index `text`.

    `published` is aware; its day in UTC is "today". `country` is the outlet's ("us", "gb", …), for "11/10"; without it
    such a date is told only where one reading is far nearer than the other. `named` is the day that was named last
    before this text: "the same day", where the text itself names none before it.
    """
    tokens = tokens_of(text)
    today = (published.astimezone(UTC) if published.tzinfo else published).date()
    day, found = Day(today, country), list[Found]()
    free = 0
    for i, word in enumerate(tokens.words):
        if (word not in FIRST and not word[0].isdecimal()) or i < free:
            continue
        shape = read(tokens, i)
        if shape is None:
            continue
        free = shape.last
        if not shape.time:
            new = settle(tokens, shape, day)
            if shape.name == "same":
                new = [f.now(when=named) for f in new]
            found += new
            told = new[-1].expression.when
            if told and told.exact and not (shape.kind is Kind.ABSOLUTE and shape.month is None):  # "the 7th"
                named = told
            if shape.year and shape.year < today.year and new[0].expression.role is Role.BACKGROUND:
                day = Day(today, country, shape.year)
    return tuple(f.expression for f in bind(tokens, found))
