"""The verb that governs a date: the nearest verb form in its clause, and its tense. A tagger of closed lists and
endings."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from rules.dates import words as w
from rules.scan import Tokens, word_set

REACH = 24
"""How many tokens of a clause are looked at, on either side."""
_HARD = word_set(". ; : ! ? • |") | {"\n"}


class Tense(StrEnum):
    PAST = "past"
    AHEAD = "ahead"
    NOW = "now"
    NONE = "none"


class Verb(NamedTuple):
    """The verb form nearest to a date, at token `at`."""

    at: int
    word: str
    tense: Tense


STOPS = _HARD | {"-"}
"""The marks at which a clause may end."""


def stops(tokens: Tokens, k: int) -> bool:
    """Whether a clause ends at token `k`."""
    word = tokens.at(k)
    if word not in STOPS:
        return False
    if word == "-":
        return not (tokens.touches(k) and tokens.touches(k + 1))
    if word == ".":
        return not _abbreviation(tokens, k)
    return not (word == ":" and tokens.touches(k + 1))


def _abbreviation(tokens: Tokens, k: int) -> bool:
    """Whether the full stop at `k` belongs to an abbreviation or initial, and ends no sentence."""
    before = tokens.at(k - 1)
    return len(before) == 1 or before in w.SHORT_MONTHS or before in ("mr", "ms", "dr", "no") or tokens.touches(k + 1)


def governing(tokens: Tokens, edge: int, last: int) -> Verb | None:
    """The nearest verb form left of the date; where its clause has none there, the first one right of it."""
    first = max(-1, edge - 1 - REACH)
    for k in range(edge - 1, first, -1):
        word = tokens.at(k)
        if word in STOPS and stops(tokens, k):
            break
        verb = verb_at(tokens, k) if _could_be_verb(word) else None
        if verb:
            return verb
    else:
        if first >= 0:
            return None
    if edge == 0 and tokens.at(last) in ("-", ":"):
        last += 1
    for k in range(last, min(len(tokens), last + REACH)):
        word = tokens.at(k)
        if word in STOPS and stops(tokens, k):
            break
        verb = verb_at(tokens, k, finite=True) if _could_be_verb(word) else None
        if verb:
            return verb
    return None


_FORMS = w.MODALS | w.LIKELY | w.AUX_PAST | w.PAST | w.PAST_ONLY | w.SAY | w.PRESENT
_CARRIERS = w.AUX_NOW | w.AUX_PAST | w.MODALS | w.PRONOUNS
_VERBS = _FORMS | word_set("to is are has have 're 've due set")


def _could_be_verb(word: str) -> bool:
    """Whether `verb_at` can take a word at all: most words of a clause it cannot."""
    return word in _VERBS or word.endswith(("ed", "'ll"))


def verb_at(tokens: Tokens, k: int, *, finite: bool = False) -> Verb | None:
    """The verb form at token `k`; `finite` where a form like "cut" or "put" may stand without an auxiliary."""
    word = tokens.at(k)
    if word in w.MODALS or word in w.LIKELY or word.endswith("'ll"):
        return Verb(k, word, Tense.AHEAD)
    if word == "to" and tokens.at(k - 1) in _IMPLYING:
        return _participle(tokens, k - 1)  # "was allowed to lapse on Monday": it lapsed
    if word == "to":
        return Verb(k, tokens.at(k + 1), Tense.AHEAD) if infinitive(tokens, k) else None
    if word in w.AUX_PAST:
        return Verb(k, word, Tense.PAST)
    named = tokens.capital(k) and k > 0 and not tokens.raw(k).isupper()
    if named:
        return None
    regular = word.endswith("ed") and len(word) > 3 and word not in w.NOT_PAST and tokens.at(k - 1) != "-"
    if regular or word in w.PAST_ONLY:
        return _participle(tokens, k)
    if word in w.PAST:
        carried = tokens.at(k - 1) in _CARRIERS
        return _participle(tokens, k) if finite or carried else None
    if word in w.SAY or word in w.PRESENT:
        noun = tokens.at(k - 1) in w.ARTICLES or tokens.at(k - 1) in w.PREPOSITIONS
        return None if noun else Verb(k, word, Tense.NOW)
    if word in ("is", "are", "has", "have", "'re", "'ve"):
        return Verb(k, word, Tense.NOW)
    return Verb(k, word, Tense.AHEAD) if word in ("due", "set") else None


_IMPLYING = word_set("allowed forced obliged managed failed")
"""What was allowed or managed has come about when these are told."""
_NO_INFINITIVE = word_set(
    "percent tomorrow today yesterday reporters people early late mid about around next last this"
)
_TO_NOUNS = word_set(
    "according prior next close response addition subject thanks up back reaction exposed related linked tied"
)


def infinitive(tokens: Tokens, k: int) -> bool:
    """Whether "to" at `k` opens an infinitive ("to start"), and is no preposition ("to goods", "to China")."""
    word, before = tokens.at(k + 1), tokens.at(k - 1)
    if not word.isalpha() or word in _NO_INFINITIVE or before in _TO_NOUNS or before == word:
        return False
    if word in w.DETERMINERS or word in w.PRONOUNS or word in w.PREPOSITIONS or word in w.WEEKDAYS or word in w.MONTHS:
        return False
    if tokens.capital(k + 1) and not tokens.raw(k + 1).isupper():
        return False
    return not word.endswith("s") or word.endswith("ss")


def _participle(tokens: Tokens, k: int) -> Verb:
    """A form in -ed: its auxiliary tells whether it lies ahead, is present, or past."""
    word = tokens.at(k)
    for n in range(k - 1, max(-1, k - 5), -1):
        aux = tokens.at(n)
        if aux in w.FUTURE or (aux == "to" and tokens.at(n + 1) == "be"):
            return Verb(k, word, Tense.AHEAD)
        if aux in w.AUX_PAST or aux in ("has", "have", "'ve"):
            return Verb(k, word, Tense.PAST)
        if aux in ("is", "are", "'re", "being"):
            return Verb(k, word, Tense.AHEAD if word in w.PLANS else Tense.NOW)
        if aux in w.PREPOSITIONS or not aux.isalpha():
            break
    planned = (
        word in w.PLANS
        and tokens.at(k + 1) in ("for", "to", "on", "in")
        and (word not in w.SAY or tokens.at(k + 1) == "for")
    )
    return Verb(k, word, Tense.AHEAD if planned else Tense.PAST)
