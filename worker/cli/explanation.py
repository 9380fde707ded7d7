"""An explanation for people: in colour where somebody watches, and plain under NO_COLOR or into a file."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from rules import Article, Kind, Ledger, Pack
from rules.explanation import Dated, Explained, Explanation, Named, Outcome, Told, Words
from rules.speakers import Speaker
from worker import wording
from worker.cli.output import plural

WIDTH = 100
"""Columns at most, and where nobody watches."""
_MARGIN, _LABEL = 5, 9
_FEW = 3
"""So many sentences in a row that name nothing are shown; more are counted."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_KINDS = {Kind.CHANGE: "bold red", Kind.SIGNAL: "bold yellow", Kind.CONFIRM: "cyan", Kind.CONFLICT: "bold magenta"}
_FACT, _VERB, _DATE, _AMOUNT, _QUIET = "bold cyan", "bold yellow", "green", "magenta", "dim"


def printed(explanation: Explanation, ledger: Ledger, pack: Pack, *, note: str = "", silenced: str = "") -> None:
    """Print one article's explanation on standard output.

    `note`: what became of a stored one. `silenced`: why it raises nothing, whatever it says.
    """
    page = _Page()
    _head(page, explanation.article, ledger, pack, note)
    for quiet, group in groupby(explanation.sentences, key=_is_quiet):
        each_of = [*group]
        if quiet:
            _nothing(page, each_of)
        for each in () if quiet else each_of:
            _sentence(page, each, pack)
    page.blank()
    page.block(_verdict(explanation, silenced))
    for outcome in explanation.outcomes:
        _outcome(page, outcome, pack)
    page.blank()


class _Page:
    """Lines with a hanging indent, no wider than the terminal."""

    def __init__(self) -> None:
        seen = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self._console = Console(
            file=sys.stdout, color_system="auto" if seen else None, force_terminal=seen, highlight=False
        )
        self.width = min(self._console.width, WIDTH) if sys.stdout.isatty() else WIDTH

    def blank(self) -> None:
        self._console.print()

    def block(self, text: Text, first: Text | None = None, indent: int = 0) -> None:
        """A text whose first line opens with `first`, wrapped so that all of it begins in the same column."""
        for number, row in enumerate(text.wrap(self._console, self.width - indent) or [Text()]):
            lead = Text()
            if first and number == 0:
                lead.append_text(first)
            lead.pad_right(max(0, indent - len(lead.plain)))
            lead.append_text(row)
            lead.rstrip()
            self._console.print(lead, soft_wrap=True)

    def labelled(self, label: str, text: Text) -> None:
        """One thing that is told of a sentence."""
        self.block(text, Text(" " * _MARGIN + label, _QUIET), _MARGIN + _LABEL)


def _clean(text: str) -> str:
    """As it stands, as long as it is, and with nothing in it that a terminal obeys."""
    return _CONTROL.sub(" ", text)


def _head(page: _Page, article: Article, ledger: Ledger, pack: Pack, note: str) -> None:
    page.block(Text(_clean(article.title) or "(no headline)", "bold"))
    published = f"published {article.published:%Y-%m-%d %H:%M} UTC"
    page.block(Text(" · ".join(filter(None, (_clean(article.source), published))), _QUIET))
    page.block(Text(_clean(article.url or article.id), _QUIET))
    page.block(Text(f"held against the record of “{pack.title}”, which begins on {ledger.start:%Y-%m-%d}", _QUIET))
    if note:
        page.block(Text(note, _QUIET))


def _is_quiet(each: Explained) -> bool:
    return not (each.named or each.claims or each.passed)


def _nothing(page: _Page, group: Sequence[Explained]) -> None:
    """Sentences that name nothing of the story: how they begin, or how many they are."""
    page.blank()
    if len(group) > _FEW:
        first = f"{group[0].number:3}–{group[-1].number}  "
        said = Text(f"{len(group):,} sentences that name nothing of the story", _QUIET)
        page.block(said, Text(first, _QUIET), max(_MARGIN, len(first)))
        return
    for each in group:
        begins = Text(" ".join(_clean(each.words.text).split()), _QUIET)
        begins.truncate(page.width - _MARGIN, overflow="ellipsis")
        page.block(begins, Text(f"{each.number:3}", _QUIET), _MARGIN)


def _sentence(page: _Page, each: Explained, pack: Pack) -> None:
    page.blank()
    page.block(_marked(each), Text(f"{each.number:3}"), _MARGIN)
    for one in each.named:
        if one.silent:
            page.labelled("names", _naming(one, pack).append(f": no claim: {one.silent}"))
    if each.claims:
        _parties(page, each)
    if each.claims and each.amounts:
        said = (
            f"“{_clean(one.words.text)}”" + (f" ({one.role})" if one.role != "bare" else "") for one in each.amounts
        )
        page.labelled("amounts", Text(", ".join(said)))
    for claim in each.claims:
        _claim(page, claim, pack)
    for passed in each.passed:
        page.labelled("not", Text(f"“{_clean(passed.words.text)}”: {passed.reason}", _QUIET))


def _marked(each: Explained) -> Text:
    """The sentence as it stands, with what was found in it in colours."""
    text, start = Text(_clean(each.words.text)), each.words.span[0]

    def mark(words: Words, style: str) -> None:
        text.stylize(style, words.span[0] - start, words.span[1] - start)

    for amount in each.amounts:
        mark(amount.words, _AMOUNT)
    for date in each.dates:
        mark(date.words, _DATE)
    for claim in each.claims:
        mark(claim.verb, _VERB)
    for named in (*each.named, *(claim.named for claim in each.claims)):
        for words in named.words:
            mark(words, _FACT)
    return text


_BY = {
    "name": "by the name ",
    "short name": "by the short name ",
    "pronoun": "by the pronoun ",
    "verb": "by the verb and what stands with it: ",
    "act": "by what was done to it, ",
}


def _naming(one: Named, pack: Pack) -> Text:
    """`US fentanyl tariff on Chinese goods, by “fentanyl”, “tariff”`."""
    part = "a part of: " if one.part else ""
    text = Text(part).append(pack.facts[one.fact].title, _FACT)
    return text.append(f", {_BY.get(one.how, 'by ')}{_quoted(one.words)}")


def _quoted(words: Sequence[Words]) -> str:
    return ", ".join(f"“{_clean(each.text)}”" if each.text else "the subject left out" for each in words)


def _parties(page: _Page, each: Explained) -> None:
    """`us: “Washington”, “Bessent” (decides) · another country: “India”`."""
    shown: dict[str, list[str]] = {}
    for one in each.parties:
        of = "another country" if one.label == "country" else one.of
        said = f"“{_clean(one.words.text)}”" + (" (decides)" if one.label == "decider" else "")
        if said not in shown.setdefault(of, []):
            shown[of].append(said)
    if shown:
        page.labelled("parties", Text(" · ".join(f"{of}: {', '.join(said)}" for of, said in shown.items())))


def _claim(page: _Page, claim: Told, pack: Pack) -> None:
    page.labelled("claim", _naming(claim.named, pack))
    verb = Text("“").append(_clean(_short(claim.verb.text)), _VERB).append(f"”, of the family “{claim.op}”")
    page.labelled("  verb", verb.append(f" · told as {_mode(claim)} · {_speaker(claim)}"))
    said = wording.say_state(claim.state) or "no status, value or date"
    page.labelled("  says", Text(" · ".join([said, *map(_date, claim.dates)])))
    if claim.resolved != claim.state:
        comes_to = wording.say_state(claim.resolved) or "nothing of its own"
        page.labelled("", Text(f"beside the record that comes to: {comes_to}"))
    page.labelled("  so", Text().append(claim.kind.value, _KINDS.get(claim.kind, "bold")).append(f": {claim.reason}"))
    if claim.set_aside:
        page.labelled("", Text(f"set aside: {claim.set_aside}", _QUIET))


def _short(text: str) -> str:
    """The words of a verb; of a phrase with a long gap its first and last ones."""
    words = text.split()
    return " ".join(words) if len(words) <= 6 else f"{' '.join(words[:2])} … {words[-1]}"


def _mode(claim: Told) -> str:
    """`hedged (may)`, `denied (a word before it denies it)`."""
    cues = " ".join(claim.told.cues)
    because = "; ".join(part for part in (f"“{_clean(cues)}”" if cues else "", claim.told.because) if part)
    negated = ", and not so" if claim.negated else ""
    return f"{claim.told.mode}{negated}" + (f" ({because})" if because else "")


_CLASSES = {
    Speaker.DECIDER: "who can decide",
    Speaker.UNNAMED: "unnamed",
    Speaker.OUTSIDER: "who decides nothing",
}


def _speaker(claim: Told) -> str:
    named = f"“{_clean(claim.named_speaker)}”" if claim.named_speaker else "the source itself"
    told = _CLASSES.get(claim.speaker)
    return f"on the word of {named}" + (f", {told}" if told else "")


_ROLES = {
    "effective": "starts",
    "until": "ends",
    "by": "no later than",
    "on": "on that day",
    "since": "since then",
    "old": "the old date",
    "said": "when it was said",
    "name": "only a name",
    "background": "the past",
    "duration": "a length of time",
}
"""`rules.dates.Role`, for a reader."""


def _date(one: Dated) -> str:
    """`“Wednesday”: 29 Oct 2025, when it was said`."""
    when = f"{wording.say_date(one.when)}, " if one.when else ""
    return f"“{_clean(one.words.text)}”: {when}{_ROLES[one.role]}"


def _verdict(explanation: Explanation, silenced: str) -> Text:
    """The first thing that a reader wants to know: was there an alert?"""
    return Text(_alert(explanation, silenced) or f"No alert: {_silence(explanation)}.", "bold")


def _alert(explanation: Explanation, silenced: str) -> str:
    kinds = [one.finding.kind for one in explanation.outcomes]
    dates = sum(len(one.moved) for one in explanation.outcomes)
    counts = ", ".join(plural(kinds.count(k), k.value) for k in (Kind.CHANGE, Kind.SIGNAL) if k in kinds)
    counts += f", {plural(dates, 'deadline')}" if dates else ""
    if silenced:
        return f"No alert: {silenced}." + (f" Compared all the same, it gives {counts}." if counts else "")
    if counts:
        return f"Alert: {counts}, for whoever subscribes to them."
    second = any(one.finding.update for one in explanation.outcomes)
    return "No new alert: another source for what was told, an update for whoever wants those." if second else ""


def _silence(explanation: Explanation) -> str:
    if explanation.unread:
        return f"the article is not read, because {explanation.unread}"
    if explanation.outcomes:
        return "nothing that the article says of the facts moves the record"
    if any(each.named for each in explanation.sentences):
        return "the article names facts of the story, and claims nothing of them"
    return "the article names no fact of the story"


def _outcome(page: _Page, one: Outcome, pack: Pack) -> None:
    finding = one.finding
    kind = Text(f"  {finding.kind.value:<8}  ", _KINDS.get(finding.kind, "bold"))
    told = finding.kind in (Kind.CHANGE, Kind.SIGNAL) or finding.update
    title = wording.headline_of_finding(finding, pack) if told else pack.facts[finding.fact].title
    page.block(Text(title, "bold"), kind, len(kind.plain))
    since = f"since {one.record.valid:%Y-%m-%d}: " if one.record else ""
    lines = (
        f"on record {since}{wording.say_state(finding.before) or 'nothing'}",
        f"sentence {one.sentence}: {one.reason}",
        f"chosen: {one.won}",
    )
    for text in (*lines, *(f"deadline: {wording.headline_of_deadline(event, pack)}" for event in one.moved)):
        page.block(Text(text), None, len(kind.plain))
