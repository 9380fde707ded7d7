"""An article's claims: for each trigger on each mention, what is said to happen, when, how much, and on whose word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from rules.dates import Role, TimeExpression, find_dates
from rules.grammar import GOVERNORS, TRIGGERS, Form, Op, Stance
from rules.lexicon import Hit, Label, Lexicon
from rules.mentions import Finder, Memory, Mention
from rules.modality import (
    DECIDED,
    OPEN,
    Mode,
    Speaker,
    belies,
    classify,
    conditional,
    denied,
    depends,
    forms_of,
    frame,
    reported,
    speaker_of,
)
from rules.model import Article, FactKind, PartialDate, SourceKind, State, Status
from rules.text import Sentence, Token, fold, sentences, tokenize, words
from rules.triggers import Pair, pairs
from rules.values import Amount, Change, change_of, find_amounts, soybean_tonnes
from rules.words import AUXILIARY, PAPER

RETRACTED = (
    "story removed",
    "retracted",
    "retraction",
    "erratum",
    "kill kill",
    "story withdrawn",
    "withdrawn -",
    "withdrawn:",
)
"""Headlines of notes that take back an earlier report."""


_RULING = frozenset({"rule", "find", "hold", "say", "announce", "declare", "decide", "order", "confirm", "conclude"})
_LEGAL = frozenset("order notification announcement notice proclamation regulation decree".split())
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
    lasting: bool = False
    """A length of time is named with it."""
    not_until: bool = False
    """Its date is one before which it will not happen."""
    fresh: bool = False
    """ "Fresh tariffs", "further duties": another than the one on record."""
    ordered: bool = False
    """The sentence tells of an order or a notice."""
    change: Change = field(default_factory=Change)
    """What the clause says becomes of the value, where it has to be reckoned from the record."""
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
    pairs: Sequence[Pair]
    line: PartialDate | None = None
    """The day that the line of a timeline opens with."""
    background: bool = False
    """It stands under the heading "Background"."""


def claims(article: Article, lexicon: Lexicon) -> list[Claim]:
    """Every claim of an article about the pack's facts, in order of the text. Bounded, and never raises for any text."""
    if not lexicon.anchored(article.title + "\n" + article.text) or article.title.lower().startswith(RETRACTED):
        return []
    home = _home(article, lexicon)
    finder, memory = Finder(lexicon), Memory(home=home, parties={home} if home else set())
    out: list[Claim] = []
    voice = Voice(article, lexicon)
    for number, sentence in enumerate(sentences(article)):
        sentence.tokens = _tokens(sentence, memory.header == number - 1)
        hits = _own(_without_dateline(sentence, lexicon.hits(sentence.tokens)))
        mentions = finder.find(sentence, number, hits, memory)
        speaker, named = voice.of(sentence, hits)
        found = pairs(sentence.tokens, mentions, hits, lexicon.pack, headline=sentence.title or _telegraphic(sentence))
        if out and belies(sentence.tokens):
            for claim in out[-6:]:
                claim.mode = Mode.DENIED if sentence.paragraph - claim.sentence.paragraph <= 2 else claim.mode
        if not found:
            voice.date(sentence)
            voice.background(sentence)
            continue
        struck = _swapped(sentence.raw)
        dates = [when for when in find_dates(sentence.raw, article.published) if when.start > struck]
        amounts = [amount for amount in find_amounts(_grouped(sentence.raw)) if amount.start > struck]
        reading = Reading(
            sentence,
            hits,
            mentions,
            dates,
            amounts,
            found,
            voice.date(sentence),
            voice.background(sentence),
        )
        out += [_claim(pair, reading, article, lexicon, speaker, named) for pair in found]
    return out


def _tokens(sentence: Sentence, under_header: bool) -> list[Token]:
    """The tokens of a sentence; "Prolonged to 31 August." under "Truce." gets the subject that it leaves out."""
    tokens = tokenize(sentence.raw)
    if under_header and tokens and any(Form.PARTICIPLE in trigger.form for trigger in TRIGGERS.get(tokens[0].low, ())):
        start = tokens[0].start
        return [Token("it", "", start, start), Token("was", "", start, start), *tokens]
    return tokens


class Voice:
    """Who speaks from sentence to sentence, and the day that a line of a timeline is about."""

    def __init__(self, article: Article, lexicon: Lexicon) -> None:
        self.published = article.published
        self.home = _source_speaker(article, lexicon)
        self.unnamed_title = "source" in article.title.lower().split("-")[-1] or "sources" in article.title.lower()
        self.last: tuple[Speaker, str | None] = (Speaker.OUTLET, None)
        self.open = False
        self.recital = -1
        self.line: tuple[int, PartialDate | None] = (-1, None)

    def of(self, sentence: Sentence, hits: Sequence[Hit]) -> tuple[Speaker, str | None]:
        """The speaker of one sentence: named in it, the label of a transcript's line, whoever is being quoted, or the source."""
        speaker, named = speaker_of(sentence.tokens, hits)
        marks = sum(sentence.raw.count(mark) for mark in '"“”')
        quoted = self.open or sentence.raw.lstrip()[:1] in ('"', "“")
        self.open = self.open != bool(marks % 2)
        if speaker is Speaker.OUTLET:
            labelled = _label_speaker(sentence, self.home, hits)
            speaker, named = self.last if quoted and labelled[0] is Speaker.OUTLET else labelled
        if sentence.title and self.unnamed_title:
            speaker = Speaker.UNNAMED
        self.last = (speaker, named)
        return speaker, named

    def background(self, sentence: Sentence) -> bool:
        """Whether the paragraph's heading is "Background", as in orders and notices."""
        words = sentence.raw.strip(" .:").lower()
        if words in ("background", "recitals", "whereas") or words.startswith("whereas"):
            self.recital = sentence.paragraph
        return self.recital == sentence.paragraph

    def date(self, sentence: Sentence) -> PartialDate | None:
        """The past day that opens the line of a timeline ("May 12 - In Geneva …"); it holds to the end of the line."""
        if self.line[0] != sentence.paragraph:
            first = next((when for when in find_dates(sentence.raw[:40], self.published) if when.start < 3), None)
            dash = first is not None and sentence.raw[first.end : first.end + 3].strip()[:1] in ("-", "–", "—", ":")
            self.line = (sentence.paragraph, first.when if first and dash else None)
        return self.line[1]


def _telegraphic(sentence: Sentence) -> bool:
    """Whether a line of the body is written like a headline: a bullet or an alert without an auxiliary verb."""
    bare = not any(token.low in AUXILIARY for token in sentence.tokens)
    return bare and (
        sentence.raw.isupper()
        or sentence.raw[:1] in "*•·-"
        or any(token.low in ("—", ":") for token in sentence.tokens[:4])
    )


def _home(article: Article, lexicon: Lexicon) -> str | None:
    """The party that an official source belongs to."""
    if article.source_kind is not SourceKind.OFFICIAL:
        return None
    return next(
        (h.entry.of for h in lexicon.hits(tokenize(article.source)) if h.entry.label in (Label.PARTY, Label.DECIDER)),
        None,
    )


def _without_dateline(sentence: Sentence, hits: list[Hit]) -> list[Hit]:
    """The hits behind a dateline: "TOKYO, Oct 28 (HW) -" says where the reporter sits, and no more."""
    if sentence.title or not sentence.tokens or not sentence.tokens[0].raw.isupper():
        return hits
    dash = next((k for k, token in enumerate(sentence.tokens[:18]) if token.low == "—"), 0)
    return [h for h in hits if h.start > dash] if dash else hits


def _own(hits: list[Hit]) -> list[Hit]:
    """Without the institutions of other countries: the "foreign ministry" of "the Indian foreign ministry"."""
    foreign = {h.end for h in hits if h.entry.label is Label.COUNTRY}
    return [h for h in hits if h.entry.label is not Label.DECIDER or not foreign & {h.start, h.start - 1}]


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


def _claim(
    pair: Pair, reading: Reading, article: Article, lexicon: Lexicon, speaker: Speaker, named: str | None
) -> Claim:
    tokens, sentence = reading.sentence.tokens, reading.sentence
    spec = lexicon.pack.facts[pair.mention.fact]
    mode = _mode(pair, reading, spec.kind)
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
        part=pair.mention.part or pair.trigger.op is Op.EXEMPT,
        headline=sentence.title,
        conditional=depends(tokens),
        agreed=pair.frame.agreed,
        anaphor=pair.mention.anaphor,
        ordered=pair.frame.ordered
        or any(
            token.low in ("order", "orders", "notice", "proclamation", "decree", "hereby", "notification", "regulation")
            for token in tokens
        )
        or (
            article.source_kind is SourceKind.OFFICIAL
            and bool(_LEGAL & set(fold(article.title).replace(":", " ").split()))
        ),
        fresh=(pair.trigger.op is Op.CONSIDER and pair.frame.passive)
        or any(
            token.low in ("fresh", "new", "further", "more") for token in tokens[pair.mention.start : pair.mention.head]
        ),
        by_court=any(token.low in _COURT for token in tokens[: pair.frame.start]),
    )
    if mode in OPEN and pair.frame.governor is not None:
        claim.wisher = _wisher(pair, reading, speaker)
    dates = _dates_of(pair, reading)
    claim.lasting = any(when.role is Role.DURATION for when in dates)
    claim.not_until = any(when.cue.split()[-1:] in (["until"], ["till"], ["before"]) for when in dates)
    own = [when for when in dates if not _in_relative(when, pair, tokens)]
    claim.happened = _happened(own, pair.trigger.op) or reading.line
    claim.state = _state(pair, reading, spec.kind, spec.unit, claim, dates, article)
    if claim.mode is Mode.BACKGROUND and _ahead(claim.state, article.published.date()):
        claim.mode = Mode.ASSERTED
    return claim


def _ahead(state: State, today: date) -> bool:
    """Whether a state names a day to come: "had been put off to January 20" is news in any tense."""
    return state.status not in (None, Status.SCHEDULED, Status.ANNOUNCED) and any(
        when and when.exact and when.exact > today for when in (state.effective, state.until)
    )


def _mode(pair: Pair, reading: Reading, kind: FactKind) -> Mode:
    """The mode of the frame, corrected by what stands round the clause."""
    tokens, index, mode = reading.sentence.tokens, pair.index, pair.frame.mode
    if reading.sentence.question:
        return Mode.QUESTION
    if denied(tokens, pair.frame.top) or reading.sentence.speaker in ("claim", "the claim"):
        return Mode.DENIED
    if (
        pair.trigger.op is Op.SET
        and tokens[index].low in ("see", "sees", "saw", "expect", "expects", "expected")
        and mode in DECIDED
    ):
        return Mode.EXPECTED
    if (
        mode in DECIDED | {Mode.HYPOTHETICAL}
        and pair.frame.start > 0
        and any(token.low in PAPER for token in tokens[max(0, pair.frame.start - 14) : pair.frame.start])
        and not pair.frame.ordered
    ):
        return Mode.PROPOSED
    if conditional(tokens, pair.frame.top):
        return Mode.HYPOTHETICAL if mode is not Mode.HEDGED or "whether" not in {t.low for t in tokens} else Mode.HEDGED
    if pair.trigger.form == {Form.PRESENT} and pair.frame.bare and _waits(tokens, index):
        return Mode.BACKGROUND
    if (
        pair.trigger.op in (Op.EXPIRE, Op.END)
        and pair.frame.bare
        and pair.trigger.form <= {Form.PRESENT, Form.BASE}
        and _subordinate(tokens, index)
    ):
        return Mode.BACKGROUND
    told = reported(tokens, index)
    if mode in DECIDED and (embedded := _embedded(tokens, pair.frame.top)):
        return embedded
    if mode is Mode.HYPOTHETICAL and any(
        token.low in ("warned", "warns", "threatened", "threatens") for token in tokens[: pair.frame.top]
    ):
        return Mode.THREATENED
    if mode is Mode.COMMITTED and pair.frame.governor is None and _forecast(tokens, pair.frame.top):
        return Mode.EXPECTED
    if mode is Mode.HYPOTHETICAL and not told and not depends(tokens) and _complement(tokens, pair.frame.top):
        return Mode.COMMITTED  # "nobody was sorry to hear that the rules would not be applied"
    if mode is Mode.HYPOTHETICAL and told:
        return Mode.EXPECTED if _forecast(tokens, pair.frame.top) else Mode.COMMITTED
    if mode is Mode.BACKGROUND and told and not _relative(tokens, pair.frame.top) and "had" in pair.frame.cues:
        return Mode.ASSERTED
    if reading.background:
        return Mode.BACKGROUND
    if pair.trigger.op is Op.END and Form.NOUN in pair.trigger.form and kind in (FactKind.MEETING, FactKind.VISIT):
        return Mode.ASSERTED  # "flew home at the end of the visit"
    if pair.reduced and not reading.sentence.title and _has_finite(pair, reading):
        return Mode.BACKGROUND
    return mode


def _embedded(tokens: Sequence[Token], start: int) -> Mode | None:
    """What the verb before "that" makes of a clause: "appeared likely to rule that …", "did not say that …"."""
    that = next((k for k in range(start, max(0, start - 26), -1) if k < len(tokens) and tokens[k].low == "that"), None)
    if (
        not that
        or tokens[that - 1].low in (",", "the", "and")
        or not (TRIGGERS.get(tokens[that - 1].low) or tokens[that - 1].low in _RULING)
    ):
        return None
    above = frame(tokens, that - 1, forms_of(tokens[that - 1].low))
    if above.mode in OPEN:
        return above.mode
    return Mode.DENIED if above.negated else None


def _complement(tokens: Sequence[Token], start: int) -> bool:
    """Whether a clause completes "hear that", "learned that", "the notice that"."""
    known = {
        "hear",
        "hears",
        "heard",
        "learn",
        "learns",
        "learned",
        "learnt",
        "know",
        "knows",
        "knew",
        "notice",
        "word",
        "news",
        "letter",
        "memo",
    }
    for k in range(max(1, start - 14), start):
        if tokens[k].low == "that" and any(token.low in known for token in tokens[max(0, k - 4) : k]):
            return True
    return False


def _forecast(tokens: Sequence[Token], start: int) -> bool:
    """Whether the nearest word before a clause that can govern it is a forecast: "expected that China would …"."""
    for k in range(start - 1, max(-1, start - 40), -1):
        word = tokens[k].low
        if word in ("said", "says", "announced", "confirmed", "told", "declared", "ordered", ";", ":"):
            return False
        if word in (",", "and") and tokens[k + 1].low != "that":
            return False
        if GOVERNORS.get(word) is Stance.EXPECT:
            return True
    return False


def _waits(tokens: Sequence[Token], index: int) -> bool:
    """ "Before it starts", "when the order takes effect": a time to come, and not an event."""
    for k in range(index - 1, max(-1, index - 8), -1):
        if tokens[k].low in ("before", "when", "until", "once"):
            return True
        if tokens[k].low in (",", ";", ".", ":", "—", "and"):
            return False
    return False


def _subordinate(tokens: Sequence[Token], index: int) -> bool:
    """Whether a verb stands in a clause of time or a relative clause: "when the pause runs out"."""
    for k in range(index - 1, max(-1, index - 12), -1):
        if tokens[k].low in ("when", "which", "that", "before", "until", "after", "as"):
            return True
        if tokens[k].low in (",", ";", ".", ":", "—"):
            return False
    return False


def _relative(tokens: Sequence[Token], start: int) -> bool:
    """Whether a relative pronoun, and not the "that" of "said that", stands right before a chain."""
    return any(tokens[k].low in ("which", "who", "that") for k in range(max(0, start - 2), start)) and not any(
        tokens[k].low in ("said", "says", "announced", "told", "reporters", "confirmed")
        for k in range(max(0, start - 4), start)
    )


def _has_finite(pair: Pair, reading: Reading) -> bool:
    """Whether another verb of the sentence says something of the same mention, so that a bare participle only describes it."""
    return any(
        other is not pair and other.mention.head == pair.mention.head and not other.reduced for other in reading.pairs
    ) or bool(
        {t.low for t in reading.sentence.tokens[pair.index + 1 :]}
        & {"is", "are", "was", "were", "has", "have", "will", "would", "had"}
    )


def _wisher(pair: Pair, reading: Reading, speaker: Speaker) -> Speaker:
    """Who wants it: the subject of the wish, or the speaker."""
    tokens = [token.low for token in reading.sentence.tokens]
    at = pair.frame.governor if pair.frame.governor is not None else pair.frame.start
    start = at
    while start > 0 and tokens[start - 1] not in (";", ".", "—", ":"):
        start -= 1
    commas = [k for k in range(start, at) if tokens[k] == ","]
    if commas and {"i", "we"} & set(tokens[commas[-1] : at]):
        return speaker  # "Senator, I would expect …"
    named = {h.entry.label for h in reading.hits if start <= h.start < at}
    if Label.COUNTRY in named and not named & {Label.PARTY, Label.DECIDER}:
        return Speaker.OUTSIDER  # a third government decides nothing here
    found = classify(tokens, start, at, reading.hits)
    if found is Speaker.OUTSIDER or found is Speaker.UNNAMED:
        return found
    return found or speaker


def _dates_of(pair: Pair, reading: Reading) -> list[TimeExpression]:
    """The dates that belong to a pair: those nearer to its trigger than to any other; one that opens the sentence, the main verb's."""
    return [when for when in reading.dates if _owner(when, reading).index == pair.index]


_LEGAL_SWAP = ("inserting", "substituting", "substituted", "replaced by")


_SPACED = re.compile(r"(?<![\d.,])(\d{1,3})[ \u00a0\u202f](\d{3})(?=[ \u00a0\u202f]\d{3}\b|\b)(?![.,]?\d)")


def _grouped(raw: str) -> str:
    """ "350 000 tonnes" with its thousands joined, in the same length."""
    return _SPACED.sub(r"\1,\2", raw)


def _swapped(raw: str) -> int:
    """Where the new words of a legal amendment begin: what stands before "inserting" is struck out."""
    folded = fold(raw)
    return max((folded.find(word) for word in _LEGAL_SWAP), default=-1)


def _owner(when: TimeExpression, reading: Reading) -> Pair:
    tokens, base = reading.sentence.tokens, reading.sentence.tokens[0].start
    main = [p for p in reading.pairs if not p.reduced and p.frame.mode is not Mode.BACKGROUND] or list(reading.pairs)
    if when.end < min(tokens[min(p.index, p.mention.start)].start - base for p in reading.pairs):
        return main[0]
    return min(
        reading.pairs,
        key=lambda p: _distance(tokens[p.index].start - base, tokens[p.end - 1].end - base, when.start, when.end),
    )


def _in_relative(when: TimeExpression, pair: Pair, tokens: Sequence[Token]) -> bool:
    """Whether a relative clause begins between a trigger and a date behind it: "rules that it issued three weeks ago"."""
    behind = tokens[pair.end - 1 :]
    return any(
        token.low in ("that", "which", "who")
        and token.end <= when.start
        and before.low not in ("of", "in", "on", "at", "by", "for")
        for before, token in pairwise(behind)
    )


def _happened(dates: Sequence[TimeExpression], op: Op) -> PartialDate | None:
    """The day on which a sentence says that something happened: history, where it lies before the record's last turn."""
    roles = {Role.ON, Role.BACKGROUND, Role.EFFECTIVE} | ({Role.SINCE} if op in (Op.START, Op.SET) else set())
    return next((when.when for when in dates if when.when and when.role in roles), None)


def _distance(start: int, end: int, other_start: int, other_end: int) -> int:
    """Characters between two spans; what stands before counts double, since English puts dates behind."""
    if other_start >= end:
        return other_start - end
    return 2 * (start - other_end) if other_end <= start else 0


def _state(
    pair: Pair,
    reading: Reading,
    kind: FactKind,
    units: Sequence[str],
    claim: Claim,
    dates: Sequence[TimeExpression],
    article: Article,
) -> State:
    today = article.published.date()
    if pair.trigger.op in (Op.SET, Op.RAISE, Op.LOWER, Op.ANNOUNCE, Op.IMPOSE):
        behind = reading.sentence.tokens[pair.index].start
        dates = [when for when in dates if when.role is not Role.ON or _from_then(when, today, behind)]
    effective = _pick(dates, Role.EFFECTIVE) or (
        _pick(dates, Role.ON)
        if kind in (FactKind.MEETING, FactKind.VISIT) or pair.trigger.op is not Op.EXTEND
        else None
    )
    if pair.trigger.op is Op.EXTEND:
        dates = sorted(dates, key=lambda when: when.when or PartialDate(1), reverse=True)
    until = _pick(dates, Role.UNTIL) or (_pick(dates, Role.BY) if kind is FactKind.PURCHASES else None)
    effective = effective or (
        _pick(dates, Role.SINCE) if pair.trigger.op in (Op.START, Op.SET, Op.LOWER, Op.RAISE) else None
    )
    state = State(None, _value(pair, reading, units, claim), effective, until)
    return SETTLE[kind](pair, claim, state, today)


def _from_then(when: TimeExpression, today: date, behind: int) -> bool:
    """Whether "on" a day says from when a rate holds: a day to come, or today, told behind the verb."""
    day = when.when.exact if when.when else None
    return day is not None and (day > today or (day == today and when.start > behind))


def _pick(dates: Sequence[TimeExpression], role: Role) -> PartialDate | None:
    return next((when.when for when in dates if when.role is role and when.when), None)


def _clause(pair: Pair, reading: Reading) -> tuple[int, int]:
    """Where the words of a pair begin and end in the sentence: up to the next trigger on something else."""
    tokens, base = reading.sentence.tokens, reading.sentence.tokens[0].start
    low = tokens[min(pair.frame.top, pair.mention.start, pair.index)].start - base
    later = [p for p in reading.pairs if p.index > pair.index and p.mention.head != pair.mention.head]
    first = min(
        (min(p.frame.top, p.mention.start) for p in later if p.mention.start > pair.mention.head), default=len(tokens)
    )
    high = tokens[first].start - base if pair.index < first < len(tokens) else len(reading.sentence.raw)
    return low, max(high, tokens[pair.end - 1].end - base)


def _value(pair: Pair, reading: Reading, units: Sequence[str], claim: Claim) -> dict[str, float] | None:
    """The new value. What it was before, or is not, is no value; what has to be reckoned from the record stays in `claim.change`."""
    low, high = _clause(pair, reading)
    mine = [
        replace(a, start=a.start - low, end=a.end - low) for a in reading.amounts if low <= a.start and a.end <= high
    ]
    if "percent" in units:
        percents = [a for a in mine if a.unit in ("percent", "points", "number", "times")]
        at = reading.sentence.tokens[pair.index].start - low
        told = [a for a in percents if a.start > at and a.unit != "number"]
        if told and pair.trigger.op in (Op.SET, Op.RAISE, Op.LOWER):
            low, percents = low + at, [replace(a, start=a.start - at, end=a.end - at) for a in percents if a.start > at]
        claim.change = change_of(percents, reading.sentence.raw[low:high])
        alone = change_of([], reading.sentence.raw[low:high])
        moves = alone.points is not None or alone.factor is not None
        if pair.trigger.op in (Op.RAISE, Op.LOWER) and not told and percents and claim.change.target is not None:
            old = claim.change.target.number  # what stands before the verb is the rate that it changes
            new = alone.applied(old) if moves else None
            return {"percent": new} if new is not None else None
        if (
            claim.negated
            and claim.change.new is not None
            and claim.change.old is not None
            and pair.trigger.op is Op.SET
        ):
            claim.negated = False  # "will not be 100 but 155"
        return {"percent": claim.change.new} if claim.change.new is not None and claim.change.unit != "points" else None
    out: dict[str, float] = {}
    for place, amount in enumerate(mine):
        after = mine[place + 1].start if place + 1 < len(mine) else high
        number, unit = (
            (soybean_tonnes(amount.number), "tonnes") if amount.unit == "bushels" else (amount.number, amount.unit)
        )
        unit += "_per_year" if amount.per == "year" and f"{unit}_per_year" in units else ""
        if (
            f"{unit}_per_year" in units
            and amount.per is None
            and _yearly(reading.sentence.raw[low:high][amount.end : after])
        ):
            unit += "_per_year"
        if unit in units and not amount.range and not amount.ruled_out:
            out.setdefault(unit, number)
    return out or None


def _yearly(behind: str) -> bool:
    """Whether "a year" follows an amount with only the goods between."""
    near = fold(behind[:60]).replace("\n", " ").split(",")[0]
    return any(
        words in near
        for words in (" a year", " per year", " each year", " every year", " annually", " yearly", " in each of")
    )


def _measure(pair: Pair, claim: Claim, state: State, today: date) -> State:
    op, shape = pair.trigger.op, pair.frame
    starts = state.effective.exact if state.effective else None
    ahead = bool(starts and starts > today)
    if claim.negated:
        return _measure_negated(op, claim, state, progressive=shape.progressive)
    if op is Op.CONSIDER and claim.fresh:
        return replace(state, status=Status.ANNOUNCED)
    if op is Op.SET and not state.value:
        return State()
    if op is Op.ANNOUNCE:
        return replace(state, status=Status.ANNOUNCED)
    if op in (Op.SET, Op.RAISE, Op.LOWER, Op.IMPOSE, Op.START, Op.RESTORE):
        if claim.agreed:
            return replace(state, status=Status.AGREED)
        if (
            ahead
            or ((shape.ordered or claim.ordered) and not (starts and starts <= today))
            or (shape.future and not (starts and starts <= today))
        ):
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
        when = state.until or state.effective
        if when and (when.exact is None or when.exact > today):
            return State(None, state.value, None, when)
        return State(Status.EXPIRED)
    if op is Op.BLOCK:
        return replace(state, status=Status.BLOCKED, value=None)
    if op is Op.HAPPEN:
        return State()
    return state


def _measure_negated(op: Op, claim: Claim, state: State, *, progressive: bool) -> State:
    """ "Will not be imposed" takes it off the table; "will not start until January" puts it off."""
    claim.negated = False
    if claim.by_court and op is Op.IMPOSE:
        return State(Status.BLOCKED)
    if op is Op.IMPOSE and (state.until or claim.lasting) and not claim.not_until:
        return State(Status.SUSPENDED, None, state.effective, state.until)  # "shall cease to be levied for one year"
    if op in (Op.IMPOSE, Op.START, Op.HAPPEN):
        if claim.not_until and (state.until or state.effective):
            return State(Status.SUSPENDED, None, state.effective or state.until, None)
        if state.until or state.effective:
            return State(Status.SUSPENDED)  # not then, and no other day is named
        if claim.mode is Mode.COMMITTED or "longer" in claim.cues or progressive:
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
        return State(Status.EXPIRED, None, None, day) if op is Op.EXPIRE else State(Status.WITHDRAWN)
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
    if op is Op.REACH:
        over = claim.cues[-1].lower().startswith(("conclud", "wrap", "complet"))
        return State(Status.HELD, None, day) if over else State()
    if op is Op.DELAY:
        return State(Status.POSTPONED, None, day)
    if op is Op.ADVANCE:
        return State(Status.SCHEDULED, None, day)
    told = pair.trigger.form & {Form.PAST, Form.PARTICIPLE, Form.NOUN, Form.GERUND} or shape.perfect or claim.headline
    ahead = (
        shape.future
        or (day is not None and day > PartialDate.of(today))
        or claim.mode not in (Mode.ASSERTED, Mode.BACKGROUND)
    )
    ahead = ahead or (day is not None and day.exact is None and not told)
    if op in (Op.SCHEDULE, Op.SET) or ahead:
        return State(Status.SCHEDULED, None, day)
    return State(Status.HELD, None, day)


def _deal(pair: Pair, claim: Claim, state: State, today: date) -> State:
    op = pair.trigger.op
    if op is Op.SIGN and claim.mode is Mode.COMMITTED:
        return State()  # it will be signed: nothing has become of it yet
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
