"""An article's claims: for each trigger on each mention, what is said to happen, when, how much, and on whose word."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rules.dates import Role, TimeExpression, find_dates
from rules.grammar import PAPER, Form, Op
from rules.lexicon import Hit, Label, Lexicon
from rules.mentions import Finder, Memory, Mention
from rules.modality import DECIDED, Frame, Mode, Speaker, classify, conditional, denied, depends, reported, speaker_of
from rules.model import Article, FactKind, PartialDate, SourceKind, State, Status
from rules.text import Sentence, sentences, tokenize, words
from rules.triggers import Pair, pairs
from rules.values import Amount, find_amounts

RETRACTED = ("story removed", "retracted", "retraction", "erratum", "kill kill", "story withdrawn", "withdrawn -", "withdrawn:")
"""Headlines of notes that take back an earlier report."""


_COURT = frozenset("court courts judge judges justices tribunal".split())


@dataclass(slots=True)
class Claim:
    """What one sentence says of one fact."""

    fact: str
    op: Op
    state: State
    mode: Mode
    speaker: Speaker
    named: str | None
    sentence: Sentence
    cues: tuple[str, ...]
    negated: bool = False
    part: bool = False
    headline: bool = False
    conditional: bool = False
    """It depends on something that the sentence names."""
    wisher: Speaker | None = None
    agreed: bool = False
    by_court: bool = False
    ordered: bool = False
    """The sentence tells of an order or a notice."""
    by_points: float | None = None
    factor: float | None = None
    undated_past: bool = False
    anaphor: bool = False
    happened: PartialDate | None = None
    rule: str = ""


@dataclass(slots=True)
class Reading:
    """One sentence, read: what the builders of a claim need."""

    sentence: Sentence
    hits: Sequence[Hit]
    mentions: Sequence[Mention]
    dates: Sequence[TimeExpression]
    amounts: Sequence[Amount]
    pairs: Sequence[Pair] = field(default_factory=list)


def claims(article: Article, lexicon: Lexicon) -> list[Claim]:
    """Every claim of an article about the pack's facts, in order of the text. Bounded, and never raises for any text."""
    text = article.title + "\n" + article.text
    if not lexicon.anchored(text) or article.title.lower().startswith(RETRACTED):
        return []
    finder, memory, out = Finder(lexicon), Memory(), []
    home = _source_speaker(article, lexicon)
    unnamed_title = "source" in article.title.lower().split("-")[-1] or "sources" in article.title.lower()
    for number, sentence in enumerate(sentences(article)):
        sentence.tokens = tokenize(sentence.raw)
        hits = lexicon.hits(sentence.tokens)
        mentions = finder.find(sentence, number, hits, memory)
        found = pairs(sentence.tokens, mentions, hits, lexicon.pack, headline=sentence.title)
        if not found:
            continue
        reading = Reading(sentence, hits, mentions, find_dates(sentence.raw, article.published), find_amounts(sentence.raw), found)
        speaker, named = speaker_of(sentence.tokens, hits)
        if speaker is Speaker.OUTLET:
            speaker, named = _label_speaker(sentence, home, hits)
        if sentence.title and unnamed_title:
            speaker = Speaker.UNNAMED
        for pair in found:
            claim = _claim(pair, reading, article, lexicon, speaker, named)
            if claim:
                out.append(claim)
    return out


def _source_speaker(article: Article, lexicon: Lexicon) -> Speaker:
    """Who speaks where nobody is named: an official source speaks for itself."""
    if article.source_kind is not SourceKind.OFFICIAL:
        return Speaker.OUTLET
    tokens = tokenize(article.source)
    found = classify([t.low for t in tokens], 0, len(tokens), lexicon.hits(tokens))
    return Speaker.OUTSIDER if found is Speaker.OUTSIDER else Speaker.DECIDER


def _label_speaker(sentence: Sentence, home: Speaker, hits: Sequence[Hit]) -> tuple[Speaker, str | None]:
    """The speaker of a transcript's line, or the source itself."""
    if sentence.speaker and sentence.speaker not in ("a", "answer", "presenter"):
        label = list(words(sentence.speaker))
        found = classify(label, 0, len(label), hits)
        if found:
            return found, sentence.speaker
    return home, None


def _claim(pair: Pair, reading: Reading, article: Article, lexicon: Lexicon, speaker: Speaker, named: str | None) -> Claim | None:
    tokens, sentence = reading.sentence.tokens, reading.sentence
    spec = lexicon.pack.facts[pair.mention.fact]
    mode = _mode(pair, reading)
    claim = Claim(
        fact=spec.id,
        op=pair.trigger.op,
        state=State(),
        mode=mode,
        speaker=speaker,
        named=named,
        sentence=sentence,
        cues=(*pair.frame.cues, " ".join(token.raw for token in tokens[pair.index : pair.end][:4])),
        negated=pair.frame.negated,
        part=pair.mention.part,
        headline=sentence.title,
        conditional=depends(tokens),
        agreed=pair.frame.agreed,
        anaphor=pair.mention.anaphor,
        ordered=pair.frame.ordered or any(token.low in ("order", "orders", "notice", "proclamation", "decree") for token in tokens),
        by_court=any(token.low in _COURT for token in tokens[max(0, pair.frame.start - 14) : pair.frame.start]),
    )
    if mode is Mode.WISHED:
        claim.wisher = _wisher(pair, reading, speaker)
    dates = _dates_of(pair, reading)
    claim.happened = _happened(dates)
    claim.state = _state(pair, reading, spec.kind, spec.unit, claim, dates, article)
    if claim.mode is Mode.BACKGROUND and _ahead(claim.state, article.published.date()):
        claim.mode = Mode.ASSERTED
    return claim


def _ahead(state: State, today: date) -> bool:
    """Whether a state names a day to come: "had been put off to January 20" is news in any tense."""
    return state.status not in (None, Status.SCHEDULED, Status.ANNOUNCED) and any(when and when.exact and when.exact > today for when in (state.effective, state.until))


def _mode(pair: Pair, reading: Reading) -> Mode:
    """The mode of the frame, corrected by what stands round the clause."""
    tokens, index, mode = reading.sentence.tokens, pair.index, pair.frame.mode
    if reading.sentence.question:
        return Mode.QUESTION
    if denied(tokens, pair.frame.top) or reading.sentence.speaker in ("claim", "the claim"):
        return Mode.DENIED
    if pair.trigger.op is Op.SET and tokens[index].low in ("see", "sees", "saw", "expect", "expects", "expected") and mode in DECIDED:
        return Mode.EXPECTED
    if mode in DECIDED and pair.frame.start > 0 and any(token.low in PAPER for token in tokens[max(0, pair.frame.start - 14) : pair.frame.start]) and not pair.frame.ordered:
        return Mode.PROPOSED
    if conditional(tokens, pair.frame.top):
        return Mode.HYPOTHETICAL if mode is not Mode.HEDGED or "whether" not in {t.low for t in tokens} else Mode.HEDGED
    told = reported(tokens, index)
    if mode is Mode.HYPOTHETICAL and told:
        return Mode.COMMITTED
    if mode is Mode.BACKGROUND and told and not _relative(tokens, pair.frame.top) and "had" in pair.frame.cues:
        return Mode.ASSERTED
    if pair.reduced and not reading.sentence.title and _has_finite(pair, reading):
        return Mode.BACKGROUND
    return mode


def _relative(tokens: Sequence[object], start: int) -> bool:
    return any(getattr(tokens[k], "low", "") in ("which", "who", "that") for k in range(max(0, start - 2), start)) and not any(
        getattr(tokens[k], "low", "") in ("said", "says", "announced", "told", "reporters", "confirmed") for k in range(max(0, start - 4), start)
    )


def _has_finite(pair: Pair, reading: Reading) -> bool:
    """Whether another verb of the sentence says something of the same mention, so that a bare participle only describes it."""
    return any(other is not pair and other.mention.head == pair.mention.head and not other.reduced for other in reading.pairs) or bool(
        {t.low for t in reading.sentence.tokens[pair.index + 1 :]} & {"is", "are", "was", "were", "has", "have", "will", "would", "had"}
    )


def _wisher(pair: Pair, reading: Reading, speaker: Speaker) -> Speaker:
    """Who wants it: the subject of the wish, or the speaker."""
    tokens = [token.low for token in reading.sentence.tokens]
    at = pair.frame.governor if pair.frame.governor is not None else pair.frame.start
    start = at
    while start > 0 and tokens[start - 1] not in (";", ".", "—", ":"):
        start -= 1
    found = classify(tokens, start, at, reading.hits)
    if found is Speaker.OUTSIDER or found is Speaker.UNNAMED:
        return found
    return found or speaker


def _dates_of(pair: Pair, reading: Reading) -> list[TimeExpression]:
    """The dates that belong to a pair: those nearer to its trigger than to any other, in the same segment."""
    tokens = reading.sentence.tokens
    out = []
    for when in reading.dates:
        owner = min(reading.pairs, key=lambda p: _distance(tokens[p.index].start, tokens[p.end - 1].end, when.start, when.end))
        if owner.index == pair.index:
            out.append(when)
    return out


def _happened(dates: Sequence[TimeExpression]) -> PartialDate | None:
    """The day on which a sentence says that something happened: history, where it lies before the record's last turn."""
    return next((when.when for when in dates if when.when and when.role in (Role.ON, Role.BACKGROUND, Role.EFFECTIVE, Role.SINCE)), None)


def _distance(start: int, end: int, other_start: int, other_end: int) -> int:
    """Characters between two spans; what stands before counts double, since English puts dates behind."""
    if other_start >= end:
        return other_start - end
    return 2 * (start - other_end) if other_end <= start else 0


def _state(
    pair: Pair, reading: Reading, kind: FactKind, units: Sequence[str], claim: Claim, dates: Sequence[TimeExpression], article: Article
) -> State:
    effective = _pick(dates, Role.EFFECTIVE) or (_pick(dates, Role.ON) if kind in (FactKind.MEETING, FactKind.VISIT) or pair.trigger.op is not Op.EXTEND else None)
    until = _pick(dates, Role.UNTIL) or _pick(dates, Role.BY)
    effective = effective or (_pick(dates, Role.SINCE) if pair.trigger.op in (Op.START, Op.SET, Op.LOWER, Op.RAISE) else None)
    state = State(None, _value(pair, reading, units, claim), effective, until)
    return SETTLE[kind](pair, claim, state, article.published.date())


def _pick(dates: Sequence[TimeExpression], role: Role) -> PartialDate | None:
    return next((when.when for when in dates if when.role is role and when.when), None)


def _value(pair: Pair, reading: Reading, units: Sequence[str], claim: Claim) -> dict[str, float] | None:
    """The new value, from the amounts nearest to the trigger; what it was before is not a value."""
    tokens = reading.sentence.tokens
    out: dict[str, float] = {}
    mine = []
    for amount in reading.amounts:
        owner = min(reading.pairs, key=lambda p: _distance(tokens[p.index].start, tokens[p.end - 1].end, amount.start, amount.end))
        if owner.index == pair.index:
            mine.append(amount)
    for amount in mine:
        unit = amount.unit + (f"_per_{amount.per}" if amount.per and amount.unit == "tonnes" else "")
        if unit == "points" or amount.role in ("by", "from"):
            if amount.role == "by" or unit == "points":
                claim.by_points = amount.number
            continue
        if unit in units and unit not in out and not amount.range:
            out[unit] = amount.number
    return out or None


def _measure(pair: Pair, claim: Claim, state: State, today: date) -> State:
    op, shape = pair.trigger.op, pair.frame
    starts = state.effective.exact if state.effective else None
    ahead = bool(starts and starts > today)
    if claim.negated:
        return _measure_negated(op, claim, state)
    if op is Op.ANNOUNCE:
        return replace(state, status=Status.ANNOUNCED)
    if op in (Op.SET, Op.RAISE, Op.LOWER, Op.IMPOSE, Op.START, Op.RESTORE):
        if claim.agreed:
            return replace(state, status=Status.AGREED)
        if ahead or ((shape.ordered or claim.ordered) and not (starts and starts <= today)) or (shape.future and not (starts and starts <= today)):
            return replace(state, status=Status.ANNOUNCED)
        return replace(state, status=Status.IN_FORCE)
    if op in (Op.WITHDRAW, Op.END):
        return replace(state, status=Status.WITHDRAWN, value=None)
    if op is Op.SUSPEND and claim.by_court:
        return replace(state, status=Status.BLOCKED, value=None)
    if op in (Op.SUSPEND, Op.DELAY):
        if op is Op.DELAY and state.until and not state.effective:
            state = replace(state, effective=state.until, until=None)
        return replace(state, status=Status.SUSPENDED, value=None)
    if op is Op.ADVANCE:
        return replace(state, status=Status.ANNOUNCED)
    if op is Op.EXPIRE:
        return replace(state, status=None if state.until or ahead else Status.EXPIRED)
    if op is Op.BLOCK:
        return replace(state, status=Status.BLOCKED, value=None)
    if op is Op.HAPPEN:
        return State()
    return state


def _measure_negated(op: Op, claim: Claim, state: State) -> State:
    """ "Will not be imposed" takes it off the table; "will not start until January" puts it off."""
    claim.negated = False
    if op in (Op.IMPOSE, Op.START, Op.HAPPEN):
        if state.until or state.effective:
            return State(Status.SUSPENDED, None, state.until or state.effective, None)
        if claim.mode is Mode.COMMITTED or "longer" in claim.cues:
            return State(Status.WITHDRAWN)
    claim.negated = True
    return state


def _truce(pair: Pair, claim: Claim, state: State, today: date) -> State:
    op = pair.trigger.op
    day = state.until or state.effective
    if op is Op.REACH:
        return State(Status.AGREED, None, None, state.until)
    if op in (Op.EXTEND, Op.SHORTEN):
        return State(Status.AGREED if claim.agreed else None, None, None, day)
    if op in (Op.EXPIRE, Op.END):
        exact = day.exact if day else None
        if exact and exact > today:
            return State(None, None, None, day)
        return State(Status.EXPIRED if op is Op.EXPIRE else Status.WITHDRAWN)
    if op in (Op.WITHDRAW, Op.COLLAPSE):
        return State(Status.WITHDRAWN)
    if op is Op.SUSPEND:
        return State(Status.SUSPENDED)
    return state


def _purchases(pair: Pair, claim: Claim, state: State, today: date) -> State:
    op, shape = pair.trigger.op, pair.frame
    if op is Op.BUY:
        promised = claim.agreed or shape.future or claim.mode is not Mode.ASSERTED
        return replace(state, status=Status.AGREED, effective=None) if promised else State()
    if op is Op.SUSPEND:
        return replace(state, status=Status.SUSPENDED, value=None)
    if op in (Op.WITHDRAW, Op.END):
        return replace(state, status=Status.WITHDRAWN, value=None)
    if op in (Op.DELAY, Op.EXTEND):
        return State(None, None, None, state.until or state.effective)
    return replace(state, status=Status.AGREED)


def _gathering(pair: Pair, claim: Claim, state: State, today: date) -> State:
    op, shape = pair.trigger.op, pair.frame
    day = state.effective or state.until
    if claim.negated:
        if op in (Op.HAPPEN, Op.MEET, Op.TRAVEL) and claim.mode is Mode.COMMITTED:
            claim.negated = False
            return State(Status.CANCELLED)
        return State()
    if op is Op.WITHDRAW:
        return State(Status.CANCELLED)
    if op is Op.DELAY:
        return State(Status.POSTPONED, None, day)
    if op is Op.ADVANCE:
        return State(Status.SCHEDULED, None, day)
    exact = day.exact if day else None
    ahead = shape.future or (exact is not None and exact > today) or claim.mode not in (Mode.ASSERTED, Mode.BACKGROUND)
    if op in (Op.SCHEDULE, Op.SET) or ahead:
        return State(Status.SCHEDULED, None, day)
    return State(Status.HELD, None, day)


def _deal(pair: Pair, claim: Claim, state: State, today: date) -> State:
    op = pair.trigger.op
    status = {Op.REACH: Status.AGREED, Op.SIGN: Status.SIGNED, Op.SUSPEND: Status.SUSPENDED}.get(op, Status.COLLAPSED)
    return State(status, None, state.effective if op is Op.SIGN else None)


SETTLE = {
    FactKind.MEASURE: _measure,
    FactKind.TRUCE: _truce,
    FactKind.PURCHASES: _purchases,
    FactKind.MEETING: _gathering,
    FactKind.VISIT: _gathering,
    FactKind.DEAL: _deal,
}
