"""An article's claims: for each trigger on each mention, what is said to happen, when, how much, and on whose word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache

from rules.assign import dates_in, dates_of, in_relative, value_of
from rules.claims import Claim, Reading, Said
from rules.clauses import belies, depends
from rules.dates import Role, TimeExpression
from rules.events import NAMING
from rules.frames import OPEN, Mode
from rules.grammar import TRIGGERS, Form, Op
from rules.lexicon import Hit, Label, Lexicon
from rules.memory import Memory
from rules.mentions import Mention, finder
from rules.modality import mode_of
from rules.model import Article, FactKind, PartialDate, SourceKind, State, Status
from rules.pack import FactSpec
from rules.pairs import ROW_SETS, pairs, row_pairs
from rules.rows import Rows, row_tokens
from rules.settle import settle, told_dates
from rules.sight import Sight
from rules.terms import term_pairs
from rules.text import Sentence, Token, fold, sentences, words
from rules.triggers import Pair, Scene
from rules.voice import Voice, home_of, wisher_of
from rules.words import AUXILIARY, MODAL_FUTURE

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
"""How the headlines of notes begin that take back an earlier report."""

_LEGAL = frozenset("order notification announcement notice proclamation regulation decree".split())
_ORDERING = frozenset("order orders notice proclamation decree hereby notification regulation".split())
_COURT = frozenset("court courts judge judges justices tribunal".split())
_SATIRE = re.compile(r"(?im)^\W*satire\b|\bsatire[.:)]")
_ANOTHER = ("fresh", "new", "further", "more")
_HAPPENED = frozenset({Role.ON, Role.BACKGROUND, Role.EFFECTIVE})
_BELIED_CLAIMS, _BELIED_PARAGRAPHS = 6, 2
"""How far back "the reports are false" reaches."""


class Unread(StrEnum):
    """Why an article is not read at all, in words for a reader."""

    OTHER_STORY = "no word of it could name a fact of this story"
    RETRACTED = "its headline takes back an earlier report"
    SATIRE = "it calls itself satire"


@dataclass(slots=True)
class Read:
    """One sentence, and what was found in it on the way to claims."""

    sentence: Sentence
    sight: Sight
    mentions: Sequence[Mention]
    pairs: Sequence[Pair]
    said: Said | None
    """On whose word it stands; None where nobody asks, as it claims nothing."""
    claims: Sequence[Claim]
    """One for each pair, in their order."""
    memory: Memory
    """Of the article up to here: it goes on with the next sentence."""


def unread(article: Article, lexicon: Lexicon) -> Unread | None:
    """Why none of the article's sentences is read; None where they are."""
    if not lexicon.anchored(article.title + "\n" + article.text):
        return Unread.OTHER_STORY
    if article.title.lower().startswith(RETRACTED):
        return Unread.RETRACTED
    return Unread.SATIRE if _SATIRE.search(article.title + "\n" + article.text[:300]) else None


def claims(article: Article, lexicon: Lexicon) -> list[Claim]:
    """Every claim of an article about the pack's facts, in order of the text. Never raises, for any text."""
    out: list[Claim] = []
    if unread(article, lexicon) is None:
        for read in reads(article, lexicon):
            take_up(out, read)
    return out


def reads(article: Article, lexicon: Lexicon) -> Iterator[Read]:
    """The sentences of an article, one after the other, each with what is found in it. Never raises, for any text."""
    home = home_of(article, lexicon)
    memory, voice = Memory(home=home, parties={home} if home else set()), Voice(article, lexicon)
    teller, find = _Teller(article, lexicon), finder(lexicon).find
    number, rows = -1, Rows()
    for sentence in sentences(article):
        number += not sentence.heading
        under_header, heading = memory.header == number - 1, rows.heading(sentence)
        sight = _see(sentence.raw, lexicon, title=sentence.title, under_header=under_header, heading=heading)
        sentence.tokens = list(sight.tokens)
        mentions = find(sentence, number, sight, memory)
        voice.hear(sentence, sight.hits)
        found, told, said = list[Pair](), list[Claim](), None
        if mentions or not (NAMING.isdisjoint(sight.words) or lexicon.events.isdisjoint(sight.marks)):
            found = teller.pairs(sentence, sight, tuple(mentions))
        if found:
            said = voice.said()
            told = teller.claims(sentence, sight, tuple(mentions), found, said)
        yield Read(sentence, sight, mentions, found, said, told, memory)


def take_up(told: list[Claim], read: Read) -> None:
    """Add the claims of the next sentence; "the reports are false" denies what the article has just told."""
    if belies(read.sight):
        _deny(told, read.sentence)
    told += read.claims


class _Teller:
    """Makes the claims of one article's sentences.

    Nothing is worked out twice that comes again in the same words, of the same facts and on the same word: a text that
    repeats itself costs little more than reading it.
    """

    def __init__(self, article: Article, lexicon: Lexicon) -> None:
        self._article, self._pack = article, lexicon.pack
        self._pairs: dict[tuple[Sight, tuple[Mention, ...]], list[Pair]] = {}
        self._told: dict[tuple[object, ...], list[Claim]] = {}
        self._named: PartialDate | None = None
        """The day that the article has named last, for "the same day"."""

    def pairs(self, sentence: Sentence, sight: Sight, mentions: tuple[Mention, ...]) -> list[Pair]:
        """What acts on what in a sentence that mentions these facts."""
        found = self._pairs.get((sight, mentions))
        if found is None:
            headline = sentence.title or _telegraphic(sentence.raw, sight)
            scene = Scene(sight.tokens, mentions, sight.hits, self._pack, headline)
            found = pairs(scene)
            dated = {pair.mention.head for pair in found}
            found += [pair for pair in term_pairs(scene) if pair.mention.head not in dated]
            if sight.row:  # what its heading lends it tells nothing
                found = [p for p in found if p.index > sight.row.at] or row_pairs(sight.row, mentions)
            self._pairs[sight, mentions] = found
        return found

    def claims(
        self, sentence: Sentence, sight: Sight, mentions: tuple[Mention, ...], found: Sequence[Pair], said: Said
    ) -> list[Claim]:
        """What a sentence with these pairs claims of the facts that it mentions."""
        key = (sight, mentions, said, sentence.title, sentence.question, sentence.speaker, self._named)
        told = self._told.get(key)
        if told is not None:
            return [replace(claim, sentence=sentence, first=claim) for claim in told]
        dates = dates_in(sentence.raw, self._article.published, self._named)
        if sight.row:
            dates = tuple(when for when in dates if when.end <= sight.row.old)
        reading = Reading(sentence, sight, found, dates, said)
        days = (when.when for when in reversed(dates) if when.when and when.when.exact and when.role.places)
        self._named = next(days, self._named)
        told = [_claim(pair, reading, self._article, self._pack.facts[pair.mention.fact]) for pair in found]
        self._told[key] = told
        return told


@lru_cache(maxsize=64)
def _see(raw: str, lexicon: Lexicon, *, title: bool, under_header: bool, heading: str) -> Sight:
    """The tokens and hits of a sentence, wherever it stands. The last few are kept, for a text that repeats itself."""
    tokens, row = row_tokens(raw, heading)
    tokens = _with_subject(tokens) if under_header else tokens
    hits = _without_foreign_offices(tokens, lexicon.hits(tokens))
    return Sight(tokens, hits if title else _without_dateline(tokens, hits), row)


def _claim(pair: Pair, reading: Reading, article: Article, spec: FactSpec) -> Claim:
    """What one pair of a sentence claims."""
    tokens, op, today = reading.tokens, pair.trigger.op, article.published.date()
    dates = dates_of(pair, reading)
    own = [when for when in dates if not in_relative(when, pair, tokens)]
    claim = Claim(
        fact=spec.id,
        op=op,
        mode=mode_of(pair, reading, spec.kind),
        speaker=reading.said.speaker,
        named=reading.said.named,
        sentence=reading.sentence,
        cues=(*pair.frame.cues, " ".join(token.raw for token in tokens[pair.index : pair.end][:4])),
        negated=pair.frame.negated,
        part=(pair.mention.part and op is not Op.REACH) or op is Op.EXEMPT or _is_eased(pair, spec),
        headline=reading.sentence.title,
        nominal=Form.NOUN in pair.trigger.form,
        conditional=depends(reading.sight),
        agreed=pair.frame.agreed
        or (tokens[pair.index].low.startswith("agree") and pair.trigger.op is Op.SET)
        or _agreed_that(pair, tokens)
        or _agreed_behind(pair, tokens),
        by_court=_by_court(pair, reading) or not _COURT.isdisjoint(words(article.source)),
        lasting=any(when.role is Role.DURATION for when in dates),
        not_until=any(when.cue.split()[-1:] in (["until"], ["till"], ["before"]) for when in dates),
        fresh=_is_another(pair, tokens),
        ordered=pair.frame.ordered or not _ORDERING.isdisjoint(reading.sight.words) or _is_legal(article),
        was=reading.sight.row.was if reading.sight.row and pair.trigger is ROW_SETS else None,
        anaphor=pair.mention.anaphor,
        happened=_happened(own, pair) or _of_old(pair, reading) or reading.said.line,
    )
    governed = pair.frame.governor is not None or claim.mode in (Mode.EXPECTED, Mode.PROPOSED)
    if claim.mode in OPEN and governed:
        claim.wisher = wisher_of(pair, reading)
    state = told_dates(spec.kind, pair, reading, dates, today)
    value = value_of(pair, reading, spec.unit, claim)
    state = replace(state, value=value) if value else state
    claim.state = settle(spec.kind, pair, claim, state, today)
    if pair.mention.act:
        claim.act, claim.state = True, replace(claim.state, status=None, value=None)
    told_anew = claim.mode is Mode.BACKGROUND and not reading.said.background
    if told_anew and _names_a_day_to_come(claim.state, today):
        claim.mode = Mode.ASSERTED
    return claim


def _is_eased(pair: Pair, spec: FactSpec) -> bool:
    """Whether a rule without a rate is tightened or eased: a part of it changes, and it stays."""
    return pair.trigger.op in (Op.RAISE, Op.LOWER) and spec.kind is FactKind.MEASURE and not spec.unit


def _by_court(pair: Pair, reading: Reading) -> bool:
    """Whether a court stands before the verb."""
    courts = reading.sight.words & _COURT
    return bool(courts) and any(token.low in courts for token in reading.tokens[: pair.frame.start])


def _is_another(pair: Pair, tokens: Sequence[Token]) -> bool:
    """Whether another thing of the kind is meant than the one on record: "fresh tariffs", "a duty was considered"."""
    considered = pair.trigger.op is Op.CONSIDER and pair.frame.passive
    return considered or any(token.low in _ANOTHER for token in tokens[pair.mention.start : pair.mention.head])


def _agreed_that(pair: Pair, tokens: Sequence[Token]) -> bool:
    """ "Have agreed that the truce is extended"."""
    before = range(max(1, pair.frame.top - 26), min(pair.frame.top + 1, len(tokens)))
    return any(tokens[k].low == "that" and tokens[k - 1].low in ("agreed", "agree") for k in before)


def _agreed_behind(pair: Pair, tokens: Sequence[Token]) -> bool:
    """Whether the sentence closes with who agreed to it: "the duty will be cut, the two sides agreed on Sunday"."""
    words = [token.low for token in tokens[pair.end :]]
    if "," not in words or not {"agreed", "agree"} & set(words):
        return False
    last = max(k for k, word in enumerate(words) if word in ("agreed", "agree"))
    if words[last - 1] in ("been", "be", "not", "yet", "to"):
        return False  # "…, and the duty has not been agreed"
    return words.index(",") < last and not {"to", "that", ","} & set(words[last + 1 :])


def _is_legal(article: Article) -> bool:
    """Whether the article is an order or a notice itself."""
    if article.source_kind is not SourceKind.OFFICIAL:
        return False
    return not _LEGAL.isdisjoint(fold(article.title).replace(":", " ").split())


def _happened(dates: Sequence[TimeExpression], pair: Pair) -> PartialDate | None:
    """The day on which a sentence says that something happened: history, if before the record's last turn."""
    op = pair.trigger.op
    if not MODAL_FUTURE.isdisjoint(pair.frame.cues):
        return None  # "will buy half a million more than it promised last autumn"
    roles = _HAPPENED | {Role.SINCE} if op in (Op.START, Op.SET) else _HAPPENED
    return next((when.when for when in dates if when.when and when.role in roles), None)


def _of_old(pair: Pair, reading: Reading) -> PartialDate | None:
    """The date of the promise that a verb keeps: "China's undertaking of January 2020 to purchase …"."""
    governor = pair.frame.governor
    if governor is None or governor + 2 >= len(reading.tokens) or reading.tokens[governor + 1].low != "of":
        return None
    start = reading.tokens[governor + 2].start
    return next((when.when for when in reading.dates if when.role is Role.NAME and when.start == start), None)


def _names_a_day_to_come(state: State, today: date) -> bool:
    """ "Had been put off to January 20" is news in any tense."""
    return state.status not in (None, Status.SCHEDULED, Status.ANNOUNCED) and any(
        when and when.exact and when.exact > today for when in (state.effective, state.until)
    )


def _deny(told: list[Claim], sentence: Sentence) -> None:
    """ "The reports are false" denies what the article has just told."""
    for k in range(max(0, len(told) - _BELIED_CLAIMS), len(told)):
        if sentence.paragraph - told[k].sentence.paragraph <= _BELIED_PARAGRAPHS:
            told[k] = replace(told[k], mode=Mode.DENIED)


def _with_subject(tokens: list[Token]) -> list[Token]:
    """ "Prolonged to 31 August." under "Truce." gets the subject that it leaves out."""
    if tokens and any(Form.PARTICIPLE in trigger.form for trigger in TRIGGERS.get(tokens[0].low, ())):
        start = tokens[0].start
        return [Token("it", "", start, start), Token("was", "", start, start), *tokens]
    return tokens


def _without_foreign_offices(tokens: Sequence[Token], hits: list[Hit]) -> list[Hit]:
    """Without those of other countries: the "foreign ministry" of the Indian one, "the president" of France."""
    foreign = {h.end for h in hits if h.entry.label is Label.COUNTRY}
    starts = {h.start for h in hits if h.entry.label is Label.COUNTRY}
    return [
        h
        for h in hits
        if h.entry.label is Label.COUNTRY
        or not (
            (h.entry.label is Label.DECIDER and foreign & {h.start, h.start - 1})
            or (tokens[h.end - 1].low == "president" and starts & {h.end + 1, h.end + 2} and tokens[h.end].low == "of")
        )
    ]


def _without_dateline(tokens: Sequence[Token], hits: list[Hit]) -> list[Hit]:
    """The hits behind a dateline: "TOKYO, Oct 28 (HW) -" says where the reporter sits, and no more."""
    if not tokens or not tokens[0].raw.isupper():
        return hits
    dash = next((k for k, token in enumerate(tokens[:18]) if token.low == "—"), 0)
    return [h for h in hits if h.start > dash] if dash else hits


def _telegraphic(raw: str, sight: Sight) -> bool:
    """Whether a line of the body is written like a headline: a bullet or an alert without an auxiliary verb."""
    if not AUXILIARY.isdisjoint(sight.words):
        return False
    opened = any(token.low in ("—", ":") for token in sight.tokens[:4])
    return raw.isupper() or raw[:1] in "*•·-" or opened
