"""From drafts to amounts: what the words to the left of a number say of it."""

from __future__ import annotations

from rules.scan import Tokens, word_set
from rules.values.drafts import Draft
from rules.values.model import Amount
from rules.values.units import recurring

_BOUNDS = {
    "at least": "at least|no less than|not less than|a minimum of|nothing below|as low as",
    "at most": "at most|no more than|not more than|a maximum of",
    "up to": "up to|as much as|as many as|as high as",
    "more than": "more than|just over|well over|over|above|exceeding|exceeds|exceed",
    "less than": "less than|fewer than|just under|under|below",
    "nearly": "nearly|almost|barely|close to",
    "about": "about|around|roughly|approximately|some|perhaps|~",
    "further": "further|another|additional|extra",
    "standing": "current|existing|present|previous|earlier|planned|threatened",
    "": "only|just|merely|even|first|(|level of",
    "article": "the|a|an|its|that|their|this",
}
"""What stands between a preposition and its number, by what it says."""


def _phrases() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Phrases by their last word, the longest first."""
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for bound, phrases in _BOUNDS.items():
        for phrase in phrases.split("|"):
            words = tuple(phrase.split())
            table.setdefault(words[-1], []).append((words, bound))
    for entries in table.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return table


_BY_LAST = _phrases()
_ROLES = {"to": "to", "from": "from", "by": "by", "at": "at", "be": "at"}
_SIDES = {
    "above": "above",
    "over": "above",
    "exceeding": "above",
    "exceeds": "above",
    "exceed": "above",
    "below": "below",
    "under": "below",
}
_RISING = word_set(
    "go goes going gone went move moved moves bumped bump jacked taken take brought raised pushed ratchet "
    "ratcheted climb climbs "
    "climbed"
)


def amount(tokens: Tokens, draft: Draft) -> Amount:
    """The amount of a draft."""
    k, bound, role = draft.first - 1, None, "bare"
    said: set[str] = set()
    for _ in range(5):
        phrase = _phrase(tokens, k)
        if phrase is None or (phrase[0] == ("up", "to") and tokens.at(k - 2) in _RISING):
            break
        words, says = phrase
        if "article" in said and says not in ("", "further", "standing", "article"):
            break
        said.add(says)
        if says in ("at least", "at most", "up to", "more than", "less than", "nearly", "about"):
            bound, role = bound or says, _SIDES.get(words[-1], role)
        k -= len(words)
    governor = _ROLES.get(tokens.at(k))
    if governor and ("article" not in said or "standing" in said or governor in ("to", "at", "from")):
        role = "bare" if governor == "to" and "the" in tokens.words[k : draft.first] else governor
    start, end = tokens.starts[draft.first], tokens.ends[draft.last - 1]
    per = draft.per or recurring(tokens, draft.first, draft.last)
    out = _ruled_out(tokens, k)
    text = tokens.text[start:end]
    return Amount(start, end, text, draft.number, draft.unit, per, role, bound, draft.high, out, "further" in said)


def _phrase(tokens: Tokens, k: int) -> tuple[tuple[str, ...], str] | None:
    """The phrase that ends at token `k`, and what it says."""
    for words, says in _BY_LAST.get(tokens.at(k), ()):
        first = k - len(words) + 1
        if first >= 0 and tuple(tokens.words[first : k + 1]) == words:
            return words, says
    return None


def _ruled_out(tokens: Tokens, k: int) -> bool:
    """Whether the words that end at `k` set the amount aside: "not", "rather than", "instead of", "and not, as was
    said, at"."""
    k -= tokens.at(k) in _ROLES
    while tokens.at(k) in ("(", "the", ","):
        k -= 1
    if tokens.at(k) == "not" or tokens.seq(k - 1, "rather", "than") or tokens.seq(k - 1, "instead", "of"):
        return True
    left = tokens.words[max(0, k - 9) : k + 1]
    return tokens.at(k + 1) == "," and "," in left and left.index(",") > 0 and left[left.index(",") - 1] == "not"
