"""Who a baseline article speaks of: the two countries it names most, their leaders, and who decides for them.

A guess from titles and places, for a person to correct: whoever cannot be placed is told apart, and not left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rules.countries import COUNTRIES
from rules.packlint import COMMON
from rules.text import Sentence, Token, words

LEADING = frozenset("president presidents prime premier chancellor leader leaders king queen emperor monarch".split())
"""Titles of those who meet."""
DECIDING = frozenset(
    "minister ministers secretary commissioner negotiator negotiators representative governor envoy chief mayor".split()
)
"""Titles of those whose word is a decision about something."""
_LESSER = frozenset("vice deputy assistant under".split())
_FORMER = frozenset("former ex late onetime acting".split())
_PARTICLES = frozenset("von van der den de del della di da dos al el bin ibn la le".split())
_INSTITUTION = re.compile(
    r"(?:\b[A-Z][\w-]+ )*"
    r"\b(?:Ministry|Department|Commission|Council|Treasury|Court|Cabinet|Customs|Directorate|Authority)\b"
    r"(?: of (?:the )?[A-Z]\w+(?:,? (?:and )?[A-Z]\w+)*)?"
)
_PRONOUNS = frozenset("he she they we you i".split())
"""He is also a name; alone it is no short one that a pack could look for."""
_CALENDAR = frozenset(
    (
        "monday tuesday wednesday thursday friday saturday sunday january february march april june july august "
        "september october november december"
    ).split()
)
_COUNTRY = {words(name + "." if "." in name else name): group for group in COUNTRIES for name in group}
_LONGEST = max(map(len, _COUNTRY))


@dataclass
class Person:
    """Somebody with a title."""

    names: list[str]
    """The fullest first."""
    leader: bool
    title: str
    sentence: str
    countries: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """Where he may belong, by weight."""

    @property
    def country(self) -> tuple[str, ...] | None:
        """The country that the text gives him, as its group of names."""
        return self.countries.most_common(1)[0][0] if self.countries else None

    @property
    def id(self) -> str:
        """The last name as an id."""
        return slug(min(self.names, key=len).split()[-1])


def slug(text: str) -> str:
    """Words as an id of a pack; letters lose their accents."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_0123456789") or "other"


def country_at(tokens: Sequence[Token], k: int) -> tuple[tuple[str, ...], int] | None:
    """The country whose name begins at a token, and the token behind it; the longest name counts."""
    for length in range(_LONGEST, 0, -1):
        group = _COUNTRY.get(tuple(token.low for token in tokens[k : k + length]))
        if group and tokens[k].raw[:1].isupper():
            return group, k + length
    return None


def country_id(group: tuple[str, ...]) -> str:
    """`us`, `eu`, `china`: a short form where there is one."""
    short = [name.replace(".", "") for name in group if len(name.replace(".", "")) <= 3]
    return slug(short[0] if short else group[0])


def country_names(group: tuple[str, ...]) -> list[str]:
    """The names as they are written; of two that are one to the engine, one."""
    named: dict[tuple[str, ...], str] = {}
    for name in group:
        plain = name.replace(".", "")
        written = plain.upper() if len(plain) <= 3 else name.title()
        named.setdefault(words(written), written)
    return list(named.values())


def sides(sentences: Sequence[Sentence]) -> list[tuple[str, ...]]:
    """The two countries that an article names most, in the order of their weight."""
    count: Counter[tuple[str, ...]] = Counter()
    for sentence in sentences:
        for k in range(len(sentence.tokens)):
            found = country_at(sentence.tokens, k)
            if found and not (k and sentence.tokens[k - 1].low in ("in", "at", "near", "north", "south")):
                count[found[0]] += 1
    return [group for group, _ in count.most_common(2)]


def people(sentences: Sequence[Sentence]) -> list[Person]:
    """Everybody with a title, in the order of the text; names that share a word are one person's."""
    known: list[Person] = []
    for sentence in sentences:
        for name, title, leads, group in (*_titled(sentence.tokens), *_apposed(sentence.tokens)):
            if not name or _INSTITUTION.search(name):
                continue
            parts = [part for part in name.split() if part[0].isupper()]
            same = next((p for p in known if any(part in " ".join(p.names).split() for part in parts)), None)
            if same is None:
                same = Person([name], leads, title, sentence.raw)
                known.append(same)
            elif name not in same.names:
                same.names.append(name)
            if group:
                same.countries[group] += 1
    for person in known:
        _complete(person, sentences)
    return known


def _titled(tokens: Sequence[Token]) -> Iterator[tuple[str, str, bool, tuple[str, ...] | None]]:
    """ "US President Trump", "Secretary of the Treasury Scott Bessent": title, then a name."""
    for k, token in enumerate(tokens):
        if token.low not in LEADING | DECIDING or token.low == "chief":
            continue
        before = {t.low for t in tokens[max(0, k - 3) : k]}
        at = k + 1
        if at < len(tokens) and tokens[at].low == "minister":
            at += 1
        if at < len(tokens) and tokens[at].low == "of":
            at += 2 if at + 1 < len(tokens) and tokens[at + 1].low == "the" else 1
        name = _capitalised(tokens, at)
        if tokens[k + 1 : k + 2] and tokens[k + 1].low == "of":
            name = name[-2:] if len(name) > 2 else []  # behind "Secretary of the Treasury"
        if not name or before & _FORMER or _INSTITUTION.search(" ".join(name)):
            continue
        leads = token.low in LEADING and not before & _LESSER
        yield " ".join(name), _title(tokens, k), leads, _country_before(tokens, k)


def _apposed(tokens: Sequence[Token]) -> Iterator[tuple[str, str, bool, tuple[str, ...] | None]]:
    """ "He Lifeng, Beijing's top negotiator", "A and B, the presidents of …": names, then what they are."""
    for k, token in enumerate(tokens):
        if token.low != "," or k < 2:
            continue
        role = next((j for j in range(k + 1, min(k + 7, len(tokens))) if tokens[j].low in LEADING | DECIDING), None)
        if role is None or any(t.low in (",", ".", ";", "said") for t in tokens[k + 1 : role]):
            continue
        group = _country_before(tokens, role)
        if tokens[role + 1 : role + 2] and tokens[role + 1].low == "of":
            group = next(
                (c[0] for j in range(role + 2, min(role + 5, len(tokens))) if (c := country_at(tokens, j))), group
            )
        for name in _names_before(tokens, k, plural=tokens[role].low.endswith("s")):
            yield " ".join(name), tokens[role].raw, tokens[role].low in LEADING, group


def _names_before(tokens: Sequence[Token], k: int, *, plural: bool) -> Iterator[list[str]]:
    """The name that ends at a comma, and the one that "and" joins to it."""
    start = k
    while start > 0 and (tokens[start - 1].raw[:1].isupper() or tokens[start - 1].low in _PARTICLES):
        start -= 1
    if k - start > 1:
        yield _capitalised(tokens, start)
        if plural and start > 2 and tokens[start - 1].low == "and":
            yield from _names_before(tokens, start - 1, plural=False)


def _capitalised(tokens: Sequence[Token], k: int) -> list[str]:
    """The capitalised words from a token on that can make a name: no country and no title."""
    name: list[str] = []
    while k < len(tokens):
        token = tokens[k]
        if country_at(tokens, k) or token.low in LEADING | DECIDING:
            break
        if token.raw[:1].isupper() and token.raw.isalpha():
            name.append(token.raw)
        elif not (token.low in _PARTICLES and k + 1 < len(tokens) and tokens[k + 1].raw[:1].isalpha() and name):
            break
        else:
            name.append(token.raw)
        k += 1
    while name and not name[-1][0].isupper():
        name.pop()
    return name


def _title(tokens: Sequence[Token], k: int) -> str:
    """The title with the capitalised words before it."""
    start = k
    while start > 0 and tokens[start - 1].raw[:1].isupper() and country_at(tokens, start - 1) is None:
        start -= 1
    end = k + 2 if k + 1 < len(tokens) and tokens[k + 1].low == "minister" else k + 1
    return " ".join(token.raw for token in tokens[start:end])


def _country_before(tokens: Sequence[Token], k: int) -> tuple[str, ...] | None:
    """The country right before a title: "Chinese leader", "Beijing's top trade negotiator"."""
    for j in range(k - 1, max(-1, k - 5), -1):
        found = country_at(tokens, j)
        if found:
            return found[0]
        if tokens[j].low in (",", "and", "that", "said", "of", "by", "to", "with"):
            break
    return None


def _complete(person: Person, sentences: Sequence[Sentence]) -> None:
    """Add the short name by which the text goes on, or the full one that it gives elsewhere; the fullest goes first."""
    parts = {part for name in person.names for part in name.split() if part[0].isupper()}
    for sentence in sentences:
        tokens = sentence.tokens
        for k, token in enumerate(tokens):
            if token.raw not in parts or token.low in COMMON | _PRONOUNS:
                continue
            near = (tokens[k - 1] if k else None, tokens[k + 1] if k + 1 < len(tokens) else None)
            if any(t and (t.raw in parts or t.low in _PARTICLES) for t in near):
                continue
            if token.raw not in person.names and len(person.names[0].split()) > 1:
                person.names.append(token.raw)
            first, second = near
            if first and k > 1 and _given(first) and not _has_full(person):
                person.names.append(f"{first.raw} {token.raw}")
            elif second and _given(second) and not _has_full(person):
                person.names.append(f"{token.raw} {second.raw}")
    if not any(" " not in name for name in person.names):
        person.names.append(_last_name(person.names[0]))
    person.names.sort(key=lambda name: -len(name))


def _last_name(name: str) -> str:
    """The last word of a name, with the particles before it."""
    first, *rest = name.split()
    while rest and rest[0][0].isupper() and len(rest) > 1:
        rest.pop(0)
    return " ".join(rest) or first


def _has_full(person: Person) -> bool:
    """Whether a name of two words or more is known."""
    return any(" " in name for name in person.names)


def _given(token: Token) -> bool:
    """Whether a word beside a last name can be a given name."""
    plain = token.raw[:1].isupper() and token.raw.isalpha() and token.low not in LEADING | DECIDING | COMMON | _CALENDAR
    return plain and (token.low,) not in _COUNTRY


def institutions(
    sentences: Sequence[Sentence], groups: Sequence[tuple[str, ...]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Ministries, courts and the like that stand with the name of a side: the institution and the side."""
    for sentence in sentences:
        for found in _INSTITUTION.finditer(sentence.raw):
            own = [token for token in sentence.tokens if found.start() <= token.start < found.end()]
            before = [token for token in sentence.tokens if token.start < found.start()][-3:]
            near = [c[0] for tokens in (own, before) for k in range(len(tokens)) if (c := country_at(tokens, k))]
            side = next((group for group in near if group in groups), None)
            name = re.sub(r"^The ", "", found[0])
            if side and (" " in name or name == "Treasury"):
                yield name, side
