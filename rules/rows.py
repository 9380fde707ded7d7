"""Lists and tables: a heading governs its rows, and a row may say with a rate alone what changes.

"What China agreed: / 1. to suspend …" reads as one sentence for each row; "Fentanyl: 10 (was 20)" under "US tariffs on
Chinese goods" is a tariff that is set. What a row lacks is lent to it as tokens without a length, so that every span
still indexes the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rules.grammar import GOVERNORS, TRIGGERS, Form
from rules.text import Sentence, Token, fold, tokenize
from rules.values import Amount, find_amounts
from rules.words import CONDITION, MODAL_FUTURE, MODAL_HEDGE, MODAL_WISH, PAPER

_HEADER, _LABEL = 100, 60
"""Characters that a heading and the label of a row may have."""
_BULLET = re.compile(r"\W{0,4}(?:\d{1,2}[.)]|\(?[a-z]\))?\W{0,4}")
_SEPARATOR = re.compile(r":\s|\s[|—]\s|\t")
_NUMBER = r"(\d{1,3}(?:\.\d{1,2})?)\s{0,2}(%|per ?cent\b|pct\b)?"
_PLAIN = re.compile(rf"\W{{0,3}}(?:now |at |to )?{_NUMBER}")
_WAS = re.compile(
    r"[(,]\s?(?:was|were|now|from|currently|previously|formerly|before|earlier|up from|down from|instead of|until now)"
    rf":? (?:at )?(?:\w{{3}} )?{_NUMBER}"
)
_ARROW = re.compile(rf"\W{{0,3}}{_NUMBER}\s?(?:→|->|=>|—>)\s?")
_LEADING = MODAL_FUTURE | MODAL_HEDGE | MODAL_WISH | {"to", "would"}
_OPEN = (
    PAPER | CONDITION | frozenset("proposed possible potential planned threatened expected forecast forecasts".split())
)
"""In a heading these leave its rows open."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that names a rate and what it was before."""

    at: int
    """The token that stands between what it is about and the rate."""
    amount: Amount
    was: float
    """What the rate was before."""
    old: int
    """The character of the sentence from which on it tells of the old rate."""


class Rows:
    """Follows an article line by line: which heading a row stands under."""

    def __init__(self) -> None:
        self._header, self._line = "", -1

    def heading(self, sentence: Sentence) -> str:
        """The heading of a sentence that is a row; empty where it is none, or stands under none."""
        raw = sentence.raw
        if sentence.paragraph == self._line:
            self._header = ""  # a second sentence: prose, and neither heading nor row
            return ""
        self._line = sentence.paragraph
        if _is_row(raw):
            return self._header
        heads = len(raw) < _HEADER and not raw.endswith((".", "!", "?", '"', "”", ";"))
        self._header = raw if heads else ""
        return ""


def _is_row(raw: str) -> bool:
    listed = _BULLET.match(raw)
    if listed and listed.end() and not raw.startswith(('"', "“")):
        return True
    split = _SEPARATOR.search(raw, 0, _LABEL)
    return split is not None


def row_tokens(raw: str, heading: str) -> tuple[list[Token], Row | None]:
    """The tokens of a line with what its heading lends it, and the rate that it sets, where it sets one."""
    tokens = tokenize(raw)
    row = _rate(raw, tokens)
    lent = tokenize(heading)
    if lent and lent[-1].low == ":":
        joined = _joined(lent[:-1], tokens)
        if joined is not None:
            return joined, None
        lent.pop()
    if heading and row is None and _is_labelled(tokens):
        first = next((k for k, token in enumerate(tokens) if token.low.isalpha()), 0)
        place = tokens[first].start
        tokens.insert(first, Token("the", "", place, place))  # "Truce: extended to 10 November"
    if row is None:
        return tokens, None
    about = [token.low for token in (*lent, *tokens[: row.at])]
    if not _OPEN.isdisjoint(about) or any(word.isdigit() and len(word) == 4 for word in about):
        return tokens, None  # a prospect, or the table of some year
    place = tokens[row.at].start
    tokens[row.at : row.at] = _without_length(lent, place)
    return tokens, Row(row.at + len(lent), row.amount, row.was, row.old)


def _is_labelled(tokens: Sequence[Token]) -> bool:
    """Whether a line is the name of a thing, a colon, and what has become of it."""
    colon = next((k for k, token in enumerate(tokens[:6]) if token.low == ":"), 0)
    behind = tokens[colon + 1].low if colon and colon + 1 < len(tokens) else ""
    return any(Form.PARTICIPLE in trigger.form for trigger in TRIGGERS.get(behind, ()))


def _without_length(lent: Sequence[Token], place: int) -> list[Token]:
    return [Token(token.low, token.raw, place, place) for token in lent]


def _joined(lent: Sequence[Token], tokens: Sequence[Token]) -> list[Token] | None:
    """The heading "What China agreed" before the row "to suspend its rules", "Washington will" before "halve"."""
    first = next((k for k, token in enumerate(tokens) if token.low.isalpha() and len(token.low) > 1), None)
    if first is None or not lent or first > 3:
        return None
    word, last = tokens[first].low, lent[-1].low
    governed = word == "to" and any(token.low in GOVERNORS for token in lent[-3:])
    bare = last in _LEADING and any(Form.BASE in trigger.form for trigger in TRIGGERS.get(word, ()))
    if not governed and not bare:
        return None
    return [*_without_length(lent, tokens[first].start), *tokens[first:]]


def _rate(raw: str, tokens: Sequence[Token]) -> Row | None:
    """ "Fentanyl: 10% (was 20%)", "Overall tariff: 57% → 47%"."""
    if "(" not in raw and "→" not in raw and ">" not in raw and " from " not in raw:
        return None
    split = _SEPARATOR.search(raw, 0, _HEADER)
    at = split and next((k for k, token in enumerate(tokens) if token.start >= split.start()), None)
    if split is None or not at:
        return None
    rest = fold(raw)[split.end() :]
    arrow, was = _ARROW.match(rest), _WAS.search(rest)
    if arrow:
        new = rest[arrow.end() :]
        start, old = split.end() + arrow.end(), len(raw)
    elif was:
        new, start, old = rest[: was.start()], split.end(), split.end() + was.start()
    else:
        return None
    amount = _amount(new, start)
    before = float((arrow or was)[1])  # type: ignore[index]
    return Row(at, amount, before, old) if amount and amount.number != before else None


def _amount(new: str, start: int) -> Amount | None:
    """The first amount of the new part, which stands at its beginning."""
    plain = _PLAIN.match(new)
    if plain is None:
        return None
    named = next((a for a in find_amounts(new) if a.start <= plain.start(1) < a.end), None)
    unit = "percent" if plain[2] else "number"
    found = named or Amount(plain.start(1), plain.end(1), plain[1], float(plain[1]), unit)
    return found._replace(start=found.start + start, end=found.end + start)
