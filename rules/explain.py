"""Why an article came to what it came to: sentence by sentence what was found, what was claimed, and what was decided.

`explain` takes the steps of `rules.evaluate`, on the same values, and keeps what each of them gave. Every span indexes
`title + "\\n" + text`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules import consolidate, extract
from rules.assign import amounts_in, dates_in, dates_of
from rules.claims import Claim, Reading, Said
from rules.consolidate import Judged
from rules.deadlines import moved
from rules.explanation import Counted, Dated, Explained, Explanation, Named, Outcome, Party, Passed, Told, Words
from rules.extract import Read
from rules.lexicon import Hit, Label, Lexicon, is_event, lexicon
from rules.mentions import Mention
from rules.model import Article, Ledger
from rules.pack import Pack
from rules.reasons import fate, reason_of, won
from rules.silence import passed_over, unclaimed
from rules.speakers import Speaker
from rules.telling import telling_of
from rules.text import Sentence
from rules.triggers import Pair


def explain(article: Article, ledger: Ledger, pack: Pack) -> Explanation:
    """Hold one article against the record as `rules.evaluate` does, and say why each thing came of it.

    Never raises for any text, and depends on nothing but its arguments.
    """
    words = lexicon(pack)
    if reason := extract.unread(article, words):
        return Explanation(article, reason, (), ())
    reads, claims = list[Read](), list[Claim]()
    passed = list[tuple[Passed, ...]]()
    for read in extract.reads(article, words):
        extract.take_up(claims, read)
        passed.append(tuple(Passed(_words(read, place), why) for place, why in passed_over(read, words)))
        reads.append(read)
    judged = consolidate.judge(article, claims, ledger, pack)
    sheet = _Sheet(article, ledger, words, judged, claims)
    sentences = tuple(sheet.sentence(n, read, passed[n - 1]) for n, read in enumerate(reads, 1))
    numbers = {id(read.sentence): n for n, read in enumerate(reads, 1)}
    outcomes = tuple(sheet.outcome(fact, heard, numbers) for fact, heard in judged.items())
    return Explanation(article, None, sentences, outcomes)


class _Sheet:
    """One article's verdicts, to be put beside the sentences that they rest on."""

    def __init__(
        self, article: Article, ledger: Ledger, words: Lexicon, judged: dict[str, list[Judged]], claims: Sequence[Claim]
    ) -> None:
        self.article, self.ledger, self.words, self.judged = article, ledger, words, judged
        self.pack = words.pack
        self.by_sentence: dict[int, list[Claim]] = {}
        for claim in claims:
            self.by_sentence.setdefault(id(claim.sentence), []).append(claim)
        self.verdicts = {id(claim): (claim, verdict) for heard in judged.values() for claim, verdict in heard}

    def sentence(self, number: int, read: Read, passed: tuple[Passed, ...]) -> Explained:
        """One sentence, with all that was found in it."""
        raw, claims = read.sentence, self.by_sentence.get(id(read.sentence), [])
        words = Words(raw.raw, (raw.start, raw.end))
        if not (read.mentions or claims or passed):
            return Explained(number, words, raw.title)
        dates, amounts = dates_in(raw.raw, self.article.published), amounts_in(raw.raw)
        said = read.said or Said(Speaker.OUTLET, None)
        reading = Reading(raw, read.sight, read.pairs, dates, said)
        return Explained(
            number,
            words,
            raw.title,
            named=tuple(self._named(mention, read) for mention in read.mentions),
            parties=tuple(_parties(read)),
            dates=tuple(_dated(reading, when) for when in range(len(dates))),
            amounts=tuple(Counted(_piece(raw, a.start, a.end), a.number, a.unit, a.role) for a in amounts),
            claims=tuple(self._told(claim, p, read, reading) for claim, p in zip(claims, read.pairs, strict=True)),
            passed=passed,
        )

    def outcome(self, fact: str, heard: list[Judged], numbers: dict[int, int]) -> Outcome:
        """What the claims on a fact come to, as `evaluate` finds it."""
        finding = consolidate.finding(self.article, heard, self.pack.facts[fact], self.ledger, self.pack)
        told, verdict = next(pair for pair in heard if fate(pair, heard) is None)
        reason = reason_of(told, verdict, self.ledger, self.article)
        turn, events = self.ledger.current(fact), tuple(moved(finding, self.ledger))
        return Outcome(finding, numbers[id(told.sentence)], reason, won(heard), turn, events)

    def _named(self, mention: Mention, read: Read) -> Named:
        used = any(p.mention is mention or p.mention == mention for p in read.pairs)
        silent = None if used else unclaimed(mention, read, self.words)
        how = _how(mention, read)
        whole = how in ("name", "verb")
        places = [(mention.start, mention.end)] if whole else [(mention.head, mention.head + 1)]
        places = _apart([*places, *(_marks(mention, read, self.pack) if how in ("noun", "verb") else ())])
        return Named(mention.fact, tuple(_words(read, place) for place in places), how, mention.part, silent)

    def _told(self, claim: Claim, pair: Pair, read: Read, reading: Reading) -> Told:
        judged = self.verdicts[id(claim)]
        verdict = judged[1]
        return Told(
            fact=claim.fact,
            named=self._named(pair.mention, read),
            verb=_words(read, (pair.index, pair.end)),
            op=claim.op,
            told=telling_of(claim, pair, reading, self.pack.facts[claim.fact].kind),
            speaker=claim.speaker,
            named_speaker=claim.named,
            negated=claim.negated,
            state=claim.state,
            resolved=claim.state if verdict.claimed.empty else verdict.claimed,
            dates=tuple(_dated(reading, reading.dates.index(when)) for when in dates_of(pair, reading)),
            kind=verdict.kind,
            why=verdict.why.name.lower(),
            reason=reason_of(claim, verdict, self.ledger, self.article),
            set_aside=fate(judged, self.judged[claim.fact]),
        )


def _how(mention: Mention, read: Read) -> str:
    """By what a mention names its fact."""
    if any(h.entry.label is Label.NAME and (h.start, h.end) == (mention.start, mention.end) for h in read.sight.hits):
        return "name"
    if mention.act:
        return "act"
    if mention.anaphor:
        noun = any(h.entry.label is Label.NOUN and h.start == mention.head for h in read.sight.hits)
        return "short name" if noun else "pronoun"
    listed = any(m is mention or m == mention for m in read.mentions)
    return "noun" if listed else "verb"


def _marks(mention: Mention, read: Read, pack: Pack) -> list[tuple[int, int]]:
    """Where the marks of the fact stand: in the phrase of its noun, and those of an event in the whole sentence."""
    anywhere = is_event(pack.facts[mention.fact].kind)
    return [
        (h.start, h.end)
        for h in read.sight.hits
        if h.entry.label is Label.MARK
        and h.entry.of == mention.fact
        and h.start != mention.head
        and (anywhere or mention.start <= h.start < mention.end)
    ]


def _apart(places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places in order, without those that lie inside of another."""
    return sorted({one for one in places if not any(a <= one[0] and one[1] <= b and (a, b) != one for a, b in places)})


_OWN = (Label.PARTY, Label.DECIDER, Label.COUNTRY)


def _parties(read: Read) -> Iterator[Party]:
    """Who is named, each place once: one who decides before the party that he is of."""
    places: dict[int, Hit] = {}
    for h in read.sight.hits:
        if h.entry.label in _OWN and (h.start not in places or h.entry.label is Label.DECIDER):
            places[h.start] = h
    for h in places.values():
        yield Party(_words(read, (h.start, h.end)), h.entry.label.value, h.entry.of)


def _dated(reading: Reading, place: int) -> Dated:
    when = reading.dates[place]
    return Dated(_piece(reading.sentence, when.start, when.end), when.when, when.role.value, when.cue)


def _words(read: Read, place: tuple[int, int]) -> Words:
    """Some tokens of a sentence; the subject that "Prolonged to 31 August." leaves out has no words."""
    tokens = read.sight.tokens[place[0] : place[1]]
    return _piece(read.sentence, tokens[0].start, tokens[-1].end)


def _piece(sentence: Sentence, start: int, end: int) -> Words:
    return Words(sentence.raw[start:end], (sentence.start + start, sentence.start + end))
