"""Who speaks from sentence to sentence: named in it, a transcript's label, whoever is quoted, or the source.

Quotations run on over sentences, a timeline's day to the end of its line, and "Background" to the end of its paragraph.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.claims import Reading, Said
from rules.dates import find_dates
from rules.frames import Mode
from rules.grammar import GOVERNORS, Stance
from rules.lexicon import Hit, Label, Lexicon
from rules.model import Article, PartialDate, SourceKind
from rules.speakers import COURTS, Speaker, by_pronoun, classify, heading_of, speaker_of
from rules.text import Sentence, tokenize, words
from rules.triggers import Pair
from rules.words import AUXILIARY, HEARSAY

_ENTRY = 43
"""Characters of a line that can hold the day that opens a timeline's entry, with its dash, or a heading."""
_DASHES = ("-", "–", "—", ":")
_PRONOUNS = frozenset("i we he she they it you".split())
_IMAGINED = frozenset("surprises scenarios predictions hypotheticals".split())


class Voice:
    """Follows an article: it hears every sentence, in order, and says on whose word the last one stands.

    Most sentences claim nothing, and nobody asks who said them. So it is worked out only when asked, from the last
    sentence on that is no quotation running on.
    """

    def __init__(self, article: Article, lexicon: Lexicon) -> None:
        self._published, self._lexicon = article.published, lexicon
        self._labels: dict[str, Speaker | None] = {}
        """Who speaks under each label of a transcript."""
        self._source = _source_speaker(article, lexicon)
        title = article.title.lower()
        self._unnamed_title = "source" in title.split("-")[-1] or "sources" in title
        self._foreign = article.source_kind is SourceKind.OFFICIAL and home_of(article, lexicon) is None
        self._imagined = not _IMAGINED.isdisjoint(words(title))
        self._last: tuple[Speaker, str | None] = (Speaker.OUTLET, None)
        self._quoting = False
        self._heading: Speaker | None = None
        """Who the headline is told by, where it begins with him."""
        self._recital = -1
        self._opening = ""
        """What the paragraph begins with."""
        self._paragraph = -1
        self._unasked: list[tuple[Sentence, Sequence[Hit], bool]] = []
        """The sentences whose speaker has not been asked for, and whether they are quoted."""

    def hear(self, sentence: Sentence, hits: Sequence[Hit]) -> None:
        """Take up the next sentence."""
        raw = sentence.raw
        quoted = self._quoting or raw.lstrip()[:1] in ('"', "“")
        marks = raw.count('"') + raw.count("“") + raw.count("”")
        self._quoting = self._quoting != bool(marks % 2)
        if sentence.title:
            self._heading = heading_of(sentence.tokens, hits)
        if not quoted:
            self._unasked.clear()  # who spoke before is of no matter to it, nor to what follows
        self._unasked.append((sentence, hits, quoted))
        if sentence.paragraph != self._paragraph:
            self._paragraph, self._opening = sentence.paragraph, raw[:_ENTRY]
        heading = raw.strip(" .:")[:_ENTRY].lower().rpartition(". ")[2]
        whereas = heading.startswith("whereas") and raw.rstrip().endswith((";", ",", ":", "and"))
        if heading in ("background", "recitals") or whereas:
            self._recital = sentence.paragraph  # as in orders and notices: it holds to the end of the paragraph

    def said(self) -> Said:
        """On whose word the last sentence stands."""
        for unasked in self._unasked:
            self._last = self._speaker(*unasked)
        self._unasked.clear()
        return Said(*self._last, self._day(), self._recital == self._paragraph, self._foreign, self._imagined)

    def _speaker(self, sentence: Sentence, hits: Sequence[Hit], quoted: bool) -> tuple[Speaker, str | None]:
        speaker, named = speaker_of(sentence.tokens, hits)
        if speaker is Speaker.OUTLET and (by_pronoun(sentence.tokens) or sentence.title):
            speaker = self._heading if self._heading is Speaker.OUTSIDER else speaker
        if speaker is Speaker.OUTLET:
            labelled = self._labelled(sentence)
            speaker, named = self._last if quoted and labelled[0] is Speaker.OUTLET else labelled
        return (Speaker.UNNAMED if sentence.title and self._unnamed_title else speaker), named

    def _labelled(self, sentence: Sentence) -> tuple[Speaker, str | None]:
        """The speaker of a transcript's turn, or the source itself."""
        label = sentence.speaker
        if label is None or label in ("a", "answer", "presenter"):
            return self._source, None
        if label not in self._labels:
            tokens = tokenize(label)
            self._labels[label] = classify([t.low for t in tokens], 0, len(tokens), self._lexicon.hits(tokens))
        found = self._labels[label]
        return (found, label) if found else (self._source, None)

    def _day(self) -> PartialDate | None:
        """The day that opens the line of a timeline ("May 12 - In Geneva …"); it holds to the end of the line."""
        opening = self._opening
        if not any(dash in opening for dash in _DASHES):
            return None
        first = next((when for when in find_dates(opening[:40], self._published) if when.start < 3), None)
        dash = first is not None and opening[first.end : first.end + 3].strip()[:1] in _DASHES
        return first.when if first and dash else None


def home_of(article: Article, lexicon: Lexicon) -> str | None:
    """The party that an official source belongs to."""
    if article.source_kind is not SourceKind.OFFICIAL:
        return None
    named = (h.entry for h in lexicon.hits(tokenize(article.source)))
    return next((entry.of for entry in named if entry.label in (Label.PARTY, Label.DECIDER)), None)


def wisher_of(pair: Pair, reading: Reading) -> Speaker:
    """Who wants or expects what a pair tells: the subject of the wish, or the speaker."""
    tokens = [token.low for token in reading.tokens]
    at = pair.frame.governor if pair.frame.governor is not None else pair.frame.start
    start = at
    while start > 0 and tokens[start - 1] not in (";", ".", "—", ":") and not _in_a_report(tokens, start - 1):
        start -= 1
    commas = [k for k in range(start, at) if tokens[k] == ","]
    if commas and {"i", "we"} & set(tokens[commas[-1] : at]):
        return reading.said.speaker  # "Senator, I would expect …"
    if pair.frame.mode is Mode.WISHED and COURTS & set(tokens[at + 1 : at + 6]):
        return Speaker.OUTSIDER  # whoever asks a court has yet to be heard
    named = {h.entry.label for h in reading.hits if start <= h.start < at}
    if pair.frame.mode is Mode.WISHED and reading.said.foreign and not named & {Label.PARTY, Label.DECIDER}:
        return Speaker.OUTSIDER
    if pair.frame.mode is Mode.WISHED and Label.COUNTRY in named and not named & {Label.PARTY, Label.DECIDER}:
        return Speaker.OUTSIDER  # what a third government wants is nothing
    return classify(tokens, start, at, reading.hits) or (
        Speaker.OUTSIDER if _foretells(pair, tokens, start, at) else reading.said.speaker
    )


def _in_a_report(tokens: Sequence[str], that: int) -> bool:
    """ "Dealers pointed to a report that Beijing may …": what follows is not the dealers' wish."""
    return tokens[that] == "that" and that > 0 and tokens[that - 1] in HEARSAY


def _foretells(pair: Pair, tokens: Sequence[str], start: int, at: int) -> bool:
    """ "Mellor sees the tariff at 30 percent", "five saw it ending": somebody of whom nothing is known expects it."""
    if at >= len(tokens) or GOVERNORS.get(tokens[at]) is not Stance.EXPECT or pair.mention.start <= at:
        return False
    subject = tokens[start:at]
    return bool(subject) and subject[-1] not in AUXILIARY and not _PRONOUNS & set(subject[-2:])


def _source_speaker(article: Article, lexicon: Lexicon) -> Speaker:
    """Who speaks where nobody is named: an official source speaks for itself."""
    if article.source_kind is not SourceKind.OFFICIAL:
        return Speaker.OUTLET
    tokens = tokenize(article.source)
    found = classify([t.low for t in tokens], 0, len(tokens), lexicon.hits(tokens))
    return Speaker.OUTSIDER if found is Speaker.OUTSIDER else Speaker.DECIDER
