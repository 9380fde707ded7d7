"""Amounts of a sentence, and what a clause says becomes of them.

The grammar in outline:

    amount = [bound] [preposition] number unit ["a year"] | [bound] currency number ["a tonne"]
           | number ("to" | "-") number unit
    number = "12" | "1,000" | "12.5 million" | "30m" | "$17bn" | "twenty-five" | "a hundred and twenty"
    unit   = "%" | percent | per cent | pct | (percentage) points | [metric] tons | tonnes | MMT | bushels | barrels
           | units | currency
    bound  = at least | up to | no more than | about | nearly | more than …

A number without a unit takes that of the amount it is paired with ("to 12.5 per cent from 20", "10 and 24 percent",
"60%, not 100"). "57% to 47%" and "from 10 to 15%" are changes; "10-15%" and "10 to 15 percent" are ranges.

    change = "from" old "to" new | "to" new ["down"] "from" old | old "to" new
           | new ("not" | "rather than" | "instead of") old | "by" points ["from" old]
           | halve | double | triple | "by a third" | tenfold …

Pure; never raises; linear, and of a longer text only the first `MAX_CHARS` characters are read.
"""

from __future__ import annotations

from rules.scan import tokens_of
from rules.values.amounts import amount
from rules.values.change import change_of
from rules.values.drafts import drafts
from rules.values.model import Amount, Change

__all__ = ["SOYBEAN_BUSHELS", "Amount", "Change", "change_of", "find_amounts", "soybean_tonnes"]

SOYBEAN_BUSHELS = 36.74
"""Bushels of soybeans in a tonne, at the trade's 60 pounds a bushel."""


def find_amounts(text: str) -> tuple[Amount, ...]:
    """The amounts of one sentence or clause, in order; spans index `text`. No years, dates, times, votes and labels."""
    tokens = tokens_of(text)
    return tuple(amount(tokens, draft) for draft in drafts(tokens))


def soybean_tonnes(bushels: float) -> float:
    """Bushels of soybeans as tonnes."""
    return bushels / SOYBEAN_BUSHELS
