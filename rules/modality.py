"""Whether what a clause says is told as a fact: the frame of its verb, corrected by what stands round the clause.

`mode_of` asks the questions of `QUESTIONS` in their order; the first that has an answer decides. `docs/engine.md`
explains the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rules.claims import Reading
from rules.clauses import (
    BELIED,
    INVERTED,
    belies,
    complement,
    depends,
    foreseen,
    in_condition,
    relative,
    reported,
    subordinate,
    waits,
)
from rules.dates import Role
from rules.frames import DECIDED, HARD, OPEN, STANCE_MODE, Frame, Mode, forms_of, frame
from rules.grammar import GOVERNORS, TRIGGERS, Form, Op, Stance, inflect
from rules.model import FactKind
from rules.subjects import finite_behind, governs_as_noun, in_prospect, opens_clause
from rules.text import Token
from rules.triggers import Pair
from rules.words import CONDITION, HEARSAY, NEGATION, PAPER, SUPPOSING

_DENIAL = frozenset(
    (
        "deny denies denied denying denial rejects rejected dismissed dismisses rebuts rebutted refuted refutes "
        "forgery hoax fake false untrue scotched debunked discounted downplayed ridiculed mocked disputed disputes "
        "joked jokes quipped quips"
    ).split()
)
_DENYING_PAIRS = {
    "knocked": ("down", "back"),
    "shot": ("down",),
    "played": ("down",),
    "brushed": ("aside", "off"),
    "waved": ("aside", "away", "off"),
    "laughed": ("off",),
    "shrugged": ("off",),
    "batted": ("away",),
    "poured": ("cold", "scorn"),
    "earlier": ("version",),
    "previous": ("version",),
    "not": ("mean", "imply"),
    "n't": ("mean", "imply"),
    "no": ("truth", "basis"),
    "we": ("reported", "wrote", "said"),  # an outlet that speaks of its own earlier report
}
_CONDITIONAL = CONDITION | SUPPOSING | INVERTED | {"whether", "case", "scenario"}
"""Without any of these no sentence holds a condition."""
_COULD_DENY = _DENIAL | _DENYING_PAIRS.keys()
_RULING = frozenset("rule find hold say announce declare decide order confirm conclude".split())
_FINITE = frozenset("is are was were has have will would had".split())
_BORNE = frozenset(word for lemma in "face pay bear attract incur".split() for word in inflect(lemma)) | {
    "charges",
    "collects",
}
_CLAIMS = ("claim", "the claim", "what is claimed", "what was claimed", "claimed", "the rumour", "myth", "the myth")
"""Labels of a fact check, before what it checks."""
_DECREES = frozenset("order orders decree notice regulation law bulletin proclamation".split())
_ESTIMATING = ("see", "sees", "saw", "expect", "expects", "expected", "put", "puts")
_SUBJECTS = frozenset("he she it they we".split())
_HINTING = frozenset("hinted hints hinting intimated signalled signaled signals signalling".split())
_UNSURE = frozenset("doubt jeopardy risk threat air imminent hand sight reach grasp distance offing corner".split())
"""How predicates end that tell of what may come."""
_DRAFTING = frozenset("drafted drafting preparing prepared readying".split())
_DEFINING = ("means", "mean", "refers", "denotes")


@dataclass(frozen=True, slots=True)
class Clause:
    """One pair in its sentence."""

    pair: Pair
    reading: Reading
    kind: FactKind

    @property
    def tokens(self) -> Sequence[Token]:
        return self.reading.tokens

    @property
    def words(self) -> frozenset[str]:
        """Those of the whole sentence."""
        return self.reading.sight.words

    @property
    def frame(self) -> Frame:
        return self.pair.frame

    @property
    def mode(self) -> Mode:
        return self.pair.frame.mode

    @property
    def told(self) -> bool:
        """Whether it is told in somebody's words."""
        return reported(self.tokens, self.pair.index)


def mode_of(pair: Pair, reading: Reading, kind: FactKind) -> Mode:
    """How the event of a pair is told, on a fact of this kind."""
    clause = Clause(pair, reading, kind)
    return next((mode for question in QUESTIONS if (mode := question(clause))), clause.mode)


def _asked(clause: Clause) -> Mode | None:
    return Mode.QUESTION if clause.reading.sentence.question else None


def _denied(clause: Clause) -> Mode | None:
    """A denial to the left in the same sentence that is not itself negated; or the line is a fact check's claim."""
    labelled = clause.reading.sentence.speaker in _CLAIMS
    if labelled or (belies(clause.reading.sight) and _named_false_behind(clause)):
        return Mode.DENIED
    if _COULD_DENY.isdisjoint(clause.words):
        return None
    tokens = clause.tokens[: clause.frame.top]
    denial = any(
        token.low in _DENIAL and not any(t.low in NEGATION for t in tokens[max(0, k - 3) : k])
        for k, token in enumerate(tokens)
    )
    ahead = clause.tokens[: clause.frame.top + 1]
    told = any(after.low in _DENYING_PAIRS.get(token.low, ()) for token, after in pairwise(ahead))
    return Mode.DENIED if denial or told else None


def _named_false_behind(clause: Clause) -> bool:
    """ "Reports that he is about to cancel his journey are fiction"."""
    return any(token.low in BELIED for token in clause.tokens[clause.pair.index :])


def _foreseen_rate(clause: Clause) -> Mode | None:
    """ "Sees the rate at 45 percent" is a forecast."""
    word = clause.tokens[clause.pair.index].low
    forecast = clause.pair.trigger.op is Op.SET and word in _ESTIMATING
    decreed = word.startswith("put") and not clause.words.isdisjoint(_DECREES)  # "the order puts the duty at …"
    return Mode.EXPECTED if forecast and not decreed and clause.mode in DECIDED else None


def _on_paper(clause: Clause) -> Mode | None:
    """ "A draft would cut the duty": written down and not decided."""
    if PAPER.isdisjoint(clause.words) and not clause.frame.ordered and "order" not in clause.words:
        return None
    start, would = clause.frame.start, clause.mode is Mode.HYPOTHETICAL
    paper = would or any(token.low in PAPER for token in clause.tokens[max(0, start - 14) : start])
    drafting = (clause.frame.ordered or "order" in clause.words) and _in_the_making(clause)
    if drafting:
        return Mode.PROPOSED  # "an order that raises it is being drafted"
    return Mode.PROPOSED if (would or clause.mode in DECIDED) and paper and not clause.frame.ordered else None


def _in_the_making(clause: Clause) -> bool:
    """ "Is drafting an order", "are at work on an order"."""
    working = any(a.low in ("work", "working") and b.low == "on" for a, b in pairwise(clause.tokens))
    return working or not clause.words.isdisjoint(_DRAFTING)


def _in_doubt(clause: Clause) -> Mode | None:
    """ "The meeting is in doubt", "a deal is within reach"."""
    trigger = clause.pair.trigger
    last = trigger.rest[-1] if trigger.rest else clause.tokens[clause.pair.index].low
    return Mode.HEDGED if Form.PREDICATE in trigger.form and last in _UNSURE else None


def _conditional(clause: Clause) -> Mode | None:
    """Inside a condition: "if the rate were cut", "should Beijing …". "May decide whether to" stays a hedge."""
    if _CONDITIONAL.isdisjoint(clause.words) or not in_condition(clause.tokens, clause.frame.top):
        return None
    whether = any(token.low == "whether" for token in clause.tokens)
    return Mode.HEDGED if clause.mode is Mode.HEDGED and whether else Mode.HYPOTHETICAL


def _time_to_come(clause: Clause) -> Mode | None:
    """ "Before it starts", "when the order takes effect": a time, and not an event."""
    start = clause.frame.start
    before = [token.low for token in clause.tokens[max(0, start - 3) : start]]
    if "before" in before and not {",", "not"} & set(before) and not clause.frame.negated:
        return Mode.BACKGROUND
    present = clause.pair.trigger.form <= {Form.PRESENT, Form.BASE} and clause.frame.bare
    return Mode.BACKGROUND if present and waits(clause.tokens, clause.pair.index) else None


def _end_in_passing(clause: Clause) -> Mode | None:
    """ "The pause, which runs out in November": the end that is known, in a clause of time or a relative clause."""
    trigger = clause.pair.trigger
    ends = trigger.op in (Op.EXPIRE, Op.END) and trigger.form <= {Form.PRESENT, Form.BASE} and clause.frame.bare
    return Mode.BACKGROUND if ends and subordinate(clause.tokens, clause.pair.index) else None


def _embedded(clause: Clause) -> Mode | None:
    """What the verb before "that" makes of it: "appeared likely to rule that …", "did not say that …"."""
    if clause.mode not in DECIDED or "that" not in clause.words:
        return None
    tokens, start = clause.tokens, clause.frame.top
    that = next((k for k in range(start, max(0, start - 26), -1) if k < len(tokens) and tokens[k].low == "that"), None)
    if not that:
        return None
    if tokens[that - 1].low in HEARSAY and _within(tokens, that, start):
        return Mode.DENIED if belies(clause.reading.sight) else Mode.HEDGED
    at = _saying(tokens, that)
    if at is None:
        return None
    verb = tokens[at].low
    above = frame(tokens, at, forms_of(verb))
    own = STANCE_MODE.get(GOVERNORS[verb]) if verb in GOVERNORS else None
    if (own in OPEN or own is Mode.HYPOTHETICAL) and above.mode in DECIDED and not above.negated:
        return own  # "proposes that the rate be set at …", "supposes that the court voids …"
    if above.mode in OPEN:
        return above.mode
    return Mode.DENIED if above.negated else None


def _within(tokens: Sequence[Token], that: int, start: int) -> bool:
    return not any(token.low in HARD for token in tokens[that:start])


def _saying(tokens: Sequence[Token], that: int) -> int | None:
    """The verb before "that", and before "to somebody that"."""
    verb = tokens[that - 1].low
    if verb in TRIGGERS or verb in _RULING or GOVERNORS.get(verb) in (Stance.SUPPOSE, Stance.EXPECT):
        return that - 1
    for k in range(that - 1, max(0, that - 6), -1):
        if tokens[k].low == "to":
            return k - 1 if GOVERNORS.get(tokens[k - 1].low) in (Stance.PROPOSE, Stance.WISH) else None
    return None


def _warned(clause: Clause) -> Mode | None:
    """ "Warned that it would raise the duty"."""
    if clause.mode is not Mode.HYPOTHETICAL:
        return None
    warned = any(
        token.low in ("warned", "warns", "threatened", "threatens") for token in clause.tokens[: clause.frame.top]
    )
    return Mode.THREATENED if warned else None


def _hinted(clause: Clause) -> Mode | None:
    """ "Hinted that the duty would be dropped", "signalled it will suspend them"."""
    if _HINTING.isdisjoint(clause.words) or clause.mode not in (*DECIDED, Mode.HYPOTHETICAL):
        return None
    top = clause.frame.top
    hinted = any(token.low in _HINTING for token in clause.tokens[max(0, top - 20) : top])
    return Mode.HEDGED if hinted and (clause.frame.future or clause.frame.governor is not None) else None


def _forecast(clause: Clause) -> Mode | None:
    """ "Expected that China will …"."""
    plain = clause.mode is Mode.COMMITTED and clause.frame.governor is None
    return _expectation(clause) if plain else None


def _expectation(clause: Clause) -> Mode | None:
    """How a clause is expected; "few believe that …", "does not expect that …" is no prospect."""
    at = foreseen(clause.tokens, clause.frame.top)
    if at is None:
        return None
    above = frame(clause.tokens, at, forms_of(clause.tokens[at].low))
    return Mode.BACKGROUND if above.negated else Mode.EXPECTED


def _would(clause: Clause) -> Mode | None:
    """ "Said that it would …" is a commitment in the past tense, "expected that it would …" a forecast, and "nobody was
    sorry to hear that the rules would not be applied" tells what is known."""
    if clause.mode is not Mode.HYPOTHETICAL:
        return None
    if clause.told:
        return _expectation(clause) or Mode.COMMITTED
    return Mode.COMMITTED if not depends(clause.reading.sight) and complement(clause.tokens, clause.frame.top) else None


def _had(clause: Clause) -> Mode | None:
    """ "Said that it had suspended the rules": a report in the past tense, and no background."""
    reported = clause.mode is Mode.BACKGROUND and "had" in clause.frame.cues
    reported = reported and (clause.told or complement(clause.tokens, clause.frame.top))
    if 0 < clause.frame.top - clause.pair.mention.head <= 3 and clause.tokens[clause.frame.top - 1].low in _SUBJECTS:
        return None  # "the tariff he had threatened to apply"
    return Mode.ASSERTED if reported and not relative(clause.tokens, clause.frame.top) else None


def _imagined(clause: Clause) -> Mode | None:
    """What a list of surprises or scenarios tells, nobody has told."""
    return Mode.HYPOTHETICAL if clause.reading.said.imagined else None


def _under_background(clause: Clause) -> Mode | None:
    """Under that heading, or in the recital that opens a legal sentence: "Whereas …; now, therefore, …"."""
    recited = clause.tokens[0].low == "whereas" and clause.pair.index < _recital(clause.tokens)
    defined = '"' in clause.words and any(
        one.low == '"' and other.low in _DEFINING for one, other in pairwise(clause.tokens)
    )  # "for the purposes of this notice, "duty" means …"
    return Mode.BACKGROUND if clause.reading.said.background or recited or defined else None


def _recital(tokens: Sequence[Token]) -> int:
    """Where the recital of a sentence that begins with "whereas" ends."""
    marks = {token.low: k for k, token in reversed(list(enumerate(tokens)))}
    return marks.get(";", marks.get(",", len(tokens)))


def _options(clause: Clause) -> Mode | None:
    """ "Keep it, drop it, or raise it to 25 percent": bare verbs in a row with "or" name choices, and no event."""
    if not clause.frame.bare or Form.BASE not in clause.pair.trigger.form or "or" not in clause.words:
        return None
    tokens, before = clause.tokens, clause.tokens[clause.frame.start - 1].low if clause.frame.start else ""
    chosen = before in (":", ",", "or", "—") and any(t.low == "or" for t in tokens[max(0, clause.frame.start - 12) :])
    return Mode.HEDGED if chosen else None


def _end_of_an_event(clause: Clause) -> Mode | None:
    """ "Flew home at the end of the visit": the noun takes for granted that it took place."""
    trigger = clause.pair.trigger
    ends = trigger.op is Op.END and Form.NOUN in trigger.form and clause.kind in (FactKind.MEETING, FactKind.VISIT)
    return Mode.ASSERTED if ends else None


def _planned(clause: Clause) -> Mode | None:
    """ "The tariff, due to start on Saturday, was scrapped": a plan, and a verb that tells what became of it."""
    pair, governor = clause.pair, clause.frame.governor
    others = [p for p in clause.reading.pairs if p is not pair and p.mention.head == pair.mention.head]
    if clause.mode is Mode.HYPOTHETICAL and any(p.index > pair.index for p in others):
        between = clause.tokens[pair.mention.head : clause.frame.top]
        return Mode.BACKGROUND if any(token.low in ("which", "that") for token in between) else None
    if governor is None or clause.frame.top < governor or GOVERNORS.get(clause.tokens[governor].low) is not Stance.DUE:
        return None
    inserted = clause.tokens[governor - 1].low == ","
    return Mode.BACKGROUND if any(inserted or p.index > pair.index for p in others) else None


def _in_prospect(clause: Clause) -> Mode | None:
    """ "A delay of the rules is under discussion"."""
    pair, tokens = clause.pair, clause.tokens
    noun, alone = Form.NOUN in pair.trigger.form, _is_spoken_of(clause)
    governed = clause.mode in DECIDED and pair.frame.governor is not None
    if not noun and not alone and not (governed and governs_as_noun(tokens, pair.frame.governor or 0)):
        return None
    verb = finite_behind(tokens, max(pair.end, pair.mention.head + 1))
    open_to = None if verb is None else in_prospect(tokens, verb)
    if open_to is not None:
        return Mode.HEDGED if open_to else Mode.BACKGROUND
    return Mode.BACKGROUND if alone and verb is not None else None


def _is_spoken_of(clause: Clause) -> bool:
    """ "Suspending the rules would cheer carmakers": an event as the subject of its clause, and nobody's act."""
    frame = clause.frame
    bare = not frame.progressive and frame.governor is None and clause.mode is Mode.ASSERTED
    return bare and clause.pair.trigger.form == {Form.GERUND} and opens_clause(clause.tokens, frame.start)


def _faces(clause: Clause) -> Mode | None:
    """ "Goods that face a duty of 20 percent": how it is, unless a day is given from when."""
    token = clause.tokens[clause.pair.index].low
    dated = any(when.role is Role.EFFECTIVE for when in clause.reading.dates)
    faced = token in _BORNE and clause.mode is Mode.ASSERTED
    return Mode.BACKGROUND if faced and not dated else None


def _only_describes(clause: Clause) -> Mode | None:
    """ "The rules suspended in November are …": a bare participle, and another verb that says something of the same."""
    pair, reading = clause.pair, clause.reading
    if clause.frame.bare and clause.tokens[clause.frame.start - 1].low in ("one", "ones") and clause.frame.start:
        return Mode.BACKGROUND  # "a deal to replace the one broken off in November"
    if not pair.reduced or reading.sentence.title:
        return None
    said = any(p is not pair and p.mention.head == pair.mention.head and not p.reduced for p in reading.pairs)
    finite = any(token.low in _FINITE for token in clause.tokens[pair.index + 1 :])
    return Mode.BACKGROUND if said or finite else None


QUESTIONS = (
    _asked,
    _imagined,
    _under_background,
    _options,
    _denied,
    _foreseen_rate,
    _in_doubt,
    _on_paper,
    _conditional,
    _time_to_come,
    _end_in_passing,
    _embedded,
    _warned,
    _hinted,
    _forecast,
    _planned,
    _would,
    _had,
    _end_of_an_event,
    _in_prospect,
    _faces,
    _only_describes,
)
"""The order in which a clause is asked how it is told; where none answers, the frame of the verb decides."""
