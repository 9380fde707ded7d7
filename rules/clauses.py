"""What stands round a clause, as questions to its tokens: in a condition, under a report, in a clause of time.

Each looks at a bounded number of words. What the answers make of a claim is said in `rules.modality`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rules.frames import HARD
from rules.grammar import GOVERNORS, Stance
from rules.phrases import DEFINITE, is_verbal
from rules.sight import Sight
from rules.speakers import REPORTING
from rules.text import Token
from rules.words import CONDITION, NEGATION, SUPPOSING

INVERTED = frozenset("should were had imagine assume say".split())
_KNOWN = frozenset("hear hears heard learn learns learned learnt know knows knew notice word news letter memo".split())
_CLAUSE_END = (",", ";", ".", ":", "—")
_REPORTS = frozenset(
    (
        "rate rated rating verdict report reports message claim claims rumour rumours rumor rumors post statement "
        "screenshot story picture video"
    ).split()
)
_DENYING = NEGATION - {"without"}
BELIED = frozenset(
    (
        "false untrue fake forgery fabrication fabrications hoax mistake wrong fabricated invented baseless unfounded "
        "fiction nonsense bogus mischievous devoid"
    ).split()
)
_TRUE = frozenset("real true genuine authentic so correct accurate".split())
_MOMENTS = frozenset(["day", "moment", "minute"])
_WRITTEN = frozenset("writing text paper document sheet letter memo note circular".split())
"""What a report stands in: "set out in writing that …"."""


def reported(tokens: Sequence[Token], index: int) -> bool:
    """Whether a trigger is told in somebody's words ("said that …", "…, the ministry announced")."""
    for k, token in enumerate(tokens):
        written = token.low in _WRITTEN and k + 1 < len(tokens) and tokens[k + 1].low == "that"
        if token.low not in REPORTING and not written:
            continue
        relative = max((j for j in range(k + 1, index) if tokens[j].low in ("which", "who")), default=None)
        if k > index or relative is None or any(t.low == "," for t in tokens[relative:index]):
            return True
    return False


def complement(tokens: Sequence[Token], start: int) -> bool:
    """Whether a clause completes "hear that", "learned that", "the notice that"."""
    return any(
        tokens[k].low == "that" and any(token.low in _KNOWN for token in tokens[max(0, k - 4) : k])
        for k in range(max(1, start - 14), start)
    )


def foreseen(tokens: Sequence[Token], start: int) -> int | None:
    """The nearest word before a clause that can govern it, if that is a forecast: "expected that China would …"."""
    for k in range(start - 1, max(-1, start - 40), -1):
        word = tokens[k].low
        if word in ("said", "says", "announced", "confirmed", "told", "declared", "ordered", ";", ":"):
            return None
        if word in (",", "and") and tokens[k + 1].low != "that":
            return None
        if GOVERNORS.get(word) is Stance.EXPECT:
            return k
    return None


def waits(tokens: Sequence[Token], index: int) -> bool:
    for k in range(index - 1, max(-1, index - 12), -1):
        if tokens[k].low in ("before", "when", "until", "once"):
            return True
        if tokens[k].low in _MOMENTS and tokens[k - 1].low == "the" and tokens[k + 1].low not in ("of", "after", ","):
            return True  # "it falls apart the day the court rules"
        if tokens[k].low in _CLAUSE_END or tokens[k].low == "and":
            return False
    return False


_OPENING = frozenset("when which that before until after as".split())
"""How a clause begins that tells what is known."""


def subordinate(tokens: Sequence[Token], index: int) -> bool:
    if index > 1 and tokens[index - 1].low in ("it", "they") and tokens[index - 2].low not in _OPENING:
        return False  # "under a notice that came out on Friday it ends in January"
    for k in range(index - 1, max(-1, index - 12), -1):
        if tokens[k].low in _OPENING:
            return True
        if tokens[k].low in _CLAUSE_END:
            return False
    return False


def relative(tokens: Sequence[Token], start: int) -> bool:
    """Whether a relative pronoun, and not the "that" of "said that", stands right before a chain."""
    at = next((k for k in range(start - 1, max(-1, start - 3), -1) if tokens[k].low in ("which", "who", "that")), None)
    if at is None:
        return False
    for k in range(at - 1, max(-1, at - 7), -1):  # "said on Tuesday that he had …"
        if tokens[k].low in _CLAUSE_END:
            return True
        if tokens[k].low in ("said", "says", "announced", "told", "reporters", "confirmed"):
            return tokens[at].low != "that"
    return not (tokens[at].low == "that" and tokens[at - 1].low in _KNOWN)  # "news that it had suspended them"


def in_condition(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word stands inside a condition ("if the rate were cut", "should Beijing …", "whether to …")."""
    if any(token.low in SUPPOSING for token in tokens[:index]) or _is_case(tokens):
        return True
    start = _clause_start(tokens, index)
    words = [token.low for token in tokens[start:index]]
    if any(word in CONDITION or word == "whether" for word in words):
        return True
    if _opened(tokens, start):
        return True
    inverted = len(words) > 1 and words[0] in INVERTED
    return inverted and words[1] not in NEGATION and not words[1].endswith("ing")


def _is_case(tokens: Sequence[Token]) -> bool:
    """ "Our base case: …", "Scenario 2: …": what follows is imagined."""
    opening = [token.low for token in tokens[:7]]
    return ":" in opening and bool({"case", "scenario"} & set(opening[: opening.index(":")]))


def _clause_start(tokens: Sequence[Token], index: int) -> int:
    start = index
    while start > 0 and tokens[start - 1].low not in HARD and tokens[start - 1].low != ",":
        start -= 1
    return start


def _opened(tokens: Sequence[Token], start: int) -> bool:
    """Whether a condition before a comma still waits for its verb: "if the summit of the two, Trump and Xi, were …"."""
    while start > 0 and tokens[start - 1].low == ",":
        before = _clause_start(tokens, start - 1)
        words = [token.low for token in tokens[before : start - 1]]
        if any(is_verbal(word) for word in words):
            return False
        if words and words[0] in CONDITION:
            return True
        start = before
    return False


def depends(sight: Sight) -> bool:
    """Whether a sentence holds a condition anywhere."""
    if not CONDITION.isdisjoint(sight.words):
        return True
    if "should" not in sight.words:
        return False
    tokens = sight.tokens
    return any(token.low == "should" and _inverts(tokens, k) for k, token in enumerate(tokens))


def _inverts(tokens: Sequence[Token], k: int) -> bool:
    """ "Should Washington add …": the modal stands before its subject, and not behind it."""
    before = tokens[k - 1].low if k else ","
    if before in HARD or before in (",", "and", "goods", "%") or before.isdigit():
        return True
    if k + 1 >= len(tokens):
        return False
    subject = tokens[k + 1]
    return subject.raw[:1].isupper() or subject.low in DEFINITE or subject.low in ("a", "an", "any", "no", "he", "they")


def belies(sight: Sight) -> bool:
    """Whether a sentence says that what was reported is not so: "the reports are without basis"."""
    words = sight.words
    if [token.low for token in sight.tokens[:2]] == ["no", "such"]:
        return True  # "no such decision has been taken"
    if sight.tokens and sight.tokens[0].low in ("it", "this", "that", "they", "neither", "none"):
        start = [token.low for token in sight.tokens[1:5]]
        if start[:1] in (["is"], ["was"], ["are"]) and "not" in start[1:] and _TRUE & set(start[2:]):
            return True
    told = sight.tokens[0].low == "that" if sight.tokens else False  # "That was a mistake"
    if (_REPORTS.isdisjoint(words) and not told) or not _DENYING.isdisjoint(words):
        return False
    return not BELIED.isdisjoint(words) or any(
        a.low == "without" and b.low in ("basis", "foundation", "substance") for a, b in pairwise(sight.tokens)
    )
