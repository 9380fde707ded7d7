"""Amounts and what becomes of them, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Amount(NamedTuple):
    """One amount of a sentence. `text == sentence[start:end]`: number, unit and "a year", without preposition and
    bound."""

    start: int
    end: int
    text: str
    number: float
    """In the unit itself: "12 mn tonnes" is 12000000. The lower end of a range."""
    unit: str
    """percent, points, tonnes, bushels, barrels, units, times; usd, eur, cny … ; usd_per_tonne, usd_per_barrel …;
    number: a bare number where an amount is expected ("set at 40", "60, not 100")."""
    per: str | None = None
    """year, season, month, week or day: "20 million tonnes a year", "in each of 2026 and 2027"."""
    role: str = "bare"
    """to, from, by, at, above, below: the preposition that governs it; else bare."""
    bound: str | None = None
    """at least, at most, up to, more than, less than, about, nearly."""
    high: float | None = None
    """The upper end of a range."""
    ruled_out: bool = False
    """Named as what it is not, or no longer: "not 45", "rather than 100", "instead of 10"."""
    further: bool = False
    """On top of what is there: "a further 10%", "another 5 points"."""

    @property
    def range(self) -> bool:
        """Whether it is a range, which gives no one value."""
        return self.high is not None


@dataclass(frozen=True, slots=True)
class Change:
    """What a clause says becomes of an amount. Every part may be missing; `new` is filled in wherever it follows."""

    new: float | None = None
    old: float | None = None
    unit: str | None = None
    points: float | None = None
    """The difference in the same unit, signed: "by five points" of a cut is -5."""
    factor: float | None = None
    """What it is multiplied by: halved 0.5, doubled 2, "by a third" of a rise 4/3."""
    target: Amount | None = None
    """The amount that `new` was read from; None where it was reckoned."""
    source: Amount | None = None
    """The amount that `old` was read from."""

    def applied(self, old: float) -> float | None:
        """The new value where the record says `old`; None where the clause gives no way to it."""
        if self.new is not None:
            return self.new
        if self.points is not None:
            return old + self.points
        return old * self.factor if self.factor is not None else None
