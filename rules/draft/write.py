"""The draft as YAML: facts with what the article says of each, and every sentence that it rests on as a comment."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from rules.assign import dates_in
from rules.dates import Role
from rules.draft.find import Candidate, candidates, leaders_of
from rules.draft.people import Person, country_id, country_names, institutions, people, sides
from rules.draft.state import state_of
from rules.extract import claims
from rules.lexicon import Lexicon
from rules.model import Article, FactKind, State
from rules.pack import Pack, Party
from rules.text import Sentence, sentences, tokenize

_TOPICS = {
    "tariff": ("tariffs", "Tariffs"),
    "controls": ("rules", "Rules and controls"),
    "ban": ("bans", "Bans"),
    "fee": ("fees", "Fees"),
    "quota": ("quotas", "Quotas"),
    "subsidy": ("subsidies", "Subsidies"),
    "sanctions": ("sanctions", "Sanctions"),
    "truce": ("truce", "The truce"),
    "meeting": ("meetings", "Meetings and visits"),
    "visit": ("meetings", "Meetings and visits"),
    "deal": ("deals", "Deals"),
    "purchases": ("purchases", "Purchases"),
}
_HEAD = (
    "# A first draft, made from the article by its words alone. Each fact stands under the sentences that it rests on.",
    "# Check it, give it better marks, add what is missing, throw away what is no fact. The keys: docs/packs.md.",
)
_BASELINE = "# Where the story stood, in your own words\n"
_TESTS = """# For each fact a text that must raise something, and one in nearly the same words that must not.
tests:"""
_EMPTY_TEST = """#  - text:
#    fact: {fact}
#    kind: change
#    state: {{}}"""
_PLACE = re.compile(r"\bin ((?:[A-Z][\w.-]+)(?:,? [A-Z][\w.-]+)*)")
_PLAIN = re.compile(r"[A-Za-z][\w .'’%/-]*\w|[A-Za-z]")
_NO_TEXT = frozenset("yes no on off true false null y n".split())
_MONTHS = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|\w+day)\b"
)


class DraftError(Exception):
    """No pack can be drafted from a text. The message says what it lacks."""


@dataclass(frozen=True)
class _Read:
    """An article, read."""

    article: Article
    sentences: Sequence[Sentence]
    groups: Sequence[tuple[str, ...]]
    people: Sequence[Person]
    facts: Sequence[tuple[Candidate, State]]


def draft(article: Article, story: str) -> dict[str, str]:
    """The files of a first pack by name, for a story with this id. Raises DraftError where no fact is found.

    `pack.yaml` loads as it is; `baseline.md` and `tests.yaml` are to be filled in.
    """
    read = _read(article)
    if not read.facts:
        raise DraftError(
            "no fact was found in it: name what is threatened, agreed or due in whole sentences, with amounts and days"
        )
    facts = [each.id for each, _ in read.facts]
    return {
        "pack.yaml": "\n".join(_lines(read, story)) + "\n",
        "baseline.md": "\n".join([_BASELINE, *(f"- … → `{fact}`" for fact in facts)]) + "\n",
        "tests.yaml": "\n".join([_TESTS, *(_EMPTY_TEST.format(fact=fact) for fact in facts)]) + "\n",
    }


def _read(article: Article) -> _Read:
    article = replace(article, title=article.title.lstrip("# "), text=_joined(article.text))
    found = sentences(article)
    for sentence in found:
        sentence.tokens = tokenize(sentence.raw)
    groups = sides(found)
    known = people(found)
    new = candidates(found, groups, known)
    pack = _pack(new, groups, leaders_of(known, groups))
    told = claims(article, Lexicon(pack))
    facts = [(each, state_of(each, new, told, article)) for each in new]
    return _Read(article, found, groups, known, [(each, state) for each, state in facts if _counts(each, state)])


def _joined(text: str) -> str:
    """A text with one line for each paragraph: where empty lines part them, those of a paragraph belong together."""
    parts = re.split(r"\n\s*\n", text) if re.search(r"\n\s*\n", text.strip()) else text.split("\n")
    return "\n".join(" ".join(part.split()) for part in parts if part.strip())


def _counts(each: Candidate, state: State) -> bool:
    """Whether enough is known of a candidate: where it stands, how much it is or when."""
    return each.kind in (FactKind.DEAL, FactKind.MEETING) or not state.empty


def _pack(new: Sequence[Candidate], groups: Sequence[tuple[str, ...]], leaders: Sequence[Person]) -> Pack:
    """The draft as the engine reads it."""
    parties = {country_id(group): Party(country_id(group), tuple(country_names(group))) for group in groups}
    parties |= {person.id: Party(person.id, tuple(person.names)) for person in leaders}
    return Pack("draft", "", date.min, {}, parties, {each.id: each.spec() for each in new}, (), Path())


def _lines(read: _Read, story: str) -> Iterator[str]:
    facts, day = read.facts, read.article.published.date()
    yield from _HEAD
    yield f"story: {story}"
    yield f"title: {_scalar(read.article.title or story)}"
    yield "baseline:"
    yield f"  date: {day}"
    yield "  article: baseline.md"
    yield "topics:"
    yield from dict.fromkeys(f"  {topic}: {title}" for each, _ in facts for topic, title in [_TOPICS[each.family]])
    parties = list(_parties(read))
    named = any(not party.lstrip().startswith("#") for party in parties)
    yield "parties:" if named else "parties: {} # no country is named"
    yield from parties
    yield "facts:"
    for each, state in facts:
        yield from _fact(each, state)
    yield from _left_over(read)


def _parties(read: _Read) -> Iterator[str]:
    ministries = list(dict.fromkeys(institutions(read.sentences, read.groups)))
    used = {party for each, _ in read.facts for mark in each.marks for party in re.findall(r"@(\w+)", mark)}
    for group in read.groups:
        own = [person for person in read.people if person.country == group]
        yield f"  {country_id(group)}:"
        yield f"    names: {_flow(country_names(group))}"
        deciders = [*(name for person in own for name in person.names), *(n for n, side in ministries if side == group)]
        if deciders:
            yield f"    deciders: {_flow(dict.fromkeys(deciders))}"
    for person in leaders_of(read.people, read.groups):
        if person.id in used:
            yield from _comment(person.sentence, "  ")
            yield f"  {person.id}:"
            yield f"    names: {_flow(person.names)}"
    for person in read.people:
        if person.country is None:
            yield f"  # {person.names[0]} ({person.title}): whose decider? The article does not say."


def _fact(each: Candidate, state: State) -> Iterator[str]:
    for sentence in each.sentences:
        yield from _comment(sentence.raw, "  ")
    yield f"  {each.id}:"
    place = _place(each) if each.kind is FactKind.MEETING else ""
    yield f"    title: {_scalar(each.text[:1].upper() + each.text[1:] + place)}"
    yield f"    topic: {_TOPICS[each.family][0]}"
    yield f"    kind: {each.kind.value}"
    if each.by:
        yield f"    by: {each.by}"
    if each.on:
        yield f"    on: {each.on}"
    yield f"    noun: {each.family}"
    yield f"    marks: {_flow(each.marks)}" if each.marks else "    # marks: what tells it apart?"
    units = list(state.value or each.units)
    if units:
        yield f"    unit: {_flow(units)}"
    if not state.empty:
        told = {key: value for key, value in state.to_json().items() if value}
        yield f"    record: {{{', '.join(f'{key}: {_value(value)}' for key, value in told.items())}}}"


def _left_over(read: _Read) -> Iterator[str]:
    """The days to come that no fact has taken up."""
    taken = {str(day) for _, state in read.facts for day in (state.effective, state.until)}
    today = read.article.published.date()
    for sentence in read.sentences:
        for when in dates_in(sentence.raw, read.article.published):
            day = when.when and when.when.exact
            if day and day > today and str(day) not in taken and when.role is not Role.OLD:
                taken.add(str(day))
                yield f"# {day} is in no fact yet:"
                yield from _comment(sentence.raw, "")


def _place(each: Candidate) -> str:
    """Where a meeting is, from the sentence that says most of it."""
    found = [place for s in each.sentences for place in _PLACE.findall(s.raw) if not _MONTHS.match(place)]
    return f" in {max(found, key=len)}" if found else ""


def _comment(sentence: str, indent: str) -> list[str]:
    return textwrap.wrap(
        " ".join(sentence.split()), 116, initial_indent=f"{indent}# “", subsequent_indent=f"{indent}# "
    )


def _flow(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_scalar, values))}]"


def _scalar(text: str) -> str:
    """A text as YAML, in quotes where it could be taken for something else."""
    plain = " ".join(text.split())
    if _PLAIN.fullmatch(plain) and plain.lower() not in _NO_TEXT:
        return plain
    return json.dumps(plain, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{unit}: {amount:.15g}' for unit, amount in value.items())}}}"
    return str(value)
