"""What a token can mean as a trigger: a verb, a noun, a phrase or a predicate, where it can stand as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rules.frames import Frame
from rules.grammar import GOVERNORS, TRIGGERS, Form, Op, Trigger
from rules.lexicon import Hit
from rules.mentions import Mention
from rules.needs import COPULAS, leads_on, sets_a_rate
from rules.pack import Pack
from rules.text import Token
from rules.words import AUXILIARY, MODAL_FUTURE, MODAL_HEDGE, MODAL_WISH

HARD = frozenset("; — ( ) . ! ?".split())
"""Marks over which no verb reaches for what it is about."""

_COPULA = Trigger(Op.SET, frozenset({Form.BASE}), intransitive=True)
_DETERMINERS = frozenset(
    (
        "executive the a an his her its their this that 's ' state official possible any no another every our your each"
    ).split()
)
"""Behind these a word is a noun or an adjective, whatever verb it could be."""
_ARTICLES = frozenset("the a an its their his her 's our any no".split())
_EVENTS = frozenset("end halt pause freeze delay".split())
"""Nouns of an event that, as verbs, take their object without a preposition."""
_VERBAL = AUXILIARY | MODAL_FUTURE | MODAL_HEDGE | MODAL_WISH | frozenset("to would not who that which and or".split())
_PREPOSITIONS = frozenset("in of under by for with from on at about over between against".split())
_DOUBT = frozenset("doubt jeopardy risk threat in".split())
_REMAINING = (AUXILIARY - frozenset("has have had having do does did am".split())) | frozenset(
    "remain remains remained becomes stay stays entered".split()
)


@dataclass(frozen=True, slots=True)
class Scene:
    """One sentence as the search for pairs sees it."""

    tokens: Sequence[Token]
    mentions: Sequence[Mention]
    hits: Sequence[Hit]
    pack: Pack
    headline: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """One trigger in its place."""

    trigger: Trigger
    index: int
    end: int
    """Index behind the last token of the trigger."""
    frame: Frame

    def on(self, mention: Mention, *, reduced: bool = False) -> Pair:
        return Pair(self.trigger, self.index, self.end, self.frame, mention, reduced)


@dataclass(frozen=True, slots=True)
class Pair(Act):
    """One trigger on one mention."""

    mention: Mention
    reduced: bool = False
    """A participle without an auxiliary behind its noun: a headline's passive, or a reduced relative clause."""
    suspension: bool = False
    """It acts on the suspension of the fact: "extended the suspension of the duty"."""


COULD_BE = COPULAS | TRIGGERS.keys()
"""The folded words that can begin a trigger at all."""


def readings(tokens: Sequence[Token], index: int) -> list[tuple[Trigger, int]]:
    """What the token at `index` can mean, each with the index behind its last token.

    The phrase whose rest comes first is tried first, then the longer one, then the word alone.
    """
    found: list[tuple[int, int, Trigger, int]] = []
    following = tokens[index + 1].low if index + 1 < len(tokens) else ""
    for trigger in TRIGGERS.get(tokens[index].low, ()):
        if trigger.rest and not trigger.gap and trigger.rest[0] != following:
            continue  # most phrases end here, and cheaply
        if not _can_stand(tokens, index, trigger):
            continue
        if not trigger.rest:
            found.append((len(tokens) + 1, 0, trigger, index + 1))
            continue
        end = _rest(tokens, index + 1, trigger)
        if end is not None and leads_on(tokens, end, trigger):
            idiom = len(trigger.rest) > 1  # "put … on ice" before "put … on"
            found.append((0 if idiom else end - len(trigger.rest), -len(trigger.rest), trigger, end))
    if sets_a_rate(tokens, index):
        found.append((0, 0, _COPULA, index + 1))
    return [(trigger, end) for _, _, trigger, end in sorted(found, key=lambda row: row[:2])]


def _can_stand(tokens: Sequence[Token], index: int, trigger: Trigger) -> bool:
    """Whether the words round a token let it be a trigger of this form."""
    return not any(refuses(tokens, index, trigger) for refuses in _REFUSALS)


def _described(tokens: Sequence[Token], index: int, trigger: Trigger) -> bool:
    """ "As announced", "so-called", and what stands behind an article."""
    before = tokens[index - 1].low if index else ""
    if before in ("as", "so") and Form.PARTICIPLE in trigger.form:
        return True
    relative = before in ("this", "that") and trigger.form == {Form.PRESENT}  # "that leaves the rate at …"
    return before in _DETERMINERS and not relative and not trigger.form & {Form.NOUN, Form.PREDICATE}


def _closing(tokens: Sequence[Token], index: int, trigger: Trigger) -> bool:
    """ "People close to the deal", "soybeans closed lower on it", "talks on the deal closed without a result"."""
    word, after = tokens[index].low, tokens[index + 1].low if index + 1 < len(tokens) else ""
    if trigger.rest or word not in ("close", "closed"):
        return False
    if word == "close":
        return after == "to"
    before = tokens[index - 1].low if index else ""
    behind = after in _PREPOSITIONS or after in ("without", "before", "lower", "higher", "up", "down", ".", "")
    return behind and before not in AUXILIARY


def _comparative(tokens: Sequence[Token], index: int, trigger: Trigger) -> bool:
    """ "To set lower duty", "pay lower tariffs": behind a verb "lower" only says which."""
    before = tokens[index - 1].low if index else ""
    return tokens[index].low == "lower" and before in TRIGGERS


def _particle(tokens: Sequence[Token], index: int, trigger: Trigger) -> bool:
    """ "Drew up", "up five points": "up" is a verb only where one is called for."""
    before = tokens[index - 1].low if index else ""
    return tokens[index].low == "up" and not trigger.rest and before != "to" and before not in _VERBAL


def _base_as_noun(tokens: Sequence[Token], index: int, trigger: Trigger) -> bool:
    base = Form.BASE in trigger.form and not trigger.form & {Form.PAST, Form.NOUN}
    return base and _is_noun(tokens, index)


def _waiting(tokens: Sequence[Token], index: int, trigger: Trigger) -> bool:
    """ "A June start for the rules", "waited for the tariff"."""
    following = tokens[index + 1].low if index + 1 < len(tokens) else ""
    waits = trigger.op is Op.START or (trigger.op is Op.DELAY and trigger.intransitive)
    return following in ("for", "of") and waits and not trigger.rest and Form.NOUN not in trigger.form


def _misplaced(tokens: Sequence[Token], index: int, trigger: Trigger) -> bool:
    """ "People close to the talks", "until year-end", "in place of"."""
    before = tokens[index - 1].low if index else ""
    if trigger.stance and trigger.rest and before in ("sources", "people", "person", "officials", "those", "someone"):
        return True
    if before in ("year", "month", "week", "season") and tokens[index].low == "end":
        return True
    if before in ("take", "takes", "took", "taken", "taking") and tokens[index].low == "hold":
        return True
    return before in _PREPOSITIONS and trigger.form <= {Form.BASE, Form.PRESENT}


def _lifted_off(tokens: Sequence[Token], index: int, trigger: Trigger) -> bool:
    """ "Lifted" without a rate is no raise."""
    return tokens[index].low.startswith("lift") and trigger.op is Op.RAISE and not _to_a_rate(tokens, index)


def _points_off(tokens: Sequence[Token], index: int, trigger: Trigger) -> bool:
    """ "By removing 10 percentage points": the rate falls, and stays."""
    ahead = {token.low for token in tokens[index + 1 : index + 5]}
    return trigger.op is Op.WITHDRAW and not ahead.isdisjoint(("points", "point"))


def _no_predicate(tokens: Sequence[Token], index: int, trigger: Trigger) -> bool:
    if Form.PREDICATE not in trigger.form:
        return False
    following = tokens[index + 1].low if index + 1 < len(tokens) else ""
    if trigger.op is Op.START and any(t.low.startswith(("remain", "stay")) for t in tokens[max(0, index - 2) : index]):
        return True  # "the rules remain in force": that is no start
    governs = not trigger.rest and following in ("a", "an", "the", "its", "their", "his")  # "over an arms sale"
    return governs or not _predicative(tokens, index)


def _is_noun(tokens: Sequence[Token], index: int) -> bool:
    """ "Its present end": behind an adjective and a determiner, where no verb in its base form can stand."""
    following = tokens[index + 1].low if index + 1 < len(tokens) else ""
    if tokens[index].low in _EVENTS and index:
        wanted = following in ("in", "on", "from") and tokens[index - 1].low in GOVERNORS
        if wanted or following in ("to", "of"):
            return True  # "demands end to …", "mulls pause in …"
    if index < 2 or tokens[index - 2].low not in _ARTICLES or tokens[index - 1].raw[:1].isupper():
        return False
    if index > 2 and tokens[index - 3].low in ("have", "make", "let", "help"):
        return False  # "to have its ministry lift …"
    before = tokens[index - 1].low
    adjective = before.isalpha() and before != "longer" and not before.endswith(("s", "ly"))
    return adjective and before not in _VERBAL and before not in TRIGGERS


def _imperative(tokens: Sequence[Token], index: int, trigger: Trigger) -> bool:
    """ "Extend the truce and go fishing.": advice, not news."""
    if trigger.form != {Form.BASE}:
        return False
    before = [token.low for token in tokens[max(0, index - 2) : index]]
    quoted = before[-1:] == ['"'] and (len(before) == 1 or not before[0].isalpha())
    opens = not before or quoted or before[-1] in (".", ":", ";", "please", "*", "•", "—") or before == [",", "and"]
    return opens or (len(before) == 1 and tokens[0].low.endswith("ly"))


def _to_a_rate(tokens: Sequence[Token], index: int) -> bool:
    """ "Lifted to 25 percent" is up; "lifted" alone is off."""
    ahead = [token.low for token in tokens[index + 1 : index + 16]]
    return any(
        word in ("to", "by")
        and ("%" in ahead[k + 1 : k + 4] or (ahead[k + 1 : k + 2] != [] and ahead[k + 1][0].isdigit()))
        for k, word in enumerate(ahead)
    )


def _predicative(tokens: Sequence[Token], index: int) -> bool:
    """Whether a predicate is said of something: "to be" or "remain" shortly before it, or a headline's end."""
    quoted = tokens[index - 1].low == '"'
    if any(token.low in _REMAINING for token in tokens[max(0, index - 2 - quoted) : index]):
        return True
    doubt = (
        tokens[index].low in ("in", "at", "under", "up") and index + 1 < len(tokens) and tokens[index + 1].low in _DOUBT
    )
    return doubt or (index + 3 >= len(tokens) and tokens[index].low in ("off", "on", "in"))


def is_said_of_another(tokens: Sequence[Token], index: int) -> bool:
    """Whether a predicate has a subject of its own before it, with a verb: "planning is under way"."""
    return index > 1 and any(token.low in _REMAINING for token in tokens[max(1, index - 2) : index])


def _rest(tokens: Sequence[Token], start: int, trigger: Trigger) -> int | None:
    """Where the rest of a phrase ends, if it follows within the gap and inside the clause."""
    limit = min(start + trigger.gap + 1, len(tokens))
    for k in range(start, limit):
        end = _followed(tokens, k, trigger.rest)
        if end is not None:
            return end
        if tokens[k].low in HARD or (tokens[k].low == "," and trigger.gap < 14):
            return None
    return None


def _followed(tokens: Sequence[Token], k: int, rest: Sequence[str]) -> int | None:
    """The index behind these words, which may have an adverb between them: "do away entirely with"."""
    for word in rest:
        if k < len(tokens) and word is not rest[0] and tokens[k].low.endswith("ly"):
            k += 1
        if k >= len(tokens) or tokens[k].low != word:
            return None
        k += 1
    return k


_REFUSALS = (
    _imperative,
    _described,
    _closing,
    _comparative,
    _particle,
    _base_as_noun,
    _waiting,
    _misplaced,
    _lifted_off,
    _points_off,
    _no_predicate,
)
"""Why a word that could be a trigger is none where it stands; one is enough."""
