"""The tests of a pack: texts in `tests.yaml` beside `pack.yaml`, each with what it must raise against the baseline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from math import isclose
from typing import Any

from rules.engine import evaluate, open_story
from rules.extract import Read, reads
from rules.lexicon import lexicon
from rules.model import Article, Finding, Kind, SourceKind, State
from rules.pack import Pack
from rules.packfile import Tree, UnreadableError, choice, read_yaml, short
from rules.packform import Form

FILE = "tests.yaml"
EXPECTED = ("change", "signal", "none")
"""What a test can expect; `none`: neither a change nor a signal, of any fact."""
_RAISING = (Kind.CHANGE, Kind.SIGNAL)
_REQUIRED, _OPTIONAL = ("text", "fact", "kind"), ("title", "published", "source_kind", "state", "also")


@dataclass(frozen=True)
class PackTest:
    """One text, and what it must raise."""

    line: int
    """Where it stands in the file, from 1."""
    article: Article
    fact: str
    """The fact it must raise something of; of `none`, the fact that it comes near."""
    kind: str
    """One of EXPECTED."""
    state: State
    """What must be found of the fact; what is not stated here may be anything."""
    also: tuple[str, ...] = ()
    """Other facts that the text may move."""


@dataclass(frozen=True)
class Failure:
    """A test that found something else."""

    test: PackTest
    expected: str
    found: str
    """What was found instead, with the named reason."""

    def __str__(self) -> str:
        text = " ".join(f"{self.test.article.title} {self.test.article.text}".split())
        return f"{FILE}:{self.test.line}: expected {self.expected}; found {self.found}\n    “{text}”"


def read_tests(pack: Pack, form: Form) -> tuple[PackTest, ...]:
    """The tests of a pack; none where it has no `tests.yaml`. What is wrong with them is noted in `form`."""
    path = pack.path / FILE
    if not path.exists():
        return ()
    try:
        tree = read_yaml(path)
    except UnreadableError as error:
        form.unreadable(error)
        return ()
    listed = form.fields(tree, "", ("tests",)).get("tests")
    return tuple(_test(item, f"tests[{number}]", pack, form) for number, item in enumerate(form.items(listed), 1))


def _test(item: Tree, field: str, pack: Pack, form: Form) -> PackTest:
    found = form.fields(item, field, _REQUIRED, _OPTIONAL)
    fact = form.one_of(found.get("fact"), f"{field}.fact", pack.facts, "facts of the pack")
    kind = form.one_of(found.get("kind"), f"{field}.kind", EXPECTED, "kinds of test")
    spec = pack.facts.get(fact)
    state = form.state(found.get("state"), f"{field}.state", spec.kind if spec else None, spec.unit if spec else ())
    if kind == "none" and "state" in found:
        form.wrong(found["state"], f"{field}.state", "a text that must raise nothing has no state: take it out")
    also = form.texts(found.get("also"), f"{field}.also")
    for other in form.items(found.get("also")):
        if other.raw not in pack.facts:
            form.wrong(other, f"{field}.also", choice(other.raw, pack.facts, "facts of the pack"))
    kinds = [source.value for source in SourceKind]
    source_kind = form.one_of(found.get("source_kind"), f"{field}.source_kind", kinds, "kinds of source")
    article = Article(
        id=f"{FILE}:{item.line}",
        source="",
        source_kind=SourceKind(source_kind or SourceKind.OUTLET),
        url="",
        published=_published(found.get("published"), f"{field}.published", pack, form),
        title=form.text(found.get("title"), f"{field}.title"),
        text=form.text(found.get("text"), f"{field}.text"),
    )
    return PackTest(item.line, article, fact, kind, state, also)


def _published(tree: Tree | None, field: str, pack: Pack, form: Form) -> datetime:
    """The moment of publication: noon of a day, a moment with its offset, or noon of the baseline's day."""
    noon = datetime.combine(pack.date, time(12), UTC)
    if tree is None:
        return noon
    word = form.text(tree, field)
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        form.wrong(tree, field, f"{short(word)} is no moment: write 2026-04-13 or 2026-04-13T08:15:00Z")
        return noon
    if re.fullmatch(r"\d{4}-\d\d-\d\d", word):
        return datetime.combine(moment, time(12), UTC)
    if moment.tzinfo is None:
        form.wrong(tree, field, f"{short(word)} has no time zone: write {word}Z if it is UTC")
        return noon
    return moment.astimezone(UTC)


def run_tests(pack: Pack, tests: tuple[PackTest, ...]) -> Iterator[Failure]:
    """The tests that find something else than they expect, each text held against the baseline alone.

    A test of a fact that the story took up later is held against the baseline with those facts.
    """
    opened, later = open_story(pack), open_story(pack, later=True)
    for test in tests:
        ledger = later if pack.facts[test.fact].later else opened
        found = {finding.fact: finding for finding in evaluate(test.article, ledger, pack).findings}
        raised = [finding for finding in found.values() if finding.kind in _RAISING]
        mine = found.get(test.fact)
        if test.kind == "none":
            wrong = raised
        else:
            wrong = [finding for finding in raised if finding.fact not in (test.fact, *test.also)]
            if mine is None or not _fits(mine, test):
                yield Failure(test, _expected(test), _found(mine) if mine else _missed(test, pack))
        if wrong:
            told = "; ".join(map(_found, wrong))
            only = "nothing" if test.kind == "none" else f"nothing but {', '.join((test.fact, *test.also))}"
            yield Failure(test, only, told)


def said(finding: Finding) -> State:
    """The state that a test is compared with: after a change the fact's, else what the text itself says."""
    return finding.after if finding.kind is Kind.CHANGE else finding.claimed


def _fits(finding: Finding, test: PackTest) -> bool:
    if finding.kind.value != test.kind:
        return False
    state, wanted = said(finding), test.state
    return (
        wanted.status in (None, state.status)
        and wanted.effective in (None, state.effective)
        and wanted.until in (None, state.until)
        and (wanted.value is None or _same(dict(wanted.value), dict(state.value or {})))
    )


def _same(wanted: dict[str, float], found: dict[str, float]) -> bool:
    return wanted.keys() == found.keys() and all(isclose(wanted[unit], found[unit]) for unit in wanted)


def _expected(test: PackTest) -> str:
    return f"{test.kind} of {test.fact}{_plain(test.state.to_json())}"


def _missed(test: PackTest, pack: Pack) -> str:
    """Why no claim speaks of a fact: nothing names it, or no verb that the engine knows acts on it."""
    named = (read.sentence.raw for read in reads(test.article, lexicon(pack)) if _names(read, test.fact))
    sentence = next(named, None)
    if sentence is None:
        return (
            f"nothing that names {test.fact}: its marks and nouns, or whose it is and whom it is aimed at, do not fit"
        )
    named_in = f"{test.fact} named in {short(sentence)}"
    return f"{named_in}, and no verb that the engine knows acts on it (see `deltawire explain`)"


def _names(read: Read, fact: str) -> bool:
    return any(mention.fact == fact for mention in read.mentions)


def _found(finding: Finding) -> str:
    cues = f", on the words {' / '.join(finding.cues)}" if finding.cues else ""
    return (
        f"{finding.kind} of {finding.fact}{_plain(said(finding).to_json())}: {finding.why} (rule {finding.rule}{cues})"
    )


def _plain(state: dict[str, Any]) -> str:
    """` {status: agreed, value: {percent: 10}}`, as it is written in the file."""
    return " {" + ", ".join(f"{key}: {_flow(value)}" for key, value in state.items()) + "}" if state else ""


def _flow(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    return "{" + ", ".join(f"{unit}: {amount:.15g}" for unit, amount in value.items()) + "}"
